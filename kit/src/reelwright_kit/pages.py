"""Page tokens: where the next page begins, bound to the query they were made for."""

from __future__ import annotations

import base64
import hashlib

import msgspec

from reelwright_kit.errors import PageTokenInvalid

MAX_PAGE_SIZE = 200
DEFAULT_PAGE_SIZE = 50


def page_size(asked: int) -> int:
    """The page size to use: 50 when not asked for, 200 at most."""
    return min(asked, MAX_PAGE_SIZE) if asked > 0 else DEFAULT_PAGE_SIZE


def write_token(last: str, query: object) -> str:
    """The token of the page after the entry `last` of `query`."""
    raw = msgspec.json.encode([last, _fingerprint(query)])
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_token(token: str, query: object) -> str:
    """The entry after which the page begins; empty for the first page; raises PageTokenInvalid."""
    if not token:
        return ""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        last, fingerprint = msgspec.json.decode(raw, type=tuple[str, str])
    except (ValueError, msgspec.MsgspecError):
        raise PageTokenInvalid from None
    if fingerprint != _fingerprint(query):
        raise PageTokenInvalid
    return last


def _fingerprint(query: object) -> str:
    return hashlib.sha256(msgspec.json.encode(query, order="deterministic")).hexdigest()[:16]
