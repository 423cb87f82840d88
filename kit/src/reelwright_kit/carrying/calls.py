"""Carried calls as their callers see them: as calls of gRPC, of which only what is used here is offered."""

from __future__ import annotations

import asyncio
import random
import time
import weakref
from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Any, Protocol, Self

import grpc

from reelwright_kit import logs
from reelwright_kit.carrying.frames import METADATA_BYTES, UNREAD, Asking, Begin, Cancel, End, Pairs, Taken
from reelwright_kit.carrying.policies import Policy

log = logs.logger(__name__)

CODES = {code.value[0]: code for code in grpc.StatusCode}
UNAVAILABLE = grpc.StatusCode.UNAVAILABLE.value[0]


@dataclass(frozen=True)
class Way:
    """How calls of one method are made; `plain` makes one of gRPC's own, from bytes to bytes."""

    method: str
    deserialize: Callable[[bytes], Any]
    plain: Callable[..., Any]
    policy: Policy
    receive_bytes: int


class Stream(Protocol):
    """What carries calls."""

    def enter(self, call: Call) -> int:
        """Takes a call in, and gives it a number."""

    def put(self, frame: Asking, size: int = 0) -> None:
        """Sends a frame."""

    def left(self, call: int) -> None:
        """Forgets a call."""


class Call:
    """A call that has begun. It ends with the last reference to it, as gRPC's do."""

    def __init__(self, stream: Stream, way: Way, body: bytes, metadata: Pairs, timeout_s: float | None) -> None:
        promised_s = way.policy.timeout_s
        if promised_s is not None:
            timeout_s = promised_s if timeout_s is None else min(timeout_s, promised_s)
        self._way = way
        self._stream: Stream | None = stream
        self._cancelled = False
        self._headers: Pairs | None = None
        self._known: asyncio.Future[None] | None = None
        self._parts: list[bytes] = []
        self._end: End | None = None
        self._callbacks: list[Callable[[Any], None]] = []
        self._timer: asyncio.TimerHandle | None = None
        self._asked = (body, metadata, timeout_s)
        self._number = stream.enter(self)
        if timeout_s is not None:
            self._timer = asyncio.get_running_loop().call_later(timeout_s, _expire, weakref.ref(self))
        stream.put(Begin(self._number, way.method, metadata, body, timeout_s), len(body) + METADATA_BYTES)

    def __del__(self) -> None:
        if not self._end:
            self.cancel()

    def add_done_callback(self, callback: Callable[[Self], None]) -> None:
        """Calls `callback` at the end of the call, or now if that has come."""
        if self._end:
            callback(self)
        else:
            self._callbacks.append(callback)

    def cancel(self) -> bool:
        """Ends the call, here and where it is served."""
        if self._end:
            return False
        self._cancelled = True
        self._leave()
        self.ended(End(self._number, grpc.StatusCode.CANCELLED.value[0], "Locally cancelled by application!"))
        return True

    async def initial_metadata(self) -> Pairs:
        """The headers of the answer, once they are known."""
        if self._headers is None and not self._end:
            self._known = self._known or asyncio.get_running_loop().create_future()
            await asyncio.shield(self._known)
        return self._headers or ()

    def headed(self, headers: Pairs) -> None:
        """The headers have come."""
        self._headers = headers
        if self._known and not self._known.done():
            self._known.set_result(None)

    def part(self, body: bytes, whole: int) -> None:
        """A part of a large message has come; one that is too large ends the call, as it would without a stream."""
        if whole > (most := self._way.receive_bytes):
            told = f"CLIENT: Received message larger than max ({whole} vs. {most})"
            self.fail(grpc.StatusCode.RESOURCE_EXHAUSTED, told)
        else:
            self._parts.append(body)

    def came(self, body: bytes) -> None:
        """A message has come, or the rest of it."""
        if self._headers is None:
            self.headed(())
        if self._parts:
            body, self._parts = b"".join((*self._parts, body)), []
        try:
            answer = self._way.deserialize(body)
        except Exception:
            self.fail(grpc.StatusCode.INTERNAL, "Exception deserializing response!")
        else:
            self._answered(answer)

    def fail(self, code: grpc.StatusCode, details: str) -> None:
        """Ends the call from this side."""
        self._leave()
        self.ended(End(self._number, code.value[0], details))

    def broken(self, details: str, *, sent: bool) -> None:
        """The stream has ended before the call; whether that had been `sent` is known."""
        self.ended(End(self._number, UNAVAILABLE, details))

    def ended(self, end: End) -> None:
        """The call is over."""
        self._stream = None
        self._end = end
        if self._timer:
            self._timer.cancel()
        if self._known and not self._known.done():
            self._known.set_result(None)
        self._wake()
        callbacks, self._callbacks = self._callbacks, []
        for callback in callbacks:
            callback(self)

    def _leave(self) -> None:
        if self._stream:
            self._stream.put(Cancel(self._number))
            self._stream.left(self._number)

    def _answered(self, answer: Any) -> None:
        raise NotImplementedError

    def _wake(self) -> None:
        raise NotImplementedError

    def _raise(self, end: End) -> None:
        if self._cancelled:
            raise asyncio.CancelledError
        code = CODES.get(end.code, grpc.StatusCode.UNKNOWN)
        if code is grpc.StatusCode.OK:
            return
        metadata = grpc.aio.Metadata
        raise grpc.aio.AioRpcError(code, metadata(*self._headers or ()), metadata(*end.trailing), end.details)


