"""Who is calling: carried beside the request so that every query can be limited to the caller's tenant."""

from __future__ import annotations

import contextvars
from dataclasses import dataclass

LOCAL_TENANT = "local"
"""Tenant of everybody while keys are off."""


@dataclass(frozen=True)
class Caller:
    """The tenant on whose behalf a call is made, and the call's id."""

    tenant: str
    call_id: str


_current: contextvars.ContextVar[Caller] = contextvars.ContextVar("reelwright_caller")


def current() -> Caller:
    """The caller of the request being served."""
    return _current.get()


def become(caller: Caller) -> None:
    """Sets the caller for the rest of this task."""
    _current.set(caller)
