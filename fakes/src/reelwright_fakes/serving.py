"""Runs the application with uvicorn on a socket that is already open, so its port is known before it starts."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import uvicorn

from reelwright_fakes.app import create_app
from reelwright_fakes.connection import WireProtocol
from reelwright_fakes.world import World

# Longer than clients keep idle connections, as vendors do: closed by the server, one may be used at that very moment.
KEEP_ALIVE_S = 75
GRACE_S = 1


class NotLoopback(ValueError):
    """The address is reachable from elsewhere, and nobody allowed that."""


class Server(uvicorn.Server):
    """Uvicorn, which lets held answers go before it waits for requests to end."""

    def __init__(self, world: World, *, certificate: Path | None = None, private_key: Path | None = None) -> None:
        self._world = world
        super().__init__(
            uvicorn.Config(
                create_app(world),
                http=WireProtocol,
                ws="none",
                loop="asyncio",
                lifespan="on",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
                timeout_keep_alive=KEEP_ALIVE_S,
                ssl_certfile=certificate,
                ssl_keyfile=private_key,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._world.signal.close()
        await super().shutdown(sockets)


def listen(host: str, port: int, *, allow_remote: bool = False) -> socket.socket:
    """A listening socket (port 0: a free one); raises NotLoopback unless `host` is this machine's own or allowed."""
    if not allow_remote and not _is_loopback(host):
        raise NotLoopback(f"{host} is not a loopback address; anybody who reaches the server may control it")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Said explicitly, because asyncio sends small pieces at once only on sockets whose protocol it can read.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(512)
    except OSError:
        listening.close()
        raise
    return listening


def address_of(listening: socket.socket, *, scheme: str = "http") -> str:
    """The address clients use."""
    host, port = listening.getsockname()[:2]
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
