"""What every gateway of the chat benchmark asks: nginx with one fixed answer, and a player of streams."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.chat_tools import Missing, program, surroundings
from reelwright_cli.suite.checks import free_ports
from reelwright_gateway import envoy

PATIENCE_S = 60.0
LOOPBACK = "127.0.0.1"
ANSWER = {
    "id": "chatcmpl-bench",
    "object": "chat.completion",
    "created": 1764400000,
    "model": "bench",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "The keeper befriends the storm.", "refusal": None},
            "logprobs": None,
            "finish_reason": "stop",
        }
    ],
    "usage": {"prompt_tokens": 19, "completion_tokens": 15, "total_tokens": 34},
    "system_fingerprint": "fp_bench",
}
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
CONFIGURATION = """
daemon off; worker_processes 1; pid {directory}/nginx.pid; error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600s; {temporary}
  server {{ listen {address}; default_type application/json; location / {{ return 200 '{answer}'; }} }}
}}
"""


@dataclass(frozen=True)
class Upstream:
    """Base addresses of the API; `fixed` has one answer, `streaming` those that the model's name asks for."""

    fixed: str
    streaming: str

    @property
    def port(self) -> int:
        """The port of the one with a fixed answer."""
        return urlsplit(self.fixed).port or 0


@contextlib.asynccontextmanager
async def upstream(directory: Path) -> AsyncIterator[Upstream]:
    """Both, while the block runs; raises Missing without nginx."""
    fixed, streaming = free_ports(2)
    nginx = await program("nginx")
    temporary = " ".join(f"{name}_temp_path {directory}/{name};" for name in TEMPORARY)
    configuration = directory / "nginx.conf"
    values = {"directory": directory, "temporary": temporary, "address": f"{LOOPBACK}:{fixed}"}
    configuration.write_text(CONFIGURATION.format(answer=json.dumps(ANSWER), **values))
    command = (nginx, "-e", "stderr", "-p", directory, "-c", configuration)
    player = (sys.executable, "-m", "benchmarks.chat_vendor", streaming)
    async with (
        running(command, directory / "nginx.log", surroundings(nginx)),
        running(player, directory / "vendor.log"),
    ):
        await listening(fixed)
        await listening(streaming)
        yield Upstream(f"http://{LOOPBACK}:{fixed}/v1", f"http://{LOOPBACK}:{streaming}/v1")


@contextlib.asynccontextmanager
async def edge_before(directory: Path, behind: int) -> AsyncIterator[str]:
    """Envoy with our configuration and the port `behind` in the place of all that is behind it: the base address."""
    port, admin = free_ports(2)
    command = envoy.prepare(
        directory,
        listen=(LOOPBACK, port),
        admin=(LOOPBACK, admin),
        addresses=dict.fromkeys((*envoy.SERVICES, "adapters"), (LOOPBACK, behind)),
    )
    async with running(command, directory / "envoy.log", cwd=directory):
        await listening(port)
        yield f"http://{LOOPBACK}:{port}/v1"


@contextlib.asynccontextmanager
async def running(
    command: Sequence[object], log: Path, environment: Mapping[str, str] | None = None, cwd: Path | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that writes into `log`, stopped by its handle when the block ends."""
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *map(str, command),
            env=dict(os.environ) if environment is None else environment,
            cwd=cwd,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()


async def listening(port: int, patience_s: float = PATIENCE_S) -> None:
    """Returns when something listens on `port`; raises Missing when nothing does for too long."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection(LOOPBACK, port)
                    writer.close()
                    return
                await asyncio.sleep(0.1)
    raise Missing(f"nothing listens after {patience_s:.0f} s")
