"""What a worker knows of the process that leads it: it says that it serves, and ends when the other is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
from collections.abc import Iterator, Sequence
from contextvars import ContextVar

from reelwright_kit import logs
from reelwright_kit.errors import CannotStart

FLAG = "--worker"
"""Argument before the numbers of the descriptors that a worker is given: the tether, then sockets to listen on."""

READY = "ready"

log = logs.logger(__name__)


class Tether:
    """The worker's end of a connection to its leader, who reads lines: `ready`, or why this process cannot start."""

    def __init__(self, descriptor: int) -> None:
        self._line = socket.socket(fileno=descriptor)
        self._line.set_inheritable(False)

    def say(self, message: str) -> None:
        """Tells the leader; nothing when it is gone."""
        with contextlib.suppress(OSError):
            self._line.sendall(f"{message}\n".encode())

    def hold(self) -> None:
        """Ends this process by SIGTERM when its leader is gone, however that came.

        A thread, because an event loop may not run yet, or be held up.
        """
        threading.Thread(target=self._hold, name="tether", daemon=True).start()

    def _hold(self) -> None:
        with contextlib.suppress(OSError):
            while self._line.recv(64):
                pass
        os.kill(os.getpid(), signal.SIGTERM)


_HELD: ContextVar[Tether | None] = ContextVar("tether", default=None)


def is_worker() -> bool:
    """Whether this process is one of several on one address."""
    return _HELD.get() is not None


def announce(name: str, port: int) -> None:
    """Says that this process serves: to its leader where it has one, who says it for all; else in the log."""
    if held := _HELD.get():
        held.say(READY)
    else:
        log.info("serving", name=name, port=port)


def descriptors(arguments: Sequence[str]) -> list[int]:
    """The descriptors that a worker was given, the tether first; none for a process that is no worker."""
    if FLAG not in arguments:
        return []
    return [int(number) for number in arguments[list(arguments).index(FLAG) + 1 :]]


def inherited(numbers: Sequence[int]) -> list[socket.socket]:
    """The sockets to listen on that a worker was given; they go no further."""
    sockets = [socket.socket(fileno=number) for number in numbers]
    for one in sockets:
        one.set_inheritable(False)
    return sockets


@contextlib.contextmanager
def held(descriptor: int) -> Iterator[None]:
    """Runs the block as a worker; what keeps it from starting is told to the leader, and raised as SystemExit."""
    tether = Tether(descriptor)
    token = _HELD.set(tether)
    tether.hold()
    try:
        yield
    except CannotStart as error:
        tether.say(str(error).replace("\n", " "))
        raise SystemExit(1) from None
    finally:
        _HELD.reset(token)