def _expire(known: weakref.ref[Call]) -> None:
    if (call := known()) is not None:
        call.fail(grpc.StatusCode.DEADLINE_EXCEEDED, "Deadline Exceeded")


_NOTHING = object()


class Unary(Call):
    """A call with one answer. What the contract lets gRPC repeat is repeated, as one of gRPC's own."""

    def __init__(self, stream: Stream, way: Way, body: bytes, metadata: Pairs, timeout_s: float | None) -> None:
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._answer: Any = _NOTHING
        self._again: asyncio.Task[None] | None = None
        self._begun = time.monotonic()
        super().__init__(stream, way, body, metadata, timeout_s)

    def __await__(self) -> Generator[Any, None, Any]:
        if not self._end:
            try:
                yield from self._over.__await__()
            except asyncio.CancelledError:
                self.cancel()
                raise
        assert self._end
        self._raise(self._end)
        return self._answer

    def broken(self, details: str, *, sent: bool) -> None:
        if sent:
            super().broken(details, sent=sent)
        else:
            self._repeat(0.0)

    def ended(self, end: End) -> None:
        policy = self._way.policy
        if end.code in policy.repeated and self._headers is None and self._again is None:
            self._repeat(random.uniform(0, policy.pause_s))
            return
        if end.code == 0 and self._answer is _NOTHING:
            end = End(end.call, grpc.StatusCode.INTERNAL.value[0], "There was no answer.")
        super().ended(end)

    def _answered(self, answer: Any) -> None:
        self._answer = answer

    def _wake(self) -> None:
        if self._cancelled:
            self._over.cancel()
        elif not self._over.done():
            self._over.set_result(None)

    def _leave(self) -> None:
        super()._leave()
        if self._again:
            self._again.cancel()

    def _repeat(self, pause_s: float) -> None:
        self._stream = None
        self._again = asyncio.get_running_loop().create_task(self._plainly(pause_s))

    async def _plainly(self, pause_s: float) -> None:
        await asyncio.sleep(pause_s)
        body, metadata, timeout_s = self._asked
        if timeout_s is not None:
            timeout_s -= time.monotonic() - self._begun
        try:
            call = self._way.plain(body, metadata=metadata, timeout=timeout_s)
            answer = await call
            self.headed(tuple(await call.initial_metadata()))
            self.came(answer)
            self.ended(End(0))
        except grpc.aio.AioRpcError as error:
            self.headed(tuple(error.initial_metadata()))
            self.ended(End(0, error.code().value[0], error.details() or "", tuple(error.trailing_metadata())))
        except grpc.aio.UsageError:
            log.debug("channel_closed", rpc=self._way.method)
        finally:
            # Whoever closes the channel ends this one too.
            self.cancel()


class Streaming(Call):
    """A call with many answers, of which a few are sent before they are read."""

    def __init__(self, stream: Stream, way: Way, body: bytes, metadata: Pairs, timeout_s: float | None) -> None:
        self._messages: deque[Any] = deque()
        self._waiting: asyncio.Future[None] | None = None
        self._taken = 0
        super().__init__(stream, way, body, metadata, timeout_s)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        while self._cancelled or not self._messages:
            if self._end:
                self._raise(self._end)
                raise StopAsyncIteration
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            except asyncio.CancelledError:
                self.cancel()
                raise
        self._taken += 1
        if self._taken == UNREAD // 2 and self._stream:
            self._stream.put(Taken(self._number, self._taken))
            self._taken = 0
        return self._messages.popleft()

    def _answered(self, answer: Any) -> None:
        self._messages.append(answer)
        self._wake()

    def _wake(self) -> None:
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)
