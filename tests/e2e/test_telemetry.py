"""One trace leads from the edge through the services to the steps of the work."""

from __future__ import annotations

import tempfile
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as rpc

from tests.e2e.suite import running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PROMPT = "a very particular heron that nobody may read about in a trace"


class Collector(rpc.TraceServiceServicer):
    """An OpenTelemetry collector that remembers the spans of each service."""

    def __init__(self) -> None:
        self.spans: dict[str, list[Any]] = defaultdict(list)
        self.raw = b""
        self._more = threading.Condition()

    def Export(self, request: pb.ExportTraceServiceRequest, context: Any) -> pb.ExportTraceServiceResponse:
        with self._more:
            self.raw += request.SerializeToString()
            for resource in request.resource_spans:
                names = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"]
                for scope in resource.scope_spans:
                    self.spans[names[0]].extend(scope.spans)
            self._more.notify_all()
        return pb.ExportTraceServiceResponse()

    def wait_for(self, what: str, fits: Callable[[str, Any], bool]) -> Any:
        """The first span that `fits`, asked with its service and itself, once it has arrived."""

        def found() -> Any:
            return next((span for name, spans in self.spans.items() for span in spans if fits(name, span)), None)

        with self._more:
            assert self._more.wait_for(found, timeout=30), (
                what,
                {n: [s.name for s in v] for n, v in self.spans.items()},
            )
            return found()

    def wait_for_image(self, name: str, trace: str) -> Any:
        """A span of the image service."""
        return self.wait_for(
            name,
            lambda service, span: service == "reelwright-image" and name in span.name and span.trace_id.hex() == trace,
        )


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    """A collector and its address."""
    server, collector = grpc.server(futures.ThreadPoolExecutor(4)), Collector()
    rpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield collector, f"http://127.0.0.1:{port}"
    server.stop(0).wait()


def test_a_trace_leads_from_the_edge_to_the_step(collector: tuple[Collector, str]) -> None:
    """The caller's trace id is on Envoy's span, the servicer's, the job's and the step's, each under the one before."""
    spans, endpoint = collector
    trace = "0af7651916cd43dd8448eb211c80319c"
    headers = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    body = {"prompt": PROMPT, "width": 64, "height": 64, "wait": "30s"}
    with (
        tempfile.TemporaryDirectory(prefix="rw-otel-", ignore_cleanup_errors=True) as data,
        running_suite(Path(data), OTEL_EXPORTER_OTLP_ENDPOINT=endpoint, OTEL_BSP_SCHEDULE_DELAY="200") as suite,
    ):
        answer = httpx.post(f"{suite.url}/api/v1/images", json=body, headers=headers, timeout=60)
        assert answer.json()["state"] == "STATE_SUCCEEDED", answer.text

        call = spans.wait_for_image("ImageService/CreateImage", trace)
        job = spans.wait_for_image("job image", trace)
        step = spans.wait_for_image("image picture-1", trace)
        # Envoy's span is the one the service's hangs on; Envoy hands its spans over every few seconds.
        edge = spans.wait_for("edge", lambda _service, span: span.span_id == call.parent_span_id)

    assert job.parent_span_id == call.span_id
    assert step.parent_span_id == job.span_id
    assert call.parent_span_id != bytes.fromhex("b7ad6b7169203331"), (
        "Envoy's span is missing between caller and service"
    )
    assert edge.trace_id.hex()
    attributes = {a.key: a.value.string_value for a in call.attributes}
    assert attributes["rpc.system"] == "grpc"
    assert attributes["rpc.service"] == "reelwright.image.v1.ImageService"
    assert attributes["rpc.grpc.status_code"] == "OK"
    assert {a.key: a.value.string_value for a in step.attributes}["reelwright.job.id"] == answer.json()["id"]
    assert PROMPT.encode() not in spans.raw
