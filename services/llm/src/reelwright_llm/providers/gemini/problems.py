"""Errors in the shape of Google's APIs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from reelwright_kit.errors import AppError
from reelwright_llm.providers.wire.http import Refusal
from reelwright_llm.providers.wire.refusals import Problem, meaning, seconds_of, wait_of

_OURS = {
    "contents": "messages",
    "systemInstruction": "messages",
    "maxOutputTokens": "max_output_tokens",
    "topP": "top_p",
    "topK": "top_k",
    "stopSequences": "stop",
    "candidateCount": "n",
    "responseJsonSchema": "response_format.json_schema.schema",
    "functionDeclarations": "tools",
}
_WORD = re.compile(r"[A-Za-z_]+")
_HUMP = re.compile(r"_([a-z])")
_SAME = ("temperature", "seed", "tools")
_BAD_KEY = re.compile(r"api key", re.IGNORECASE)


def refused(provider: str, model: str, refusal: Refusal) -> AppError:
    """The failure that an answer which is no success means."""
    return meant(provider, model, refusal.status, refusal.body, wait_of(refusal.headers))


def meant(provider: str, model: str, status: int, body: Any, wait_s: float | None = None) -> AppError:
    """The failure that an error means, whether it is a whole answer or ends a stream."""
    error = body.get("error") if isinstance(body, dict) else None
    named = error if isinstance(error, dict) else {}
    details = [one for one in named.get("details") or () if isinstance(one, dict)]
    message, code = str(named.get("message") or ""), str(named.get("status") or "")
    # A wrong key is a bad request here.
    status = 401 if status == 400 and _BAD_KEY.search(message) else status
    return meaning(Problem(provider, model, status, message, code, field_of(message), _delay(details) or wait_s))


def field_of(message: str) -> str:
    """What our contract calls the first field that the message names; empty when it names none."""
    for word in _WORD.findall(message):
        name = _HUMP.sub(lambda found: found[1].upper(), word)
        if name in _OURS or name in _SAME:
            return _OURS.get(name, name)
    return ""


def _delay(details: Iterable[Mapping[str, Any]]) -> float | None:
    found = (seconds_of(str(one["retryDelay"])) for one in details if "retryDelay" in one)
    return next(found, None)
