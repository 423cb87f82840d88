"""From kill -9 of the process that runs a job to the job's next event: the process comes back, or a peer takes over."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import grpc
import psycopg

from benchmarks import stage
from benchmarks.rows import Row, waited
from reelwright_kit import database
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.store import JobStore

RESTARTS = 3
TAKEOVERS = 3
DYING_S = 0.1
TENANT = "local"
PATIENCE_S = 60.0

RUNNER = "select executor_id from dbos.workflow_status where workflow_uuid = %s"

Kill = Callable[[str], Awaitable[float]]
"""Ends the process that runs a job; returns once it is gone, with the time of the signal."""


async def measure() -> AsyncIterator[Row]:
    """Rows for a supervised process that comes back and for a peer that takes over."""
    async with stage.whole_suite() as suite:
        restarted = [await _restart(suite) for _ in range(RESTARTS)]
    yield waited("resume", "killed, started again by `reelwright up`", restarted)
    async with stage.database() as base:
        taken_over = [await _take_over(base) for _ in range(TAKEOVERS)]
    yield waited("resume", "killed for good, a peer takes over", taken_over)


async def _restart(suite: stage.RunningSuite) -> float:
    one = suite.part("image")

    async def kill(_job: str) -> float:
        assert one.process
        dying, at = one.process, time.time()
        dying.kill()
        await dying.wait()
        return at

    async with asyncio.timeout(PATIENCE_S), grpc.aio.insecure_channel(one.part.address) as channel:
        await suite.well("image")
        return await _resumed(suite.url, channel, kill)


async def _take_over(base: stage.Stage) -> float:
    async with (
        asyncio.timeout(PATIENCE_S),
        stage.image_service(base, "one") as first,
        stage.image_service(base, "two") as second,
        first.channel() as channel,
    ):

        async def kill(job: str) -> float:
            async with await psycopg.AsyncConnection.connect(base.url) as connection:
                row = await (await connection.execute(RUNNER, (job,))).fetchone()
            assert row
            at = time.time()
            await (first if row[0] == "one" else second).kill()
            return at

        return await _resumed(base.url, channel, kill)


async def _resumed(url: str, channel: grpc.aio.Channel, kill: Kill) -> float:
    """Seconds from the kill to the next event, as heard by a process that listens like any service."""
    async with database.connect(url, 2) as pool:
        store = JobStore(pool)
        feed = JobFeed(url, store)
        async with feed.running():
            job = (await stage.images(channel).CreateImage(stage.order(0, side=1024, count=4))).job.id
            async with contextlib.aclosing(feed.watch(TENANT, job)) as events:
                async for event in events:
                    if event.type == "PROGRESS":
                        break
                killed = await kill(job)
                gone = time.time()
                async for event in events:
                    # What the process that is gone had sent to the database may still be recorded: it does not count.
                    if event.time.timestamp() > gone + DYING_S:
                        break
            seconds = time.time() - killed
            await store.cancel(TENANT, job)
    return seconds
