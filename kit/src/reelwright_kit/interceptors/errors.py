"""Answers: sends their headers, and turns failures into google.rpc.Status with exactly one ErrorInfo.

What nobody foresaw becomes a fixed sentence.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import AsyncIterator

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
        return wrap(handler, _translating, before=_send_headers)


async def _send_headers(context: Context) -> None:
    if headers := caller.told():
        await context.send_initial_metadata(headers)


@contextlib.asynccontextmanager
async def _translating(context: Context) -> AsyncIterator[None]:
    try:
        yield
    except AppError as error:
        await _abort(context, error)
    except LOST as error:
        log.warning("database_unreachable", error=type(error).__name__)
        await _abort(context, PartUnavailable("database"))
    except grpc.aio.AbortError:
        raise
    except Exception as error:
        log.exception("rpc_crashed", error=type(error).__name__)
        await _abort(context, Unexpected(request_id=caller.current().call_id))


async def _abort(context: Context, error: AppError) -> None:
    status = rpc_status.to_status(status_of(error))
    # With the status: an answer that is nothing but its end becomes the headers of an HTTP answer at the edge.
    headers = caller.told()
    if error.code is Code.UNAUTHENTICATED:
        headers += (CHALLENGE,)
    if error.retry_after_s is not None:
        headers += ((RETRY_AFTER, str(math.ceil(error.retry_after_s))),)
    await context.abort(status.code, status.details, (*status.trailing_metadata, *headers))
