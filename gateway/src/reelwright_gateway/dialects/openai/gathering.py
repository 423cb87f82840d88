"""Reads a stream as fast as it comes, so that what is pending goes out together, and notices when it is silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable
from typing import Generic, TypeVar

from starlette.requests import Request

from reelwright_gateway.dialects.openai.service import Streaming
from reelwright_gateway.presence import attended
from reelwright_gateway.upstream import answer_headers

Message = TypeVar("Message")
Piece = TypeVar("Piece")

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Headers of every stream."""
MOST = 4096
"""Pieces that wait for a slow client before the service has to wait too."""


async def opened(
    request: Request, call: Streaming[Message], pieces: AsyncGenerator[list[Piece], None]
) -> tuple[list[Piece] | None, dict[str, str]]:
    """The first of `pieces`, which are those of `call`, or None when there are none, and the headers of the answer.

    A failure is raised as long as nothing was sent; nobody waits longer than a silence for it.
    """
    try:
        first = await attended(request, call, anext(pieces, None))
        return first, HEADERS | (await answer_headers(call) if first or first is None else {})
    except BaseException:
        await pieces.aclose()
        raise


async def gathered(
    call: Streaming[Message], inside: Callable[[Message], Iterable[Piece]], silence_s: float
) -> AsyncGenerator[list[Piece], None]:
    """The pieces that have come since the last time, none when nothing came for `silence_s`; raises what the call does.

    `inside` are those of one message. The call is cancelled when this is closed early.
    """
    pending = Pending(inside, silence_s)
    collecting = asyncio.create_task(pending.collect(call))
    collecting.add_done_callback(pending.end)
    try:
        while not pending.exhausted:
            taken = await pending.take()
            if taken or not pending.exhausted:
                yield taken
        await collecting
    finally:
        call.cancel()
        collecting.cancel()
        pending.close()


class Pending(Generic[Message, Piece]):
    """Pieces that have come and that nobody has taken."""

    def __init__(self, inside: Callable[[Message], Iterable[Piece]], silence_s: float) -> None:
        self._inside = inside
        self._pieces: list[Piece] = []
        self._ended = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._silence_s = silence_s
        self._loop = asyncio.get_running_loop()
        self._taken_at = self._loop.time()
        # One timer that is set anew when it was too early: far fewer than one for every piece.
        self._timer = self._loop.call_later(silence_s, self._silent)

    async def collect(self, call: Streaming[Message]) -> None:
        """Takes in what the call says."""
        async for message in call:
            self._pieces.extend(self._inside(message))
            self._news.set()
            if len(self._pieces) >= MOST:
                self._room.clear()
                await self._room.wait()

    def end(self, collecting: asyncio.Task[None]) -> None:
        """Notes that nothing more will come."""
        # Nobody asks a stream that was left how it ended.
        _ = collecting.cancelled() or collecting.exception()
        self._ended = True
        self._news.set()

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing left."""
        return self._ended and not self._pieces

    async def take(self) -> list[Piece]:
        """What is there, at once or as soon as there is something; nothing after so many seconds of silence."""
        await self._news.wait()
        self._taken_at = self._loop.time()
        taken, self._pieces = self._pieces, []
        self._news.clear()
        self._room.set()
        return taken

    def close(self) -> None:
        """Watches for silence no more."""
        self._timer.cancel()

    def _silent(self) -> None:
        left = self._taken_at + self._silence_s - self._loop.time()
        if left <= 0:
            self._news.set()
        self._timer = self._loop.call_later(left if left > 0 else self._silence_s, self._silent)
