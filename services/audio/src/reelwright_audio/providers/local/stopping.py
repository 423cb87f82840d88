"""How long work in the local engines is told to stop and tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

StopCheck = Callable[[], bool]
ProgressReport = Callable[[float], None]


class Stopped(Exception):
    """The caller's `should_stop` answered true, so the work was given up half way."""


def never() -> bool:
    """The stop check of a caller that never stops."""
    return False


def unheard(fraction: float) -> None:
    """The progress report of a caller that does not listen."""


def stop_if(should_stop: StopCheck) -> None:
    """Raises Stopped when `should_stop` says so."""
    if should_stop():
        raise Stopped
