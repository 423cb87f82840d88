"""Ten thousand watchers come and go, some rudely, and the server that they watched is as it was before."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import psutil
import pytest

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import State
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import PATIENCE_S, TENANT, new_job, seen
from tests.processes import ServiceProcess

pytestmark = [pytest.mark.soak, pytest.mark.timeout(180)]

WATCHES = 10_000
WARM_UP = 1_000
AT_ONCE = 50
CONNECTIONS = 4
JOBS = 10
WATCHES_PER_WORD = 25

GROWTH_MIB = 16
"""How much larger the server may be after 9,000 more watches: 1.8 KiB for each. One that is not let go holds a call,
tasks, generators and a topic, ten times that. What the allocator keeps after a busy moment it has after the warm-up,
with as many watchers at once; the logs grow by 40 events each. Measured: 1 to 3 MiB."""

OWN_TASKS = 10
"""Tasks of the server's own that come and go, like those of its pool of connections."""

DEAF = 20
"""Watchers that never read."""
STEPS = 150
STEP = "s" * 4_000
"""A long name, so that the events of all steps are ten times the 64 KiB that HTTP/2 lets wait for one that is deaf."""


@dataclass
class Lookout:
    """The server's process and a few connections to it."""

    process: ServiceProcess
    stubs: Sequence[rpc.JobServiceAsyncStub]
    _counts: Any = field(default_factory=lambda: itertools.count(1))

    @property
    def resident_mib(self) -> float:
        """What it holds of the machine's memory."""
        return float(psutil.Process(self.process.pid).memory_info().rss / 2**20)

    async def counted(self) -> tuple[int, int]:
        """Topics and tasks that it has."""
        self.process.signal(signal.SIGUSR2)
        line = await self.process.said("counted", number=next(self._counts))
        return line["topics"], line["tasks"]

    async def settled(self, tasks: int) -> None:
        """Returns when it has no topic and hardly more tasks than these; both go a moment after their watchers."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.counted() > (0, tasks + OWN_TASKS):
                pass


@pytest.fixture
async def lookout(database_url: str, tmp_path: Path) -> AsyncIterator[Lookout]:
    """A running server with nobody watching."""
    (tmp_path / "diary").touch()
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": database_url,
        "REELWRIGHT_STORE_URL": f"file://{tmp_path}/store",
        "REELWRIGHT_EXECUTOR_ID": "one",
        "MILL_DIARY": str(tmp_path / "diary"),
    }
    process = await ServiceProcess.start("tests.kit.lookout", environment)
    try:
        address = await process.address()
        async with contextlib.AsyncExitStack() as stack:
            channels = [await stack.enter_async_context(channel_of_its_own(address)) for _ in range(CONNECTIONS)]
            yield Lookout(process, [rpc.JobServiceStub(channel) for channel in channels])
    finally:
        await process.kill()


def channel_of_its_own(address: str) -> grpc.aio.Channel:
    """A connection that is not shared with other channels, and whose 64 KiB for each stream do not grow."""
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.http2.bdp_probe", 0)]
    return grpc.aio.insecure_channel(address, options=options)


async def begun(jobs: JobStore) -> str:
    """A job that nobody works on, with three events."""
    # Of an application that does not run here.
    job = (await jobs.admit(TENANT, new_job(app="nobody"))).id
    await jobs.begin(TENANT, job)
    await jobs.append(TENANT, job, "PROGRESS", {"message": "begun"})
    return job


async def glance(stub: rpc.JobServiceAsyncStub, job: str, events: int) -> int:
    """Reads so many events, or to the end, and leaves; the number of the last one."""
    last = 0
    call = stub.WatchJob(pb.WatchJobRequest(id=job))
    try:
        while last < events and isinstance(answer := await call.read(), pb.WatchJobResponse):
            last = answer.event.sequence
    finally:
        call.cancel()
    return last


async def come_and_go(lookout: Lookout, jobs: JobStore, ended: str, running: Sequence[str], numbers: range) -> None:
    """Watches, so many at once: of running jobs, left before or in the middle of their logs, and one to its end."""
    chance = random.Random(numbers.start)
    waiting = iter(numbers)

    async def watcher() -> None:
        for number in waiting:
            stub, job = lookout.stubs[number % CONNECTIONS], chance.choice(running)
            if number % 5 == 0:
                assert await glance(stub, ended, 1_000) == 4
            else:
                wanted = chance.randrange(4)
                assert await glance(stub, job, wanted) >= wanted
            if number % WATCHES_PER_WORD == 0:
                await jobs.append(TENANT, job, "PROGRESS", {"message": f"word {number}"})

    await asyncio.gather(*(watcher() for _ in range(AT_ONCE)))


async def test_ten_thousand_watches_leave_no_memory_no_topics_and_no_tasks(lookout: Lookout, jobs: JobStore) -> None:
    ended, *running = [await begun(jobs) for _ in range(JOBS)]
    await jobs.finish(TENANT, ended, State.SUCCEEDED, result={})

    _, alone = await lookout.counted()
    await come_and_go(lookout, jobs, ended, running, range(WARM_UP))
    await lookout.settled(alone)
    before = lookout.resident_mib
    await come_and_go(lookout, jobs, ended, running, range(WARM_UP, WATCHES))

    await lookout.settled(alone)
    assert lookout.resident_mib - before < GROWTH_MIB


async def test_watchers_that_never_read_keep_nobody_waiting_and_miss_nothing(
    lookout: Lookout, jobs: JobStore, feed: JobFeed
) -> None:
    _, alone = await lookout.counted()
    job = (await jobs.admit(TENANT, new_job({"steps": [(f"{number} {STEP}", "note") for number in range(STEPS)]}))).id
    deaf = [lookout.stubs[0].WatchJob(pb.WatchJobRequest(id=job)) for _ in range(DEAF)]
    attentive = asyncio.create_task(glance(lookout.stubs[0], job, 10_000))

    events = await seen(feed, job)
    async with asyncio.timeout(PATIENCE_S):
        assert await attentive == len(events) > STEPS
        assert [answer.event.sequence async for answer in deaf.pop()] == list(range(1, len(events) + 1))
    # They wait in the middle of their streams, and all of them on one topic.
    topics, tasks = await lookout.counted()
    assert topics == 1 and tasks >= alone + len(deaf)
    for call in deaf:
        call.cancel()

    await lookout.settled(alone)
