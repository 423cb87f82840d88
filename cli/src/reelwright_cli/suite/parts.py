"""The processes of the suite: how each is started, and how one knows that it is well."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from reelwright_cli.credentials import PORT_FILE
from reelwright_cli.probing import readiness
from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite import fakes
from reelwright_cli.suite.checks import LOOPBACK, free_ports
from reelwright_cli.suite.trouble import Trouble
from reelwright_gateway import envoy
from reelwright_kit.client import IN_PROCESS

PROBE_TIMEOUT_S = 2.0
CREDENTIALS = {"REELWRIGHT_API_KEY", "REELWRIGHT_ADMIN_KEY"}
"""What is not passed on as it is: the first is for commands, the second for services alone."""
FAKES = "fakes"
EDGE = "envoy"

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class Part:
    """One process."""

    name: str
    command: list[str]
    environment: dict[str, str]
    directory: Path
    port: int
    well: Probe
    """Answers whether it is ready to serve."""
    hands_over: bool = False
    """Whether its end may have to wait for answers of providers."""

    @property
    def address(self) -> str:
        """Where it listens, host:port."""
        return f"{LOOPBACK}:{self.port}"


def lay_out(settings: SuiteSettings, data: Path, database_url: str) -> list[Part]:
    """Every process of the suite except the database, in the order of their starting."""
    names = [*envoy.SERVICES, "adapters"]
    *ports, admin, played = free_ports(len(names) + 2)
    addresses = {name: (LOOPBACK, port) for name, port in zip(names, ports, strict=True)}
    run = data / "run"
    run.mkdir(exist_ok=True)
    (data / "files").mkdir(exist_ok=True)
    (data / "scratch").mkdir(exist_ok=True)
    (data / PORT_FILE).write_text(str(settings.port))
    environment = _environment(settings, data, database_url, addresses)
    vendors = []
    if settings.fakes:
        environment = fakes.pointed(environment, f"http://{LOOPBACK}:{played}")
        vendors = [_vendors(played, environment, run)]
    # The services alone make the first key.
    known = environment | ({"REELWRIGHT_ADMIN_KEY": settings.admin_key} if settings.auth == "keys" else {})
    services = [_service(name, addresses[name][1], known, run) for name in envoy.SERVICES]
    adapters = addresses["adapters"][1]
    return [
        *vendors,
        *services,
        Part(
            "adapters",
            [sys.executable, "-m", "reelwright_gateway"],
            environment | {"REELWRIGHT_LISTEN": f"{LOOPBACK}:{adapters}"} | _within(settings),
            run,
            adapters,
            # Well when it answers at all: what it says about the other parts is theirs to mend.
            lambda: _http_answers(adapters, "/health", (200, 503)),
        ),
        _edge(settings, run, admin, addresses, environment),
    ]


def _within(settings: SuiteSettings) -> dict[str, str]:
    """What the adapters alone are told, where they are to have the llm service in their own processes."""
    return {"REELWRIGHT_LLM_ADDRESS": IN_PROCESS} if settings.llm_address == IN_PROCESS else {}


def _service(name: str, port: int, environment: dict[str, str], run: Path) -> Part:
    own = {"REELWRIGHT_LISTEN": f"{LOOPBACK}:{port}", "REELWRIGHT_EXECUTOR_ID": f"{name}-0"}
    command = [sys.executable, "-m", f"reelwright_{name}"]
    return Part(name, command, environment | own, run, port, lambda: _grpc_serving(port), hands_over=True)


def _vendors(port: int, environment: dict[str, str], run: Path) -> Part:
    return Part(
        FAKES, fakes.command(port), environment, run, port, lambda: _http_answers(port, fakes.WELL_PATH, (200,))
    )


def _edge(
    settings: SuiteSettings, run: Path, admin: int, addresses: dict[str, tuple[str, int]], environment: dict[str, str]
) -> Part:
    command = envoy.prepare(
        run,
        listen=(LOOPBACK, settings.port),
        admin=(LOOPBACK, admin),
        addresses=addresses,
        otlp=settings.otlp_endpoint or None,
        jwt=_tokens(settings),
    )
    return Part(EDGE, command, environment, run, settings.port, lambda: _http_answers(admin, "/ready", (200,)))


def _tokens(settings: SuiteSettings) -> envoy.Jwt | None:
    """Whose tokens the edge looks at, if there is a file of public keys; else services alone look at tokens."""
    if settings.auth != "jwt" or "://" in settings.jwt_jwks:
        return None
    jwks = Path(_absolute(settings.jwt_jwks))
    if not jwks.is_file() or not settings.jwt_issuer:
        raise Trouble("REELWRIGHT_AUTH=jwt needs REELWRIGHT_JWT_JWKS, a file or an address, and REELWRIGHT_JWT_ISSUER.")
    return envoy.Jwt(settings.jwt_issuer, jwks)


def _environment(
    settings: SuiteSettings, data: Path, database_url: str, addresses: dict[str, tuple[str, int]]
) -> dict[str, str]:
    targets = {f"REELWRIGHT_{name.upper()}_ADDRESS": f"ipv4:{host}:{port}" for name, (host, port) in addresses.items()}
    every = ",".join(f"{host}:{port}" for name, (host, port) in addresses.items() if name != "adapters")
    return {
        # Who reaches this suite is on this machine anyway. What the environment says about it counts.
        "REELWRIGHT_FETCH_HTTP": "true",
        "REELWRIGHT_FETCH_ALLOW": "127.0.0.0/8,::1",
        **{name: value for name, value in os.environ.items() if name not in CREDENTIALS},
        **targets,
        "REELWRIGHT_AUTH": settings.auth,
        # Parts have another working directory.
        "REELWRIGHT_PRICES": _absolute(settings.prices),
        "REELWRIGHT_JWT_JWKS": _absolute(settings.jwt_jwks),
        "REELWRIGHT_JOBS_ADDRESS": f"ipv4:{every}",
        "REELWRIGHT_DATABASE_URL": database_url,
        "REELWRIGHT_STORE_URL": settings.store_url or (data / "files").as_uri(),
        "REELWRIGHT_SCRATCH_DIR": str(data / "scratch"),
        "REELWRIGHT_PUBLIC_URL": f"http://{LOOPBACK}:{settings.port}",
        "REELWRIGHT_LOG_LEVEL": settings.log_level,
        # No balancer to wait for on one machine.
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "3",
        "REELWRIGHT_WORKERS": str(settings.processes),
        "REELWRIGHT_HAND_OVER_S": str(settings.hand_over_s),
        "PYTHONUNBUFFERED": "1",
    }


def _absolute(path: str) -> str:
    return path if not path or path.startswith("https://") else str(Path(path).expanduser().resolve())


async def _grpc_serving(port: int) -> bool:
    return await readiness(f"{LOOPBACK}:{port}", PROBE_TIMEOUT_S) == "SERVING"


async def _http_answers(port: int, path: str, statuses: tuple[int, ...]) -> bool:
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: {LOOPBACK}\r\nConnection: close\r\n\r\n".encode())
                status_line = await reader.readline()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False
    words = status_line.split()
    return len(words) > 1 and words[1].isdigit() and int(words[1]) in statuses
