"""OpenAI's refusals: the inner error object and the response around it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from starlette.responses import JSONResponse, Response

from reelwright_fakes.problems import Problem
from reelwright_fakes.text.speaking import WINDOW_TOKENS

# Per status: the error's type, code and sentence.
ERRORS: Mapping[int, tuple[str, str | None, str]] = {
    400: ("invalid_request_error", None, "The request is not valid."),
    401: ("invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    402: ("insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    403: ("invalid_request_error", "unsupported_country_region_territory", "This is not supported for you."),
    404: ("invalid_request_error", "model_not_found", "The model does not exist or you do not have access to it."),
    413: ("invalid_request_error", None, "The request is too large."),
    429: ("requests", "rate_limit_exceeded", "Rate limit reached."),
    503: ("server_error", "server_is_overloaded", "The server is overloaded. Please try again later."),
}
SERVER_ERROR = ("server_error", None, "The server had an error while processing your request.")
# What some codes say instead, and of which type they are.
SENTENCES = {
    "context_length_exceeded": f"This model's maximum context length is {WINDOW_TOKENS} tokens.",
    "content_filter": "The response was filtered due to the prompt triggering the content management policy.",
    "insufficient_quota": "You exceeded your current quota, please check your plan and billing details.",
}
TYPES = {"moderation_blocked": "image_generation_user_error", "insufficient_quota": "insufficient_quota"}
PLACES = {"context_length_exceeded": "messages", "content_filter": "prompt"}


def error_of(problem: Problem) -> dict[str, Any]:
    """The inner error object."""
    kind, code, message = ERRORS.get(problem.status, ERRORS[400] if problem.status < 500 else SERVER_ERROR)
    named = problem.code or code
    return {
        "message": problem.message or SENTENCES.get(problem.code or "", message),
        "type": TYPES.get(named or "", kind),
        "param": problem.at or PLACES.get(problem.code or ""),
        "code": named,
    }


def refused(problem: Problem, error: Mapping[str, Any]) -> Response:
    """The response around an error object."""
    headers = {"x-request-id": f"req_{secrets.token_hex(12)}"} | problem.headers
    if problem.retry_after_s is not None:
        headers["retry-after"] = f"{problem.retry_after_s:g}"
        headers["retry-after-ms"] = str(round(problem.retry_after_s * 1000))
    return JSONResponse({"error": error}, problem.status, headers)
