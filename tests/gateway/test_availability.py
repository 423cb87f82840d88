"""Jobs and files go on while one service is down."""

from __future__ import annotations

import asyncio

import grpc
import pytest
from tests.gateway.edge import Opener

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_grpc

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("down", ["llm", "story"])
async def test_job_calls_do_not_notice_that_one_service_is_down(own_gateway: Opener, down: str) -> None:
    async with own_gateway(heartbeat_s=0.05) as gateway:
        await gateway.memory.job("img_1").end()
        stub = jobs_grpc.JobServiceStub(gateway.channel)
        await gateway.services[down].server.stop(None)

        reads = await asyncio.gather(*(gateway.rest.get("/api/v1/jobs/img_1") for _ in range(20)))
        writes = [await gateway.rest.post("/api/v1/jobs/img_1:cancel") for _ in range(20)]
        events = [await gateway.rest.get("/api/v1/jobs/img_1/events") for _ in range(5)]
        calls = await asyncio.gather(*(stub.GetJob(pb.GetJobRequest(id="img_1")) for _ in range(20)))

    assert {answer.status_code for answer in [*reads, *writes, *events]} == {200}
    assert {answer.job.id for answer in calls} == {"img_1"}


async def test_a_service_that_says_it_is_not_ready_gets_no_job_calls(own_gateway: Opener) -> None:
    async with own_gateway() as gateway:
        await gateway.memory.job("img_1").end()
        draining = gateway.services["audio"]
        await draining.health.enter_graceful_shutdown()
        # The check that hears it comes within its interval of a second; the one after it proves that Envoy took it in.
        for _ in range(2):
            draining.heard.checked.clear()
            await asyncio.wait_for(draining.heard.checked.wait(), 5)
        draining.heard.calls.clear()

        answers = [await gateway.rest.get("/api/v1/jobs/img_1") for _ in range(20)]

    assert {answer.status_code for answer in answers} == {200}
    assert [call for call in draining.heard.calls if call.startswith("/reelwright")] == []


async def test_reads_are_tried_at_most_three_times_and_writes_once(own_gateway: Opener) -> None:
    async with own_gateway() as gateway:
        await gateway.rest.get("/api/v1/jobs/code-UNAVAILABLE")
        await gateway.rest.post("/api/v1/jobs/code-UNAVAILABLE:cancel")
        calls = [call for service in gateway.services.values() for call in service.heard.calls]

    assert calls.count("/reelwright.jobs.v1.JobService/GetJob") == 3
    assert calls.count("/reelwright.jobs.v1.JobService/CancelJob") == 1


async def test_nothing_is_answered_by_services_when_all_are_down(own_gateway: Opener) -> None:
    async with own_gateway() as gateway:
        for service in gateway.services.values():
            await service.server.stop(None)

        rest = await gateway.rest.get("/api/v1/jobs/img_1")
        events = await gateway.rest.get("/api/v1/jobs/img_1/events")
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await jobs_grpc.JobServiceStub(gateway.channel).GetJob(pb.GetJobRequest(id="img_1"))

    for answer in (rest, events):
        assert answer.status_code == 503
        assert answer.json()["error"]["details"][0]["reason"] == "PART_UNAVAILABLE"
        assert "127.0.0.1" not in answer.text
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
