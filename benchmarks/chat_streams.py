"""Streamed answers: how long the first word takes longer through the gateway, and what a piece costs the processor."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from benchmarks.chat_load import SAID
from benchmarks.chat_ours import STREAMED, Gateway
from benchmarks.chat_vendor import model

WARM_UP, SAMPLES = 50, 300
STREAMS, PIECES = 20, 1000
SHORT = 5
APART_MS = 10
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True)
class Cost:
    """Processor time for one piece, microseconds."""

    parts_us: float
    """Of the adapters and the llm service together."""
    edge_us: float


@dataclass
class Line:
    """A connection that carries one call after the other."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    url: str

    async def stream(self, name: str) -> tuple[float, int]:
        """Seconds to the first event of an answer, and how many events came before its end."""
        began = time.perf_counter()
        self.writer.write(_request(self.url, name))
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert b" 200 " in head.partition(b"\r\n")[0], head
        await self.reader.readuntil(b"data: ")
        first = time.perf_counter() - began
        events, rest = 1, b""
        while DONE not in rest:
            rest = rest[-len(DONE) :] + await self.reader.read(1 << 18)
            events += rest.count(b"data: {") - rest[: len(DONE)].count(b"data: {")
        while not rest.endswith(b"0\r\n\r\n"):
            rest += await self.reader.read(1 << 18)
        return first, events


@contextlib.asynccontextmanager
async def line(url: str) -> AsyncIterator[Line]:
    """A connection to `url`."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=1 << 20)
    try:
        yield Line(reader, writer, url)
    finally:
        writer.close()


async def first_words(url: str, prefix: str = "") -> list[float]:
    """Seconds to the first event of answers that follow each other."""
    async with line(url) as one:
        taken = [(await one.stream(prefix + model(SHORT, 0)))[0] for _ in range(WARM_UP + SAMPLES)]
    return taken[WARM_UP:]


async def cost(gateway: Gateway, apart_ms: int) -> Cost:
    """What a piece costs when all come at once, `apart_ms` being 0, or one by one."""
    await _streams(gateway, 0)
    before = [gateway.cpu_s(edge=edge) for edge in (False, True)]
    await _streams(gateway, apart_ms)
    parts, edge = (gateway.cpu_s(edge=edge) - used for edge, used in zip((False, True), before, strict=True))
    return Cost(parts / (STREAMS * PIECES) * 1e6, edge / (STREAMS * PIECES) * 1e6)


async def _streams(gateway: Gateway, apart_ms: int) -> None:
    async def one() -> None:
        async with line(gateway.url) as connection:
            _, events = await connection.stream(STREAMED + model(PIECES, apart_ms))
        assert events >= PIECES, events

    await asyncio.gather(*(one() for _ in range(STREAMS)))


def _request(url: str, name: str) -> bytes:
    body = json.dumps({"model": name, "stream": True, "messages": [{"role": "user", "content": SAID}]})
    where = urlsplit(url)
    head = f"POST {where.path} HTTP/1.1\r\nhost: {where.netloc}\r\ncontent-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()
