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
from reelwright_kit.interceptors.wrapping import OURS, Context, Continuation, Handler, wrap

log = logs.logger(__name__)

_SANE_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")


class CallInterceptor(grpc.aio.ServerInterceptor):
    """The outermost interceptor."""

    async def intercept_service(
        self,
        continuation: Continuation,
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Handler | None:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or not method.startswith(OURS):
            return handler
        sent = {str(name): value for name, value in handler_call_details.invocation_metadata if isinstance(value, str)}
        keys = tuple(
            value
            for name, value in handler_call_details.invocation_metadata
            if name == caller.KEY_HEADER and isinstance(value, str)
        )
        return wrap(handler, lambda context: _call(method, sent, keys, context))


@contextlib.asynccontextmanager
async def _call(method: str, sent: dict[str, str], keys: tuple[str, ...], context: Context) -> AsyncIterator[None]:
    call_id = sent.get("x-request-id", "")
    if not _SANE_ID.fullmatch(call_id):
        call_id = secrets.token_hex(16)
    # While keys are off everybody is the local tenant; any credential sent along is ignored.
    retries = caller.retries_of(sent.get(caller.RETRIES_HEADER, ""))
    caller.become(caller.Caller(caller.LOCAL_TENANT, call_id, keys, retries))
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
            log.info("rpc", rpc=method, code=code, duration_ms=duration_ms)


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
