"""The start of a process: alone, as one of several workers, or as the one that leads them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol, Self

from reelwright_kit import logs
from reelwright_kit.errors import CannotStart
from reelwright_kit.workers.crew import Trade, lead
from reelwright_kit.workers.listening import reserved
from reelwright_kit.workers.tether import explain, is_worker, take


class Crewed(Protocol):
    """Settings of a service that can be several processes."""

    @classmethod
    def load(cls, environment: Mapping[str, str]) -> Self:
        """The settings that `environment` gives; raises CannotStart."""

    @property
    def listen(self) -> str:
        """Address to listen on, host:port."""

    @property
    def log_level(self) -> str:
        """debug, info, warning or error."""

    @property
    def processes(self) -> int:
        """How many processes serve."""


@contextlib.contextmanager
def explained(name: str) -> Iterator[None]:
    """What keeps the process `name` from starting is said in one line, with exit code 1; a worker's leader says it."""
    try:
        yield
    except CannotStart as error:
        if is_worker():
            explain(error)
            sys.exit(1)
        sys.exit(f"reelwright-{name}: {error}")


def start(name: str, settings_class: type[Crewed], serve: Callable[[], None]) -> None:
    """Serves over gRPC in this process, or leads those that do; `serve` is called in whichever process serves.

    What it needs is best imported there: who leads does without, in a third of the memory.
    """
    take(sys.argv)
    if not is_worker():
        with explained(name):
            _lead(name, settings_class.load(os.environ))
    serve()


def _lead(name: str, settings: Crewed) -> None:
    """Does not return where several processes are to serve."""
    if (count := settings.processes) == 1:
        return
    logs.configure(name, settings.log_level)
    with reserved(settings.listen) as address:
        told = {"REELWRIGHT_LISTEN": address, "REELWRIGHT_WORKERS": str(count)}
        lead(Trade(name, f"reelwright_{name}", told), count, int(address.rpartition(":")[2]))
