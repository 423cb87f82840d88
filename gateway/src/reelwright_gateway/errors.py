"""The one error shape of REST, for failures of the services and for the adapters' own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright_gateway.rendering import plain
from reelwright_kit.errors import AppError, Code, PartUnavailable

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

    def response(self, request_id: str) -> Response:
        """The answer that tells it."""
        error = {"code": self.code, "message": self.message, "details": self.details, "request_id": request_id}
        return JSONResponse({"error": error}, self.status, {**self.headers, "x-request-id": request_id})


def of_app_error(error: AppError) -> Failure:
    """The failure of an adapter, with one ErrorInfo and the fields that are wrong."""
    parts: list[Message] = [
        error_details_pb2.ErrorInfo(reason=error.reason, domain=error.domain, metadata=error.metadata)
    ]
    if error.violations:
        fields = [
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.message) for v in error.violations
        ]
        parts.append(error_details_pb2.BadRequest(field_violations=fields))
    details = [{"@type": f"type.googleapis.com/{part.DESCRIPTOR.full_name}", **plain(part)} for part in parts]
    return _failure(Code(error.code).name, error.message, details)


def of_rpc_error(error: grpc.aio.AioRpcError) -> Failure:
    """The failure a service answered with; what the channel itself reports is said without addresses."""
    # AioRpcError has what from_call reads, without being a Call by its type.
    status = rpc_status.from_call(cast(grpc.Call, error))
    if status is not None:
        return _failure(error.code().name, status.message, [plain(detail) for detail in status.details])
    if error.code() is grpc.StatusCode.UNAVAILABLE:
        return of_app_error(PartUnavailable("service"))
    return _failure(error.code().name, error.details() or INTERNAL_MESSAGE, [])


def _failure(code: str, message: str, details: list[Any]) -> Failure:
    described: dict[str, Any] = next(
        (part for part in details if part.get("@type", "").endswith("google.rpc.ErrorInfo")), {}
    )
    reason, metadata = described.get("reason", ""), described.get("metadata", {})
    status = REASON_STATUS.get(reason, HTTP_STATUS[code])
    headers = {}
    if status == 416 and "size_bytes" in metadata:
        headers["content-range"] = f"bytes */{metadata['size_bytes']}"
    return Failure(status, code, message, details, headers)


def request_id(request: Request) -> str:
    """Id of the request, as the middleware settled it."""
    return cast(str, request.state.request_id)


async def answer_app_error(request: Request, error: Exception) -> Response:
    """Exception handler of AppError."""
    return of_app_error(cast(AppError, error)).response(request_id(request))


async def answer_rpc_error(request: Request, error: Exception) -> Response:
    """Exception handler of failed calls."""
    return of_rpc_error(cast(grpc.aio.AioRpcError, error)).response(request_id(request))


async def answer_http_error(request: Request, error: Exception) -> Response:
    """Exception handler of what routing refuses."""
    refused = cast(HTTPException, error)
    message = f"There is no {request.method} {request.url.path}."
    failure = Failure(
        refused.status_code, CODES.get(refused.status_code, "INVALID_ARGUMENT"), message, [], refused.headers or {}
    )
    return failure.response(request_id(request))


async def answer_nobody(_request: Request, _error: Exception) -> Response:
    """Exception handler of clients that left while they were sending; nobody reads the answer."""
    return Response(status_code=HTTP_STATUS["CANCELLED"])


async def answer_unexpected(request: Request, _error: Exception) -> Response:
    """Exception handler of everything else; the cause is in the logs only."""
    return Failure(500, "INTERNAL", INTERNAL_MESSAGE).response(request_id(request))
