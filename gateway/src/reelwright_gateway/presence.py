"""Calls that end as soon as whoever waits for them is gone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Protocol, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


class Cancellable(Protocol):
    """A call that can be ended."""

    def cancel(self) -> bool:
        """Ends it; whoever waits for it gets CancelledError."""


async def attended(request: Request, call: Cancellable, answer: Awaitable[T]) -> T:
    """The answer of `call`; raises ClientDisconnect when the client left before, at which the call is cancelled.

    The body must have been read: what comes next from the client can only be its leaving.
    """
    leaving = asyncio.ensure_future(request.receive())
    leaving.add_done_callback(lambda gone: None if gone.cancelled() else call.cancel())
    try:
        return await answer
    except asyncio.CancelledError:
        if leaving.done() and not leaving.cancelled():
            raise ClientDisconnect from None
        # Somebody cancelled the waiting itself.
        call.cancel()
        raise
    finally:
        leaving.cancel()
