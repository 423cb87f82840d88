"""Which bytes of a file a request asks for (RFC 9110, section 14)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from reelwright_kit.errors import RangeNotSatisfiable

_SINGLE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)


@dataclass(frozen=True)
class Window:
    """Bytes `start` to `start + length - 1` of a file of `size` bytes."""

    start: int
    length: int
    size: int

    @property
    def content_range(self) -> str:
        """The window as the Content-Range header has it."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{self.size}"


def requested(header: str, size: int) -> Window | None:
    """The window a Range header asks for, None for the whole file; raises RangeNotSatisfiable when it holds no byte.

    Several ranges, other units and what is not well formed are ignored, as the standard allows or demands.
    """
    match = _SINGLE.fullmatch(header)
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        length = min(int(last), size)
        return _checked(size - length, length, size)
    start = int(first)
    end = min(int(last), size - 1) if last else size - 1
    if last and int(last) < start:
        return None
    return _checked(start, end - start + 1, size)


def _checked(start: int, length: int, size: int) -> Window:
    if length <= 0:
        raise RangeNotSatisfiable(size, start)
    return Window(start, length, size)
