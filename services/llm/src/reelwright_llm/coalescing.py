"""What is pending goes out together: a message costs far more than a piece."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import TypeVar

T = TypeVar("T")

MOST_TOGETHER = 64
TURNS_AHEAD = 5
"""So many turns of the event loop take the first piece to the client; others that came with it wait for that."""
MOST_PENDING = 1024
"""Pieces that wait for a slow reader; then the model is not read further."""


async def together(pieces: AsyncGenerator[T], most: int = MOST_TOGETHER) -> AsyncGenerator[list[T]]:
    """The pieces in order, the first alone, then each time all that have come since, at most `most`.

    `pieces` is closed with this.
    """
    pending: list[T] = []
    come, room = asyncio.Event(), asyncio.Event()
    room.set()

    async def read() -> None:
        async with contextlib.aclosing(pieces):
            first = True
            async for piece in pieces:
                pending.append(piece)
                come.set()
                if first:
                    first = False
                    await _let_pass()
                if len(pending) >= MOST_PENDING:
                    room.clear()
                    await room.wait()

    reading = asyncio.create_task(read())
    reading.add_done_callback(lambda _: come.set())
    try:
        while pending or not reading.done():
            await come.wait()
            come.clear()
            while pending:
                batch = pending[:most]
                del pending[:most]
                room.set()
                yield batch
        await reading
    finally:
        reading.cancel()
        await asyncio.wait([reading])


async def _let_pass() -> None:
    for _ in range(TURNS_AHEAD):
        await asyncio.sleep(0)
