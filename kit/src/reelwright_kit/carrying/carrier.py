"""A stream that carries calls, at the side of their callers."""

from __future__ import annotations

import weakref
from typing import Any

import grpc
import msgspec

from reelwright_kit.carrying.calls import Call
from reelwright_kit.carrying.frames import Asking, Begin, End, Headers, Leaving, Message, Part, Welcome, told
from reelwright_kit.carrying.outbox import Outbox


class Carrier:
    """Carries calls from its being welcome until it breaks, or until the server wants new ones elsewhere."""

    def __init__(self, carry: Any) -> None:
        self._outbox = Outbox[Asking]()
        # Waits as long as nobody listens: calls are plain until then, and told so by gRPC.
        self._call = carry(self._outbox.messages(), wait_for_ready=True)
        self._calls: dict[int, weakref.ref[Call]] = {}
        self._number = 0
        self._most = 0
        self._takes = {
            Welcome: self._welcome,
            Headers: self._head,
            Part: self._part,
            Message: self._message,
            End: self._end,
            Leaving: self._leave,
        }
        self.put = self._outbox.put
        self.over = False
        """Whether new calls need another stream."""

    @property
    def free(self) -> bool:
        """Whether one more call can be carried now."""
        return len(self._calls) < self._most

    async def welcomed(self) -> None:
        """Returns when calls can be carried; raises AioRpcError when the server does not do that."""
        try:
            while not self._most and await self._heard():
                pass
        except BaseException:
            self._outbox.drop()
            raise

    async def run(self) -> None:
        """Carries, until the stream ends."""
        details = "The stream of this call has ended."
        try:
            while await self._heard():
                pass
        except grpc.aio.AioRpcError as error:
            details = error.details() or details
        finally:
            self.over, self._most = True, 0
            self._break(details)

    def cancel(self) -> None:
        """Ends all calls, and the stream."""
        for call in self._running():
            call.cancel()
        self._call.cancel()

    def enter(self, call: Call) -> int:
        """Takes a call in, and gives it a number."""
        self._number += 1
        self._calls[self._number] = weakref.ref(call)
        return self._number

    def left(self, call: int) -> None:
        """Forgets a call."""
        self._calls.pop(call, None)
        self._close()

    async def _heard(self) -> bool:
        """Hands over what comes next, if anything does."""
        message = await self._call.read()
        if message is grpc.aio.EOF:
            return False
        try:
            frames = told(message)
        except msgspec.MsgspecError:
            self._call.cancel()
            return False
        for frame in frames:
            self._takes[type(frame)](frame)
        return True

    def _running(self) -> list[Call]:
        return [call for known in self._calls.values() if (call := known())]

    def _break(self, details: str) -> None:
        unsent = {frame.call for frame in self._outbox.drop() if isinstance(frame, Begin)}
        running = [(number, call) for number, known in self._calls.items() if (call := known())]
        self._calls.clear()
        for number, call in running:
            call.broken(details, sent=number not in unsent)

    def _close(self) -> None:
        if self.over and not self._calls:
            self._outbox.close()

    def _known(self, number: int) -> Call | None:
        known = self._calls.get(number)
        return known() if known else None

    def _welcome(self, frame: Any) -> None:
        self._most = frame.calls

    def _leave(self, _frame: Any) -> None:
        self.over, self._most = True, 0
        self._close()

    def _head(self, frame: Any) -> None:
        if call := self._known(frame.call):
            call.headed(frame.metadata)

    def _part(self, frame: Any) -> None:
        if call := self._known(frame.call):
            call.part(frame.body, frame.whole)

    def _message(self, frame: Any) -> None:
        if call := self._known(frame.call):
            call.came(frame.body)

    def _end(self, frame: Any) -> None:
        if call := self._known(frame.call):
            self.left(frame.call)
            call.ended(frame)
