"""What a provider's refusal means to the caller, whoever's error shape it has."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from reelwright_kit.errors import AppError, FieldInvalid
from reelwright_kit.jobs.commission import ProviderBusy, ProviderFailed, ProviderQuota
from reelwright_llm.errors import ContextTooLong, InputBlocked, ProviderLimited, SchemaUnsupported

MAX_WORDS = 500
MAX_WAIT_S = 120.0
DEFAULT_WAIT_S = 5.0

_TOO_LONG = re.compile(
    r"context.{0,20}(length|window)|too many tokens|prompt is too long|input token count|maximum.{0,20}tokens",
    re.IGNORECASE,
)
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?")
_BLOCKED = re.compile(
    r"content_?filter|content_policy|moderation_blocked|SensitiveContent|PolicyViolation|PROHIBITED", re.IGNORECASE
)
_QUOTA = re.compile(r"insufficient_quota|billing|balance|overdue", re.IGNORECASE)
_SCHEMA = re.compile(r"schema", re.IGNORECASE)


@dataclass(frozen=True)
class Problem:
    """A refusal in the words every provider has."""

    provider: str
    model: str
    status: int
    message: str
    code: str = ""
    field: str = ""
    """The field of our request that is wrong; empty when the provider does not say."""
    retry_after_s: float | None = None
    category: str = ""


def meaning(problem: Problem) -> AppError:
    """The failure to answer with. What a provider says about our key is not passed on: it may quote the key."""
    said = problem.message[:MAX_WORDS] or f"answered with status {problem.status}"
    if problem.status in (401, 403):
        return ProviderFailed(problem.provider, "refuses the key of this service", status=problem.status)
    if problem.status == 402 or _QUOTA.search(problem.code):
        return ProviderQuota(problem.provider, said, status=problem.status)
    if problem.status == 429:
        return ProviderLimited(problem.provider, said, problem.retry_after_s or DEFAULT_WAIT_S)
    if problem.status >= 500 or problem.status in (408, 409):
        return _busy(problem, said)
    if problem.status == 404:
        return ProviderFailed(problem.provider, said, status=problem.status)
    return _wrong(problem, said)


def _busy(problem: Problem, said: str) -> ProviderBusy:
    busy = ProviderBusy(problem.provider, said, status=problem.status)
    if problem.retry_after_s is not None:
        busy.retry_after_s = problem.retry_after_s
    return busy


def _wrong(problem: Problem, said: str) -> AppError:
    """A refusal for what is in the request."""
    if _BLOCKED.search(problem.code):
        return InputBlocked(problem.provider, said, problem.category)
    if _TOO_LONG.search(problem.code) or (not problem.field.startswith("max_") and _TOO_LONG.search(said)):
        return ContextTooLong(problem.field or "messages", problem.model, said)
    if _SCHEMA.search(problem.code) or (problem.field.startswith("response_format") and _SCHEMA.search(said)):
        return SchemaUnsupported("response_format.json_schema.schema", said)
    if problem.field:
        return FieldInvalid(problem.field, said, provider=problem.provider)
    return ProviderFailed(problem.provider, said, status=problem.status)


def wait_of(headers: Mapping[str, str]) -> float | None:
    """The seconds a provider asks to wait, at most two minutes; None when it does not say."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        with contextlib.suppress(ValueError):
            return min(max(float(headers.get(name, "")) * unit, 0.0), MAX_WAIT_S)
    spans = [seconds_of(headers.get(f"x-ratelimit-reset-{what}", "")) for what in ("requests", "tokens")]
    return max((span for span in spans if span is not None), default=None)


def seconds_of(duration: str) -> float | None:
    """The seconds of a duration such as `6m0s`, `20ms` or `13s`, at most two minutes; None when it is none."""
    found = _DURATION.fullmatch(duration)
    if not duration or found is None:
        return None
    hours, minutes, seconds, thousandths = (float(part or 0) for part in found.groups())
    return min(hours * 3600 + minutes * 60 + seconds + thousandths / 1000, MAX_WAIT_S)
