"""What a film says of itself that may not spend more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reelwright_kit.errors import AppError, CostCeiling, PartUnavailable
from reelwright_kit.jobs.model import JobRecord, State
from reelwright_kit.money.budgets import Budget, BudgetExhausted
from reelwright_story.recipes.stopping import Tally, explained

FILM = JobRecord("sty_1", "local", "film", "q", State.RUNNING, {}, datetime.now(UTC), estimated_micros=720_000)


def stopped(tally: Tally, refusal: AppError) -> AppError:
    """How the film fails when a step of it fails so."""
    with pytest.raises(AppError) as raised, explained(FILM, tally):
        raise refusal
    return raised.value


def made(pictures: int, clips: int, *, music: bool = True, has_music: bool = False) -> Tally:
    """A film of six shots with every voice, and so many first pictures and clips."""
    done = {"picture": set(range(pictures)), "voice": set(range(6)), "clip": set(range(clips))}
    return Tally(6, music, done, has_music)


@pytest.mark.parametrize(
    ("tally", "there", "left"),
    [
        (Tally(), "Nothing of it is there yet", "everything from the plan on"),
        (
            made(4, 2),
            "4 of 6 shots have their pictures",
            "pictures of shots 5 to 6, clips of shots 3 to 6, music and the edit",
        ),
        (made(6, 5, has_music=True), "6 of 6 shots have their pictures", "clips of shot 6 and the edit"),
        (made(6, 6, music=False), "6 of 6 shots have their clips", "the edit"),
        (
            Tally(5, False, {"picture": {1}, "voice": {0, 1, 2, 3, 4}, "clip": {1, 3}}),
            "1 of 5 shots have their pictures",
            "pictures of shots 1 and 3 to 5, clips of shots 1, 3 and 5 and the edit",
        ),
    ],
)
def test_a_film_at_its_ceiling_says_what_there_is_and_what_is_left(tally: Tally, there: str, left: str) -> None:
    """Whatever stage it was in; and it names the ceiling with which it can go on."""
    error = stopped(tally, CostCeiling("sty_1", 500_000, 40_000, 480_000, 0))
    verb = "are" if " and " in left else "is"
    assert f"{there}; {left} {verb} left. Retry the job with max_cost_micros of at least 720000" in error.message
    assert error.metadata == {
        "job": "sty_1",
        "max_cost_micros": "500000",
        "needed_micros": "40000",
        "settled_micros": "480000",
        "held_micros": "0",
        "left": left,
        "retry_with_micros": "720000",
    }
    assert (error.code, error.reason, error.domain) == (9, "COST_CEILING", "jobs.reelwright")


def test_a_film_that_became_dearer_than_its_estimate_asks_for_what_it_needs() -> None:
    """The estimate would not be enough any more."""
    error = stopped(made(6, 0), CostCeiling("sty_1", 720_000, 40_000, 600_000, 100_000))
    assert error.metadata["retry_with_micros"] == "740000"


def test_the_ceiling_of_a_job_above_is_not_the_films_to_raise() -> None:
    """What is left is said, and no retry of the film is advised."""
    error = stopped(made(6, 0), CostCeiling("sty_0", 720_000, 40_000))
    assert "retry_with_micros" not in error.metadata and "Retry the job" not in error.message
    assert error.metadata["left"] and error.metadata["job"] == "sty_0"


def test_a_film_whose_budget_is_used_up_keeps_that_reason() -> None:
    """With the budget's own metadata, and what is left."""
    error = stopped(made(6, 6, has_music=True), BudgetExhausted("key", Budget(100), 40, 10))
    assert (error.reason, error.domain) == ("BUDGET_EXHAUSTED", "admin.reelwright")
    assert error.metadata["budget"] == "key" and error.metadata["left"] == "the edit"
    assert error.message.endswith("the edit is left. Retry the job when there is budget for it: what is there is kept.")


def test_any_other_failure_stays_what_it_is() -> None:
    """Only money makes a film say more."""
    assert isinstance(stopped(Tally(), PartUnavailable("image service")), PartUnavailable)
