"""Answers that go wrong on the wire: none at all, cut, reset, dripping or unreadable."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from reelwright_fakes.clock import Clock
from reelwright_fakes.connection import connection_of
from reelwright_fakes.scenarios import Fault

UNREADABLE = b'{"status": "IN_PROGR'
UNREADABLE_EVENT = b"data: " + UNREADABLE + b"\n\n"


class _Broken(Exception):
    """The connection is gone; nothing more can be sent."""


class Silent(Response):
    """Closes the connection without an answer: politely (`reset=False`) or with a reset."""

    def __init__(self, *, reset: bool) -> None:
        super().__init__()
        self._reset = reset

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = connection_of(scope)
        if self._reset:
            connection.reset()
        else:
            connection.close()
        await _gone(receive)
        if self.background is not None:
            await self.background()


class Damaged(Response):
    """Sends another response, damaged as `fault` says (reset, truncate, drip, slow; malformed if it is a stream)."""

    def __init__(self, whole: Response, fault: Fault, clock: Clock) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole
        self._fault = fault
        self._clock = clock
        self._pieces = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def damaged(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.body":
                await self._body(message, scope, receive, send)
            else:
                await send(message)

        try:
            await self._whole(scope, receive, damaged)
        except* _Broken:
            pass
        if self.background is not None:
            await self.background()

    async def _body(self, message: MutableMapping[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        if self._fault.kind == "drip":
            await self._drip(message, send)
        elif self._fault.kind == "slow":
            await self._slow(message, send)
        elif message.get("more_body") and self._pieces < self._fault.after_pieces - 1:
            self._pieces += 1
            await send(message)
        elif self._fault.kind == "malformed":
            await self._garble(message, send)
        else:
            await self._cut(message, scope, receive, send)

    async def _cut(self, message: MutableMapping[str, Any], scope: Scope, receive: Receive, send: Send) -> None:
        body = message.get("body", b"")
        # A stream breaks after a piece, which the client gets whole; anything else in the middle.
        kept = body if message.get("more_body") else body[: len(body) // 2]
        await send({"type": "http.response.body", "body": kept, "more_body": True})
        connection = connection_of(scope)
        if self._fault.kind == "reset":
            connection.reset()
        else:
            connection.close()
        await _gone(receive)
        raise _Broken

    async def _garble(self, message: MutableMapping[str, Any], send: Send) -> None:
        await send({"type": "http.response.body", "body": message.get("body", b""), "more_body": True})
        await send({"type": "http.response.body", "body": UNREADABLE_EVENT, "more_body": False})
        raise _Broken

    async def _slow(self, message: MutableMapping[str, Any], send: Send) -> None:
        # As in `_drip`, the wait is counted from before the piece went out.
        due = self._clock.now() + self._fault.every_s
        await send(message)
        if message.get("more_body"):
            await self._clock.reach(due)

    async def _drip(self, message: MutableMapping[str, Any], send: Send) -> None:
        body, size = message.get("body", b""), self._fault.piece_bytes
        for start in range(0, len(body), size):
            # Before the piece is sent: who has it may advance the clock at once.
            due = self._clock.now() + self._fault.every_s
            await send({"type": "http.response.body", "body": body[start : start + size], "more_body": True})
            if start + size < len(body):
                await self._clock.reach(due)
        await send({"type": "http.response.body", "body": b"", "more_body": message.get("more_body", False)})


def damaged(whole: Response, fault: Fault | None, clock: Clock) -> Response:
    """The response as the fault lets it through."""
    if fault is None:
        return whole
    if fault.kind == "malformed" and not isinstance(whole, StreamingResponse):
        return Response(UNREADABLE, whole.status_code, media_type="application/json")
    if fault.kind in {"reset", "truncate", "drip", "slow", "malformed"}:
        return Damaged(whole, fault, clock)
    return whole


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
