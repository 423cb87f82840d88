"""A key that ends, ends everywhere within five seconds: for new calls, for streams and for calls that wait."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta

import grpc
import pytest
import pytest_asyncio
from google.protobuf import duration_pb2

from reelwright.admin.v1 import admin_service_pb2 as admin
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.model import Identity
from reelwright_kit.access.sessions import Sessions
from tests.access.house import ADMIN_KEY, House, bearer

AT_ONCE_S, LIMIT_S = 1.5, 5.0
BOTH = ("image", "audio")
"""Two processes."""


async def revoke_silently(house: House, key: str) -> None:
    """Ends a key in the database without telling anybody: a notification that was lost."""
    async with house.pool.connection() as connection:
        await connection.execute("update reelwright.keys set revoke_time = clock_timestamp() where id = %s", (key,))


async def revoke_loudly(house: House, key: str) -> None:
    """Ends a key as an administrator does."""
    await house.revoke(key)


async def expire(house: House, key: str) -> None:
    """Lets a key expire in a second."""
    async with house.pool.connection() as connection:
        query = "update reelwright.keys set expire_time = clock_timestamp() + interval '1 second' where id = %s"
        await connection.execute(query, (key,))


async def rotate(house: House, key: str) -> None:
    """Gives a key another secret; the old one ends at once."""
    request = admin.RotateKeyRequest(id=key, overlap=duration_pb2.Duration())
    await house.admin.RotateKey(request, metadata=bearer(ADMIN_KEY))


async def code_of(house: House, service: str, secret: str, job: str) -> str:
    try:
        await house.jobs(service).GetJob(jobs.GetJobRequest(id=job), metadata=bearer(secret))
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


async def ended(call: grpc.aio.UnaryStreamCall) -> str:
    """The code with which a watched stream ends, all its messages read."""
    try:
        while await call.read() is not grpc.aio.EOF:
            pass
    except grpc.aio.AioRpcError as error:
        return error.code().name
    return "OK"


@pytest.fixture(params=["told", "not told", "expired", "rotated"])
def ending(request: pytest.FixtureRequest) -> tuple[Callable, float]:
    """A way to end a secret, and how soon that must be seen."""
    ways = {
        "told": (revoke_loudly, AT_ONCE_S),
        "not told": (revoke_silently, LIMIT_S),
        "expired": (expire, LIMIT_S + 1),
        "rotated": (rotate, AT_ONCE_S),
    }
    return ways[request.param]


async def test_an_ended_key_is_refused_by_every_process(house: House, ending: tuple[Callable, float]) -> None:
    """Two processes that have used the key a moment ago refuse it within five seconds; told of it, at once."""
    end, limit_s = ending
    key, secret = await house.key(tenant="spy")
    job = await house.endless_job("spy")
    assert [await code_of(house, service, secret, job) for service in BOTH] == ["OK", "OK"]
    await end(house, key.id)
    began = time.monotonic()
    for service in BOTH:
        while (code := await code_of(house, service, secret, job)) == "OK":
            assert time.monotonic() - began < limit_s
        assert code == "UNAUTHENTICATED"


async def test_open_streams_and_waiting_calls_end_with_the_key(house: House, ending: tuple[Callable, float]) -> None:
    """WatchJob and WaitJob in two processes end with UNAUTHENTICATED, after the event that was sent before."""
    end, limit_s = ending
    key, secret = await house.key(tenant="spy")
    job = await house.endless_job("spy")
    watches = [house.jobs(name).WatchJob(jobs.WatchJobRequest(id=job), metadata=bearer(secret)) for name in BOTH]
    for watch in watches:
        assert (await watch.read()).event.sequence == 1
    request = jobs.WaitJobRequest(id=job, timeout=duration_pb2.Duration(seconds=60))
    waits = [house.jobs(name).WaitJob(request, metadata=bearer(secret)) for name in BOTH]
    # Each process has begun to wait before what comes later on the same connection is answered.
    assert [await code_of(house, service, secret, job) for service in BOTH] == ["OK", "OK"]
    await end(house, key.id)
    began = time.monotonic()
    async with asyncio.timeout(limit_s):
        assert await asyncio.gather(*map(ended, watches)) == ["UNAUTHENTICATED"] * 2
        failures = await asyncio.gather(*waits, return_exceptions=True)
    assert [one.code().name for one in failures if isinstance(one, grpc.aio.AioRpcError)] == ["UNAUTHENTICATED"] * 2
    assert time.monotonic() - began < limit_s


async def test_a_create_call_that_waits_ends_with_the_key(house: House) -> None:
    """Who waits for a picture with a revoked key does not get it; the job goes on."""
    key, secret = await house.key(tenant="spy")
    request = image.CreateImageRequest(prompt="a slow picture of a very large city", width=2048, height=2048, count=10)
    request.wait.FromTimedelta(timedelta(seconds=120))
    call = image_rpc.ImageServiceStub(house.channels["image"]).CreateImage(request, metadata=bearer(secret))
    _, other = await house.key(tenant="spy")
    found = jobs.ListJobsResponse()
    async with asyncio.timeout(20):
        while not [job for job in found.jobs if job.kind == "image"]:
            found = await house.jobs("audio").ListJobs(jobs.ListJobsRequest(), metadata=bearer(other))
    await house.revoke(key.id)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        async with asyncio.timeout(LIMIT_S):
            await call
    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED
    (job,) = [job for job in found.jobs if job.kind == "image"]
    left = await house.jobs("audio").GetJob(jobs.GetJobRequest(id=job.id), metadata=bearer(other))
    assert left.job.state != jobs.Job.STATE_CANCELLED
    await house.jobs("audio").CancelJob(jobs.CancelJobRequest(id=job.id), metadata=bearer(other))


async def test_an_admin_may_end_its_own_key(house: House) -> None:
    """The call that ends the key it is made with is answered."""
    key, secret = await house.key(scopes=["admin"])
    answer = await house.admin.RevokeKey(admin.RevokeKeyRequest(id=key.id), metadata=bearer(secret))
    assert answer.key.HasField("revoke_time")


@pytest_asyncio.fixture(loop_scope="session")
async def waiting() -> AsyncIterator[tuple[Sessions, Identity]]:
    """Sessions, and somebody who has one."""
    yield Sessions(), Identity("t", "k", frozenset(), credential=b"c")


async def test_a_client_that_leaves_is_not_told_about_its_key(waiting: tuple[Sessions, Identity]) -> None:
    """Only what was ended here becomes KeyInvalid; a client's own cancellation stays one."""
    sessions, identity = waiting
    begun = asyncio.Event()

    async def call() -> None:
        with sessions.lasting(identity):
            begun.set()
            await asyncio.Event().wait()

    for end, failure in (
        (lambda task: task.cancel(), asyncio.CancelledError),
        (lambda _: sessions.end(b"c"), KeyInvalid),
    ):
        begun.clear()
        task = asyncio.create_task(call())
        await begun.wait()
        end(task)
        with pytest.raises(failure):
            await task
        assert not sessions.has(b"c")


async def test_a_token_ends_its_calls_when_it_expires(waiting: tuple[Sessions, Identity]) -> None:
    """A stream that was opened with a token does not outlive it."""
    sessions, identity = waiting
    brief = replace(identity, ends=asyncio.get_running_loop().time() + 0.05)

    async def call() -> None:
        with sessions.lasting(brief):
            await asyncio.Event().wait()

    with pytest.raises(KeyInvalid):
        await asyncio.wait_for(call(), 5)
