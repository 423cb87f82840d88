"""What no gateway of these parts can go below: the server and the client of the adapters, and nothing between them."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import uvicorn
from starlette.types import Receive, Scope, Send

from benchmarks.chat_upstream import LOOPBACK, Upstream, listening, running
from reelwright_cli.suite.checks import free_ports
from reelwright_llm.providers.wire.exchange import Place

UPSTREAM, PORT, WORKERS = "BENCH_UPSTREAM", "BENCH_PORT", "BENCH_WORKERS"
HEADERS = {"content-type": "application/json"}
SILENCE_S = 60.0


async def app(scope: Scope, receive: Receive, send: Send) -> None:
    """Posts the body of every call to the upstream, unread, and answers what comes."""
    question = (await receive())["body"]
    async with _place().ask(question) as answer:
        content = await answer.content.read()
    await send(
        {"type": "http.response.start", "status": answer.status, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": content})


@functools.cache
def _place() -> Place:
    # Of the process: it needs the event loop, so the first call makes it.
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    return Place(session, os.environ[UPSTREAM], HEADERS, SILENCE_S)


@contextlib.asynccontextmanager
async def copying(directory: Path, source: Upstream, workers: int) -> AsyncIterator[int]:
    """So many processes of it on one port, which is what the block gets."""
    [port] = free_ports(1)
    told = {UPSTREAM: f"{source.fixed}/chat/completions", PORT: str(port), WORKERS: str(workers)}
    async with running((sys.executable, "-m", "benchmarks.chat_copy"), directory / "copy.log", os.environ | told):
        await listening(port)
        yield port


if __name__ == "__main__":
    uvicorn.run(
        "benchmarks.chat_copy:app",
        host=LOOPBACK,
        port=int(os.environ[PORT]),
        workers=int(os.environ[WORKERS]),
        loop="uvloop",
        http="reelwright_gateway.corking:CorkedProtocol",  # type: ignore[arg-type]
        ws="none",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
    )
