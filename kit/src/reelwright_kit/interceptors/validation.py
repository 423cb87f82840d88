"""Checks every request message against the rules its contract carries, before any code of ours sees it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import protovalidate
from google.protobuf.message import Message

from reelwright_kit.errors import AppError, Code, Violation
from reelwright_kit.interceptors.wrapping import Context, Handler, wrap


class RequestInvalid(AppError):
    """Fields of the request break their rules."""

    code = Code.INVALID_ARGUMENT
    reason = "FIELD_INVALID"

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        first = violations[0]
        said = "; ".join(f"{v.field}: {v.message}" if v.field else v.message for v in violations)
        super().__init__(said, violations, field=first.field, rule=first.rule)


class ValidationInterceptor(grpc.aio.ServerInterceptor):
    """The innermost interceptor."""

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler:
        handler = await continuation(handler_call_details)
        if handler is None or not handler_call_details.method.startswith("/reelwright."):
            return handler
        return wrap(handler, _plain, check)


@contextlib.asynccontextmanager
async def _plain(context: Context) -> AsyncIterator[None]:
    yield


def check(message: Message) -> None:
    """Raises RequestInvalid naming every field of `message` that breaks a rule."""
    found = protovalidate.collect_violations(message)
    if found:
        raise RequestInvalid(_once_per_field(found))


def _once_per_field(found: list[protovalidate.Violation]) -> tuple[Violation, ...]:
    by_field: dict[str, Violation] = {}
    for violation in found:
        field = _path(violation.proto)
        by_field.setdefault(field, Violation(field, violation.proto.message, violation.proto.rule_id))
    return tuple(by_field.values())


def _path(violation: protovalidate.ViolationPb) -> str:
    """The field as a caller writes it, for example `clips[2].duration`; empty when the rule is about the whole message."""
    if not violation.has_field("field"):
        return ""
    path = ""
    for element in violation.field.elements:
        path += f".{element.field_name}" if path else element.field_name
        if element.subscript is not None and element.subscript.field == "index":
            path += f"[{element.subscript.value}]"
        elif element.subscript is not None:
            path += f"[{element.subscript.value!r}]"
    return path
