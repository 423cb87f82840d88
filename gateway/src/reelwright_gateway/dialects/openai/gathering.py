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
    pending: list[pb.ChatChunk] = []
    news, room = asyncio.Event(), asyncio.Event()

    async def collect() -> None:
        async for message in call:
            if message.chunks:
                pending.extend(message.chunks)
                news.set()
            if len(pending) >= MOST:
                room.clear()
                await room.wait()

    collecting = asyncio.create_task(collect())
    collecting.add_done_callback(lambda ended: (news.set(), ended.cancelled() or ended.exception()))
    try:
        while not collecting.done() or pending:
            if await _within(news, silence_s) and not pending:
                break
            taken, pending[:] = pending[:], []
            news.clear()
            room.set()
            if collecting.done():
                news.set()
            yield taken
        await collecting
    finally:
        call.cancel()
        collecting.cancel()


async def _within(news: asyncio.Event, silence_s: float) -> bool:
    """Whether there is news in time."""
    try:
        async with asyncio.timeout(silence_s):
            await news.wait()
    except TimeoutError:
        return False
    return True
