"""An OpenTelemetry collector of the tests' own."""

from __future__ import annotations

import contextlib
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent import futures
from typing import Any

import grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as pb
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as rpc


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


@contextlib.contextmanager
def collecting() -> Iterator[tuple[Collector, str]]:
    """A collector and its address."""
    server, collector = grpc.server(futures.ThreadPoolExecutor(4)), Collector()
    rpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield collector, f"http://127.0.0.1:{port}"
    finally:
        server.stop(0).wait()
