"""Reads a stream as fast as it comes, so that what is pending goes out together, and notices when it is silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.service import Streaming

MOST = 4096
"""Pieces that wait for a slow client before the service has to wait too."""


async def gathered(
    call: Streaming[pb.StreamChatResponse], silence_s: float
) -> AsyncGenerator[list[pb.ChatChunk], None]:
    """The pieces that have come since the last time, none when nothing came for `silence_s`; raises what the call does.

    The call is cancelled when this is closed early.
    """
    pending = Pending(silence_s)
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


class Pending:
    """Pieces that have come and that nobody has taken."""

    def __init__(self, silence_s: float) -> None:
        self._pieces: list[pb.ChatChunk] = []
        self._ended = False
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._silence_s = silence_s
        self._loop = asyncio.get_running_loop()
        self._taken_at = self._loop.time()
        # One timer that is set anew when it was too early: far fewer than one for every piece.
        self._timer = self._loop.call_later(silence_s, self._silent)

    async def collect(self, call: Streaming[pb.StreamChatResponse]) -> None:
        """Takes in what the call says."""
        async for message in call:
            self._pieces.extend(message.chunks)
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

    async def take(self) -> list[pb.ChatChunk]:
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
