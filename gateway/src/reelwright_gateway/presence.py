"""Calls that end as soon as whoever waits for them is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Protocol, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")

WATCHED_AFTER_S = 0.02
"""A task that watches costs as much as what it would spare of a call that is over sooner."""


class Cancellable(Protocol):
    """A call that can be ended."""

    def cancel(self) -> bool:
        """Ends it; whoever waits for it gets CancelledError."""


async def attended(request: Request, call: Cancellable, answer: Awaitable[T]) -> T:
    """The answer of `call`; raises ClientDisconnect when the client left before, at which the call is cancelled.

    The body must have been read: what comes next from the client can only be its leaving.
    """
    watch = _Watch(request, call)
    try:
        return await answer
    except asyncio.CancelledError:
        if watch.left:
            raise ClientDisconnect from None
        # Somebody cancelled the waiting itself.
        call.cancel()
        raise
    finally:
        watch.end()


class _Watch:
    """Looks whether the client of `request` leaves, from a moment on by which the quickest answers are there."""

    def __init__(self, request: Request, call: Cancellable) -> None:
        self._request = request
        self._call = call
        self._leaving: asyncio.Future[Any] | None = None
        self._timer = asyncio.get_running_loop().call_later(WATCHED_AFTER_S, self._begin)

    @property
    def left(self) -> bool:
        """Whether it has."""
        return self._leaving is not None and self._leaving.done() and not self._leaving.cancelled()

    def end(self) -> None:
        """Looks no more."""
        self._timer.cancel()
        if self._leaving:
            self._leaving.cancel()

    def _begin(self) -> None:
        leaving = self._leaving = asyncio.ensure_future(self._request.receive())
        leaving.add_done_callback(lambda gone: None if gone.cancelled() else self._call.cancel())
