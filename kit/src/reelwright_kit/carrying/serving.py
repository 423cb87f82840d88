"""One carried call where it is served: in a task and a context of its own, behind every interceptor."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any, Protocol, cast

import grpc

from reelwright_kit import direct_calls, logs
from reelwright_kit.carrying.frames import (
    MESSAGE_BYTES,
    UNREAD,
    Begin,
    End,
    Headers,
    Message,
    Pairs,
    Part,
    Telling,
    packed,
)
from reelwright_kit.interceptors.wrapping import Handler

log = logs.logger(__name__)

Serializer = Callable[[Any], bytes]


class Home(Protocol):
    """The stream that carries a call."""

    def put(self, frame: Telling, size: int = 0) -> None:
        """Sends a frame."""

    async def pause(self) -> None:
        """Lets others on the stream send something too."""

    def left(self, call: int, end: End, size: int = 0) -> None:
        """Takes note that a call is over."""


class _Context(direct_calls.Context):
    """Sends headers when a servicer does."""

    tell: Callable[[Pairs], None]

    async def send_initial_metadata(self, initial_metadata: Any) -> None:
        await super().send_initial_metadata(initial_metadata)
        self.tell(tuple(initial_metadata))


class Served(direct_calls.Call):
    """A call that a stream has brought."""

    _context: _Context

    def __init__(self, server: direct_calls.Server, begin: Begin, home: Home) -> None:
        super().__init__(server, begin.method, begin.metadata, begin.timeout_s)
        self._number = begin.call
        self._home = home
        self._unread = UNREAD
        self._room: asyncio.Future[None] | None = None
        self._context.tell = self._head
        self._task = self._begin(self._serve(begin.body))

    def cancel(self) -> None:
        """The caller has left."""
        self._task.cancel()

    def taken(self, messages: int) -> None:
        """So many more messages of the answer have been read."""
        self._unread = min(UNREAD, self._unread + max(0, messages))
        if self._room and not self._room.done():
            self._room.set_result(None)

    def _made(self, metadata: Pairs) -> _Context:
        return _Context(metadata)

    def _head(self, headers: Pairs) -> None:
        frame = Headers(self._number, headers)
        # Fails here, in this call, where it could not be sent: the stream is that of others too.
        self._home.put(frame, len(packed(frame)))

    async def _serve(self, body: bytes) -> None:
        try:
            await self._served(self._run, body)
            code = self._context.code() or grpc.StatusCode.OK
        except grpc.aio.AioRpcError as error:
            code = error.code()
        except asyncio.CancelledError:
            self._home.left(self._number, End(self._number, grpc.StatusCode.CANCELLED.value[0]))
            raise
        context = self._context
        end = End(self._number, code.value[0], context.details() or "", context.trailing_metadata())
        try:
            size = len(packed(end))
        except Exception as error:
            log.exception("call_crashed", rpc=self._method, error=type(error).__name__)
            end, size = End(self._number, grpc.StatusCode.UNKNOWN.value[0]), 0
        self._home.left(self._number, end, size)

    async def _run(self, body: bytes) -> None:
        handler = self._server.known(self._method) or await self._handler()
        try:
            request = cast(Any, handler.request_deserializer)(body)
        except Exception as error:
            # In gRPC's own words.
            await self._context.abort(grpc.StatusCode.UNKNOWN, f"Unexpected {type(error)}: {error}")
        if handler.response_streaming:
            await self._stream(handler, request)
        else:
            answer = await cast(Any, handler.unary_unary)(request, self._context)
            await self._tell(cast(Serializer, handler.response_serializer)(answer))

    async def _stream(self, handler: Handler, request: Any) -> None:
        serializer = cast(Serializer, handler.response_serializer)
        async with contextlib.aclosing(cast(Any, handler.unary_stream)(request, self._context)) as answers:
            async for answer in answers:
                while not self._unread:
                    self._room = asyncio.get_running_loop().create_future()
                    await self._room
                self._unread -= 1
                await self._tell(serializer(answer))

    async def _tell(self, body: bytes) -> None:
        """Sends a message; others on the stream need not wait for all of a large one."""
        whole, sent = len(body), 0
        while whole - sent > MESSAGE_BYTES:
            self._home.put(Part(self._number, body[sent : sent + MESSAGE_BYTES], whole), MESSAGE_BYTES)
            sent += MESSAGE_BYTES
            await self._home.pause()
        self._home.put(Message(self._number, body[sent:]), whole - sent)
