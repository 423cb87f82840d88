"""Turns failures into google.rpc.Status with exactly one ErrorInfo; what nobody foresaw becomes a fixed sentence."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

import grpc
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status

from reelwright_kit import caller, logs
from reelwright_kit.database import LOST
from reelwright_kit.errors import AppError, PartUnavailable, Unexpected
from reelwright_kit.interceptors.wrapping import OURS, Context, Continuation, Handler, wrap

log = logs.logger(__name__)


class ErrorInterceptor(grpc.aio.ServerInterceptor):
    """Stands around servicers, streams included."""

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(OURS):
            return handler
        return wrap(handler, _translating)


@contextlib.asynccontextmanager
async def _translating(context: Context) -> AsyncIterator[None]:
    try:
        yield
    except AppError as error:
        await context.abort_with_status(rpc_status.to_status(status_of(error)))
    except LOST as error:
        log.warning("database_unreachable", error=type(error).__name__)
        await context.abort_with_status(rpc_status.to_status(status_of(PartUnavailable("database"))))
    except grpc.aio.AbortError:
        raise
    except Exception as error:
        log.exception("rpc_crashed", error=type(error).__name__)
        unexpected = Unexpected(request_id=caller.current().call_id)
        await context.abort_with_status(rpc_status.to_status(status_of(unexpected)))


def status_of(error: AppError) -> status_pb2.Status:
    """The status of a failure: its ErrorInfo, the fields it names, and when to try again."""
    status = status_pb2.Status(code=int(error.code), message=error.message)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=error.domain, metadata=error.metadata)
    )
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(field=violation.field, description=violation.message, reason=violation.rule)
        status.details.add().Pack(bad)
    if error.retry_after_s is not None:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(error.retry_after_s * 1000))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return status
