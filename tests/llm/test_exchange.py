"""The way to a vendor, byte by byte: what is sent, what may come back, and when a connection is used again."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest

from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.providers.wire.http import HttpWire, Refusal

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

OK = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 8\r\n\r\n"
CHUNKED = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
PIECE = b'b\r\ndata: "a"\n\n\r\n'


@dataclass
class Vendor:
    """A host that says what a test has it say, one list of bytes for each request."""

    port: int = 0
    connections: int = 0
    heard: list[bytes] = field(default_factory=list)
    says: list[bytes] = field(default_factory=list)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """The last connection was closed by the other side."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answers the requests of one connection until one has no answer left, or it is closed."""
        self.connections += 1
        self.left.clear()
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(int(line[15:]) for line in head.lower().splitlines() if line[:15] == b"content-length:")
                self.heard.append(head + await reader.readexactly(length))
                self.asked.set()
                if not self.says:
                    break
                writer.write(self.says.pop(0))
                await writer.drain()
            await reader.read()
        self.left.set()


@contextlib.asynccontextmanager
async def vendor(*says: bytes) -> AsyncIterator[Vendor]:
    """A vendor on a free port."""
    one = Vendor(says=list(says))
    async with _server(one.serve) as one.port:
        yield one


@contextlib.asynccontextmanager
async def wire(port: int, silence_s: float = 30) -> AsyncIterator[HttpWire]:
    """The way to it."""
    way = HttpWire("acme", f"http://127.0.0.1:{port}/v1", {"authorization": "Bearer key"}, silence_s)
    async with way.open():
        yield way


