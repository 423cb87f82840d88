"""Every variable the command reads, and where it keeps things when none is set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import msgspec

from reelwright_kit.settings import Seconds, Secret, Settings
from reelwright_kit.workers.cores import MOST_WITH_DATABASE, MOST_WORKERS, usable


def default_data_dir() -> str:
    """A directory of our own: the embedded database, run by root, opens the search bit of every directory above it."""
    if os.geteuid() == 0:
        return "/var/lib/reelwright"
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    return str(Path(home) / "reelwright")


class SuiteSettings(Settings, frozen=True, kw_only=True):
    """Settings of `reelwright up`."""

    port: int = msgspec.field(default=8080, name="REELWRIGHT_PORT")
    """The one port of the suite, on loopback."""
    data_dir: str = msgspec.field(default_factory=default_data_dir, name="REELWRIGHT_DATA_DIR")
    """Where the database, files and logs are kept."""
    database_url: Secret = msgspec.field(default=Secret(""), name="REELWRIGHT_DATABASE_URL")
    """A PostgreSQL to use; empty: a private one in the data directory."""
    store_url: str = msgspec.field(default="", name="REELWRIGHT_STORE_URL")
    """Where files are kept; empty: in the data directory."""
    otlp_endpoint: str = msgspec.field(default="", name="OTEL_EXPORTER_OTLP_ENDPOINT")
    """OpenTelemetry collector, gRPC; empty: traces are not sent."""
    log_level: str = msgspec.field(default="info", name="REELWRIGHT_LOG_LEVEL")
    """debug, info, warning or error."""
    fakes: bool = msgspec.field(default=False, name="REELWRIGHT_FAKES")
    """1: vendors are played by a server on this machine, and no real key is passed on."""
    auth: Literal["off", "keys", "jwt"] = msgspec.field(default="off", name="REELWRIGHT_AUTH")
    """How callers are known: `off` (everybody of this machine is the tenant `local`), `keys` or `jwt`."""
    admin_key: Secret = msgspec.field(default=Secret(""), name="REELWRIGHT_ADMIN_KEY")
    """With `keys`: secret of the first key; empty: one made at the first start, `admin.key` in the data directory."""
    jwt_jwks: str = msgspec.field(default="", name="REELWRIGHT_JWT_JWKS")
    """With `jwt`: public keys of the identity provider, a file's path or an https address of a JSON Web Key Set."""
    jwt_issuer: str = msgspec.field(default="", name="REELWRIGHT_JWT_ISSUER")
    """With `jwt`: the `iss` that tokens must have."""
    prices: str = msgspec.field(default="", name="REELWRIGHT_PRICES")
    """TOML file whose prices come before those of the catalogue that is shipped; empty: none."""
    hand_over_s: Seconds = msgspec.field(default=150.0, name="REELWRIGHT_HAND_OVER_S")
    """Seconds after Ctrl-C in which providers may still answer what was submitted; a second Ctrl-C ends at once."""
    workers: Annotated[int, msgspec.Meta(ge=0, le=MOST_WORKERS)] = msgspec.field(default=0, name="REELWRIGHT_WORKERS")
    """Processes of the adapters, and of the llm service; 0: one of each for each core, at most 4."""
    llm_address: str = msgspec.field(default="", name="REELWRIGHT_LLM_ADDRESS")
    """`in-process`: the OpenAI dialect has the llm service in its own processes; anything else has no effect."""

    @property
    def processes(self) -> int:
        """How many processes the adapters are, and the llm service."""
        return self.workers or min(usable(), MOST_WITH_DATABASE)


class ClientSettings(Settings, frozen=True, kw_only=True):
    """Settings of the commands that drive a suite."""

    port: int = msgspec.field(default=8080, name="REELWRIGHT_PORT")
    """Port of a suite on this machine."""
    address: str = msgspec.field(default="", name="REELWRIGHT_ADDRESS")
    """host:port of a suite elsewhere."""
    api_key: Secret = msgspec.field(default=Secret(""), name="REELWRIGHT_API_KEY")
    """Key to send; empty: the first key of the suite that runs on this machine, where its file can be read."""
    data_dir: str = msgspec.field(default_factory=default_data_dir, name="REELWRIGHT_DATA_DIR")
    """Where the suite of this machine keeps its first key."""

    def target(self) -> str:
        """The gRPC target of the suite."""
        return self.address or f"127.0.0.1:{self.port}"
