"""From ordering a picture to the first word about it, over gRPC and as server-sent events through the edge."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import httpx2

from benchmarks import stage
from benchmarks.rows import Row, waited
from reelwright.jobs.v1 import jobs_service_pb2 as pb

ORDERS = 300

Follow = Callable[[str], Awaitable[None]]


async def measure() -> AsyncIterator[Row]:
    """Rows for gRPC at the service itself, gRPC through Envoy, and server-sent events through Envoy."""
    async with stage.whole_suite() as suite:
        await stage.pause_queue(suite.url)
        direct, edge = suite.part("image").part.address, f"127.0.0.1:{suite.port}"
        async with (
            grpc.aio.insecure_channel(direct) as straight,
            grpc.aio.insecure_channel(edge) as through,
            httpx2.AsyncClient(base_url=f"http://{edge}", trust_env=False, timeout=10) as rest,
        ):
            accepted, first = await _timed(straight, _over_grpc(straight))
            limit = waited("first-event", "CreateImage answered, gRPC at the service", accepted)
            yield limit
            yield waited("first-event", "then first event, gRPC at the service", first, limit)
            _, first = await _timed(through, _over_grpc(through))
            yield waited("first-event", "then first event, gRPC through Envoy", first, limit)
            _, first = await _timed(through, _over_sse(rest))
            yield waited("first-event", "then first event, SSE through Envoy", first, limit)


async def _timed(channel: grpc.aio.Channel, follow: Follow) -> tuple[list[float], list[float]]:
    """Seconds from order to answer, and from answer to first event, one order after the other."""
    images, accepted, first = stage.images(channel), list[float](), list[float]()
    for number in range(ORDERS + 10):
        ordered = time.perf_counter()
        job = (await images.CreateImage(stage.order(number))).job.id
        answered = time.perf_counter()
        await follow(job)
        # The first ones open connections.
        if number >= 10:
            accepted.append(answered - ordered)
            first.append(time.perf_counter() - answered)
    return accepted, first


def _over_grpc(channel: grpc.aio.Channel) -> Follow:
    jobs = stage.jobs(channel)

    async def follow(job: str) -> None:
        call = jobs.WatchJob(pb.WatchJobRequest(id=job))
        await call.read()
        call.cancel()

    return follow


def _over_sse(rest: httpx2.AsyncClient) -> Follow:
    async def follow(job: str) -> None:
        async with rest.stream("GET", f"/api/v1/jobs/{job}/events") as answer:
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    return

    return follow
