"""The usage report of calls that are no jobs: nothing waits for the database, and nothing is lost or counted twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from reelwright_kit import database
from reelwright_kit.caller import Caller, become
from reelwright_kit.database import Pool
from reelwright_kit.money import usage
from reelwright_kit.money.usage import UsageRecorder, Use
from tests.chaos.cable import laid

PATIENCE_S = 30.0


def used(number: int = 0, cost_micros: int = 0) -> Use:
    """A call of the current caller, told apart by its tokens and, as calls that are alike are summed up, its model."""
    return Use.of_caller("text", "acme", f"acme/talk-{number}", number, 2, cost_micros)


async def written(pool: Pool) -> list[int]:
    """The calls in the report, by their numbers."""
    async with pool.connection() as connection:
        cursor = await connection.execute("select input_tokens from reelwright.usage order by input_tokens")
        return [row["input_tokens"] for row in await cursor.fetchall()]


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Asks until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not await true():
            pass


async def test_calls_for_a_job_and_calls_that_cost_are_written_at_once(pool: Pool) -> None:
    """They are in the report when the call answers; a free call of nobody's job comes later."""
    recorder = UsageRecorder(pool)
    await recorder.record(used(1))
    await recorder.record(used(2, cost_micros=5))
    become(Caller("local", "test", key="key_a", job="sty_a"))
    await recorder.record(used(3))
    assert await written(pool) == [2, 3]
    await recorder.flush()
    assert await written(pool) == [1, 2, 3]


async def test_a_row_says_who_asked_what_and_what_it_cost(pool: Pool) -> None:
    """Every column that a report needs, also for a call that waited."""
    become(Caller("acme", "test", key="key_a"))
    recorder = UsageRecorder(pool)
    use = used(7)
    await recorder.record(use)
    become(Caller("other", "test"))
    await recorder.flush()
    async with pool.connection() as connection:
        row = await (await connection.execute("select * from reelwright.usage")).fetchone()
    assert row == {
        "time": use.time,
        "tenant": "acme",
        "key": "key_a",
        "job": "",
        "kind": "text",
        "provider": "acme",
        "model": "acme/talk-7",
        "requests": 1,
        "input_tokens": 7,
        "output_tokens": 2,
        "images": 0,
        "seconds": 0.0,
        "characters": 0,
        "cost_micros": 0,
    }


async def test_many_calls_do_not_wait_for_the_clock_and_the_rest_comes_at_the_end(pool: Pool) -> None:
    """Five hundred are written although the second never ends, and what is left when the process stops is too."""
    recorder = UsageRecorder(pool, every_s=3600)
    async with recorder.running():
        for number in range(usage.FLUSH_AT):
            await recorder.record(used(number))

        async def first() -> bool:
            return len(await written(pool)) == usage.FLUSH_AT

        await until(first)
        await recorder.record(used(usage.FLUSH_AT))
    assert await written(pool) == list(range(usage.FLUSH_AT + 1))


async def test_calls_that_are_alike_are_summed_up(pool: Pool) -> None:
    """The report has every call and every token, in a row for each second at most; those of others stay apart."""
    recorder = UsageRecorder(pool)
    for _ in range(1_200):
        await recorder.record(used(3))
    become(Caller("other", "test"))
    await recorder.record(used(3))
    await recorder.flush()
    async with pool.connection() as connection:
        cursor = await connection.execute(
            "select tenant, sum(requests)::int requests, sum(input_tokens)::int read, sum(output_tokens)::int written,"
            " count(*) < 20 few from reelwright.usage group by tenant order by tenant"
        )
        rows = await cursor.fetchall()
    assert rows == [
        {"tenant": "local", "requests": 1_200, "read": 3_600, "written": 2_400, "few": True},
        {"tenant": "other", "requests": 1, "read": 3, "written": 2, "few": True},
    ]


async def test_an_outage_loses_no_call_and_counts_none_twice(database_url: str, pool: Pool) -> None:
    """Calls go on while the database is away, those that are to be written at once too; afterwards all are there."""
    async with laid(database_url) as (cable, url), database.connect(url, 2) as away:
        recorder = UsageRecorder(away, every_s=0.05)
        async with recorder.running():
            await recorder.record(used(0))
            await cable.cut()
            for number in range(1, 40):
                await recorder.record(used(number))
            costly = asyncio.create_task(recorder.record(used(40, cost_micros=9)))
            cable.mend()
            await costly

            async def all_there() -> bool:
                return len(await written(pool)) >= 41

            await until(all_there)
        assert await written(pool) == list(range(41))


async def test_only_so_many_calls_wait_and_the_oldest_go_first(pool: Pool, capsys: pytest.CaptureFixture[str]) -> None:
    """A database that is away for days must not fill the memory, and what is lost is said."""
    recorder = UsageRecorder(pool, kept_at_most=3)
    for number in range(5):
        await recorder.record(used(number))
    await recorder.flush()
    assert await written(pool) == [2, 3, 4]
    assert "usage_dropped" in capsys.readouterr().out
