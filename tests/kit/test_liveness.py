"""Replicas that are gone for good are found by their missing locks; live ones and their like elsewhere are not."""

from __future__ import annotations

import asyncio

import pytest

from reelwright_kit.database import Pool
from reelwright_kit.jobs.liveness import IdentityTaken, LivenessWatch
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import APP, PATIENCE_S, TENANT, new_job
from tests.postgres import Postgres


def watch(url: str, executor: str) -> LivenessWatch:
    return LivenessWatch(url, APP, executor, grace_s=0.3, every_s=0.02)


async def work(jobs: JobStore, pool: Pool, executor: str) -> None:
    """A job that this executor has taken from the queue."""
    job = (await jobs.admit(TENANT, new_job())).id
    async with pool.connection() as connection:
        await connection.execute(
            "update dbos.workflow_status set status = 'PENDING', executor_id = %s where workflow_uuid = %s",
            (executor, job),
        )


async def first_taken_over(of: LivenessWatch) -> list[str]:
    """The executors whose jobs are taken over first."""
    taken: asyncio.Future[list[str]] = asyncio.get_running_loop().create_future()

    async def take_over(executors: list[str]) -> None:
        if not taken.done():
            taken.set_result(executors)

    async with asyncio.timeout(PATIENCE_S), of.running(take_over):
        return await taken


async def test_only_the_jobs_of_executors_that_are_gone_are_taken_over(
    jobs: JobStore, pool: Pool, database_url: str
) -> None:
    for executor in ("me", "live", "gone"):
        await work(jobs, pool, executor)
    mine, live = watch(database_url, "me"), watch(database_url, "live")
    await live.claim()
    await mine.claim()
    async with live.running(_nobody):
        assert await first_taken_over(mine) == ["gone"]


async def test_a_namesake_on_another_database_does_not_keep_jobs_from_being_taken_over(
    jobs: JobStore, pool: Pool, database_url: str, postgres: Postgres
) -> None:
    await work(jobs, pool, "gone")
    namesake, mine = watch(postgres.fresh(), "gone"), watch(database_url, "me")
    await namesake.claim()
    await mine.claim()
    async with namesake.running(_nobody):
        assert await first_taken_over(mine) == ["gone"]


async def test_an_identity_is_held_until_its_holder_lets_go(database_url: str) -> None:
    first, second = watch(database_url, "me"), watch(database_url, "me")
    await first.claim()
    async with first.running(_nobody):
        with pytest.raises(IdentityTaken, match="REELWRIGHT_EXECUTOR_ID"):
            await second.claim()
    await second.claim()
    async with second.running(_nobody):
        pass


async def test_a_peer_that_comes_back_within_the_grace_keeps_its_jobs_after_an_outage(
    jobs: JobStore, pool: Pool, database_url: str
) -> None:
    for executor in ("back", "gone"):
        await work(jobs, pool, executor)
    mine, back = watch(database_url, "me"), watch(database_url, "back")
    await mine.claim()
    await back.claim()
    async with back.running(_nobody):
        # As an outage does: every lock is lost at once, and each process takes its own again.
        async with pool.connection() as connection:
            await connection.execute(
                "select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory' and database ="
                " (select oid from pg_database where datname = current_database())"
            )
        assert await first_taken_over(mine) == ["gone"]


async def _nobody(executors: list[str]) -> None:
    return
