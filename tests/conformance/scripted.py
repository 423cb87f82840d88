"""An LLM service that answers as a test tells it, with the rules and failures of the real one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import grpc

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit import caller
from reelwright_kit.carrying.landing import Landing
from reelwright_kit.client import IN_PROCESS
from reelwright_kit.interceptors import interceptors
from reelwright_kit.server import options
from tests.conformance.kept import Kept
from tests.gates import open_to_everybody

MODEL = "acme/writer"
HEAD = {"id": "chatcmpl-7", "model": MODEL, "provider": "acme"}


@dataclass
class Script(rpc.LlmServiceServicer):
    """What comes next; a step of a stream is pieces to send, a failure to end with, or an event to wait for."""

    answer: Any = None
    steps: list[Any] = field(default_factory=list)
    heard: Any = None
    """The last request."""
    calls: int = 0
    retries: int = 0
    """How often the caller says it has repeated the last call."""
    carried: bool = False
    """Whether the last call shared a stream with others."""
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the last call was cancelled."""

    def forget(self) -> None:
        """Begins anew."""
        self.answer, self.steps, self.heard, self.calls = None, [], None, 0
        self.begun, self.left = asyncio.Event(), asyncio.Event()

    async def Chat(self, request: Any, context: Any) -> Any:
        return await self._one(request, context)

    async def Embed(self, request: Any, context: Any) -> Any:
        return await self._one(request, context)

    async def Moderate(self, request: Any, context: Any) -> Any:
        return await self._one(request, context)

    async def _one(self, request: Any, context: Any) -> Any:
        self._hear(request, context)
        step = self.answer.pop(0) if isinstance(self.answer, list) else self.answer
        if isinstance(step, Exception):
            raise step
        if isinstance(step, asyncio.Event):
            await self._until(step)
        return step

    async def StreamChat(self, request: Any, context: Any) -> AsyncIterator[pb.StreamChatResponse]:
        self._hear(request, context)
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            if isinstance(step, asyncio.Event):
                await self._until(step)
            else:
                yield pb.StreamChatResponse(chunks=step)

    def _hear(self, request: Any, context: Any) -> None:
        self.carried = context.peer() == IN_PROCESS
        self.heard, self.retries = request, caller.current().retries
        self.calls += 1
        self.begun.set()

    async def _until(self, event: asyncio.Event) -> None:
        try:
            await event.wait()
        except asyncio.CancelledError:
            self.left.set()
            raise


def chunk(**delta: Any) -> pb.ChatChunk:
    """A piece of the first answer."""
    finish = delta.pop("finish_reason", "")
    logprobs = delta.pop("logprobs", None)
    choice = pb.ChoiceDelta(delta=pb.Delta(**delta), finish_reason=finish, logprobs=logprobs)
    return pb.ChatChunk(**HEAD, create_time={"seconds": 1_700_000_000}, choices=[choice])


def last(read: int = 3, written: int = 4) -> pb.ChatChunk:
    """The last piece, with the usage."""
    usage = pb.Usage(input_tokens=read, output_tokens=written, total_tokens=read + written)
    return pb.ChatChunk(**HEAD, create_time={"seconds": 1_700_000_000}, usage=usage)


def said(text: str = "Hello", **message: Any) -> pb.ChatResponse:
    """A whole answer."""
    finish = message.pop("finish_reason", "stop")
    known = {"role": "assistant"} | ({"content": text} if text else {}) | message
    return pb.ChatResponse(
        **HEAD,
        create_time={"seconds": 1_700_000_000},
        choices=[pb.Choice(message=pb.Message(**known), finish_reason=finish)],
        usage=pb.Usage(input_tokens=3, output_tokens=4, total_tokens=7, cached_input_tokens=2, reasoning_tokens=1),
    )


@contextlib.asynccontextmanager
async def serving(script: Script, *others: Kept) -> AsyncIterator[int]:
    """Yields its port; `others` answer there too."""
    server = grpc.aio.server(interceptors=interceptors(open_to_everybody()), options=options())
    landing = cast(grpc.aio.Server, Landing(server, open_to_everybody()))
    rpc.add_LlmServiceServicer_to_server(script, landing)
    for other in others:
        other.serve(landing)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    try:
        yield port
    finally:
        await server.stop(None)
