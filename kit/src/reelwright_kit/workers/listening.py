"""The address to listen on: taken once, and clearly refused when somebody else has it."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator

from reelwright_kit.errors import CannotStart

BACKLOG = 2048
HIGHEST_PORT = 65535


class CannotListen(CannotStart):
    """The address is taken or not ours."""

    def __init__(self, address: str) -> None:
        super().__init__(f"REELWRIGHT_LISTEN: cannot listen on {address}; is the port taken?")


@contextlib.contextmanager
def bound(address: str) -> Iterator[list[socket.socket]]:
    """Sockets bound to `address`, host:port, one for each address of the host; closed at the end.

    Raises CannotListen. They do not listen yet: who connects before somebody can answer is refused, not kept waiting.
    """
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(_bound(one, address)) for one in _resolved(address)]


def listen(sockets: list[socket.socket], address: str) -> None:
    """Lets callers in; raises CannotListen when somebody was quicker."""
    try:
        for one in sockets:
            one.listen(BACKLOG)
    except OSError:
        raise CannotListen(address) from None


def port_of(sockets: list[socket.socket]) -> int:
    """The port that callers use."""
    port: int = sockets[0].getsockname()[1]
    return port


@contextlib.contextmanager
def reserved(address: str) -> Iterator[str]:
    """`address` with its port, which many processes can listen on at once with SO_REUSEPORT, but nobody else can.

    For servers that take no socket. Raises CannotListen when somebody listens there already.
    """
    host = address.rpartition(":")[0]
    with contextlib.ExitStack() as stack:
        with bound(address) as probes:
            listen(probes, address)
            port = port_of(probes)
        # Bound and never listening: it keeps the port while workers come and go, and gets no caller.
        for one in _resolved(f"{host}:{port}"):
            holder = stack.enter_context(_bound(one, address, shared=True))
            # Or else who says that it reuses addresses would be let in while no worker listens.
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        yield f"{host}:{port}"


def _resolved(address: str) -> list[tuple[socket.AddressFamily, tuple[str, int]]]:
    host, _, port = address.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, ValueError):
        raise CannotListen(address) from None
    if int(port) > HIGHEST_PORT:
        raise CannotListen(address)
    return list(dict.fromkeys((family, place) for family, _, _, _, place in found))  # type: ignore[misc]


def _bound(one: tuple[socket.AddressFamily, tuple[str, int]], address: str, *, shared: bool = False) -> socket.socket:
    family, place = one
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            # What is left of the connections of a process that has ended is in nobody's way.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(place)
    except OSError:
        made.close()
        raise CannotListen(address) from None
    made.setblocking(False)
    return made
