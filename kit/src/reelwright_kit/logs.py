"""Structured logs: one JSON object per line on standard output, with the request and job they belong to."""

from __future__ import annotations

import contextlib
import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any, BinaryIO

import msgspec
import structlog
from opentelemetry import trace
from structlog.typing import EventDict, FilteringBoundLogger, Processor

_encode = msgspec.json.Encoder(enc_hook=repr).encode


def _trace_ids(_logger: Any, _method: str, event: EventDict) -> EventDict:
    span = trace.get_current_span().get_span_context()
    if span.is_valid:
        event["trace_id"] = f"{span.trace_id:032x}"
    return event


def _line(_logger: Any, _method: str, event: EventDict) -> bytes:
    try:
        return _encode(event)
    except (msgspec.MsgspecError, ValueError, TypeError):
        # What is no valid text is escaped rather than lost.
        return json.dumps(event, default=repr, skipkeys=True).encode()


class _Lines:
    """Writes lines; the library for logs of Python is five times as slow, and every call has a line."""

    def __init__(self, output: BinaryIO) -> None:
        self._output = output

    def msg(self, line: bytes) -> None:
        """Writes one; where nobody reads any more, nothing is said."""
        with contextlib.suppress(OSError, ValueError):
            self._output.write(line + b"\n")
            self._output.flush()

    debug = info = warning = warn = error = critical = fatal = exception = msg


def configure(service: str, level: str) -> None:
    """Sends structlog and the standard library's loggers to standard output as JSON, tagged with `service`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _trace_ids,
    ]
    # Without local variables: they hold prompts and keys.
    failure = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))
    structlog.configure(
        processors=[*shared, failure, _line],
        logger_factory=lambda *_: _Lines(sys.stdout.buffer),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    _often.service = service
    _often.lines = _Lines(sys.stdout.buffer) if structlog.get_logger().is_enabled_for(logging.INFO) else None
    _others(level, [*shared], failure)


def _others(level: str, shared: list[Processor], failure: Processor) -> None:
    """Has what libraries log look the same."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                failure,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    # The durable-workflow library narrates each recovery step; its warnings are what matters. It writes lines of its
    # own form unless it finds a handler.
    workflows = logging.getLogger("dbos")
    workflows.setLevel(logging.WARNING)
    workflows.handlers, workflows.propagate = [handler], False


class Often:
    """Writes lines as loggers do, with nothing bound to them: a fifth of the time, for what is told of every call."""

    lines: _Lines | None = None
    service = ""

    def info(self, event: str, *, traced: bool, **fields: Any) -> None:
        """Writes a line, unless lines of this level are not wanted; with the id of the trace if it is `traced`."""
        if self.lines is None:
            return
        told = {**fields, "event": event, "service": self.service, "level": "info", "timestamp": _now()}
        self.lines.msg(_line(None, "info", _trace_ids(None, "info", told) if traced else told))


_often = Often()


def often() -> Often:
    """For lines of which there is one for every call."""
    return _often


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def logger(name: str) -> FilteringBoundLogger:
    """A logger of the module `name`."""
    bound: FilteringBoundLogger = structlog.get_logger(name)
    return bound
