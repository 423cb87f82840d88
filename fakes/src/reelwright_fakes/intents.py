"""Recognises the caller's wish behind a submission, so that paying twice for one wish shows."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

FIELD = "reelwright_intent"
HEADERS = ("Idempotency-Key", "X-Reelwright-Intent", "X-Client-Request-Id")
HOLDERS = ("metadata", "input")
USER_FIELDS = ("user", "safety_identifier")
USER_PREFIX = f"{FIELD}:"


def intent_of(
    headers: Mapping[str, str], fields: Mapping[str, Any], callback: str | None, *, path: str, body: str
) -> str:
    """The reference the caller gave, wherever it is; else `body:` and a hash of `path` and the `body` fingerprint."""
    candidates = [
        *(headers.get(name) for name in HEADERS),
        fields.get(FIELD),
        *(_held(fields.get(name)) for name in HOLDERS),
        *(_prefixed(fields.get(name)) for name in USER_FIELDS),
        _in_query(callback),
    ]
    for candidate in candidates:
        if isinstance(candidate, str) and candidate:
            return candidate
    return f"body:{hashlib.sha256(f'{path}|{body}'.encode()).hexdigest()[:16]}"


def _held(value: object) -> object:
    return value.get(FIELD) if isinstance(value, dict) else None


def _prefixed(value: object) -> object:
    return value.removeprefix(USER_PREFIX) if isinstance(value, str) and value.startswith(USER_PREFIX) else None


def _in_query(url: str | None) -> str | None:
    found = parse_qs(urlsplit(url).query).get(FIELD) if url else None
    return found[0] if found else None
