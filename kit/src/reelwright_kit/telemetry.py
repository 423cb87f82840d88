"""OpenTelemetry: one trace from the edge through services and steps, sent by OTLP when a collector is configured."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Protocol

from opentelemetry import context, propagate, trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

RPC_SYSTEM = "rpc.system"
RPC_SERVICE = "rpc.service"
RPC_METHOD = "rpc.method"
RPC_STATUS = "rpc.grpc.status_code"
JOB_ID = "reelwright.job.id"
CALL_ID = "reelwright.call.id"


_PROPAGATED = ("traceparent", "baggage")
"""Without one of these a caller told nothing of its trace."""


class Spans(Protocol):
    """A source of spans."""

    def shutdown(self) -> None:
        """Sends what has not been sent."""


class NoSpans:
    """No source: nobody would see them. The trace of a caller goes on all the same."""

    def shutdown(self) -> None:
        """Nothing is left to send."""


def configure(service: str, otlp_endpoint: str) -> Spans:
    """Makes this process a source of spans named `service` where `otlp_endpoint` is set, to which they are sent."""
    if not otlp_endpoint:
        return NoSpans()
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"reelwright-{service}"}))
    exporter = OTLPSpanExporter(endpoint=otlp_endpoint, insecure=not otlp_endpoint.startswith("https"))
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


def recording() -> bool:
    """Whether anybody sees spans; building one costs more than most of what it would tell of."""
    return isinstance(trace.get_tracer_provider(), TracerProvider)


@contextlib.contextmanager
def span(name: str, *, job: str = "", trace_parent: str = "", **attributes: str) -> Iterator[trace.Span]:
    """A span around a piece of work, under the current one or under the given W3C traceparent."""
    parent = propagate.extract({"traceparent": trace_parent}) if trace_parent else None
    named = attributes | ({JOB_ID: job} if job else {})
    with trace.get_tracer("reelwright").start_as_current_span(name, context=parent, attributes=named) as current:
        yield current


def current_trace() -> str:
    """W3C traceparent of the current span, to be kept with a job; empty when there is none."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier.get("traceparent", "")


def outgoing(metadata: Mapping[str, str]) -> dict[str, str]:
    """`metadata` with the current trace added."""
    carrier = dict(metadata)
    propagate.inject(carrier)
    return carrier


def continues(metadata: Mapping[str, str]) -> bool:
    """Whether a caller sent its trace in `metadata`."""
    return any(name in metadata for name in _PROPAGATED)


@contextlib.contextmanager
def continuing(metadata: Mapping[str, str]) -> Iterator[None]:
    """Makes the trace that a caller sent in `metadata` the current one."""
    token = context.attach(propagate.extract(metadata))
    try:
        yield
    finally:
        context.detach(token)
