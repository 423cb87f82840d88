"""What a worker knows of the process that leads it: it says that it serves, and ends when the other is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time
from collections.abc import Sequence
from contextvars import ContextVar

from reelwright_kit import logs
from reelwright_kit.errors import CannotStart

FLAG = "--worker"
"""Argument before the numbers of the descriptors that a worker is given: the tether, then sockets to listen on."""

READY = "ready"
LINGER_S = 60.0
"""Seconds that a worker without a leader gets to finish; longer than REELWRIGHT_DRAIN_S usually is."""

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
        """Ends this process when its leader is gone, however that came; at last also when it does not heed SIGTERM.

        A thread, because an event loop may not run yet, or be held up.
        """
        threading.Thread(target=self._hold, name="tether", daemon=True).start()

    def _hold(self) -> None:
        with contextlib.suppress(OSError):
            while self._line.recv(64):
                pass
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(LINGER_S)
        os._exit(1)


_HELD: ContextVar[Tether | None] = ContextVar("tether", default=None)


def take(arguments: Sequence[str]) -> list[socket.socket]:
    """Makes this process a worker where its arguments say so; the sockets that it was given to listen on."""
    if FLAG not in arguments:
        return []
    tether, *others = map(int, arguments[list(arguments).index(FLAG) + 1 :])
    held = Tether(tether)
    held.hold()
    _HELD.set(held)
    sockets = [socket.socket(fileno=number) for number in others]
    for one in sockets:
        one.set_inheritable(False)
    return sockets


def is_worker() -> bool:
    """Whether this process is one of several on one address."""
    return _HELD.get() is not None


def announce(name: str, port: int) -> None:
    """Says that this process serves: to its leader where it has one, who says it for all; else in the log."""
    if held := _HELD.get():
        held.say(READY)
    else:
        log.info("serving", name=name, port=port)


def explain(error: CannotStart) -> None:
    """Tells the leader of this worker why it cannot start."""
    if held := _HELD.get():
        held.say(str(error).replace("\n", " "))