async def test_a_question_is_one_plain_request() -> None:
    """Its head names the host, the key, the length and what may come back; its body is the JSON."""
    async with vendor(OK + b'{"a": 1}') as there, wire(there.port) as way:
        assert await way.post("/chat/completions?version=2", {"said": "ä"}) == {"a": 1}
    head, _, body = there.heard[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /v1/chat/completions?version=2 HTTP/1.1"
    sent = dict(line.lower().split(": ", 1) for line in lines[1:])
    assert sent["host"] == f"127.0.0.1:{there.port}" and sent["authorization"] == "bearer key"
    assert sent["content-type"] == "application/json" and "gzip" in sent["accept-encoding"]
    assert (sent["content-length"], body.decode()) == ("13", '{"said":"ä"}')
    assert len(sent) == len(lines) - 1, "a header was sent twice"


async def test_a_connection_is_used_again_after_a_whole_answer_only() -> None:
    """Not after one that says it closes, nor after one that nobody read to its end."""
    closing = OK.replace(b"content-type", b"connection: close\r\ncontent-type")
    says = (OK + b'{"a": 1}', closing + b'{"a": 2}', CHUNKED + PIECE, OK + b'{"a": 4}')
    async with vendor(*says) as there, wire(there.port) as way:
        assert [await way.post("/x", {}) for _ in range(2)] == [{"a": 1}, {"a": 2}]
        assert there.connections == 1
        events = way.stream("/x", {})
        assert await anext(events) == b'"a"'
        assert there.connections == 2
        await events.aclose()
        async with asyncio.timeout(5):
            await there.left.wait()
        assert await way.post("/x", {}) == {"a": 4}
        assert there.connections == 3


async def test_what_comes_before_an_answer_is_not_the_answer() -> None:
    """Some hosts say that they go on, or what will be needed, first."""
    before = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    async with vendor(before + OK + b'{"a": 1}') as there, wire(there.port) as way:
        assert await way.post("/x", {}) == {"a": 1}


async def test_an_answer_may_be_compressed() -> None:
    """As the request offers."""
    packed = gzip.compress(b'{"a": 1}')
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with vendor(head + packed) as there, wire(there.port) as way:
        assert await way.post("/x", {}) == {"a": 1}


async def test_an_answer_may_end_with_its_connection() -> None:
    """Without a length it is over when the host closes."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b'HTTP/1.1 200 OK\r\n\r\n{"a":')
        await writer.drain()
        writer.write(b" 1}")
        writer.close()

    async with _server(serve) as port, wire(port) as way:
        assert await way.post("/x", {}) == {"a": 1}


async def test_what_is_no_success_is_told_with_its_status_headers_and_words() -> None:
    """A redirect too: nothing is sent to where a vendor points."""
    refused = b'HTTP/1.1 %d No\r\nretry-after: 7\r\nlocation: /y\r\ncontent-length: 8\r\n\r\n{"a": 1}'
    async with vendor(refused % 429, refused % 307) as there, wire(there.port) as way:
        for status in (429, 307):
            with pytest.raises(Refusal) as told:
                await way.post("/x", {})
            assert (told.value.status, told.value.headers["Retry-After"], told.value.body) == (status, "7", {"a": 1})
    assert len(there.heard) == 2


@pytest.mark.parametrize(
    ("says", "cause"),
    [
        (b"", "broke off"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", "broke off"),
        (CHUNKED + b"zz\r\n", "broke off"),
        (b"this is no HTTP\r\n\r\n", "broke off"),
        (OK + b"no JSON.", "is no JSON"),
    ],
)
async def test_an_answer_that_is_none_says_so(says: bytes, cause: str) -> None:
    """Whatever is wrong with it, the caller learns that this vendor has trouble."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(says)
        writer.close()

    async with _server(serve) as port, wire(port) as way:
        with pytest.raises(ProviderBusy, match=cause):
            await way.post("/x", {})


async def test_silence_is_told_as_silence() -> None:
    """Before an answer, and in the middle of one."""
    async with vendor() as there, wire(there.port, 0.05) as way:
        with pytest.raises(ProviderBusy, match="silent"):
            await way.post("/x", {})
    async with vendor(CHUNKED + PIECE) as there, wire(there.port, 0.05) as way:
        events = way.stream("/x", {})
        assert await anext(events) == b'"a"'
        with pytest.raises(ProviderBusy, match="silent"):
            await anext(events)


async def test_what_came_before_a_break_is_read_after_it() -> None:
    """Whoever reads slowly loses nothing: the failure comes where the answer broke off."""
    read = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(CHUNKED + PIECE)
        await read.wait()
        writer.write(PIECE.replace(b'"a"', b'"z"') + PIECE[:6])

    async with _server(serve) as port, wire(port) as way:
        events = way.stream("/x", {})
        assert await anext(events) == b'"a"'
        read.set()
        # Enough turns of the loop for the rest and the end of the connection.
        for _ in range(100):
            await asyncio.sleep(0)
        assert await anext(events) == b'"z"'
        with pytest.raises(ProviderBusy, match="broke off"):
            await anext(events)


async def test_nobody_there_is_told() -> None:
    """At once."""
    async with vendor() as there:
        port = there.port
    async with wire(port) as way:
        with pytest.raises(ProviderBusy, match="cannot be reached"):
            await way.post("/x", {})


async def test_who_gives_up_closes_the_connection() -> None:
    """The vendor sees it before it has answered: an answer is paid by the token."""
    async with vendor() as there, wire(there.port) as way:
        asking = asyncio.create_task(way.post("/x", {}))
        await there.asked.wait()
        asking.cancel()
        async with asyncio.timeout(5):
            await there.left.wait()
        assert asking.cancelled() or asking.cancelling()


async def test_a_large_question_arrives_whole() -> None:
    """Larger than what sockets keep."""
    said = "a" * 20_000_000
    async with vendor(OK + b'{"a": 1}') as there, wire(there.port) as way:
        assert await way.post("/x", {"said": said}) == {"a": 1}
    assert there.heard[0].endswith(b'{"said":"' + said.encode() + b'"}')


async def test_a_key_cannot_add_a_header() -> None:
    """A line break in it is refused before anything is sent."""
    async with vendor(OK) as there:
        way = HttpWire("acme", f"http://127.0.0.1:{there.port}", {"authorization": "Bearer key\r\nx-other: 1"}, 30)
        with pytest.raises(ValueError, match="line break"):
            async with way.open():
                await way.post("/x", {})
    assert not there.heard


async def test_a_proxy_of_the_company_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """For addresses elsewhere, unless the environment excepts them; never for this machine."""
    async with vendor(OK + b'{"a": 1}', OK + b'{"a": 2}') as proxy, wire(proxy.port) as direct:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        way = HttpWire("acme", "http://vendor.invalid/v1", {}, 30)
        async with way.open():
            assert await way.post("/x", {}) == {"a": 1}
        assert proxy.heard[0].startswith(b"POST http://vendor.invalid/v1/x HTTP/1.1\r\n")
        assert await direct.post("/x", {}) == {"a": 2}
        assert proxy.heard[1].startswith(b"POST /v1/x HTTP/1.1\r\n")
        monkeypatch.setenv("no_proxy", "vendor.invalid")
        async with way.open():
            with pytest.raises(ProviderBusy, match="cannot be reached"):
                await way.post("/x", {})


@contextlib.asynccontextmanager
async def _server(serve: Conversation) -> AsyncIterator[int]:
    talks = set[asyncio.Task[None]]()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.add(asyncio.current_task())  # type: ignore[arg-type]
        with contextlib.closing(writer):
            await serve(reader, writer)

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await asyncio.gather(*talks)
