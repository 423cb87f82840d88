"""The TCP connection below a request, so that faults can break it as networks do."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

EXTENSION = "reelwright_fakes.connection"


class Connection:
    """What a fault may do to a connection, beyond what ASGI offers."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def close(self) -> None:
        """Sends what was written, then ends the stream in the ordinary way (FIN)."""
        self._transport.close()

    def reset(self) -> None:
        """Tears the connection down with a reset (RST)."""
        plug = self._transport.get_extra_info("socket")
        if plug is not None:
            # Without zero linger the kernel says goodbye politely, and clients see a short body instead of a reset.
            with contextlib.suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()


class WireProtocol(H11Protocol):
    """Uvicorn's HTTP protocol, which also hands the connection to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app: Any = _connected(self.app, Connection(transport))


def connection_of(scope: Scope) -> Connection:
    """The connection that carries the request; raises KeyError below servers other than ours."""
    connection: Connection = scope["extensions"][EXTENSION]
    return connection


def _connected(app: Any, connection: Connection) -> ASGIApp:
    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        scope.setdefault("extensions", {})[EXTENSION] = connection
        await app(scope, receive, send)

    return call
