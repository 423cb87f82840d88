"""Gives every call an id, a caller and a span, and writes one line about it when it is over."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from collections.abc import AsyncIterator

import grpc
import structlog

from reelwright_kit import caller, logs, telemetry
from reelwright_kit.interceptors.wrapping import Context, Details, Handler, OurInterceptor, wrap

log = logs.logger(__name__)

_SANE_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")


class CallInterceptor(OurInterceptor):
    """The outermost interceptor."""

    def dress(self, handler: Handler, details: Details) -> Handler:
        sent = {str(name): value for name, value in details.invocation_metadata if isinstance(value, str)}
        keys = tuple(
            value for name, value in details.invocation_metadata if name == caller.KEY_HEADER and isinstance(value, str)
        )
        return wrap(handler, lambda context: _call(details.method, sent, keys, context))


@contextlib.asynccontextmanager
async def _call(method: str, sent: dict[str, str], keys: tuple[str, ...], context: Context) -> AsyncIterator[None]:
    call_id = sent.get("x-request-id", "")
    if not _SANE_ID.fullmatch(call_id):
        call_id = secrets.token_hex(16)
    retries = caller.retries_of(sent.get(caller.RETRIES_HEADER, ""))
    # Nobody yet, who may do nothing.
    caller.become(caller.Caller("", call_id, keys, retries, scopes=frozenset()))
    began = time.perf_counter()
    with (
        structlog.contextvars.bound_contextvars(request_id=call_id),
        telemetry.continuing(sent),
        telemetry.span(method.lstrip("/"), **_attributes(method, call_id)) as span,
    ):
        try:
            yield
        finally:
            code = _code_of(context)
            span.set_attribute(telemetry.RPC_STATUS, code)
            duration_ms = round((time.perf_counter() - began) * 1000, 1)
            known = caller.current()
            whose = {"tenant": known.tenant, "key": known.key} if known.key else {}
            log.info("rpc", rpc=method, code=code, duration_ms=duration_ms, **whose)


def _attributes(method: str, call_id: str) -> dict[str, str]:
    _, service, name = method.split("/")
    return {
        telemetry.RPC_SYSTEM: "grpc",
        telemetry.RPC_SERVICE: service,
        telemetry.RPC_METHOD: name,
        telemetry.CALL_ID: call_id,
    }


def _code_of(context: Context) -> str:
    code = context.code()
    if isinstance(code, grpc.StatusCode):
        return code.name
    if context.cancelled():
        return "CANCELLED"
    return grpc.StatusCode.OK.name if not code else str(code)
