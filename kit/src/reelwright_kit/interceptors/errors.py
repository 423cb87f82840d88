"""Answers: sends their headers, and turns failures into google.rpc.Status with exactly one ErrorInfo.

What nobody foresaw becomes a fixed sentence.
"""

from __future__ import annotations

import math
from typing import Any

import grpc
from grpc_status import rpc_status

from reelwright_kit import caller, logs
from reelwright_kit.database import LOST
from reelwright_kit.errors import AppError, Code, PartUnavailable, Unexpected
from reelwright_kit.interceptors.wrapping import Context, Handler, OurInterceptor, wrap
from reelwright_kit.statuses import CHALLENGE, RETRY_AFTER, status_of

log = logs.logger(__name__)


class ErrorInterceptor(OurInterceptor):
    """Stands around servicers, streams included."""

    def dress(self, handler: Handler, method: str) -> Handler:
        return wrap(handler, _Translating, before=_send_headers)


async def _send_headers(context: Context) -> None:
    if headers := caller.told():
        await context.send_initial_metadata(headers)


class _Translating:
    """Around one call; a class, because a generator for each call costs more than all the rest of this."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def __aenter__(self) -> None:
        return

    async def __aexit__(self, _kind: Any, error: BaseException | None, _where: Any) -> None:
        if error is not None:
            await self._translate(error)

    async def _translate(self, error: BaseException) -> None:
        match error:
            case AppError():
                await _abort(self._context, error)
            case grpc.aio.AbortError():
                return
            case _ if isinstance(error, LOST):
                log.warning("database_unreachable", error=type(error).__name__)
                await _abort(self._context, PartUnavailable("database"))
            case Exception():
                log.error("rpc_crashed", error=type(error).__name__, exc_info=error)
                await _abort(self._context, Unexpected(request_id=caller.current().call_id))


async def _abort(context: Context, error: AppError) -> None:
    status = rpc_status.to_status(status_of(error))
    # With the status: an answer that is nothing but its end becomes the headers of an HTTP answer at the edge.
    headers = caller.told()
    if error.code is Code.UNAUTHENTICATED:
        headers += (CHALLENGE,)
    if error.retry_after_s is not None:
        headers += ((RETRY_AFTER, str(math.ceil(error.retry_after_s))),)
    await context.abort(status.code, status.details, (*status.trailing_metadata, *headers))
