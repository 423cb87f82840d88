"""Starts the HTTP adapters from their environment: one process, or one that leads as many as there are cores."""

from __future__ import annotations

import os
import socket
import sys

from reelwright_gateway.settings import AdapterSettings
from reelwright_kit import logs
from reelwright_kit.workers.crew import Trade, lead
from reelwright_kit.workers.listening import bound, port_of
from reelwright_kit.workers.starting import explained
from reelwright_kit.workers.tether import is_worker, take


def main() -> None:
    """Runs until a signal; what is wrong with the environment is said in one line, with exit code 1."""
    given = take(sys.argv)
    with explained("adapters"):
        settings = AdapterSettings.load(os.environ)
        logs.configure("adapters", settings.log_level)
        if is_worker():
            serve(settings, given)
        else:
            start(settings)


def start(settings: AdapterSettings) -> None:
    """Serves here, or leads the processes that do, on a socket that all of them accept from."""
    with bound(settings.listen) as sockets:
        if (count := settings.processes) > 1:
            told = {"REELWRIGHT_WORKERS": str(count)}
            lead(Trade("adapters", "reelwright_gateway", told, sockets), count, port_of(sockets))
        serve(settings, sockets)


def serve(settings: AdapterSettings, sockets: list[socket.socket]) -> None:
    """Serves in this process."""
    # Only here: who leads does without, in half the memory.
    import uvloop  # noqa: PLC0415

    from reelwright_gateway.app import run  # noqa: PLC0415

    uvloop.run(run(settings, sockets))


if __name__ == "__main__":
    main()
