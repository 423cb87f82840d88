"""Durable work in processes that are killed, stopped and lost."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit.jobs.model import State
from tests.kit.orders import TENANT, seen, until
from tests.kit.yard import Steps, Yard, assert_whole, open_yard

THREE: Steps = [("first", "note"), ("second", "hold once"), ("third", "note")]


@pytest.fixture
async def yard(database_url: str, tmp_path: Path) -> AsyncIterator[Yard]:
    """A yard of the test's own."""
    async with open_yard(database_url, tmp_path) as opened:
        yield opened


async def test_a_killed_process_goes_on_after_its_last_finished_step(yard: Yard) -> None:
    job = await yard.admit(THREE)
    async with yard.mill() as first:
        await until(yard.feed, job, "second")
        await yard.noted(job, "second")
        await first.kill()
    async with yard.mill():
        events = await seen(yard.feed, job)
    assert yard.written(job) == ["first", "second", "second", "third"]
    assert events[-1].body["state"] == "STATE_SUCCEEDED"
    assert_whole(events)


async def test_a_stopped_process_stops_its_threads_and_leaves_its_jobs_to_the_next_one(yard: Yard) -> None:
    held, ground = await yard.admit(THREE), await yard.admit([("grind", "grind")])
    async with yard.mill() as first:
        await yard.noted(held, "second")
        await yard.noted(ground, "grind")
        first.signal(signal.SIGTERM)
        assert await first.ended() == 0
    assert yard.written(ground) == ["grind", "stopped"]
    for job in (held, ground):
        assert (await yard.jobs.get(TENANT, job)).state is State.RUNNING
    async with yard.mill():
        events = await seen(yard.feed, held)
    assert yard.written(held) == ["first", "second", "second", "third"]
    assert events[-1].body["state"] == "STATE_SUCCEEDED"
    assert_whole(events)


async def test_the_jobs_of_a_lost_replica_are_taken_over_by_a_peer(yard: Yard) -> None:
    job = await yard.admit(THREE)
    async with yard.mill("one") as lost:
        await yard.noted(job, "second")
        async with yard.mill("two") as peer:
            await peer.said("serving")
            await lost.kill()
            began = time.monotonic()
            events = await seen(yard.feed, job)
            assert time.monotonic() - began < 15
    assert yard.written(job) == ["first", "second", "second", "third"]
    assert_whole(events)


async def test_cancelling_a_parent_stops_its_children_in_every_process(yard: Yard) -> None:
    top = await yard.admit([("hold", "hold once")])
    child = await yard.admit([("grind", "grind")], parent=top)
    async with yard.mill("one", MILL_HANDS="1") as one, yard.mill("two", MILL_HANDS="1") as two:
        await yard.noted(top, "hold")
        await yard.noted(child, "grind")
        await yard.jobs.cancel(TENANT, top)
        stopping = [asyncio.create_task(process.said("job_stopped")) for process in (one, two)]
        assert {(await said)["job"] for said in stopping} == {top, child}
    assert yard.written(child) == ["grind", "stopped"]


async def test_a_wrong_variable_is_said_in_one_line(yard: Yard) -> None:
    async with yard.mill(REELWRIGHT_POOL_SIZE="many") as process:
        assert await process.ended() == 1
        assert process.noise == ["reelwright-mill: REELWRIGHT_POOL_SIZE: Expected `int`, got `str`"]


async def test_a_process_that_is_told_to_stop_is_not_ready_but_alive_and_still_answers(yard: Yard) -> None:
    async with yard.mill(REELWRIGHT_NOTICE_S="60") as process, process.channel() as channel:
        checks = health_pb2_grpc.HealthStub(channel)
        process.signal(signal.SIGTERM)
        await process.said("draining")
        watch = checks.Watch(health_pb2.HealthCheckRequest(service="readiness"))
        while (await watch.read()).status != health_pb2.HealthCheckResponse.NOT_SERVING:
            pass
        alive = await checks.Check(health_pb2.HealthCheckRequest(service="liveness"))
        assert alive.status == health_pb2.HealthCheckResponse.SERVING
        await rpc.JobServiceStub(channel).ListJobs(pb.ListJobsRequest())
        watch.cancel()
        process.signal(signal.SIGTERM)
        assert await process.ended() == 1
