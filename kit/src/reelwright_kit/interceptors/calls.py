"""Gives every call an id, a caller and a span, and writes one line about it when it is over."""

from __future__ import annotations

import contextlib
import re
import secrets
import time
from typing import Any

import grpc
import structlog
from opentelemetry import trace

from reelwright_kit import caller, logs, telemetry
from reelwright_kit.interceptors.wrapping import Context, Handler, OurInterceptor, metadata_of, wrap

log = logs.often()

_SANE_ID = re.compile(r"[A-Za-z0-9._:/-]{1,128}")
_NOTHING = frozenset[str]()


class CallInterceptor(OurInterceptor):
    """The outermost interceptor."""

    def __init__(self) -> None:
        super().__init__()
        self._spans = telemetry.recording()

    def dress(self, handler: Handler, method: str) -> Handler:
        def around(context: Context) -> contextlib.AbstractAsyncContextManager[None]:
            return _Call(method, context, spans=self._spans)

        return wrap(handler, around)


class _Call:
    """One call, from its beginning to its line in the log."""

    def __init__(self, method: str, context: Context, *, spans: bool) -> None:
        self._method = method
        self._context = context
        self._spans = spans
        self._traced: contextlib.ExitStack | None = None
        self._span: trace.Span | None = None
        self._began = time.perf_counter()

    async def __aenter__(self) -> None:
        metadata = metadata_of(self._context)
        sent = {name: value for name, value in metadata if isinstance(value, str)}
        keys: tuple[str, ...] = ()
        if caller.KEY_HEADER in sent:
            keys = tuple(str(value) for name, value in metadata if name == caller.KEY_HEADER)
        call_id = sent.get("x-request-id", "")
        if not _SANE_ID.fullmatch(call_id):
            call_id = secrets.token_hex(16)
        retries = caller.retries_of(sent.get(caller.RETRIES_HEADER, ""))
        # Nobody yet, who may do nothing.
        caller.become(caller.Caller("", call_id, keys, retries, "", _NOTHING))
        self._tokens = structlog.contextvars.bind_contextvars(request_id=call_id)
        if self._spans or telemetry.continues(sent):
            self._trace(sent, call_id)

    async def __aexit__(self, *raised: Any) -> None:
        code = _code_of(self._context)
        duration_ms = round((time.perf_counter() - self._began) * 1000, 1)
        known = caller.current()
        whose = {"tenant": known.tenant, "key": known.key} if known.key else {}
        told = {"rpc": self._method, "code": code, "duration_ms": duration_ms, "request_id": known.call_id}
        log.info("rpc", traced=self._traced is not None, **told, **whose)
        if self._span:
            self._span.set_attribute(telemetry.RPC_STATUS, code)
        if self._traced:
            self._traced.__exit__(*raised)
        structlog.contextvars.reset_contextvars(**self._tokens)

    def _trace(self, sent: dict[str, str], call_id: str) -> None:
        self._traced = contextlib.ExitStack()
        if telemetry.continues(sent):
            self._traced.enter_context(telemetry.continuing(sent))
        if self._spans:
            spanned = telemetry.span(self._method.lstrip("/"), **_attributes(self._method, call_id))
            self._span = self._traced.enter_context(spanned)


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
