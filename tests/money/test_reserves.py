"""What a job costs: reserved at its admission, held while a provider works, settled, given back."""

from __future__ import annotations

import asyncio

import pytest

from reelwright_kit.access.errors import ConcurrencyLimited
from reelwright_kit.database import Pool
from reelwright_kit.errors import AppError, CostCeiling, FieldInvalid
from reelwright_kit.jobs.model import JobRecord, State
from reelwright_kit.jobs.submissions import SubmissionUnknown
from reelwright_kit.money.budgets import BudgetExhausted
from tests.money.till import Till, wish


@pytest.fixture
async def till(pool: Pool) -> Till:
    """The money of the tenant `local`."""
    return Till(pool, "local")


async def test_a_job_holds_its_estimate_from_its_admission_to_its_end(till: Till) -> None:
    """Nothing is free to be spent by others before it is known what was spent."""
    key = await till.key("key_a", 1000)
    job = await till.admit(key, 300)
    assert await till.totals(key) == {"available": -300, "held": 300, "spent": 0}

    await till.submissions.intend(job, wish(300), "me")
    assert await till.totals(key) == {"available": -300, "held": 300, "spent": 0}
    await till.submissions.settle(job, "picture-1", 280)
    await till.jobs.finish("local", job.id, State.SUCCEEDED, result={})

    assert await till.totals(key) == {"available": -280, "held": 0, "spent": 280}
    ended = await till.jobs.get("local", job.id)
    assert (ended.estimated_micros, ended.reserved_micros, ended.settled_micros) == (300, 0, 280)
    await till.check()


async def test_of_fifty_jobs_at_one_time_those_run_that_the_budget_allows(till: Till) -> None:
    """Fifty callers see the same money; ten get it."""
    key = await till.key("key_a", 10 * 40_000 + 39_999)
    jobs = await asyncio.gather(*(till.admit(key, 40_000, n=n) for n in range(50)), return_exceptions=True)

    refused = [job for job in jobs if isinstance(job, BaseException)]
    assert len(jobs) - len(refused) == 10
    for error in refused:
        assert isinstance(error, BudgetExhausted)
        assert error.metadata["remaining_micros"] == "39999"
    await till.check()


async def test_the_budget_of_the_tenant_binds_all_its_keys(till: Till) -> None:
    """Two keys without a limit of their own cannot spend more together than their tenant may."""
    await till.budget(100)
    one, two = await till.key("key_a", None), await till.key("key_b", 80)
    await till.admit(one, 60)
    with pytest.raises(BudgetExhausted) as refused:
        await till.admit(two, 50)
    assert refused.value.metadata["budget"] == "tenant"
    await till.admit(two, 40, n=1)
    await till.check()


async def test_a_key_runs_so_many_jobs_at_once_as_it_may(till: Till) -> None:
    """Of twenty that come at one time four are let in, and the next when one has ended; parts of jobs do not count."""
    key = await till.key("key_a", None, concurrent=4)
    jobs = await asyncio.gather(*(till.admit(key, 0, n=n) for n in range(20)), return_exceptions=True)
    live = [job for job in jobs if isinstance(job, JobRecord)]
    assert len(live) == 4
    assert all(isinstance(job, JobRecord | ConcurrencyLimited) for job in jobs)
    await till.admit(key, 0, n=20, parent=live[0].id)
    await till.jobs.finish("local", live[1].id, State.SUCCEEDED, result={})
    await till.admit(key, 0, n=21)


@pytest.mark.parametrize("ending", [State.FAILED, State.CANCELLED])
async def test_what_came_to_nothing_is_given_back(till: Till, ending: State) -> None:
    """A job that ends before it has asked anybody costs nothing."""
    key = await till.key("key_a", 100)
    job = await till.admit(key, 100)
    if ending is State.CANCELLED:
        await till.jobs.cancel("local", job.id)
    else:
        await till.jobs.finish("local", job.id, State.FAILED, error={"message": "", "code": 13})
    assert await till.totals(key) == {"available": 0, "held": 0, "spent": 0}
    await till.admit(key, 100, n=1)
    await till.check()


async def test_what_costs_more_than_was_expected_is_booked_and_stops_the_next(till: Till) -> None:
    """A vendor's invoice is a fact; what it takes out of the reserve is not there for the next picture."""
    key = await till.key("key_a", 200)
    job = await till.admit(key, 200)
    await till.submissions.intend(job, wish(100, "picture-1"), "me")
    await till.submissions.settle(job, "picture-1", 130)
    assert await till.totals(key) == {"available": -200, "held": 70, "spent": 130}
    with pytest.raises(BudgetExhausted):
        await till.submissions.intend(job, wish(100, "picture-2"), "me")
    await till.check()


async def test_children_draw_from_the_reserve_of_what_they_are_part_of(till: Till) -> None:
    """A film that was admitted does not run out of budget because of others."""
    key = await till.key("key_a", 300)
    film = await till.admit(key, 300, in_parts=True)
    with pytest.raises(BudgetExhausted):
        await till.admit(key, 1, n=9)
    children = [await till.admit(key, 100, n=n, parent=film.id) for n in range(3)]
    for child in children:
        await till.submissions.intend(child, wish(100), "me")
        await till.submissions.settle(child, "picture-1", 90)
        await till.jobs.finish("local", child.id, State.SUCCEEDED, result={})
    assert await till.totals(key) == {"available": -300, "held": 30, "spent": 270}
    await till.check()
    await till.jobs.finish("local", film.id, State.SUCCEEDED, result={})
    assert await till.totals(key) == {"available": -270, "held": 0, "spent": 270}
    assert (await till.jobs.get("local", film.id)).settled_micros == 270
    await till.check()


