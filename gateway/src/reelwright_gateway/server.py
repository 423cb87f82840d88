"""Runs the ASGI application: address, signals, and a shutdown that does not wait for event streams."""

from __future__ import annotations

import asyncio
import contextlib
import math
import signal
import socket
from collections.abc import Generator

import uvicorn
from starlette.types import ASGIApp

from reelwright_gateway.corking import CorkedProtocol
from reelwright_gateway.settings import AdapterSettings
from reelwright_kit.settling import settle
from reelwright_kit.workers.tether import announce

# Longer than Envoy keeps an idle connection, so that it never sends into one that is being closed here.
KEEP_ALIVE_S = 90


class Server(uvicorn.Server):
    """Sets `draining` when it is told to stop, and ends without raising the signal again."""

    def __init__(self, config: uvicorn.Config, draining: asyncio.Event) -> None:
        super().__init__(config)
        self._draining = draining

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        signals = (signal.SIGTERM, signal.SIGINT)
        for number in signals:
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in signals:
                loop.remove_signal_handler(number)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            settle()
            announce("adapters", self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._draining.set()
        await super().shutdown(sockets)


def server_for(app: ASGIApp, settings: AdapterSettings, draining: asyncio.Event) -> Server:
    """A server of `app`; its `serve` returns after a signal, or when `should_exit` is set."""
    host, _, port = settings.listen.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        http=CorkedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        # Nothing here asks for the address of the client.
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=math.ceil(settings.drain_s),
    )
    return Server(config, draining)
