"""Text calls of one payer at one time: few transactions, and the same books as with one for each."""

from __future__ import annotations

import asyncio
import random

import psycopg
import pytest

from reelwright_kit.database import Pool, connect
from reelwright_kit.ids import new_id
from reelwright_kit.money.budgets import BudgetExhausted
from reelwright_kit.money.holds import Hold, Settlement
from reelwright_kit.money.together import Together
from tests.money.till import Till

SEED = 20261129
HOLD_S = 900.0


@pytest.fixture
async def till(pool: Pool) -> Till:
    """The money of the tenant `local`."""
    return Till(pool, "local")


def hold(micros: int, provider: str = "acme") -> Hold:
    """What a text may cost."""
    return Hold(new_id("txt"), provider, f"{provider}/words", micros)


def settled(held: Hold, micros: int) -> Settlement:
    """What came of it."""
    return Settlement(held.id, "text", 1, 12, 34, micros)


async def transactions(till: Till, table: str) -> int:
    """How many wrote the rows of a table that are there."""
    (row,) = await till.do(f"select count(distinct xmin::text) as number from reelwright.{table}")
    return int(row["number"])


async def test_what_waits_at_one_time_is_one_transaction(till: Till) -> None:
    """A hundred holds, then a hundred settlements: a few commits, one entry in the books for each."""
    key = await till.key("key_a", 100_000)
    together = Together(till.pool, HOLD_S)
    holds = [hold(900) for _ in range(100)]
    await asyncio.gather(*(together.hold("local", key, one) for one in holds))
    assert await till.totals(key) == {"available": -90_000, "held": 90_000, "spent": 0}
    assert await transactions(till, "text_holds") <= 4
    await asyncio.gather(*(together.settle("local", key, settled(one, 460)) for one in holds))
    assert await till.totals(key) == {"available": -46_000, "held": 0, "spent": 46_000}
    rows = await till.do("select requests, input_tokens, output_tokens, cost_micros from reelwright.usage")
    assert rows == [{"requests": 1, "input_tokens": 12, "output_tokens": 34, "cost_micros": 460}] * 100
    assert await transactions(till, "usage") <= 4
    assert not together._lines
    await till.check()


@pytest.mark.parametrize("whose", ["key", "tenant"])
async def test_a_budget_lets_through_exactly_what_it_has_room_for(till: Till, whose: str) -> None:
    """Those that come first, and smaller ones behind one that is too large; who is refused is told what is left."""
    key = await till.key("key_a", 1_000 if whose == "key" else None)
    if whose == "tenant":
        await till.budget(1_000)
    together = Together(till.pool, HOLD_S)
    asked = [hold(micros) for micros in (400, 500, 300, 100, 1)]
    told = await asyncio.gather(*(together.hold("local", key, one) for one in asked), return_exceptions=True)
    assert [type(one) for one in told] == [type(None), type(None), BudgetExhausted, type(None), BudgetExhausted]
    refused = [one.metadata for one in told if isinstance(one, BudgetExhausted)]
    assert [(one["budget"], one["needed_micros"], one["remaining_micros"]) for one in refused] == [
        (whose, "300", "100"),
        (whose, "1", "0"),
    ]
    assert (await till.totals(key))["held"] == 1_000
    await till.check()


async def test_a_settlement_makes_room_for_who_waits_with_it(till: Till) -> None:
    """What is given back in a transaction can be held in the same."""
    key = await till.key("key_a", 1_000)
    together = Together(till.pool, HOLD_S)
    first, second = hold(1_000), hold(600)
    await together.hold("local", key, first)
    await asyncio.gather(together.hold("local", key, second), together.settle("local", key, settled(first, 400)))
    assert await till.totals(key) == {"available": -1_000, "held": 600, "spent": 400}


async def test_what_is_settled_twice_is_paid_once(till: Till) -> None:
    """In one transaction, and in two."""
    key = await till.key("key_a", None)
    together = Together(till.pool, HOLD_S)
    one = hold(900)
    await together.hold("local", key, one)
    for _ in range(2):
        await asyncio.gather(*(together.settle("local", key, settled(one, 460)) for _ in range(3)))
    assert await till.totals(key) == {"available": -460, "held": 0, "spent": 460}
    assert len(await till.do("select * from reelwright.usage")) == 1
    await till.check()


