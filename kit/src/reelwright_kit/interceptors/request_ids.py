"""The header Idempotency-Key stands for the request id of every message that has one."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.protobuf.message import Message

from reelwright_kit import caller
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.interceptors.wrapping import OURS, Context, Continuation, Handler, wrap

FIELD = "request_id"
HEADER = "header"
"""Where the first message of an upload has its request id."""


class RequestIdInterceptor(grpc.aio.ServerInterceptor):
    """Stands before validation, so that a key obeys the rules of the field it stands for."""

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith(OURS):
            return handler
        # A stream has sent its headers when it ends: those that replay say so before their first message.
        return wrap(handler, _plain if handler.response_streaming else _telling, adopt)


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


@contextlib.asynccontextmanager
async def _plain(context: Context) -> AsyncIterator[None]:
    yield


@contextlib.asynccontextmanager
async def _telling(context: Context) -> AsyncIterator[None]:
    yield
    if caller.replayed():
        await tell_replayed(context)


async def tell_replayed(context: Context) -> None:
    """Says in the headers of the answer that nothing new was made."""
    await context.send_initial_metadata(((caller.REPLAYED_HEADER, "true"),))
