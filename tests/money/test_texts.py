"""Texts that cost: held before they are asked for, settled by what they used."""

from __future__ import annotations

import asyncio

import pytest

from reelwright_kit.caller import Caller, become
from reelwright_kit.database import Pool
from reelwright_kit.errors import CostCeiling, PriceUnknown
from reelwright_kit.money.budgets import BudgetExhausted
from reelwright_kit.money.texts import Texts, Used
from tests.money.till import Till

MODEL = ("text", "acme", "acme/words")


@pytest.fixture
async def till(pool: Pool) -> Till:
    """The money of the tenant `local`."""
    return Till(pool, "local")


async def test_a_text_holds_what_it_may_cost_and_settles_what_it_did(till: Till) -> None:
    """While the model writes, nobody else can spend that money."""
    key = await till.key("key_a", 1000)
    become(Caller("local", "test", key=key))
    async with Texts(till.pool).metered(*MODEL, at_most=900) as meter:
        assert await till.totals(key) == {"available": -900, "held": 900, "spent": 0}
        with pytest.raises(BudgetExhausted):
            async with Texts(till.pool).metered(*MODEL, at_most=101):
                raise AssertionError("was asked")
        meter.used = Used(12, 34, 460)
    assert await till.totals(key) == {"available": -460, "held": 0, "spent": 460}
    (row,) = await till.do("select * from reelwright.usage")
    assert (row["kind"], row["requests"], row["input_tokens"], row["output_tokens"]) == ("text", 1, 12, 34)
    await till.check()


async def test_a_text_that_came_to_nothing_costs_nothing(till: Till) -> None:
    """A model that fails gives its money back."""
    key = await till.key("key_a", 1000)
    become(Caller("local", "test", key=key))
    with pytest.raises(ConnectionError):
        async with Texts(till.pool).metered(*MODEL, at_most=900):
            raise ConnectionError
    assert await till.totals(key) == {"available": 0, "held": 0, "spent": 0}
    await till.check()


async def test_a_caller_that_leaves_pays_for_what_was_written(till: Till) -> None:
    """Half a text is paid by half, although its call was cancelled."""
    key = await till.key("key_a", 1000)
    become(Caller("local", "test", key=key))
    writing = asyncio.Event()

    async def ask() -> None:
        async with Texts(till.pool).metered(*MODEL, at_most=900) as meter:
            meter.used = Used(12, 17, 230)
            writing.set()
            await asyncio.Event().wait()

    call = asyncio.create_task(ask())
    await writing.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert await till.totals(key) == {"available": -230, "held": 0, "spent": 230}


async def test_a_text_of_a_job_is_paid_by_the_job(till: Till) -> None:
    """What a film has its texts written for is part of its price, and under its ceiling."""
    key = await till.key("key_a", 1000)
    film = await till.admit(key, 500, in_parts=True, max_cost_micros=600)
    become(Caller("local", "test", key=key, job=film.id))
    async with Texts(till.pool).metered(*MODEL, at_most=300) as meter:
        assert (await till.jobs.get("local", film.id)).reserved_micros == 500
        meter.used = Used(1, 1, 200)
    record = await till.jobs.get("local", film.id)
    assert (record.reserved_micros, record.settled_micros, record.pool_micros) == (300, 200, 300)
    with pytest.raises(CostCeiling):
        async with Texts(till.pool).metered(*MODEL, at_most=401):
            raise AssertionError("was asked")
    await till.check()


async def test_a_text_whose_process_died_counts_as_paid_when_its_time_is_over(till: Till) -> None:
    """Nobody knows what the model used: the key pays what was held, once, and the job too."""
    key = await till.key("key_a", 1000)
    film = await till.admit(key, 500, in_parts=True)
    become(Caller("local", "test", key=key, job=film.id))
    await Texts(till.pool)._hold("acme", "acme/words", 300)
    assert await Texts(till.pool).expire() == 0
    await till.do("update reelwright.text_holds set open_until = clock_timestamp() - interval '1 s'")
    await asyncio.gather(*(Texts(till.pool).expire() for _ in range(3)))
    assert (await till.totals(key))["spent"] == 300
    record = await till.jobs.get("local", film.id)
    assert (record.reserved_micros, record.settled_micros) == (200, 300)
    await till.check()


async def test_unknown_prices_are_refused_unless_the_operator_allows_them(till: Till) -> None:
    """Without a price nobody can keep to a budget."""
    with pytest.raises(PriceUnknown):
        async with Texts(till.pool).metered(*MODEL, at_most=None):
            raise AssertionError("was asked")
    async with Texts(till.pool, allow_unknown_price=True).metered(*MODEL, at_most=None) as meter:
        assert not meter.booked
    assert await till.do("select * from reelwright.ledger_entries") == []
