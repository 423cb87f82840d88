"""A streamed answer whose source is closed as soon as the client is gone, and that says something when it is silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import cast

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send


@dataclass(frozen=True)
class Beat:
    """What is sent when nothing else was for `silence_s` seconds."""

    content: bytes
    silence_s: float


class Streamed(StreamingResponse):
    """Sends what `source` yields and closes it at the end, however that comes; Starlette would leave it to chance.

    Its group of tasks is not used either: beginning one takes longer than all else before the first word.
    """

    def __init__(
        self,
        source: AsyncGenerator[bytes, None],
        status_code: int = 200,
        headers: Mapping[str, str] | None = None,
        media_type: str | None = None,
        beat: Beat | None = None,
        let_go: Callable[[], object] | None = None,
    ) -> None:
        """`let_go` is called at the end, also when the source was never asked: closing it does nothing then."""
        super().__init__(source, status_code, headers, media_type)
        self._let_go = let_go
        self._source = source
        self._beat = beat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sending = cast("asyncio.Task[None]", asyncio.current_task())
        leaving = asyncio.create_task(_left(receive))
        leaving.add_done_callback(lambda left: None if left.cancelled() else sending.cancel())
        try:
            await self._send(send)
        except asyncio.CancelledError:
            if not leaving.done() or leaving.cancelled():
                raise
            sending.uncancel()
        finally:
            leaving.cancel()

    async def _send(self, send: Send) -> None:
        heart = Heart(send, self._beat) if self._beat else None
        try:
            await self.stream_response(heart or send)
        finally:
            if heart:
                heart.stop()
            if self._let_go:
                self._let_go()
            await self._source.aclose()


class Heart:
    """Passes on what is sent, and sends a beat whenever nothing was for too long."""

    def __init__(self, send: Send, beat: Beat) -> None:
        self._send = send
        self._beat = beat
        self._loop = asyncio.get_running_loop()
        self._sent_at = self._loop.time()
        self._beating: asyncio.Task[None] | None = None
        # One timer that is set anew when it was too early: far fewer than one for every piece.
        self._timer = self._loop.call_later(beat.silence_s, self._look)

    async def __call__(self, message: Message) -> None:
        """Sends; a beat that is being sent is sent before."""
        if self._beating:
            await asyncio.wait((self._beating,))
            self._beating = None
        self._sent_at = self._loop.time()
        await self._send(message)

    def stop(self) -> None:
        """Beats no more."""
        self._timer.cancel()
        if self._beating:
            self._beating.cancel()

    def _look(self) -> None:
        left = self._sent_at + self._beat.silence_s - self._loop.time()
        if left <= 0:
            left, self._sent_at = self._beat.silence_s, self._loop.time()
            self._beating = self._loop.create_task(self._send_beat())
        self._timer = self._loop.call_later(left, self._look)

    async def _send_beat(self) -> None:
        await self._send({"type": "http.response.body", "body": self._beat.content, "more_body": True})


async def _left(receive: Receive) -> None:
    """Returns when the client is gone; whatever it sends before is of no interest."""
    while (await receive())["type"] != "http.disconnect":
        pass
