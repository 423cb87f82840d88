"""A process of its own that plays a vendor of streams: so many pieces, so far apart, as the model's name says."""

from __future__ import annotations

import asyncio
import json
import re
import sys
from typing import cast

import uvloop

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
LAST = b"0\r\n\r\n"
USAGE = {"prompt_tokens": 19, "completion_tokens": 1000, "total_tokens": 1019}


def model(pieces: int, apart_ms: int) -> str:
    """The name of the model that answers so."""
    return f"{pieces}x{apart_ms}"


def piece(**changed: object) -> bytes:
    """One event, as OpenAI's API has them."""
    known = {"id": "chatcmpl-bench", "object": "chat.completion.chunk", "created": 1764400000, "model": "bench"}
    known |= {"system_fingerprint": "fp_bench", "choices": [], **changed}
    return b"data: " + json.dumps(known).encode() + b"\n\n"


def choice(delta: dict[str, str], finish: str | None = None) -> list[dict[str, object]]:
    """The one choice of a piece."""
    return [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]


FIRST = piece(choices=choice({"role": "assistant", "content": ""}))
WORD = piece(choices=choice({"content": " lighthouse"}))
END = piece(choices=choice({}, "stop")) + piece(usage=USAGE) + b"data: [DONE]\n\n"


class Vendor(asyncio.Protocol):
    """One connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._received = cast(asyncio.Transport, transport), b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not found or length is None or len(body) < int(length[1]):
            return
        self._received = b""
        pieces, apart_ms = json.loads(body)["model"].split("x")
        self._transport.write(HEAD + _chunk(FIRST))
        if int(apart_ms):
            self._next(int(pieces), int(apart_ms) / 1000)
        else:
            self._transport.write(_chunk(WORD) * int(pieces) + _chunk(END) + LAST)

    def _next(self, left: int, apart_s: float) -> None:
        if self._transport.is_closing():
            return
        if not left:
            self._transport.write(_chunk(END) + LAST)
            return
        self._transport.write(_chunk(WORD))
        asyncio.get_running_loop().call_later(apart_s, self._next, left - 1, apart_s)


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"


async def main(port: int) -> None:
    """Serves until it is killed."""
    server = await asyncio.get_running_loop().create_server(Vendor, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
