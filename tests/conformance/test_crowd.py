"""Many streams at once, many of which nobody reads to their end."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import httpx

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.chunks import Telling
from reelwright_gateway.streaming import Heart, Streamed
from tests.conformance.conftest import chain_to
from tests.conformance.scripted import MODEL, Script, chunk, last, serving

STREAMS = 300
PIECES = 20


class Counting(Script):
    """Counts the calls that are being answered; each stops in the middle until `gate` opens."""

    def __init__(self) -> None:
        super().__init__()
        self.open = 0
        self.halfway = 0
        self.gate = asyncio.Event()
        self.changed = asyncio.Condition()

    async def StreamChat(self, request: Any, context: Any) -> AsyncIterator[pb.StreamChatResponse]:
        await self._count(1)
        try:
            for number in range(PIECES):
                if number == PIECES // 2:
                    await self._half()
                    await self.gate.wait()
                yield pb.StreamChatResponse(chunks=[chunk(content=f"{number} ")])
            yield pb.StreamChatResponse(chunks=[chunk(finish_reason="stop"), last()])
        finally:
            await asyncio.shield(self._count(-1))

    async def _count(self, step: int) -> None:
        async with self.changed:
            self.open += step
            self.changed.notify_all()

    async def _half(self) -> None:
        async with self.changed:
            self.halfway += 1
            self.changed.notify_all()

    async def until(self, halfway: int, open_calls: int) -> None:
        """Waits until so many calls came to the middle and so many are being answered."""
        async with self.changed:
            await self.changed.wait_for(lambda: self.halfway == halfway and self.open == open_calls)


def left_over() -> list[object]:
    """What the adapters, which run in this process, still hold of streams."""
    gc.collect()
    return [one for one in gc.get_objects() if type(one) in (Heart, Streamed, Telling)]


async def test_streams_that_are_left_leave_no_call_behind(tmp_path: Any) -> None:
    """A third of 300 leave in the middle: their calls end at once, the others are answered whole."""
    script = Counting()
    async with serving(script) as port, chain_to(tmp_path / "envoy", port) as chain:
        limits = httpx.Limits(max_connections=STREAMS)
        async with httpx.AsyncClient(base_url=chain.url, timeout=60, limits=limits) as client:
            body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "stream": True}

            async def ask() -> str:
                return (await client.post("chat/completions", json=body)).text

            asking = [asyncio.create_task(ask()) for _ in range(STREAMS)]
            async with asyncio.timeout(100):
                await script.until(STREAMS, STREAMS)
                for leaving in asking[::3]:
                    leaving.cancel()
                await script.until(STREAMS, STREAMS - len(asking[::3]))
                script.gate.set()
                answers = await asyncio.gather(*asking, return_exceptions=True)
                await script.until(STREAMS, 0)

        assert left_over() == []

    read = [answer for answer in answers if isinstance(answer, str)]
    assert len(read) == STREAMS * 2 // 3
    assert all(answer.endswith("data: [DONE]\n\n") and '"19 "' in answer for answer in read)
