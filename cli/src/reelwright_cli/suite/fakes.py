"""The vendors played on this machine: how their server is started, and an environment that knows no other ones."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from reelwright_gateway import envoy

WELL_PATH = "/_control/health"

KEY_ENDINGS = ("_API_KEY", "_API_TOKEN", "_API_SECRET")
"""How variables with vendors' keys end, also of vendors that nobody plays: they must not be called by accident."""

HERE = "127.0.0.1,localhost"


def command(port: int) -> list[str]:
    """What runs the server; it listens on loopback only."""
    return [sys.executable, "-m", "reelwright_fakes", "--port", str(port)]


def pointed(environment: Mapping[str, str], address: str) -> dict[str, str]:
    """`environment` without any vendor's keys and addresses, and with those of the server at `address`."""
    from reelwright_fakes.vendors import VENDORS  # noqa: PLC0415  a whole web server, needed with --fakes only

    beginnings = tuple(beginning for vendor in VENDORS for beginning in vendor.variables)
    kept = {name: value for name, value in environment.items() if not _is_real(name.upper(), beginnings)}
    # Vendors' libraries obey proxies even for this machine.
    direct = ",".join(filter(None, (kept.get("no_proxy") or kept.get("NO_PROXY"), HERE)))
    played = (vendor.environment(address) for vendor in VENDORS)
    excepted = {"NO_PROXY": direct, "no_proxy": direct}
    return kept | excepted | {name: value for variables in played for name, value in variables.items()}


def _is_real(name: str, beginnings: tuple[str, ...]) -> bool:
    # What a service is to do with a vendor is called like OPENAI_IMAGE_CONCURRENT, and says nothing of an account.
    ours = any(f"_{service.upper()}_" in name for service in envoy.SERVICES)
    return name.endswith(KEY_ENDINGS) or (name.startswith(beginnings) and not ours)
