"""Connections that write once in a turn of the event loop: the server writes head and body one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Corked:
    """A transport before another: what is written until the turn's end goes out together, and wakes the peer once."""

    def __init__(self, transport: asyncio.Transport, later: Callable[[Callable[[], None]], object]) -> None:
        self._transport = transport
        self._later = later
        self._kept: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Writes at the end of this turn."""
        if not self._kept:
            self._later(self._flush)
        self._kept.append(data)

    def close(self) -> None:
        """Closes when all is written."""
        self._flush()
        self._transport.close()

    def _flush(self) -> None:
        kept, self._kept = self._kept, []
        # A client that left in this turn takes nothing any more.
        if kept and not self._transport.is_closing():
            self._transport.write(kept[0] if len(kept) == 1 else b"".join(kept))


class CorkedProtocol(HttpToolsProtocol):
    """The server's protocol for HTTP/1.1 over such connections."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(cast(asyncio.Transport, Corked(transport, self.loop.call_soon)))
