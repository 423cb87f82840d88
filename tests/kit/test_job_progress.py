"""What waiting and running jobs say about themselves: their place in the queue, their time, their runs."""

from __future__ import annotations

import psycopg

from reelwright_kit.database import Pool
from reelwright_kit.jobs.engine import Engine, EngineSettings
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import State
from reelwright_kit.jobs.rendering import event_message, job_message
from reelwright_kit.jobs.store import MOVED_UP, JobStore
from reelwright_kit.jobs.submissions import Submissions
from tests.kit.orders import APP, TENANT, new_job


async def test_those_that_wait_hear_when_they_move_up(jobs: JobStore) -> None:
    waiting = [(await jobs.admit(TENANT, new_job())).id for _ in range(MOVED_UP + 3)]
    await jobs.begin(TENANT, waiting[0])
    for place, job in enumerate(waiting):
        events = [event_message(event) for event in await jobs.events(TENANT, job, 0)]
        assert events[0].queue_position == place
        told = [event.queue_position for event in events[1:] if event.type == event.TYPE_QUEUE]
        assert told == ([place - 1] if 1 <= place <= MOVED_UP else [])
        assert [event.sequence for event in events] == list(range(1, len(events) + 1))


async def test_a_running_job_says_how_long_it_will_take(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    await jobs.begin(TENANT, job)
    await jobs.append(TENANT, job, "PROGRESS", {}, percent=40, stage="drawing", eta_s=90.0)
    shown = job_message(await jobs.get(TENANT, job))
    assert 80 < shown.eta.ToTimedelta().total_seconds() <= 90
    event = event_message((await jobs.events(TENANT, job, 2))[0])
    assert event.eta.ToTimedelta().total_seconds() == 90
    await jobs.finish(TENANT, job, State.SUCCEEDED, result={"image": {}})
    assert not job_message(await jobs.get(TENANT, job)).HasField("eta")


async def test_a_job_whose_workflow_was_given_up_does_not_run_for_ever(
    jobs: JobStore, feed: JobFeed, pool: Pool, database_url: str
) -> None:
    """As after a hundred crashes: the durable workflow is dead-lettered, and the job is told."""
    lost, fine = [(await jobs.admit(TENANT, new_job())).id for _ in range(2)]
    await jobs.begin(TENANT, lost)
    async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
        given_up = "update dbos.workflow_status set status = 'MAX_RECOVERY_ATTEMPTS_EXCEEDED' where workflow_uuid = %s"
        await connection.execute(given_up, (lost,))
    await Engine(EngineSettings(APP, "one", database_url), jobs, Submissions(pool), feed, (), {}).mend()
    record = await jobs.get(TENANT, lost)
    assert record.state is State.FAILED and record.error is not None and record.error["reason"] == "INTERNAL"
    assert (await jobs.get(TENANT, fine)).state is State.QUEUED


async def test_a_second_run_is_told_apart_from_the_first(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    await jobs.begin(TENANT, job)
    await jobs.finish(TENANT, job, State.FAILED, error={"reason": "X", "domain": "d", "code": 9, "message": "m"})
    again = await jobs.retry(TENANT, job)
    assert (again.run, again.state, again.error, again.workflow) == (2, State.QUEUED, None, f"{job}.2")
    # What is left of the first run moves nothing any more.
    assert not await jobs.append(TENANT, job, "PROGRESS", {}, percent=90, run=1)
    assert not await jobs.finish(TENANT, job, State.SUCCEEDED, result={}, run=1)
    assert (await jobs.begin(TENANT, job, 1)).state is State.QUEUED
    assert (await jobs.begin(TENANT, job, 2)).state is State.RUNNING
    assert await jobs.ended(TENANT, job, 1) and not await jobs.ended(TENANT, job, 2)
