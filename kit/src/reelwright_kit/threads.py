"""Work in a thread that ends with whoever waits for it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

Result = TypeVar("Result")
P = ParamSpec("P")


async def in_thread(
    compute: Callable[Concatenate[Callable[[], bool], P], Result], *args: P.args, **kwargs: P.kwargs
) -> Result:
    """Runs `compute(should_stop, ...)` in a thread; a caller that is cancelled waits until the thread has stopped."""
    stop = threading.Event()
    thread = asyncio.ensure_future(asyncio.to_thread(compute, stop.is_set, *args, **kwargs))
    try:
        return await asyncio.shield(thread)
    except asyncio.CancelledError:
        stop.set()
        while not thread.done():
            # Also when cancelled again: its files must not be taken from a thread that still uses them.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({thread})
        if not thread.cancelled():
            thread.exception()
        raise
