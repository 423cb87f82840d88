"""A new release meets what the old one left: a database of its form, jobs in flight, and replicas that still run."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from importlib import resources
from pathlib import Path

import psycopg
import pytest
from dbos import DBOS

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake, running
from reelwright_kit.jobs.model import State
from tests.kit.orders import APP, QUEUE, TENANT, seen
from tests.kit.yard import Steps, Yard, assert_whole, open_yard
from tests.paid.studio import PATIENCE_S, Service, Studio, check_books
from tests.postgres import Postgres

STEPS = '{"steps": [["first", "note"], ["second", "note"], ["third", "note"]]}'
GRACE_IS_OVER_S = 8.0
"""Longer than peers wait before they take the jobs of a replica over that is gone."""

# The statements of the release before the ledger, as they stood there.
OLD_INSERT = """
insert into reelwright.jobs
  (id, tenant, kind, queue, state, request, model, request_id, parent, labels, webhook, trace, max_cost_micros,
   estimated_micros, latest_sequence, stage)
values (%(id)s, %(tenant)s, 'mill', %(queue)s, 'QUEUED', %(request)s, '', '', null, '{}', '', '', null, 0, 1, 'queued')
"""
OLD_FIRST_EVENT = """
insert into reelwright.job_events (job, sequence, tenant, type, body)
values (%(id)s, 1, %(tenant)s, 'STATE', '{"state": "STATE_QUEUED", "percent": 0, "stage": "queued"}')
"""
OLD_ENQUEUE = """
select dbos.enqueue_workflow(
  workflow_name => 'job', queue_name => %(queue)s, workflow_id => %(id)s,
  positional_args => array[to_json(%(tenant)s::text), to_json(%(id)s::text)],
  authenticated_user => %(tenant)s, application_name => %(app)s)
"""
# What its process left behind when it was stopped in the second step.
OLD_BEGUN = """
with moved as (
  update reelwright.jobs set state = 'RUNNING', latest_sequence = 2, start_time = clock_timestamp()
  where id = %(id)s returning id, tenant)
insert into reelwright.job_events (job, sequence, tenant, type, body)
select id, 2, tenant, 'STATE', '{"state": "STATE_RUNNING", "percent": 0, "stage": "queued"}' from moved
"""
OLD_PENDING = """
update dbos.workflow_status set status = 'PENDING', executor_id = 'one', application_version = 'mill-1',
  recovery_attempts = 1, started_at_epoch_ms = created_at
where workflow_uuid = %(id)s
"""
OLD_STEP = """
insert into dbos.operation_outputs
  (workflow_uuid, function_id, function_name, output, started_at_epoch_ms, completed_at_epoch_ms, serialization,
   application_name)
values (%(id)s, 1, 'first', '{"value":{"name":"first"}}', 1, 2, 'portable_json', %(app)s)
"""


@pytest.fixture
async def yard(database_url: str, tmp_path: Path) -> AsyncIterator[Yard]:
    """A yard of the test's own."""
    async with open_yard(database_url, tmp_path) as opened:
        yield opened


async def left_by_the_old_release(url: str) -> None:
    """A database with the first migration and nothing after it; the workflow engine has its own tables."""
    await asyncio.to_thread(DBOS.migrate, url)
    first = resources.files("reelwright_kit").joinpath("migrations", "0001_jobs_and_assets.sql").read_bytes()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("create schema reelwright")
        await connection.execute(
            "create table reelwright.migrations (name text primary key, time timestamptz default now())"
        )
        await connection.execute(first)
        await connection.execute("insert into reelwright.migrations (name) values ('0001_jobs_and_assets.sql')")


async def admitted_by_the_old_release(url: str, job: str, *, begun: bool) -> None:
    """A job in the queue, or one that was running there and has done its first step."""
    values = {"id": job, "tenant": TENANT, "queue": QUEUE, "app": APP, "request": STEPS}
    statements = [OLD_INSERT, OLD_FIRST_EVENT, OLD_ENQUEUE]
    if begun:
        statements += [OLD_BEGUN, OLD_PENDING, OLD_STEP]
    async with await psycopg.AsyncConnection.connect(url) as connection:
        for statement in statements:
            await connection.execute(statement.encode(), values)


