"""Work on jobs in a process that lives on: cancelled, refused, crashed, cut off from the database."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit.jobs.model import State
from tests.kit.orders import TENANT, seen
from tests.kit.yard import Yard, open_yard
from tests.postgres import Postgres
from tests.processes import ServiceProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

HANDS = 3


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def yard(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Yard]:
    """The yard that these tests share."""
    async with open_yard(postgres.fresh(), tmp_path_factory.mktemp("yard")) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def process(yard: Yard) -> AsyncIterator[ServiceProcess]:
    """The mill that works there, with four hands."""
    async with yard.mill(MILL_HANDS=str(HANDS)) as started:
        await started.said("serving")
        yield started


async def test_a_second_process_with_the_same_executor_id_refuses_to_start(yard: Yard, process: ServiceProcess) -> None:
    async with yard.mill() as second:
        assert await second.ended() == 1
    assert second.noise == ["reelwright-mill: REELWRIGHT_EXECUTOR_ID: one is in use by a live mill process"]


async def test_cancelling_a_running_job_stops_its_thread_within_two_seconds(
    yard: Yard, process: ServiceProcess
) -> None:
    job = await yard.admit([("grind", "grind"), ("after", "note")])
    async with process.channel() as channel:
        await yard.noted(job, "grind")
        began = time.monotonic()
        answer = await rpc.JobServiceStub(channel).CancelJob(pb.CancelJobRequest(id=job))
        assert answer.job.state == pb.Job.STATE_CANCELLED
        await process.said("job_stopped", job=job)
        assert time.monotonic() - began < 2
    assert yard.written(job) == ["grind", "stopped"]
    assert answer.job.error.code == grpc.StatusCode.CANCELLED.value[0]


async def test_a_job_cancelled_in_the_queue_never_runs(yard: Yard, process: ServiceProcess) -> None:
    holding = [await yard.admit([("hold", "hold once")]) for _ in range(HANDS)]
    for job in holding:
        await yard.noted(job, "hold")
    waiting = await yard.admit([("never", "note")])
    for job in (waiting, *holding):
        await yard.jobs.cancel(TENANT, job)
    await seen(yard.feed, await yard.admit([("last", "note")]))
    assert yard.written(waiting) == []
    assert [event.type for event in await yard.jobs.events(TENANT, waiting, 0)] == ["STATE", "STATE"]


async def test_a_job_deleted_in_the_queue_is_passed_over(yard: Yard, process: ServiceProcess) -> None:
    gone = await yard.admit([("never", "note")])
    await yard.jobs.cancel(TENANT, gone)
    await yard.jobs.delete(TENANT, gone)
    await seen(yard.feed, await yard.admit([("last", "note")]))
    assert not [line for line in process.lines if line.get("level") == "error"]


async def test_the_children_of_a_failed_job_are_stopped(yard: Yard, process: ServiceProcess) -> None:
    top = await yard.admit([("wait", "wait for signal"), ("refuse", "refuse")])
    child = await yard.admit([("grind", "grind")], parent=top)
    await yard.noted(top, "wait")
    await yard.noted(child, "grind")
    process.signal(signal.SIGUSR1)
    await process.said("job_stopped", job=child)
    assert (await yard.jobs.get(TENANT, top)).state is State.FAILED
    assert (await yard.jobs.get(TENANT, child)).state is State.CANCELLED


async def test_a_refusal_is_the_failure_of_the_job(yard: Yard, process: ServiceProcess) -> None:
    job = await yard.admit([("refuse", "refuse")])
    await seen(yard.feed, job)
    error = (await yard.jobs.get(TENANT, job)).error
    assert error is not None
    assert (error["reason"], error["metadata"]) == ("PROVIDER_FAILED", {"provider": "mill", "status": "422"})


async def test_what_nobody_foresaw_becomes_a_fixed_sentence_and_is_logged_without_variables(
    yard: Yard, process: ServiceProcess
) -> None:
    job = await yard.admit([("crash", "crash")], secret="a-very-private-prompt")
    await seen(yard.feed, job)
    crash = await process.said("job_crashed", job=job)
    error = (await yard.jobs.get(TENANT, job)).error
    assert error is not None and error["reason"] == "INTERNAL"
    assert error["message"] == "Something unexpected went wrong; the job's id finds it in the logs."
    frames = crash["exception"][0]["frames"]
    assert frames and not any(frame.get("locals") for frame in frames)


async def test_a_job_outlasts_an_outage_of_the_database(
    yard: Yard, process: ServiceProcess, postgres: Postgres
) -> None:
    job = await yard.admit([("wait", "wait for signal"), ("after", "note"), ("last", "note")])
    async with process.channel() as channel:
        await yard.noted(job, "wait")
        stub = rpc.JobServiceStub(channel)
        watch = stub.WatchJob(pb.WatchJobRequest(id=job))
        events = [(await watch.read()).event]
        await asyncio.to_thread(postgres.stop)
        try:
            with pytest.raises(grpc.aio.AioRpcError) as refused:
                await stub.GetJob(pb.GetJobRequest(id=job))
            process.signal(signal.SIGUSR1)
            # The workflow library's own waiting, which must end as well.
            await process.heard("Database connection failed")
        finally:
            await asyncio.to_thread(postgres.start)
        while (answer := await watch.read()) is not grpc.aio.EOF:
            events.append(answer.event)
    assert refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert _retry_delay(refused.value).ToMilliseconds() == 1000
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert events[-1].state == pb.Job.STATE_SUCCEEDED
    assert yard.written(job) == ["wait", "after", "last"]


async def test_a_cancellation_during_which_nobody_listened_is_caught_up(yard: Yard, process: ServiceProcess) -> None:
    job = await yard.admit([("grind", "grind")])
    await yard.noted(job, "grind")
    # In one transaction: the cancellation is committed when its listener is gone.
    async with yard.jobs._pool.connection() as connection, connection.transaction():
        await connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity"
            " where datname = current_database() and query = 'listen reelwright_jobs'"
        )
        await connection.execute("update reelwright.jobs set state = 'CANCELLED' where id = %s", (job,))
    await process.said("job_stopped", job=job)
    assert yard.written(job) == ["grind", "stopped"]


async def test_a_taken_port_is_said_in_one_line(yard: Yard, process: ServiceProcess) -> None:
    taken = await process.address()
    async with yard.mill("two", REELWRIGHT_LISTEN=taken) as second:
        assert await second.ended() == 1
    # gRPC prints a line of its own before.
    assert second.noise[-1] == f"reelwright-mill: REELWRIGHT_LISTEN: cannot listen on {taken}; is the port taken?"
    assert not [line for line in second.noise if "Traceback" in line]


def _retry_delay(error: grpc.aio.AioRpcError) -> duration_pb2.Duration:
    packed = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    info = error_details_pb2.RetryInfo()
    for detail in status_pb2.Status.FromString(bytes(packed)).details:
        if detail.Unpack(info):
            delay: duration_pb2.Duration = info.retry_delay
            return delay
    raise AssertionError("no RetryInfo")
