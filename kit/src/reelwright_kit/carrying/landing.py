"""Where carried calls arrive: a server that serves each as if it had come alone."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import Any

import grpc
import msgspec

from reelwright_kit import logs
from reelwright_kit.access.gate import Gate
from reelwright_kit.carrying.frames import (
    CALLS,
    NAME,
    SERVICE,
    Begin,
    Cancel,
    End,
    Leaving,
    Taken,
    Telling,
    Welcome,
    asked,
    packed,
)
from reelwright_kit.carrying.outbox import Outbox
from reelwright_kit.carrying.serving import Served
from reelwright_kit.direct_service import Service

STREAM_S = 30.0
"""For so long a stream brings new calls; its connection may have reached its age by then, of which nobody is told."""

log = logs.logger(__name__)


class Landing:
    """Registers servicers at `server`, and again for the calls that streams carry to it."""

    def __init__(self, server: grpc.aio.Server, gate: Gate) -> None:
        self._server = server
        self._service = Service(gate)
        self._streams: set[_Stream] = set()
        self._leaving = False
        carry: dict[str, Any] = {NAME: grpc.stream_stream_rpc_method_handler(self._carry)}
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, carry),))

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        """Those of a service; for carried calls they are the same as those that are registered by name."""
        self._server.add_generic_rpc_handlers(handlers)

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Any]) -> None:
        """The methods of a service, as generated code gives them."""
        self._server.add_registered_method_handlers(service, handlers)
        self._service.add_registered_method_handlers(service, handlers)

    def leave(self) -> None:
        """Takes no new stream, and asks those who have one to begin their calls elsewhere."""
        self._leaving = True
        for stream in self._streams:
            stream.leave()

    async def close(self) -> None:
        """Returns when nothing runs here any more; what still did is cancelled."""
        await self._service.close()

    async def _carry(self, requests: AsyncIterator[bytes], context: Any) -> None:
        if self._leaving:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "The server is leaving.")
        stream = _Stream(self._service)
        self._streams.add(stream)
        try:
            await stream.run(requests, context)
        finally:
            self._streams.discard(stream)


class _Stream:
    """One stream of one caller."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._outbox = Outbox[Telling]()
        self._calls: dict[int, Served] = {}
        self._heard_all = False
        self._answers = {Begin: self._begin, Cancel: self._cancel, Taken: self._taken}
        self.put = self._outbox.put
        self.pause = self._outbox.left

    async def run(self, requests: AsyncIterator[bytes], context: Any) -> None:
        """Carries until the caller begins no more calls and all are over; whoever goes before that cancels them."""
        leaving = asyncio.get_running_loop().call_later(STREAM_S, self.leave)
        reading = asyncio.create_task(self._read(requests))
        try:
            await context.write(packed([Welcome(CALLS)]))
            async with contextlib.aclosing(self._outbox.messages()) as messages:
                async for message in messages:
                    await context.write(message)
            if not await reading:
                await context.abort(grpc.StatusCode.INVALID_ARGUMENT, "These are no frames of this version.")
        finally:
            leaving.cancel()
            reading.cancel()
            calls, self._calls = self._calls, {}
            for call in calls.values():
                call.cancel()

    def leave(self) -> None:
        """Asks for no new calls; those that are on their way are served."""
        self.put(Leaving())

    def left(self, call: int, end: End, size: int = 0) -> None:
        """Tells how a call ended, unless its caller has left."""
        if self._calls.pop(call, None):
            self.put(end, size)
            self._close()

    async def _read(self, requests: AsyncIterator[bytes]) -> bool:
        """Whether all that the caller sent made sense."""
        sense = True
        try:
            async for message in requests:
                for frame in asked(message):
                    self._answers[type(frame)](frame)
        except msgspec.MsgspecError:
            sense = False
            self._calls, calls = {}, self._calls
            for call in calls.values():
                call.cancel()
        self._heard_all = True
        self._close()
        return sense

    def _close(self) -> None:
        if self._heard_all and not self._calls:
            self._outbox.close()

    def _begin(self, begin: Any) -> None:
        if begin.call in self._calls:
            raise msgspec.ValidationError("a number in use")
        if len(self._calls) >= CALLS:
            code = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]
            self.put(End(begin.call, code, f"There are {CALLS} calls on this stream."))
        else:
            self._calls[begin.call] = Served(self._service, begin, self)

    def _cancel(self, cancel: Any) -> None:
        if call := self._calls.pop(cancel.call, None):
            call.cancel()

    def _taken(self, taken: Any) -> None:
        if call := self._calls.get(taken.call):
            call.taken(taken.messages)
