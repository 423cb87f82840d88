"""Errors in the shape of Anthropic's API."""

from __future__ import annotations

import re
from typing import Any

from reelwright_kit.errors import AppError
from reelwright_llm.providers.wire.http import Refusal
from reelwright_llm.providers.wire.refusals import Problem, meaning, wait_of

STATUS = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""Of errors in the middle of a stream, which have none."""
_FIELD = re.compile(r"([a-z_]+(?:\.\d+)?(?:\.[a-z_]+)*): ")
_OURS = {
    "max_tokens": "max_output_tokens",
    "stop_sequences": "stop",
    "output_config": "response_format",
    "metadata": "user",
}
_BLOCKED = "content filtering policy"


def refused(provider: str, model: str, refusal: Refusal) -> AppError:
    """The failure that an answer which is no success means."""
    return _meant(provider, model, refusal.status, refusal.body, wait_of(refusal.headers))


def broken(provider: str, model: str, event: Any) -> AppError:
    """The failure that ends a stream."""
    kind = (event.get("error") or {}).get("type") if isinstance(event, dict) else ""
    return _meant(provider, model, STATUS.get(str(kind), 500), event, None)


def _meant(provider: str, model: str, status: int, body: Any, wait_s: float | None) -> AppError:
    error = body.get("error") if isinstance(body, dict) else None
    named = error if isinstance(error, dict) else {}
    message, kind = str(named.get("message") or ""), str(named.get("type") or "")
    code = f"{kind} content_filter" if _BLOCKED in message else kind
    return meaning(Problem(provider, model, status, message, code, field_of(message), wait_s))


def field_of(message: str) -> str:
    """What our contract calls the field that the message begins with; empty when it names none."""
    found = _FIELD.match(message)
    if not found:
        return ""
    head, dot, rest = re.sub(r"\.(\d+)", r"[\1]", found[1]).partition(".")
    return _OURS.get(head, head) + dot + rest
