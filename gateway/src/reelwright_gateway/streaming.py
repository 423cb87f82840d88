"""A streamed answer whose source is closed as soon as the client is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from typing import cast

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send


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
    ) -> None:
        super().__init__(source, status_code, headers, media_type)
        self._source = source

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
        try:
            await self.stream_response(send)
        finally:
            await self._source.aclose()


async def _left(receive: Receive) -> None:
    """Returns when the client is gone; whatever it sends before is of no interest."""
    while (await receive())["type"] != "http.disconnect":
        pass
