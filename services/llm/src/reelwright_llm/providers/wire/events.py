"""Server-sent events as they arrive: bytes in any pieces, out comes the data of each event."""

from __future__ import annotations

from collections.abc import Generator

MAX_EVENT_BYTES = 64 * 1024 * 1024
"""An answer with a picture in it is one event."""


class EventTooLarge(Exception):
    """One event is larger than anything a provider sends."""


class Events:
    """Takes an answer apart; comments and other fields are left out. An event that was cut off is not given."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: list[bytes] = []

    def data_of(self, piece: bytes) -> Generator[bytes]:
        """The data of each event that is whole with this piece; raises EventTooLarge."""
        *whole, self._rest = (self._rest + piece).split(b"\n")
        if len(self._rest) > MAX_EVENT_BYTES:
            raise EventTooLarge
        for line in (one.removesuffix(b"\r") for one in whole):
            if line.startswith(b"data:"):
                self._lines.append(line[6:] if line[5:6] == b" " else line[5:])
            elif not line and self._lines:
                yield b"\n".join(self._lines)
                self._lines.clear()
