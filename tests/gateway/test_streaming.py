"""Streamed answers on a real connection: what is written together, what is said in silence, what is let go."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from tests.gateway.edge import free_port

from reelwright_gateway.corking import Corked, CorkedProtocol
from reelwright_gateway.server import server_for
from reelwright_gateway.settings import AdapterSettings
from reelwright_gateway.streaming import Beat, Streamed

BEAT = Beat(b"beat ", 0.05)


class Noted:
    """A transport that notes what is written to it."""

    def __init__(self, transport: asyncio.Transport, writes: list[bytes]) -> None:
        self._transport = transport
        self._writes = writes

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self._writes.append(data)
        self._transport.write(data)


@contextlib.asynccontextmanager
async def served(app: Any) -> AsyncIterator[tuple[httpx.AsyncClient, list[bytes]]]:
    """A client of `app`, behind the server of the adapters, and what that writes."""
    writes: list[bytes] = []

    class Noting(CorkedProtocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(Noted(transport, writes))  # type: ignore[arg-type]

    port = free_port()
    settings = AdapterSettings(listen=f"127.0.0.1:{port}", drain_s=1.0)
    server = server_for(app, settings, asyncio.Event())
    server.config.http = Noting
    task = asyncio.create_task(server.serve())
    try:
        transport = httpx.AsyncHTTPTransport(retries=10)
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=20) as client:
            yield client, writes
    finally:
        server.should_exit = True
        await task


def answering(response: Response) -> Any:
    """An application with one answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await response(scope, receive, send)

    return app


async def test_what_is_written_in_one_turn_goes_out_together() -> None:
    """Five hundred pieces that come at once, and their head, are a few writes."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        for number in range(500):
            yield f"{number} ".encode()

    async with served(answering(Streamed(pieces()))) as (client, writes):
        answer = await client.get("/")
    assert answer.text == "".join(f"{number} " for number in range(500))
    assert writes[0].startswith(b"HTTP/1.1 200 OK") and len(writes) < 20


async def test_a_whole_answer_is_one_write() -> None:
    """Its head and its body wake the reader once."""
    async with served(answering(Response("said"))) as (client, writes):
        assert [(await client.get("/")).text for _ in range(3)] == ["said"] * 3
    assert len(writes) == 3


async def test_a_closed_connection_was_written_to_before() -> None:
    """Nothing that was written is lost with it."""
    written: list[bytes] = []
    later: list[Any] = []

    class Wire:
        def write(self, data: bytes) -> None:
            written.append(data)

        def close(self) -> None:
            written.append(b"closed")

        def is_closing(self) -> bool:
            return b"closed" in written

    corked = Corked(Wire(), later.append)  # type: ignore[arg-type]
    corked.write(b"a")
    corked.write(b"b")
    assert (written, len(later)) == ([], 1)
    corked.close()
    later[0]()
    corked.write(b"c")
    later[1]()
    assert written == [b"ab", b"closed"]


async def test_a_beat_is_sent_only_in_silence() -> None:
    """Also while the source works on one piece; none before the head, none after the end."""
    go_on = asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"first "
        await go_on.wait()
        yield b"last"

    async with (
        served(answering(Streamed(pieces(), beat=BEAT))) as (client, _),
        client.stream("GET", "/") as answer,
    ):
        said = ""
        async for text in answer.aiter_text():
            said += text
            if said.count("beat") >= 3:
                go_on.set()
    assert said.startswith("first beat beat beat ") and said.endswith("last")


async def test_a_source_that_is_quick_needs_no_beat() -> None:
    """Fifty pieces, each far sooner than a silence."""

    async def pieces() -> AsyncGenerator[bytes, None]:
        for _ in range(50):
            await asyncio.sleep(0)
            yield b"."

    async with served(answering(Streamed(pieces(), beat=Beat(b"beat", 60)))) as (client, _):
        assert (await client.get("/")).text == "." * 50


async def test_who_leaves_closes_the_source() -> None:
    """In the middle of its work."""
    closed, let_go = asyncio.Event(), asyncio.Event()

    async def pieces() -> AsyncGenerator[bytes, None]:
        try:
            yield b"first"
            await asyncio.Event().wait()
        finally:
            closed.set()

    async with served(answering(Streamed(pieces(), let_go=let_go.set))) as (client, _):
        async with client.stream("GET", "/") as answer:
            assert await anext(answer.aiter_text()) == "first"
        async with asyncio.timeout(10):
            await closed.wait()
            await let_go.wait()


async def test_a_source_that_was_never_asked_is_let_go() -> None:
    """Closing it does nothing: what it would have read has to be told by itself."""
    let_go = []

    async def pieces() -> AsyncGenerator[bytes, None]:
        yield b"never"

    async def receive() -> Message:
        await asyncio.Event().wait()
        raise AssertionError

    async def send(_message: Message) -> None:
        raise OSError("is gone")

    streamed = Streamed(pieces(), beat=BEAT, let_go=lambda: let_go.append(1))
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    with pytest.raises(OSError, match="is gone"):
        await streamed(Request(scope).scope, receive, send)
    assert let_go == [1]
