"""Errors in the shape of OpenAI's API, which Azure, Ark, vLLM and llama.cpp vary."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reelwright_kit.errors import AppError
from reelwright_llm.providers.wire.http import Refusal
from reelwright_llm.providers.wire.refusals import Problem, meaning, wait_of

_OURS = {"max_completion_tokens": "max_output_tokens", "max_tokens": "max_output_tokens", "input": "inputs"}
_PLACE = re.compile(r"\.\[?(\d+)\]?")
# What an error in the middle of a stream, which has no status, would have had for one.
_STATUS = {
    "rate_limit_exceeded": 429,
    "insufficient_quota": 429,
    "context_length_exceeded": 400,
    "content_filter": 400,
    "invalid_request_error": 400,
}


def refused(provider: str, model: str, refusal: Refusal) -> AppError:
    """The failure that an answer which is no success means."""
    return meaning(_problem(provider, model, refusal.status, refusal.headers, refusal.body))


def broken(provider: str, model: str, body: Mapping[str, Any]) -> AppError:
    """The failure that ends a stream."""
    error = body.get("error")
    named = error if isinstance(error, dict) else {}
    status = next((_STATUS[str(named[key])] for key in ("code", "type") if str(named.get(key)) in _STATUS), 500)
    return meaning(_problem(provider, model, status, {}, body))


def _problem(provider: str, model: str, status: int, headers: Mapping[str, str], body: Any) -> Problem:
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        error = {"message": error if isinstance(error, str) else ""}
    code = f"{_text(error, 'code')} {_text(error, 'type')}"
    field, category = field_of(_text(error, "param")), _filtered(error.get("innererror"))
    return Problem(provider, model, status, _text(error, "message"), code, field, wait_of(headers), category)


def field_of(param: str) -> str:
    """What our contract calls the field that a vendor names."""
    head, dot, rest = _PLACE.sub(r"[\1]", param).partition(".")
    return _OURS.get(head, head) + dot + rest


def _text(error: Mapping[str, Any], name: str) -> str:
    value = error.get(name)
    return "" if value is None else str(value)


def _filtered(inner: Any) -> str:
    """The first category of Azure's filter that struck."""
    found = inner.get("content_filter_result") if isinstance(inner, dict) else None
    results = found if isinstance(found, dict) else {}
    return next((name for name, one in results.items() if isinstance(one, dict) and one.get("filtered")), "")
