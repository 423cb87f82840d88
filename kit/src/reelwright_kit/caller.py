"""Who is calling: carried beside the request so that every query can be limited to the caller's tenant."""

from __future__ import annotations

import contextvars
import re
from collections.abc import Sequence

import msgspec

from reelwright_kit.errors import FieldInvalid

LOCAL_TENANT = "local"
"""Tenant of everybody while keys are off."""

KEY_HEADER = "idempotency-key"
RETRIES_HEADER = "x-stainless-retry-count"
"""Sent by SDKs that repeat a call by themselves: how often they have done so."""
REPLAYED_HEADER = "idempotent-replayed"
"""On answers of calls that made nothing new."""

_KEY = re.compile(r"[!-~]{1,255}")
_RETRIES = re.compile(r"[0-9]{1,4}")


SCOPES = ("llm", "image", "video", "audio", "story", "assets", "admin")
"""What a caller may be allowed to do: use a service, use files, administer."""


class Caller(msgspec.Struct, frozen=True):
    """The tenant on whose behalf a call is made, the call's id, and what it says about being a repetition."""

    tenant: str
    call_id: str
    keys: tuple[str, ...] = ()
    """Values of the header Idempotency-Key as they came."""
    retries: int = 0
    key: str = ""
    """Id of the API key that pays, `jwt:<subject>` for a token of an identity provider, empty while keys are off."""
    scopes: frozenset[str] = frozenset(SCOPES)
    """What it may do, of SCOPES."""
    job: str = ""
    """The job for which a service makes the call; empty when somebody outside does."""


_current: contextvars.ContextVar[Caller] = contextvars.ContextVar("reelwright_caller")
_headers: contextvars.ContextVar[dict[str, str]] = contextvars.ContextVar("reelwright_headers")


def current() -> Caller:
    """The caller of the request being served."""
    return _current.get()


def become(caller: Caller) -> None:
    """Sets the caller for the rest of this task, to whom nothing has been told yet."""
    _current.set(caller)
    _headers.set({})


def settle(tenant: str, key: str, scopes: frozenset[str], job: str) -> None:
    """Says who the caller of this call turned out to be."""
    known = current()
    _current.set(Caller(tenant, known.call_id, known.keys, known.retries, key, scopes, job))


def tell(header: str, value: str) -> None:
    """Has the answer of this call carry a header, unless its headers were sent before."""
    _headers.get()[header] = value


def told() -> tuple[tuple[str, str], ...]:
    """The headers for the answer that were told so far."""
    return tuple(_headers.get().items())


def mark_replayed() -> None:
    """Notes that this call is answered with what an earlier one made."""
    tell(REPLAYED_HEADER, "true")


def replayed() -> bool:
    """Whether this call is answered with what an earlier one made."""
    return REPLAYED_HEADER in _headers.get()


def key_of(values: Sequence[str]) -> str:
    """The idempotency key that the headers give, empty when there is none; raises FieldInvalid."""
    if not values:
        return ""
    if len(values) > 1:
        raise FieldInvalid("Idempotency-Key", "is given more than once")
    if not _KEY.fullmatch(values[0]):
        raise FieldInvalid("Idempotency-Key", "must have 1 to 255 visible ASCII characters and no spaces")
    return values[0]


def retries_of(value: str) -> int:
    """How often a call was repeated before, as its header says; 0 when it says nothing sensible."""
    return int(value) if _RETRIES.fullmatch(value) else 0
