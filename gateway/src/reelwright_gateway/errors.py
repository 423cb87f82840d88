"""What failed, as HTTP tells it, and the one error shape of REST."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from google.rpc import error_details_pb2, status_pb2
from grpc_status import rpc_status
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright_gateway.rendering import plain
from reelwright_gateway.upstream import passed_on
from reelwright_kit import logs
from reelwright_kit.errors import AppError, PartUnavailable
from reelwright_kit.statuses import CHALLENGE, RETRY_AFTER, status_of

log = logs.logger(__name__)

# As Envoy's transcoder has it, so that a failure has one status whichever way it takes.
HTTP_STATUS = {
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INVALID_ARGUMENT": 400,
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "FAILED_PRECONDITION": 400,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "UNIMPLEMENTED": 501,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "DATA_LOSS": 500,
    "UNAUTHENTICATED": 401,
}
NAMES = {code.value[0]: code.name for code in grpc.StatusCode}
# HTTP has its own word for these.
REASON_STATUS = {"ASSET_TOO_LARGE": 413, "RANGE_NOT_SATISFIABLE": 416}
CODES = {404: "NOT_FOUND", 405: "UNIMPLEMENTED", 413: "RESOURCE_EXHAUSTED"}
INTERNAL_MESSAGE = "Something unexpected went wrong; the request id finds it in the logs."


@dataclass(frozen=True)
class Failure:
    """A failure as HTTP tells it."""

    status: int
    code: str
    message: str
    details: list[Any] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """`reason` and `metadata` are those of the ErrorInfo, if there is one."""
    retry_after_s: float | None = None

    def body(self, request_id: str) -> dict[str, Any]:
        """What is said about it in REST."""
        error = {"code": self.code, "message": self.message, "details": self.details, "request_id": request_id}
        return {"error": error}

    def response(self, request_id: str) -> Response:
        """The answer of REST that tells it."""
        return JSONResponse(self.body(request_id), self.status, {**self.told(), "x-request-id": request_id})

    def told(self) -> dict[str, str]:
        """The headers that belong to it in every dialect."""
        told = dict(self.headers)
        if self.status == HTTP_STATUS["UNAUTHENTICATED"]:
            told |= (CHALLENGE,)
        if self.retry_after_s is not None:
            told[RETRY_AFTER] = str(math.ceil(self.retry_after_s))
        return told


class Refused(Exception):
    """What HTTP itself refuses, for which no service has a word."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def of_any(error: Exception) -> Failure:
    """The failure that `error` is; one that nobody foresaw is logged and told by a fixed sentence."""
    if isinstance(error, Refused):
        return error.failure
    if isinstance(error, AppError):
        return of_app_error(error)
    if isinstance(error, grpc.aio.AioRpcError):
        return of_rpc_error(error)
    log.error("adapter_crashed", exc_info=error, error=type(error).__name__)
    return unexpected()


def of_app_error(error: AppError) -> Failure:
    """The failure of an adapter, as a service would tell it."""
    return of_status(status_of(error), {})


def of_rpc_error(error: grpc.aio.AioRpcError) -> Failure:
    """The failure a service answered with; what the channel itself reports is said without addresses."""
    # AioRpcError has what from_call reads, without being a Call by its type.
    status = rpc_status.from_call(cast(grpc.Call, error))
    told = passed_on(error.initial_metadata()) | passed_on(error.trailing_metadata())
    if status is not None:
        return of_status(status, told)
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return of_app_error(PartUnavailable("service"))
    code = error.code().name
    return Failure(HTTP_STATUS[code], code, error.details() or INTERNAL_MESSAGE, [], told)


def of_status(status: status_pb2.Status, told: dict[str, str]) -> Failure:
    """The failure that a status tells, with the headers that came with it."""
    info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
    retried = False
    for detail in status.details:
        detail.Unpack(info)
        retried = detail.Unpack(retry) or retried
    code = NAMES[status.code]
    http = REASON_STATUS.get(info.reason, HTTP_STATUS[code])
    if http == 416 and "size_bytes" in info.metadata:
        told["content-range"] = f"bytes */{info.metadata['size_bytes']}"
    return Failure(
        http,
        code,
        status.message,
        [plain(detail) for detail in status.details],
        told,
        info.reason,
        dict(info.metadata),
        retry.retry_delay.ToMilliseconds() / 1000 if retried else None,
    )


def of_http_error(request: Request, refused: HTTPException) -> Failure:
    """What routing refuses."""
    message = f"There is no {request.method} {request.url.path}."
    code = CODES.get(refused.status_code, "INVALID_ARGUMENT")
    return Failure(refused.status_code, code, message, [], refused.headers or {})


def unexpected() -> Failure:
    """Everything else; the cause is in the logs only."""
    return Failure(500, "INTERNAL", INTERNAL_MESSAGE)


def request_id(request: Request) -> str:
    """Id of the request, as the middleware settled it."""
    return cast(str, request.state.request_id)
