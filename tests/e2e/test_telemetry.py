"""One trace leads from the edge through the services to the steps of the work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.e2e.collector import Collector, collecting
from tests.e2e.suite import running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

PROMPT = "a very particular heron that nobody may read about in a trace"


@pytest.fixture
def collector() -> Iterator[tuple[Collector, str]]:
    """A collector and its address."""
    with collecting() as found:
        yield found


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
