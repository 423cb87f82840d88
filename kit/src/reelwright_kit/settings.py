"""Reads settings from environment variables into frozen classes, once, and names the variable that is wrong."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import msgspec

from reelwright_kit.errors import CannotStart

Seconds = Annotated[float, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=1)]
StoreUrl = Annotated[str, msgspec.Meta(pattern=r"^(file:///|s3://|az://)")]


class SettingsInvalid(CannotStart):
    """A variable is missing or has the wrong form."""


class Secret(str):
    """A string that does not show itself."""

    def __repr__(self) -> str:
        return "Secret('***')"


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Base of every settings class: each field is encoded under the name of its environment variable."""

    @classmethod
    def variables(cls) -> dict[str, str]:
        """Environment variable of each field."""
        return {field.name: field.encode_name for field in msgspec.structs.fields(cls)}

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """The settings that `environment` gives; raises SettingsInvalid naming the first variable that is wrong."""
        names = set(cls.variables().values())
        given = {name: value for name, value in environment.items() if name in names and value != ""}
        try:
            return msgspec.convert(given, cls, strict=False, dec_hook=_secret)
        except msgspec.ValidationError as error:
            raise SettingsInvalid(_readable(error)) from None


def _secret(kind: type, value: Any) -> Any:
    if kind is Secret:
        return Secret(value)
    raise NotImplementedError(kind)


def _readable(error: msgspec.ValidationError) -> str:
    text = str(error)
    expected, _, path = text.partition(" - at `$.")
    if path:
        return f"{path.rstrip('`')}: {expected}"
    return text.replace("Object missing required field", "Not set:").replace("`", "")


class ServiceSettings(Settings, frozen=True, kw_only=True):
    """What every service reads."""

    listen: str = msgspec.field(default="127.0.0.1:50051", name="REELWRIGHT_LISTEN")
    """Address to listen on, host:port; port 0 takes a free one."""
    database_url: Secret = msgspec.field(name="REELWRIGHT_DATABASE_URL")
    """PostgreSQL, `postgresql://user:password@host/database`."""
    store_url: StoreUrl = msgspec.field(name="REELWRIGHT_STORE_URL")
    """Where files are kept: `file:///path`, `s3://bucket` or `az://container`."""
    scratch_dir: str = msgspec.field(default="", name="REELWRIGHT_SCRATCH_DIR")
    """Directory for files in the making; default: the system's temporary one."""
    executor_id: str = msgspec.field(default_factory=socket.gethostname, name="REELWRIGHT_EXECUTOR_ID")
    """Name of this process among the replicas of its service; must be unique. Default: the host name."""
    public_url: str = msgspec.field(default="http://127.0.0.1:8080", name="REELWRIGHT_PUBLIC_URL")
    """Address of the gateway as users see it."""
    log_level: Literal["debug", "info", "warning", "error"] = msgspec.field(default="info", name="REELWRIGHT_LOG_LEVEL")
    """debug, info, warning or error."""
    otlp_endpoint: str = msgspec.field(default="", name="OTEL_EXPORTER_OTLP_ENDPOINT")
    """OpenTelemetry collector, gRPC; empty: traces are not sent."""
    notice_s: Seconds = msgspec.field(default=3.0, name="REELWRIGHT_NOTICE_S")
    """Seconds between saying not ready and refusing calls, so that load balancers notice."""
    drain_s: Seconds = msgspec.field(default=20.0, name="REELWRIGHT_DRAIN_S")
    """Seconds that calls in flight get to finish on shutdown."""
    pool_size: Count = msgspec.field(default=8, name="REELWRIGHT_POOL_SIZE")
    """Database connections for jobs and assets; durable workflows keep as many beside it."""

    def __post_init__(self) -> None:
        # Not a pattern of the type: a message about a value would show the password in it.
        if not self.database_url.startswith(("postgresql://", "postgres://")):
            raise ValueError("REELWRIGHT_DATABASE_URL: expected postgresql://user:password@host/database")
