"""Notices that a caller goes away before its answer is complete."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

Closed = Callable[[], None]


class Attended(Response):
    """Sends another response; calls `closed` if the caller leaves before its last byte."""

    def __init__(self, whole: Response, closed: Closed) -> None:
        super().__init__(status_code=whole.status_code)
        self._whole = whole
        self._closed = closed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        complete = False

        async def watching() -> MutableMapping[str, Any]:
            message = await receive()
            if message["type"] == "http.disconnect" and not complete:
                self._closed()
            return message

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal complete
            await send(message)
            complete = message["type"] == "http.response.body" and not message.get("more_body", False)

        await self._whole(scope, watching, sending)


async def while_attended(request: Request, work: Awaitable[Response]) -> Response | None:
    """What the work answers, or None if the caller went away before: then the work is cancelled.

    The body of the request must have been read.
    """
    working, leaving = asyncio.ensure_future(work), asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        await _ended(working, leaving)


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _ended(*tasks: asyncio.Future[Any]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
