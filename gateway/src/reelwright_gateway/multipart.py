"""Reads multipart/form-data as it arrives, without keeping more than a piece of it (RFC 7578)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from email.message import Message
from urllib.parse import unquote

from reelwright_kit.errors import FieldInvalid

MAX_HEADER_BYTES = 8 * 1024
MAX_FIELD_BYTES = 64 * 1024


@dataclass(frozen=True)
class Part:
    """The head of one part; `filename` is None for a plain field."""

    name: str
    filename: str | None
    media_type: str


class Form:
    """The parts of a form in their order. Read a part's body to its end before the next part."""

    def __init__(self, chunks: AsyncIterator[bytes], boundary: bytes) -> None:
        self._chunks = chunks
        self._delimiter = b"\r\n--" + boundary
        # The first boundary has no line before it; pretending one makes all alike.
        self._buffer = bytearray(b"\r\n")

    async def parts(self) -> AsyncGenerator[Part, None]:
        """The head of each part."""
        async for _ in self.body():
            pass
        while await self._line() != b"--":
            yield _head(await self._headers())

    async def body(self) -> AsyncGenerator[bytes, None]:
        """The bytes up to the next boundary."""
        while (found := self._buffer.find(self._delimiter)) < 0:
            # A boundary may be cut in two, so as much as could belong to one stays.
            safe = max(0, len(self._buffer) - len(self._delimiter) + 1)
            if safe:
                yield bytes(self._buffer[:safe])
                del self._buffer[:safe]
            await self._more()
        if found:
            yield bytes(self._buffer[:found])
        del self._buffer[: found + len(self._delimiter)]

    async def text(self, part: Part) -> str:
        """The body of a plain field; raises FieldInvalid naming it when it is too long or no UTF-8."""
        text = bytearray()
        async for piece in self.body():
            text += piece
            if len(text) > MAX_FIELD_BYTES:
                raise FieldInvalid(part.name, f"is longer than {MAX_FIELD_BYTES} bytes")
        try:
            return text.decode()
        except UnicodeDecodeError:
            raise FieldInvalid(part.name, "is not UTF-8") from None

    async def _line(self) -> bytes:
        """What follows a boundary: `--` at the end of the form, nothing before a part."""
        while len(self._buffer) < 2:
            await self._more()
        if self._buffer.startswith(b"--"):
            return b"--"
        return await self._take(b"\r\n")

    async def _headers(self) -> list[str]:
        if self._buffer.startswith(b"\r\n"):
            return []
        return (await self._take(b"\r\n\r\n")).decode("utf-8", "replace").split("\r\n")

    async def _take(self, end: bytes) -> bytes:
        while (found := self._buffer.find(end)) < 0:
            if len(self._buffer) > MAX_HEADER_BYTES:
                raise FieldInvalid("body", "has a part with more than 8 KiB of headers")
            await self._more()
        taken = bytes(self._buffer[:found])
        del self._buffer[: found + len(end)]
        return taken

    async def _more(self) -> None:
        chunk = await anext(self._chunks, None)
        if chunk is None:
            raise FieldInvalid("body", "ends before the form does")
        self._buffer += chunk


def boundary_of(content_type: str) -> bytes:
    """The boundary a Content-Type header names; raises FieldInvalid when there is none."""
    message = Message()
    message["content-type"] = content_type
    boundary = message.get_boundary()
    if not boundary or len(boundary) > 70:
        raise FieldInvalid("Content-Type", "must name the boundary of the form")
    return boundary.encode()


def _head(lines: list[str]) -> Part:
    message = Message()
    for line in lines:
        name, _, value = line.partition(":")
        message[name.strip()] = value.strip()
    disposition = dict(message.get_params(failobj=[], header="content-disposition"))
    if not disposition.get("name"):
        raise FieldInvalid("body", "has a part without a name")
    filename = message.get_filename()
    # Browsers write quotes and line ends in names as percent escapes.
    return Part(
        unquote(disposition["name"]),
        unquote(filename) if filename is not None else None,
        message.get("content-type", ""),
    )
