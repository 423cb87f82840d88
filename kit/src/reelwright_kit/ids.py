"""Identifiers: a prefix and 26 lower-case characters, sortable by time or derived from what they name."""

from __future__ import annotations

import hashlib
import secrets
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that reads like a digit."""


def _encode(number: int) -> str:
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -5, -5))


def new_id(prefix: str) -> str:
    """A new id: 48 bits of milliseconds, then 80 random bits, so that ids sort by age."""
    return f"{prefix}_{_encode((time.time_ns() // 1_000_000 << 80) | secrets.randbits(80))}"


def derived_id(prefix: str, *parts: str) -> str:
    """The id that always belongs to `parts`: repeating a step finds what it made before."""
    digest = hashlib.sha256("\0".join(parts).encode()).digest()
    return f"{prefix}_{_encode(int.from_bytes(digest[:16], 'big'))}"
