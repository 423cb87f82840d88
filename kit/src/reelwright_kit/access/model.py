"""What a key is at rest, what is asked about keys, and who a caller turned out to be."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from reelwright_kit.caller import SCOPES

CHANNEL = "reelwright_keys"
"""A key that was changed is announced here by its id."""

DEFAULT_SCOPES = tuple(scope for scope in SCOPES if scope != "admin")
DEFAULT_TENANT = "default"
DEFAULT_PERIOD = "month"

PREFIX_LENGTH = 8


def new_secret() -> str:
    """A new secret: `rw_` and 43 random characters that are safe in an address, 256 bits."""
    return f"rw_{secrets.token_urlsafe(32)}"


def hash_of(secret: str) -> bytes:
    """What is kept of a secret. Nothing slower than SHA-256 is needed for 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True)
class NewKey:
    """What is asked of a key to be made; empty fields stand for the defaults of the contract."""

    name: str
    tenant: str = DEFAULT_TENANT
    scopes: Sequence[str] = DEFAULT_SCOPES
    budget_micros: int | None = None
    budget_period: str = DEFAULT_PERIOD
    requests_per_minute: int = 0
    concurrent_jobs: int = 0
    expire_time: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class KeyRecord:
    """One row of reelwright.keys, and when the last of the secrets it had before the newest ends."""

    id: str
    tenant: str
    name: str
    scopes: list[str]
    prefix: str
    budget_period: str
    requests_per_minute: int
    concurrent_jobs: int
    create_time: datetime
    active: bool
    """Whether it is neither revoked nor expired."""
    budget_micros: int | None = None
    labels: dict[str, str] = field(default_factory=dict)
    expire_time: datetime | None = None
    revoke_time: datetime | None = None
    last_used_time: datetime | None = None
    previous_secret_expire_time: datetime | None = None


@dataclass(frozen=True)
class KeyFilter:
    """Which keys to list; empty fields do not filter."""

    tenant: str = ""
    active_only: bool = False


@dataclass(frozen=True)
class Identity:
    """Who a caller turned out to be."""

    tenant: str
    key: str
    """Id of the key, `jwt:<subject>`, or empty."""
    scopes: frozenset[str]
    job: str = ""
    requests_per_minute: int = 0
    credential: bytes = b""
    """Hash of what was sent, under which calls that last are ended; empty when nothing ends them."""
    ends: float | None = None
    """When a token expires, in seconds of the event loop's clock; None for keys, which are looked after elsewhere."""
