"""A service in the process of its caller: to its caller it is one behind a channel."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit import caller
from reelwright_kit.errors import FieldInvalid, JobNotFound
from reelwright_kit.in_process import serving
from reelwright_kit.interceptors import interceptors
from tests.gates import open_to_everybody

FAILURES: dict[str, Callable[[], Exception]] = {
    "known": lambda: JobNotFound("mil_1"),
    "field": lambda: FieldInvalid("prompt", "is empty"),
    "unknown": lambda: ValueError("a very private prompt"),
}
WITH_ID = (("x-request-id", "call-1"),)


class Scripted(rpc.JobServiceServicer):
    """Does as the job id says."""

    def __init__(self) -> None:
        self.begun, self.gone = asyncio.Event(), asyncio.Event()
        self.made = 0

    async def GetJob(self, request: pb.GetJobRequest, context: Any) -> pb.GetJobResponse:
        if failure := FAILURES.get(request.id):
            raise failure()
        if request.id == "never":
            self.begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                self.gone.set()
        caller.tell("x-ratelimit-limit-requests", "7")
        return pb.GetJobResponse(job=pb.Job(id=caller.current().call_id, tenant=caller.current().tenant))

    async def WatchJob(self, request: pb.WatchJobRequest, context: Any) -> AsyncIterator[pb.WatchJobResponse]:
        try:
            for number in range(1_000 if request.id == "many" else 3):
                self.made = number + 1
                yield pb.WatchJobResponse(event=pb.JobEvent(job=request.id, sequence=number + 1))
            if failure := FAILURES.get(request.id):
                raise failure()
        finally:
            self.gone.set()


@contextlib.asynccontextmanager
async def networked(servicer: Scripted) -> AsyncIterator[Any]:
    server = grpc.aio.server(interceptors=interceptors(open_to_everybody()))
    rpc.add_JobServiceServicer_to_server(servicer, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    await server.stop(None)


async def works() -> bool:
    return True


def housed(servicer: Scripted) -> contextlib.AbstractAsyncContextManager[Any]:
    def register(server: Any) -> None:
        rpc.add_JobServiceServicer_to_server(servicer, server)

    return serving(open_to_everybody(), register, {"database": works})


@pytest.fixture
def servicer() -> Scripted:
    return Scripted()


@pytest.fixture
async def channel(servicer: Scripted) -> AsyncIterator[Any]:
    async with housed(servicer) as opened:
        yield opened


@pytest.fixture
def stub(channel: Any) -> rpc.JobServiceAsyncStub:
    return rpc.JobServiceStub(channel)


async def told_of(channel: Any, job: str, shape: str) -> tuple[int, grpc.StatusCode, str | None, Any]:
    """How many messages came before the failure, and all that the caller is told of it."""
    stub, came = rpc.JobServiceStub(channel), 0
    try:
        if shape == "unary":
            await stub.GetJob(pb.GetJobRequest(id=job), metadata=WITH_ID)
        async for _ in stub.WatchJob(pb.WatchJobRequest(id=job), metadata=WITH_ID):
            came += 1
    except grpc.aio.AioRpcError as error:
        return came, error.code(), error.details(), dict(error.trailing_metadata() or ())
    raise AssertionError("nothing failed")


@pytest.mark.parametrize("shape", ["unary", "stream"])
@pytest.mark.parametrize("job", [*FAILURES, "x" * 500])
async def test_failures_are_those_of_a_channel(job: str, shape: str) -> None:
    """Code, words and details to the byte; a message that breaks its rules is refused by both alike."""
    async with networked(Scripted()) as far, housed(Scripted()) as near:
        assert await told_of(near, job, shape) == await told_of(far, job, shape)


async def test_calls_do_not_mix_with_their_caller(stub: rpc.JobServiceAsyncStub) -> None:
    """Who calls within a call of its own stays who it is."""
    me = caller.Caller("somebody", "mine")
    caller.become(me)

    answer = await stub.GetJob(pb.GetJobRequest(id="a"), metadata=WITH_ID)

    assert (answer.job.id, answer.job.tenant) == ("call-1", "local")
    assert caller.current() == me


async def test_headers_come_with_the_answer(stub: rpc.JobServiceAsyncStub) -> None:
    call = stub.GetJob(pb.GetJobRequest(id="a"))
    await call

    assert dict(await call.initial_metadata() or ())["x-ratelimit-limit-requests"] == "7"


async def test_streams_come_whole_and_wait_for_their_reader(stub: rpc.JobServiceAsyncStub, servicer: Scripted) -> None:
    """Nothing is made that nobody has come for: two in hand, one on its way."""
    came = []
    async for answer in stub.WatchJob(pb.WatchJobRequest(id="many")):
        came.append(answer.event.sequence)
        assert servicer.made <= len(came) + 3

    assert came == list(range(1, 1_001))


@pytest.mark.parametrize("how", ["cancelled", "left"])
async def test_who_leaves_ends_the_call(stub: rpc.JobServiceAsyncStub, servicer: Scripted, how: str) -> None:
    call = stub.GetJob(pb.GetJobRequest(id="never"))
    waiting = asyncio.ensure_future(call)
    async with asyncio.timeout(10):
        await servicer.begun.wait()

        assert call.cancel() if how == "cancelled" else waiting.cancel()

        with pytest.raises(asyncio.CancelledError):
            await waiting
        await servicer.gone.wait()


async def test_who_leaves_a_stream_ends_it(stub: rpc.JobServiceAsyncStub, servicer: Scripted) -> None:
    answers = stub.WatchJob(pb.WatchJobRequest(id="many")).__aiter__()
    await anext(answers)
    await answers.aclose()  # type: ignore[attr-defined]

    async with asyncio.timeout(10):
        await servicer.gone.wait()
    assert servicer.made < 10


async def test_a_failure_that_nobody_reads_holds_nothing(channel: Any, servicer: Scripted) -> None:
    """Who leaves with a message and the failure still to come leaves no task behind."""
    before = asyncio.all_tasks()
    answers = rpc.JobServiceStub(channel).WatchJob(pb.WatchJobRequest(id="known")).__aiter__()
    for _ in range(2):
        await anext(answers)
    async with asyncio.timeout(10):
        await servicer.gone.wait()
        # The failure passes the interceptors, which wait for nothing.
        for _ in range(50):
            await asyncio.sleep(0)
        await answers.aclose()  # type: ignore[attr-defined]
        await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)


async def test_deadlines_hold(stub: rpc.JobServiceAsyncStub, servicer: Scripted) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub.GetJob(pb.GetJobRequest(id="never"), timeout=0.05)

    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED and servicer.gone.is_set()


async def test_unknown_methods_are_unimplemented(channel: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await channel.unary_unary("/reelwright.jobs.v1.JobService/Nothing")(pb.GetJobRequest())

    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_health_is_that_of_a_server(channel: Any) -> None:
    health = health_pb2_grpc.HealthStub(channel)
    answer = await health.Check(health_pb2.HealthCheckRequest(service="readiness"), timeout=2)

    assert answer.status == health_pb2.HealthCheckResponse.SERVING


async def test_nothing_runs_on_when_the_service_goes() -> None:
    servicer = Scripted()
    async with housed(servicer) as channel:
        waiting = asyncio.ensure_future(rpc.JobServiceStub(channel).GetJob(pb.GetJobRequest(id="never")))
        await servicer.begun.wait()
    assert servicer.gone.is_set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
