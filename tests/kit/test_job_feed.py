"""The live event log: every watcher sees the same, from wherever it begins, and leaves nothing behind."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest

from reelwright_kit.database import Pool
from reelwright_kit.errors import JobNotFound
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import EventRecord, State
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import PATIENCE_S, TENANT, new_job, seen


@pytest.fixture
async def job(jobs: JobStore) -> str:
    """A job that runs."""
    record = await jobs.admit(TENANT, new_job())
    await jobs.begin(TENANT, record.id)
    return record.id


async def finish(jobs: JobStore, job: str, events: int = 0) -> None:
    for number in range(events):
        await jobs.append(TENANT, job, "PROGRESS", {"message": str(number)}, percent=number)
    await jobs.finish(TENANT, job, State.SUCCEEDED, result={})


async def being_read(feed: JobFeed, job: str) -> None:
    """Returns when a watcher has begun to read."""
    async with asyncio.timeout(PATIENCE_S):
        while (TENANT, job) not in feed._topics or feed._topics[TENANT, job].stale:
            await asyncio.to_thread(lambda: None)


async def test_two_watchers_see_the_same_and_a_late_one_sees_the_tail(jobs: JobStore, feed: JobFeed, job: str) -> None:
    watching = [asyncio.create_task(seen(feed, job)) for _ in range(2)]
    await finish(jobs, job, 20)
    first, second = await asyncio.gather(*watching)
    assert first == second
    assert [event.sequence for event in first] == list(range(1, 24))
    assert await seen(feed, job, after=7) == first[7:]


async def test_a_watcher_is_told_of_events_that_other_processes_record(jobs: JobStore, feed: JobFeed, job: str) -> None:
    async with asyncio.timeout(PATIENCE_S), contextlib.aclosing(feed.watch(TENANT, job, 2)) as events:
        waiting = asyncio.ensure_future(anext(events))
        await jobs.append(TENANT, job, "PROGRESS", {}, percent=10)
        assert (await waiting).sequence == 3


async def test_a_watcher_that_begins_beyond_the_end_is_let_go_when_the_job_ends(
    jobs: JobStore, feed: JobFeed, job: str
) -> None:
    watching = asyncio.create_task(seen(feed, job, after=1000))
    await finish(jobs, job, 3)
    assert await watching == []
    assert await seen(feed, job, after=1000) == []


async def test_a_slow_watcher_blocks_nobody(jobs: JobStore, feed: JobFeed, job: str) -> None:
    async with contextlib.aclosing(feed.watch(TENANT, job)) as slow:
        await anext(slow)
        watching = asyncio.create_task(seen(feed, job))
        await finish(jobs, job, 20)
        assert len(await watching) == 23
        assert len([event async for event in slow]) == 22


async def test_a_thousand_watchers_that_come_and_go_leave_nothing(jobs: JobStore, feed: JobFeed, job: str) -> None:
    async def glance() -> EventRecord:
        async with contextlib.aclosing(feed.watch(TENANT, job)) as events:
            return await anext(events)

    for _ in range(10):
        await asyncio.gather(*(glance() for _ in range(100)))
    assert not feed._topics


async def test_watchers_of_one_job_share_its_reading(
    jobs: JobStore, feed: JobFeed, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = 0
    read = jobs.events

    async def counted(*arguments: Any) -> Any:
        nonlocal readings
        readings += 1
        return await read(*arguments)

    monkeypatch.setattr(jobs, "events", counted)
    watching = [asyncio.create_task(seen(feed, job)) for _ in range(50)]
    await finish(jobs, job, 5)
    assert all(len(events) == 8 for events in await asyncio.gather(*watching))
    assert readings <= 10


async def test_a_watcher_that_leaves_in_the_middle_of_reading_does_not_keep_events_from_the_others(
    jobs: JobStore, feed: JobFeed, pool: Pool, job: str
) -> None:
    async with contextlib.aclosing(feed.watch(TENANT, job)) as events:
        async with pool.connection() as connection, connection.transaction():
            await connection.execute("lock table reelwright.job_events in access exclusive mode")
            leaving = asyncio.create_task(seen(feed, job))
            await being_read(feed, job)
            staying = asyncio.ensure_future(anext(events))
            while feed._topics[TENANT, job].watchers < 2:
                await asyncio.to_thread(lambda: None)
            leaving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await leaving
        # Nothing is announced any more: what is there must be read all the same.
        async with asyncio.timeout(5):
            assert (await staying).sequence == 1


async def test_what_was_recorded_while_the_listening_connection_was_lost_is_caught_up(
    jobs: JobStore, feed: JobFeed, pool: Pool, job: str
) -> None:
    resumed = asyncio.Event()
    heard: list[tuple[str, State]] = []

    async def on_resumed() -> None:
        resumed.set()

    feed.on_state(lambda *what: heard.append(what), on_resumed)
    async with contextlib.aclosing(feed.watch(TENANT, job, 2)) as events:
        waiting = asyncio.ensure_future(anext(events))
        async with pool.connection() as connection:
            lost = await connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query ilike 'listen%%'"
            )
            assert len(await lost.fetchall()) == 1
        await finish(jobs, job)
        async with asyncio.timeout(PATIENCE_S):
            assert (await waiting).final
            await resumed.wait()
    assert heard == []


async def test_a_watcher_of_a_job_that_is_deleted_unseen_is_told(
    jobs: JobStore, feed: JobFeed, pool: Pool, job: str
) -> None:
    watching = asyncio.create_task(seen(feed, job, after=2))
    await being_read(feed, job)
    async with pool.connection() as connection:
        await connection.execute("delete from reelwright.jobs where id = %s", (job,))
        await connection.execute("select pg_notify('reelwright_jobs', %s)", (f"{job} 3 CANCELLED {TENANT}",))
    with pytest.raises(JobNotFound):
        await watching


async def test_watching_what_does_not_exist_is_refused(feed: JobFeed) -> None:
    with pytest.raises(JobNotFound):
        await seen(feed, "mil_nothing")


async def test_a_long_log_is_read_in_batches(jobs: JobStore, feed: JobFeed, pool: Pool, job: str) -> None:
    async with pool.connection() as connection:
        await connection.execute(
            "insert into reelwright.job_events (job, sequence, tenant, type, body)"
            " select %s, n, %s, 'PROGRESS', '{}' from generate_series(3, 1500) n",
            (job, TENANT),
        )
        await connection.execute("update reelwright.jobs set latest_sequence = 1500 where id = %s", (job,))
    await finish(jobs, job)
    assert [event.sequence for event in await seen(feed, job)] == list(range(1, 1502))


async def test_waiting_answers_at_the_end_or_when_the_time_is_over(jobs: JobStore, feed: JobFeed, job: str) -> None:
    assert (await feed.wait(TENANT, job, 0.01)).state is State.RUNNING
    waiting = asyncio.create_task(feed.wait(TENANT, job, PATIENCE_S))
    await finish(jobs, job)
    assert (await waiting).state is State.SUCCEEDED
    assert not feed._topics
