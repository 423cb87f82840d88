"""The header Idempotency-Key stands for the request id of every message that has one."""

from __future__ import annotations

from typing import Any

from google.protobuf.message import Message

from reelwright_kit import caller
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.interceptors.wrapping import Handler, OurInterceptor, wrap

FIELD = "request_id"
HEADER = "header"
"""Where the first message of an upload has its request id."""


class RequestIdInterceptor(OurInterceptor):
    """Stands before validation, so that a key obeys the rules of the field it stands for."""

    def dress(self, handler: Handler, method: str) -> Handler:
        return wrap(handler, check=adopt)


def adopt(message: Any) -> None:
    """Gives `message` the caller's key as its request id; raises FieldInvalid when it has another one."""
    given = caller.current().keys
    holder = _holder(message) if given else None
    if holder is None:
        return
    key = caller.key_of(given)
    if holder.request_id not in ("", key):
        raise FieldInvalid("Idempotency-Key", "differs from the field request_id; give one of them, or both alike")
    holder.request_id = key


def _holder(message: Message) -> Any:
    fields = message.DESCRIPTOR.fields_by_name
    if FIELD in fields:
        return message
    if HEADER in fields and message.HasField(HEADER):
        return _holder(getattr(message, HEADER))
    return None