async def test_a_film_stops_at_its_ceiling_and_goes_on_with_a_higher_one(till: Till) -> None:
    """The next shot is refused before it is paid for; a retry with another ceiling lets it through."""
    film = await till.admit("", 300, in_parts=True, max_cost_micros=250)
    for n in range(2):
        child = await till.admit("", 100, n=n, parent=film.id)
        await till.submissions.intend(child, wish(100), "me")
        await till.submissions.settle(child, "picture-1", 100)
        await till.jobs.finish("local", child.id, State.SUCCEEDED, result={})
    with pytest.raises(CostCeiling) as refused:
        await till.admit("", 100, n=2, parent=film.id)
    assert refused.value.metadata == {
        "job": film.id,
        "max_cost_micros": "250",
        "needed_micros": "100",
        "settled_micros": "200",
        "held_micros": "0",
    }
    await till.jobs.finish("local", film.id, State.FAILED, error={"message": "", "code": 9})
    assert (await till.jobs.get("local", film.id)).reserved_micros == 0

    again = await till.jobs.retry("local", film.id, max_cost_micros=300)
    assert (again.max_cost_micros, again.reserved_micros) == (300, 100)
    await till.admit("", 100, n=2, parent=film.id)
    await till.check()


async def test_a_job_that_would_pass_its_ceiling_is_not_made(till: Till) -> None:
    """One that is not made of others is refused at once."""
    with pytest.raises(CostCeiling):
        await till.admit("", 101, max_cost_micros=100)
    assert await till.do("select id from reelwright.jobs") == []


async def test_another_keys_job_pays_for_nobody(till: Till) -> None:
    """A caller who names the film of another key as the parent does not spend that key's money."""
    mine, yours = await till.key("key_a", None), await till.key("key_b", 0)
    film = await till.admit(mine, 300, in_parts=True)
    with pytest.raises(FieldInvalid):
        await till.admit(yours, 100, parent=film.id)


async def test_what_nobody_can_know_stays_held_and_counts_as_paid_when_it_is_given_up(till: Till) -> None:
    """A lost answer holds its money until somebody decides; asking again then needs money of its own."""
    key = await till.key("key_a", 150)
    job = await till.admit(key, 100)
    await till.submissions.intend(job, wish(100), "me")
    await till.submissions.doubt(job, "picture-1")
    await till.jobs.finish("local", job.id, State.FAILED, error={"message": "", "code": 9})
    assert await till.totals(key) == {"available": -100, "held": 100, "spent": 0}
    with pytest.raises(SubmissionUnknown):
        await till.jobs.retry("local", job.id)

    await till.jobs.retry("local", job.id, accept_possible_duplicate=True)
    assert await till.totals(key) == {"available": -100, "held": 0, "spent": 100}
    with pytest.raises(BudgetExhausted):
        await till.submissions.intend(await till.jobs.get("local", job.id), wish(100), "me")
    await till.check()


async def test_a_deleted_job_leaves_its_costs_behind(till: Till) -> None:
    """What was spent stays spent, and what was in doubt counts as paid: a deletion gives no money back."""
    key = await till.key("key_a", None)
    job = await till.admit(key, 200)
    for intent in ("picture-1", "picture-2"):
        await till.submissions.intend(job, wish(100, intent), "me")
    await till.submissions.settle(job, "picture-1", 100)
    await till.submissions.doubt(job, "picture-2")
    await till.jobs.finish("local", job.id, State.FAILED, error={"message": "", "code": 9})
    await till.jobs.delete("local", job.id)
    assert await till.totals(key) == {"available": -200, "held": 0, "spent": 200}
    await till.check()


async def test_what_a_process_of_an_older_release_leaves_reserved_is_given_back(till: Till) -> None:
    """It ends jobs without knowing of reserves; whoever mends finds them."""
    key = await till.key("key_a", None)
    film = await till.admit(key, 300, in_parts=True)
    shot = await till.admit(key, 100, parent=film.id)
    for job in (shot, film):
        await till.do("update reelwright.jobs set state = 'SUCCEEDED', end_time = now() where id = %s", job.id)
    assert await till.jobs.free_left_pools() == 2
    assert await till.jobs.free_left_pools() == 0
    assert await till.totals(key) == {"available": 0, "held": 0, "spent": 0}
    await till.check()


async def test_an_intent_is_settled_once(till: Till) -> None:
    """Ten that settle the same at one time book it once."""
    key = await till.key("key_a", None)
    job = await till.admit(key, 100)
    await till.submissions.intend(job, wish(100), "me")
    await asyncio.gather(*(till.submissions.settle(job, "picture-1", 100) for _ in range(10)))
    assert (await till.totals(key))["spent"] == 100
    await till.check()


async def test_a_refusal_leaves_nothing_behind(till: Till) -> None:
    """A job that the budget refused is not there, and its request id is free."""
    key = await till.key("key_a", 100)
    with pytest.raises(AppError):
        await till.admit(key, 200, request_id="once")
    assert await till.do("select id from reelwright.jobs") == []
    assert (await till.admit(key, 100, request_id="once")).reserved_micros == 100


async def test_a_spent_budget_is_new_in_the_next_period(till: Till) -> None:
    """Yesterday's spending does not count against today."""
    key = await till.key("key_a", 100, "day")
    job = await till.admit(key, 100)
    await till.submissions.intend(job, wish(100), "me")
    await till.submissions.settle(job, "picture-1", 100)
    await till.jobs.finish("local", job.id, State.SUCCEEDED, result={})
    with pytest.raises(BudgetExhausted):
        await till.admit(key, 1, n=1)
    await till.do("update reelwright.ledger_totals set day = day - 1 where account = 'spent'")
    await till.admit(key, 100, n=2)
