"""Who holds a budget and posts, and who posts and asks for a budget, wait for each other and never lock up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from reelwright_kit import database
from reelwright_kit.jobs.model import JobRecord
from reelwright_kit.money import budgets
from tests.money.till import Till, wish
from tests.postgres import Postgres

KEY = "key_1"


@pytest.fixture
async def till(postgres: Postgres) -> AsyncIterator[Till]:
    async with database.connect(postgres.fresh(), 4) as pool:
        till = Till(pool, "lockers")
        await till.budget(10_000)
        await till.key(KEY, None)
        yield till


async def _waiting(till: Till) -> None:
    """Returns when somebody waits for a lock in this database."""
    query = (
        "select 1 from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()"
    )
    async with asyncio.timeout(20):
        while not await till.do(query):
            continue


async def _ambiguous(till: Till) -> JobRecord:
    """A failed job that nobody knows about whether it was paid."""
    job = await till.admit(KEY, 100)
    await till.submissions.intend(job, wish(100), "me")
    await till.submissions.doubt(job, "picture-1")
    await till.jobs.cancel(till.tenant, job.id)
    return job


async def _beyond_its_pool(till: Till) -> Awaitable[object]:
    job = await till.admit(KEY, 0)
    return till.submissions.intend(job, wish(100), "me")


async def _run_again(till: Till) -> Awaitable[object]:
    job = await _ambiguous(till)
    return till.jobs.retry(till.tenant, job.id, accept_possible_duplicate=True)


@pytest.mark.parametrize("asking", [_beyond_its_pool, _run_again])
async def test_a_budget_comes_before_the_books(
    till: Till, asking: Callable[[Till], Awaitable[Awaitable[object]]]
) -> None:
    """While one has the budget, another that needs it has not touched the books yet."""
    begin = await asking(till)
    async with till.pool.connection() as connection, connection.transaction():
        await budgets.queue_up(connection, till.tenant, KEY)
        other = asyncio.ensure_future(begin)
        await _waiting(till)
        await connection.execute("select reelwright.post(%s, %s, '', '', '', '', 5, 0)", (till.tenant, KEY))
    await other


async def test_transfers_of_a_key_wait_at_one_place(till: Till) -> None:
    """One that moves what is held to what is spent, and then takes more, meets nobody half-way."""
    post = "select reelwright.post(%s, %s, '', '', '', '', %s, %s)"
    async with till.pool.connection() as connection, connection.transaction():
        await connection.execute(post, (till.tenant, KEY, -5, 5))
        other = asyncio.ensure_future(till.do(post, till.tenant, KEY, 7, 0))
        await _waiting(till)
        await connection.execute(post, (till.tenant, KEY, 7, 0))
    await other
