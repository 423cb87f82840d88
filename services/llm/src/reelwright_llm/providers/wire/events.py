"""Server-sent events as they arrive: bytes in any pieces, out comes the data of each event."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterable

MAX_EVENT_BYTES = 64 * 1024 * 1024
"""An answer with a picture in it is one event."""


class EventTooLarge(Exception):
    """One event is larger than anything a provider sends."""


async def data_of(pieces: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
    """The data of each event; comments and other fields are left out. An event that was cut off is not given."""
    rest, lines = b"", list[bytes]()
    async for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > MAX_EVENT_BYTES:
            raise EventTooLarge
        for line in (one.removesuffix(b"\r") for one in whole):
            if line.startswith(b"data:"):
                lines.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line and lines:
                yield b"\n".join(lines)
                lines.clear()
