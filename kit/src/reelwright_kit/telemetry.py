"""OpenTelemetry: one trace from the edge through services and steps, sent by OTLP when a collector is configured."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping

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


def configure(service: str, otlp_endpoint: str) -> TracerProvider:
    """Makes this process a source of spans named `service`; they are sent only when `otlp_endpoint` is set."""
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"reelwright-{service}"}))
    if otlp_endpoint:
        exporter = OTLPSpanExporter(endpoint=otlp_endpoint, insecure=not otlp_endpoint.startswith("https"))
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


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


@contextlib.contextmanager
def continuing(metadata: Mapping[str, str]) -> Iterator[None]:
    """Makes the trace that a caller sent in `metadata` the current one."""
    token = context.attach(propagate.extract(metadata))
    try:
        yield
    finally:
        context.detach(token)
