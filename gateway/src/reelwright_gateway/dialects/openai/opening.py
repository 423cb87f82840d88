"""Streams of a service on their way to a client: begun with the status of their beginning, closed with the client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import TypeVar

from starlette.requests import Request

from reelwright_gateway.dialects.openai.service import Streaming
from reelwright_gateway.presence import attended
from reelwright_gateway.upstream import answer_headers

Message = TypeVar("Message")

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
"""Headers of every stream."""


async def opened(
    request: Request, call: Streaming[Message], silence_s: float
) -> tuple[AsyncGenerator[Message, None], dict[str, str]]:
    """What `call` answers, and the headers of the answer. The call is cancelled when the messages are closed early.

    A failure before the first message is raised; nobody waits longer than a silence for it.
    """
    answers = aiter(call)
    first = asyncio.ensure_future(anext(answers, None))
    # Nobody asks a stream that was left how it ended.
    first.add_done_callback(lambda begun: begun.cancelled() or begun.exception())
    try:
        begun = await attended(request, call, _begun(first, silence_s))
        return _messages(call, first, answers), HEADERS | (await answer_headers(call) if begun else {})
    except BaseException:
        call.cancel()
        first.cancel()
        raise


async def _begun(first: asyncio.Future[Message | None], silence_s: float) -> bool:
    """Whether the first message, or the end, came in time; raises what came instead."""
    await asyncio.wait((first,), timeout=silence_s)
    if first.done():
        first.result()
    return first.done()


async def _messages(
    call: Streaming[Message], first: asyncio.Future[Message | None], answers: AsyncIterator[Message]
) -> AsyncGenerator[Message, None]:
    try:
        message = await first
        while message is not None:
            yield message
            message = await anext(answers, None)
    finally:
        call.cancel()
        first.cancel()