async def test_two_processes_do_not_wait_for_each_other(till: Till, database_url: str) -> None:
    """Holds, settlements that leave no account as it was and others, two keys, one budget: nothing locks up."""
    await till.budget(10**9)
    keys = [await till.key(f"key_{name}", 10**9) for name in "ab"]
    chance = random.Random(SEED)
    spent = dict.fromkeys(keys, 0)

    async def texts(together: Together, key: str) -> None:
        for _ in range(15):
            one, micros = hold(chance.randint(1, 900)), chance.choice((0, 460, None))
            await together.hold("local", key, one)
            cost = one.micros if micros is None else micros
            await together.settle("local", key, settled(one, cost))
            spent[key] += cost

    async with connect(database_url, 4) as other:
        processes = [Together(till.pool, HOLD_S), Together(other, HOLD_S)]
        async with asyncio.timeout(60):
            await asyncio.gather(*(texts(one, key) for one in processes for key in keys for _ in range(6)))
    for key in keys:
        assert await till.totals(key) == {"available": -spent[key], "held": 0, "spent": spent[key]}
    await till.check()


@pytest.mark.parametrize("others", [0, 5])
async def test_nothing_stays_held_for_a_caller_that_left(till: Till, others: int) -> None:
    """Before its hold is taken, while it is taken, and when it was just taken."""
    key = await till.key("key_a", 10_000)
    together = Together(till.pool, HOLD_S)
    for turns in (0, 1, 3, 10, 100):
        kept = [hold(1) for _ in range(others)]
        calls = [asyncio.create_task(together.hold("local", key, one)) for one in (*kept, hold(900))]
        for _ in range(turns):
            await asyncio.sleep(0)
        calls[-1].cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await asyncio.gather(*(together.settle("local", key, settled(one, 1)) for one in kept))
        while together._lines:
            await asyncio.gather(*(line.serving for line in together._lines.values() if line.serving))
        assert (await till.totals(key))["held"] == 0
    assert await till.do("select * from reelwright.text_holds") == []
    await till.check()


async def test_one_that_cannot_be_written_fails_alone(till: Till) -> None:
    """A hold whose id is taken: the others of its transaction are held all the same."""
    key = await till.key("key_a", 10_000)
    together = Together(till.pool, HOLD_S)
    taken = hold(100)
    await together.hold("local", key, taken)
    asked = [hold(1), taken, hold(10)]
    told = await asyncio.gather(*(together.hold("local", key, one) for one in asked), return_exceptions=True)
    assert [type(one) for one in told] == [type(None), psycopg.errors.UniqueViolation, type(None)]
    assert (await till.totals(key))["held"] == 111
    await till.check()


async def test_a_lost_connection_is_told_to_all_that_waited(till: Till, database_url: str) -> None:
    """Nothing is held by halves, and the next ones are held."""
    key = await till.key("key_a", 10_000)
    await till.do("insert into reelwright.ledger_totals values ('local', %s, 'available', 'epoch', 0)", key)
    together = Together(till.pool, HOLD_S)
    async with await psycopg.AsyncConnection.connect(database_url) as blocking:
        await blocking.execute("select * from reelwright.ledger_totals for update")
        holds = [asyncio.create_task(together.hold("local", key, hold(100))) for _ in range(3)]
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as killer:
            query = (
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where wait_event_type = 'Lock' and datname = current_database()"
            )
            ended: list[object] = []
            while not ended:
                ended = await (await killer.execute(query)).fetchall()
        told = await asyncio.gather(*holds, return_exceptions=True)
    assert all(isinstance(one, psycopg.OperationalError) for one in told), told
    await together.hold("local", key, hold(100))
    assert (await till.totals(key))["held"] == 100
    await till.check()


async def test_rows_are_taken_in_the_order_of_everybody(till: Till, database_url: str) -> None:
    """Settlements that leave `available` as it was, and others: else who holds that row and wants the next is stuck.

    Ten times, because the database puts them into an order of its own.
    """
    key = await till.key("key_a", None)
    together = Together(till.pool, HOLD_S)
    take = "select * from reelwright.ledger_totals where account = %s for update"
    waits = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    for _ in range(10):
        holds = [hold(900) for _ in range(4)]
        await asyncio.gather(*(together.hold("local", key, one) for one in holds))
        async with await psycopg.AsyncConnection.connect(database_url) as other:
            await other.execute(take, ("available",))
            costs = zip(holds, (900, 0, 0, 900), strict=True)
            settling = asyncio.gather(*(together.settle("local", key, settled(one, micros)) for one, micros in costs))
            while not await till.do(waits):
                pass
            await other.execute(take, ("held",))
        await settling
    assert await till.totals(key) == {"available": -18_000, "held": 0, "spent": 18_000}
