"""Failures as the OpenAI API tells them: shape, names, and the headers by which its SDKs try again or do not."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

from reelwright_gateway.dialects.openai.fields import named
from reelwright_gateway.errors import Failure

Names = Callable[[str], str]
INVALID, SERVER = "invalid_request_error", "server_error"


@dataclass(frozen=True)
class Kind:
    """The type and the code of a failure, and what SDKs are to do about it; None: what they do by themselves."""

    type: str
    code: str
    retry: bool | None = None


BY_REASON = {
    "KEY_INVALID": Kind(INVALID, "invalid_api_key"),
    "SCOPE_MISSING": Kind(INVALID, "missing_scope"),
    "RATE_LIMITED": Kind("requests", "rate_limit_exceeded", retry=True),
    "CONCURRENCY_LIMITED": Kind("requests", "rate_limit_exceeded", retry=True),
    # Nothing is gained by trying again before the budget is raised or its period over.
    "BUDGET_EXHAUSTED": Kind("insufficient_quota", "insufficient_quota", retry=False),
    # Names that clients look for.
    "CONTEXT_TOO_LONG": Kind(INVALID, "context_length_exceeded"),
    "CONTENT_BLOCKED": Kind(INVALID, "content_policy_violation"),
    "PREVIOUS_NOT_FOUND": Kind(INVALID, "previous_response_not_found"),
}
BY_STATUS = {
    401: Kind(INVALID, "invalid_api_key"),
    403: Kind(INVALID, "permission_denied"),
    404: Kind(INVALID, "not_found"),
    # SDKs would repeat this and 501, and never get another answer.
    409: Kind(INVALID, "conflict", retry=False),
    413: Kind(INVALID, "request_too_large"),
    415: Kind(INVALID, "unsupported_media_type"),
    429: Kind("requests", "rate_limit_exceeded", retry=True),
    501: Kind(SERVER, "not_offered", retry=False),
    503: Kind(SERVER, "service_unavailable", retry=True),
    504: Kind(SERVER, "timeout"),
}


def response(failure: Failure, request_id: str, names: Names = named) -> Response:
    """The answer that tells it; `names` are the caller's names of the contract's fields."""
    kind = kind_of(failure)
    headers = failure.told() | {"x-request-id": request_id}
    if failure.retry_after_s is not None:
        headers["retry-after-ms"] = str(math.ceil(failure.retry_after_s * 1000))
    if kind.retry is not None:
        headers["x-should-retry"] = "true" if kind.retry else "false"
    return JSONResponse(body(failure, names), failure.status, headers)


def body(failure: Failure, names: Names = named) -> dict[str, Any]:
    """What is said about it."""
    kind, field = kind_of(failure), failure.metadata.get("field")
    message, param = failure.message, names(field) if field else None
    if field and param and message.startswith(f"{field}:"):
        message = param + message[len(field) :]
    return {"error": {"message": message, "type": kind.type, "param": param, "code": kind.code}}


def kind_of(failure: Failure) -> Kind:
    """What kind of failure it is in the terms of this API."""
    if failure.reason in BY_REASON:
        return BY_REASON[failure.reason]
    common = BY_STATUS.get(failure.status, Kind(SERVER if failure.status >= 500 else INVALID, failure.code.lower()))
    # The contract's own reason says more than the status.
    return (
        Kind(common.type, failure.reason.lower(), common.retry) if failure.reason and failure.status < 500 else common
    )
