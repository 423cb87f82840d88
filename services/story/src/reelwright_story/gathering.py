"""Tasks that belong together: all of them or none, and whoever waits hears of the first failure itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from reelwright_kit.errors import AppError

Result = TypeVar("Result")


def _never(error: AppError) -> bool:
    return False


class Gathering(asyncio.TaskGroup):
    """A task group that raises the first failure itself: callers react to failures, not to groups of them.

    A failure that is `patient` stops nobody but those who wait for its task: the others end first. What was ordered
    from somebody is paid, so it is waited for although something else cannot be ordered any more.
    """

    def __init__(self, patient: Callable[[AppError], bool] = _never) -> None:
        super().__init__()
        self._patient = patient
        self._put_off: list[AppError] = []

    def begin(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Starts a task that others of this group may await."""
        task = asyncio.ensure_future(work)
        self.create_task(self._watch(task))
        return task

    async def __aexit__(self, *raised: Any) -> None:
        error = raised[1]
        put_off = isinstance(error, AppError) and self._patient(error)
        try:
            await super().__aexit__(*((None, None, None) if put_off else raised))
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
        if self._put_off:
            raise self._put_off[0]

    async def _watch(self, task: asyncio.Task[Any]) -> None:
        try:
            await task
        except AppError as error:
            if not self._patient(error):
                raise
            self._put_off.append(error)
