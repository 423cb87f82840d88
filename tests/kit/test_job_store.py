"""Jobs at rest: admission is atomic and idempotent, logs are gapless, ends are final."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from reelwright_kit.database import Pool
from reelwright_kit.errors import FieldInvalid, JobNotFound, JobStateConflict, RequestIdReused
from reelwright_kit.jobs.model import JobFilter, State
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import APP, TENANT, new_job

FAILURE = {"code": 13, "reason": "INTERNAL", "domain": "jobs.reelwright", "message": "no", "metadata": {}}


async def count(pool: Pool, query: str) -> int:
    async with pool.connection() as connection:
        row = await (await connection.execute(f"select count(*) as n from {query}".encode())).fetchone()
    assert row is not None
    return int(row["n"])


async def test_two_hundred_concurrent_admissions_of_one_request_id_make_one_job(jobs: JobStore, pool: Pool) -> None:
    new = new_job({"n": 1}, request_id="same")
    answers = await asyncio.gather(*(jobs.admit(TENANT, new) for _ in range(200)))
    assert len(set(map(repr, answers))) == 1
    assert await count(pool, "reelwright.jobs") == 1
    assert await count(pool, "dbos.workflow_status") == 1


async def test_the_same_request_id_with_another_body_names_the_job_it_was_used_for(jobs: JobStore) -> None:
    first = await jobs.admit(TENANT, new_job({"n": 1}, request_id="same"))
    with pytest.raises(RequestIdReused) as refused:
        await jobs.admit(TENANT, new_job({"n": 2}, request_id="same"))
    assert refused.value.metadata == {"field": "request_id", "request_id": "same", "job": first.id}


async def test_a_request_id_belongs_to_one_tenant_and_one_service(jobs: JobStore) -> None:
    new = new_job({"n": 1}, request_id="same")
    ids = {(await jobs.admit(tenant, new)).id for tenant in ("a", "b")}
    ids.add((await jobs.admit("a", replace(new, app="other"))).id)
    assert len(ids) == 3


async def test_a_claim_that_is_rolled_back_leaves_its_request_id_to_the_one_that_waits(
    jobs: JobStore, pool: Pool, database_url: str
) -> None:
    async with await psycopg.AsyncConnection.connect(database_url) as first:
        await first.execute(
            "insert into reelwright.request_ids (tenant, scope, request_id, digest, subject)"
            " values (%s, %s, %s, %s, %s)",
            (TENANT, APP, "same", b"another body", "mil_gone"),
        )
        waiting = asyncio.create_task(jobs.admit(TENANT, new_job(request_id="same")))
        await _blocked(pool, "insert into reelwright.request_ids%")
        await first.rollback()
        admitted = await waiting
    assert (await jobs.admit(TENANT, new_job(request_id="same"))).id == admitted.id


async def test_a_claim_that_is_committed_answers_the_one_that_waits_with_the_first_job(
    jobs: JobStore, pool: Pool, database_url: str
) -> None:
    new = new_job(request_id="same")
    async with await psycopg.AsyncConnection.connect(database_url) as first:
        await first.execute("lock table dbos.workflow_status in exclusive mode")
        racing = [asyncio.create_task(jobs.admit(TENANT, new)) for _ in range(3)]
        await _blocked(pool, "%dbos.enqueue_workflow%")
        await first.rollback()
    assert len({job.id for job in await asyncio.gather(*racing)}) == 1


async def test_a_job_that_cannot_be_queued_leaves_nothing_behind(jobs: JobStore, pool: Pool) -> None:
    with pytest.raises(psycopg.Error):
        await jobs.admit(TENANT, new_job(request_id="same", queue=None))
    assert await count(pool, "reelwright.jobs") == 0
    assert await count(pool, "reelwright.request_ids") == 0


async def test_the_log_has_no_gaps_under_concurrent_appends(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    await jobs.begin(TENANT, job)
    await asyncio.gather(
        *(jobs.append(TENANT, job, "PROGRESS", {"message": str(n)}, percent=n % 50) for n in range(100))
    )
    await jobs.finish(TENANT, job, State.SUCCEEDED, result={"image": {}})
    events = await jobs.events(TENANT, job, 0)
    assert [event.sequence for event in events] == list(range(1, 104))
    assert (await jobs.get(TENANT, job)).latest_sequence == 103
    percents = [event.body["percent"] for event in events]
    assert percents == sorted(percents) and percents[-1] == 100


async def test_an_end_is_final(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    assert await jobs.finish(TENANT, job, State.SUCCEEDED, result={})
    assert not await jobs.finish(TENANT, job, State.FAILED, error=FAILURE)
    assert not await jobs.append(TENANT, job, "PROGRESS", {}, percent=5)
    assert (await jobs.begin(TENANT, job)).state is State.SUCCEEDED
    record = await jobs.get(TENANT, job)
    assert (record.state, record.result, record.latest_sequence) == (State.SUCCEEDED, {}, 2)


async def test_ends_that_race_leave_exactly_one(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    outcomes = await asyncio.gather(
        *(jobs.finish(TENANT, job, State.SUCCEEDED, result={"n": n}) for n in range(5)),
        *(jobs.finish(TENANT, job, State.FAILED, error=FAILURE) for _ in range(5)),
    )
    assert sum(outcomes) == 1
    assert sum(event.final for event in await jobs.events(TENANT, job, 0)) == 1


async def test_cancelling_ends_the_whole_tree_and_saying_so_twice_is_fine(jobs: JobStore) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    child = (await jobs.admit(TENANT, new_job(parent=top))).id
    grandchild = (await jobs.admit(TENANT, new_job(parent=child))).id
    done = (await jobs.admit(TENANT, new_job(parent=top))).id
    await jobs.finish(TENANT, done, State.SUCCEEDED, result={})
    assert set(await jobs.cancel(TENANT, top)) == {top, child, grandchild}
    assert await jobs.cancel(TENANT, top) == []
    assert (await jobs.get(TENANT, done)).state is State.SUCCEEDED
    assert (await jobs.get(TENANT, grandchild)).error is not None


async def test_a_job_that_ended_otherwise_cannot_be_cancelled(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    await jobs.finish(TENANT, job, State.SUCCEEDED, result={})
    with pytest.raises(JobStateConflict):
        await jobs.cancel(TENANT, job)


async def test_the_live_children_of_a_job_that_failed_are_cancelled(jobs: JobStore) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    child = (await jobs.admit(TENANT, new_job(parent=top))).id
    grandchild = (await jobs.admit(TENANT, new_job(parent=child))).id
    await jobs.finish(TENANT, top, State.FAILED, error=FAILURE)
    states = [(await jobs.get(TENANT, job)).state for job in (top, child, grandchild)]
    assert states == [State.FAILED, State.CANCELLED, State.CANCELLED]


async def test_the_children_of_a_job_that_succeeded_go_on(jobs: JobStore) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    child = (await jobs.admit(TENANT, new_job(parent=top))).id
    await jobs.finish(TENANT, top, State.SUCCEEDED, result={})
    assert (await jobs.get(TENANT, child)).state is State.QUEUED


@pytest.mark.parametrize("end", ["cancel", "fail"])
async def test_children_admitted_while_their_parent_ends_are_refused_or_cancelled(jobs: JobStore, end: str) -> None:
    for _ in range(10):
        top = (await jobs.admit(TENANT, new_job())).id
        ending = jobs.cancel(TENANT, top) if end == "cancel" else jobs.finish(TENANT, top, State.FAILED, error=FAILURE)
        admissions = [jobs.admit(TENANT, new_job(parent=top)) for _ in range(6)]
        outcomes = await asyncio.gather(*admissions[:3], ending, *admissions[3:], return_exceptions=True)
        for outcome in outcomes:
            assert not isinstance(outcome, BaseException) or isinstance(outcome, JobStateConflict)
        live = await jobs.list(TENANT, JobFilter(parent=top, states=(State.QUEUED, State.RUNNING)), 50)
        assert live == []


async def test_overlapping_cancellations_wait_for_each_other(jobs: JobStore) -> None:
    for _ in range(10):
        top = (await jobs.admit(TENANT, new_job())).id
        middle = (await jobs.admit(TENANT, new_job(parent=top))).id
        leaves = [(await jobs.admit(TENANT, new_job(parent=middle))).id for _ in range(4)]
        await asyncio.gather(*(jobs.cancel(TENANT, job) for job in (*leaves, middle, top, *leaves)))
        assert not await jobs.list(TENANT, JobFilter(states=(State.QUEUED,)), 10)


async def test_a_child_needs_a_live_parent_of_its_own_tenant(jobs: JobStore) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    with pytest.raises(FieldInvalid) as refused:
        await jobs.admit("somebody else", new_job(parent=top))
    assert refused.value.violations[0].field == "parent"
    await jobs.cancel(TENANT, top)
    with pytest.raises(JobStateConflict):
        await jobs.admit(TENANT, new_job(parent=top))


async def test_nobody_else_can_see_cancel_or_delete_a_job(jobs: JobStore) -> None:
    job = (await jobs.admit(TENANT, new_job())).id
    for verb in (jobs.get, jobs.cancel, jobs.retry, jobs.delete):
        with pytest.raises(JobNotFound):
            await verb("somebody else", job)
    assert not await jobs.list("somebody else", JobFilter(), 10)


async def test_deleting_takes_events_children_and_the_request_id_along(jobs: JobStore, pool: Pool) -> None:
    new = new_job(request_id="same")
    top = (await jobs.admit(TENANT, new)).id
    await jobs.admit(TENANT, new_job(parent=top))
    with pytest.raises(JobStateConflict):
        await jobs.delete(TENANT, top)
    await jobs.cancel(TENANT, top)
    await jobs.delete(TENANT, top)
    for table in ("jobs", "job_events", "request_ids"):
        assert await count(pool, f"reelwright.{table}") == 0
    assert (await jobs.admit(TENANT, new)).id != top


async def test_a_list_stays_the_same_for_its_pages_while_jobs_are_added(jobs: JobStore) -> None:
    made = [(await jobs.admit(TENANT, new_job())).id for _ in range(9)]
    pages: list[str] = []
    before = ""
    while page := await jobs.list(TENANT, JobFilter(), 2, before):
        pages.extend(record.id for record in page)
        before = page[-1].id
        await jobs.admit(TENANT, new_job(prefix="new"))
    assert sorted(pages) == sorted(made) and len(pages) == len(made)


async def test_a_list_is_filtered(jobs: JobStore) -> None:
    top = (await jobs.admit(TENANT, new_job(labels={"project": "demo"}))).id
    child = (await jobs.admit(TENANT, new_job(parent=top, kind="other"))).id
    await jobs.begin(TENANT, child)

    async def found(**chosen: Any) -> list[str]:
        return [record.id for record in await jobs.list(TENANT, JobFilter(**chosen), 10)]

    assert await found(kind="other") == [child]
    assert await found(states=(State.RUNNING,)) == [child]
    assert await found(parent=top) == [child]
    assert await found(top_level=True) == [top]
    assert await found(label="project=demo") == [top]
    assert await found(label="project=other") == []


async def test_the_place_in_the_queue_counts_the_jobs_before(jobs: JobStore) -> None:
    records = [await jobs.admit(TENANT, new_job()) for _ in range(3)]
    await jobs.begin(TENANT, records[0].id)
    assert await jobs.ahead(records[2]) == 1


async def test_the_usual_time_is_that_of_jobs_that_succeeded(jobs: JobStore) -> None:
    assert await jobs.usual_seconds(TENANT, "mill", "") is None
    job = (await jobs.admit(TENANT, new_job())).id
    await jobs.begin(TENANT, job)
    await jobs.finish(TENANT, job, State.SUCCEEDED, result={})
    usual = await jobs.usual_seconds(TENANT, "mill", "")
    assert usual is not None and 0 <= usual < 5


async def _blocked(pool: Pool, statement: str) -> None:
    """Returns when a connection waits for a lock in a statement like this."""
    query = """
    select 1 from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock' and query like %s"""
    async with asyncio.timeout(10), pool.connection() as connection:
        while True:
            if await (await connection.execute(query, (statement,))).fetchone():
                return


async def test_another_tenant_neither_finds_nor_moves_a_job(jobs: JobStore) -> None:
    """Every way to a job is closed to others: reading, watching, moving, ending, cancelling and deleting it."""
    job = (await jobs.admit(TENANT, new_job())).id

    assert not await jobs.append("other", job, "PROGRESS", {}, percent=5)
    assert not await jobs.finish("other", job, State.SUCCEEDED, result={})
    assert not await jobs.events("other", job, 0)
    assert not await jobs.exists("other", job)
    assert not await jobs.list("other", JobFilter(), 10)
    for refused in (jobs.get, jobs.begin, jobs.cancel, jobs.retry, jobs.delete):
        with pytest.raises(JobNotFound):
            await refused("other", job)
    assert (await jobs.get(TENANT, job)).state is State.QUEUED