async def test_jobs_of_the_release_before_are_finished_on_its_migrated_database(
    postgres: Postgres, tmp_path: Path
) -> None:
    url, queued, begun = postgres.empty(), "mil_00000000000000000000000001", "mil_00000000000000000000000002"
    await left_by_the_old_release(url)
    await admitted_by_the_old_release(url, queued, begun=False)
    await admitted_by_the_old_release(url, begun, begun=True)

    async with open_yard(url, tmp_path) as yard, yard.mill("one") as mill:
        await mill.said("serving")
        logs = {job: await seen(yard.feed, job) for job in (queued, begun)}
        app = (await yard.jobs.get(TENANT, begun)).app

    for events in logs.values():
        assert_whole(events)
        assert events[-1].body["state"] == "STATE_SUCCEEDED"
    assert yard.written(queued) == ["first", "second", "third"]
    assert yard.written(begun) == ["second", "third"]
    assert app == APP


async def test_a_job_of_the_release_before_that_came_to_nothing_can_be_retried(
    postgres: Postgres, tmp_path: Path
) -> None:
    url, job = postgres.empty(), "mil_00000000000000000000000001"
    await left_by_the_old_release(url)
    await admitted_by_the_old_release(url, job, begun=False)

    async with open_yard(url, tmp_path) as yard:
        async with yard.mill("one") as mill:
            await mill.said("serving")
            await seen(yard.feed, job)
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await connection.execute("update reelwright.jobs set state = 'FAILED', error = '{}' where id = %s", (job,))
        await yard.jobs.retry(TENANT, job)
        async with yard.mill("one"):
            events = await seen(yard.feed, job)

    assert_whole(events)
    assert events[-1].body["state"] == "STATE_SUCCEEDED"
    assert yard.written(job) == ["first", "second", "third"] * 2


async def test_a_new_replica_beside_the_old_one_finishes_its_jobs_when_it_is_stopped(yard: Yard) -> None:
    steps: Steps = [("first", "note"), ("second", "hold once"), ("third", "note")]
    async with yard.mill("old", MILL_HANDS="2") as old:
        jobs = [await yard.admit(steps) for _ in range(2)]
        for job in jobs:
            await yard.noted(job, "second")
        async with yard.mill("new") as new:
            await new.said("serving")
            beside = await yard.admit([("first", "note")])
            await seen(yard.feed, beside)
            old.signal(signal.SIGTERM)
            assert await old.ended() == 0
            logs = [await seen(yard.feed, job) for job in jobs]

    for job, events in zip(jobs, logs, strict=True):
        assert_whole(events)
        assert events[-1].body["state"] == "STATE_SUCCEEDED"
        # The step in flight is begun again; the one that had finished is not.
        assert yard.written(job) == ["first", "second", "second", "third"]
        assert (await yard.jobs.get(TENANT, job)).state is State.SUCCEEDED


async def _submitted_and_held(fake: Fake, service: Service) -> str:
    """A job whose submission the provider has accepted and does not answer."""
    fake.control.script(Scenario(match=Match(vendor="fal", prompt="a heron"), faults=(Fault(kind="hold"),)))
    job = (await service.create("fal", "a heron")).id
    await asyncio.to_thread(fake.control.wait_for, "held", timeout_s=PATIENCE_S)
    return job


async def test_a_replica_that_is_told_to_stop_gets_the_answer_of_its_submission_and_another_goes_on_with_it(
    database_url: str, tmp_path: Path
) -> None:
    store = tmp_path / "store"
    store.mkdir()
    with running() as fake:
        studio = Studio(database_url, fake, store)
        async with studio.service("old") as old, studio.service("new") as new:
            await new.process.said("serving")
            job = await _submitted_and_held(fake, old)
            (row,) = await studio.submissions(job)
            owners = await studio.rows("select executor_id from dbos.workflow_status where workflow_uuid = %s", job)
            stopped, other = (old, new) if owners[0]["executor_id"] == "old" else (new, old)
            stopped.process.signal(signal.SIGTERM)
            await stopped.process.said("draining")
            # Long enough for the other to think that it has been lost.
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(GRACE_IS_OVER_S):
                    await other.process.said("jobs_taken_over")
            fake.control.release()
            assert await stopped.process.ended() == 0
            done = await other.done(job)
            await check_books(studio, [job])

    assert row["state"] == "INTENT"
    assert done.error.message == ""


async def test_a_replica_waits_for_answers_no_longer_than_it_is_told(database_url: str, tmp_path: Path) -> None:
    store = tmp_path / "store"
    store.mkdir()
    with running() as fake:
        studio = Studio(database_url, fake, store)
        async with studio.service(REELWRIGHT_HAND_OVER_S="0.5") as stopped:
            job = await _submitted_and_held(fake, stopped)
            stopped.process.signal(signal.SIGTERM)
            # Nobody lets the answer go.
            assert await stopped.process.ended() == 0
        async with studio.service() as after:
            done = await after.done(job)
            await check_books(studio, [job], unknown=True)

    assert done.state == pb.Job.STATE_FAILED
    assert done.cost.reserved_micros == done.cost.estimated_micros > 0
