"""One question and its answer over a connection of the HTTP library, without what its requests can do besides.

The library's request costs more than its connection, its parser and the socket together: headers that are merged anew,
bodies of every kind, a task that writes. Ours differ in their bodies only, which are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from yarl import URL

PIECE_BYTES = 64 * 1024
"""So much of an answer is taken from the socket before somebody reads it."""
_BY_BODY = frozenset({"content-length", "transfer-encoding"})
_FINAL = 200


class Place:
    """An address to which questions are posted; made inside the event loop."""

    def __init__(self, session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], silence_s: float) -> None:
        assert session.connector is not None
        loop = asyncio.get_running_loop()
        self._connector = session.connector
        self._silence_s = silence_s
        self._timeout = session.timeout
        # Never sent: it says to whom to connect, and which headers the library would add.
        self._request = aiohttp.ClientRequest("POST", URL(url), headers=headers, session=session, loop=loop)
        self._head = _head(self._request)

    def ask(self, content: bytes) -> Exchange:
        """Posts `content` when it is entered; what goes wrong then is what the library says."""
        return Exchange(self, b"%b%d\r\n\r\n" % (self._head, len(content)), content)

    async def connect(self) -> aiohttp.connector.Connection:
        """A connection, mostly one that was used before."""
        connection = await self._connector.connect(self._request, [], self._timeout)
        assert connection.protocol is not None
        connection.protocol.set_response_params(
            read_until_eof=True, read_timeout=self._silence_s, read_bufsize=PIECE_BYTES
        )
        return connection


class Exchange:
    """A question that is answered while this is entered; left before the answer's end, it closes the connection."""

    status: int
    headers: Mapping[str, str]
    content: aiohttp.StreamReader

    def __init__(self, place: Place, head: bytes, content: bytes) -> None:
        self._place = place
        self._sent = (head, content)

    async def __aenter__(self) -> Exchange:
        self._connection = await self._place.connect()
        try:
            await self._ask()
        except BaseException:
            self._connection.close()
            raise
        return self

    async def __aexit__(self, *_raised: Any) -> None:
        # The library keeps it for the next one only if the answer was read to its end.
        self._connection.release()

    async def _ask(self) -> None:
        protocol, transport = self._connection.protocol, self._connection.transport
        assert protocol is not None and transport is not None
        transport.writelines(self._sent)
        protocol.start_timeout()
        answer, self.content = await protocol.read()
        while answer.code < _FINAL:
            answer, self.content = await protocol.read()
        self.status, self.headers = answer.code, answer.headers


def _head(request: aiohttp.ClientRequest) -> bytes:
    """All that goes before a body but its length."""
    lines = [f"POST {request.url.raw_path_qs} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items() if name.lower() not in _BY_BODY]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("a header has a line break")
    return "\r\n".join([*lines, "content-length: "]).encode()
