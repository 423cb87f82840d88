"""Small HTTP servers on loopback that answer as a test wants and remember what they were asked."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field

LOOPBACK = "127.0.0.1"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Heard:
    """One request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes


Say = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Receiver:
    """A running server."""

    port: int = 0
    heard: list[Heard] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, path: str = "/", host: str = LOOPBACK) -> str:
        """An address of this server."""
        return f"http://{host}:{self.port}{path}"

    async def count(self, number: int) -> Sequence[Heard]:
        """What was heard, once it is as many as `number`."""
        async with asyncio.timeout(30), self.came:
            await self.came.wait_for(lambda: len(self.heard) >= number)
        return self.heard


def answers(*raw: bytes) -> Say:
    """Says the first to the first request and so on; the last one again and again."""
    left = list(raw)

    async def say(_: Heard, writer: asyncio.StreamWriter) -> None:
        writer.write(left.pop(0) if len(left) > 1 else left[0])

    return say


def status(number: int, *headers: str, body: bytes = b"") -> bytes:
    """An answer with this status."""
    lines = (f"HTTP/1.1 {number} X", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode() + body


@contextlib.asynccontextmanager
async def receiving(say: Say, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A server whose answers are written by `say`."""
    receiver = Receiver()
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            heard = await _read(reader)
            async with receiver.came:
                receiver.heard.append(heard)
                receiver.came.notify_all()
            await say(heard, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(talk(reader, writer))
        talks.add(task)
        task.add_done_callback(talks.discard)

    server = await asyncio.start_server(begin, LOOPBACK, 0, ssl=tls)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(talks):
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


async def _read(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return Heard(method, target, headers, await reader.readexactly(int(headers.get("content-length", "0"))))
