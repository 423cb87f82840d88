"""Carries an answer to its caller: what it costs, when it comes, and how a stream goes on or ends half-way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

from reelwright_fakes.ledger import Submission
from reelwright_fakes.prices import price_of
from reelwright_fakes.problems import Problem
from reelwright_fakes.stage import Stage
from reelwright_fakes.text.answers import Answer, answers_to
from reelwright_fakes.text.demand import Demand

WINDOW_TOKENS = 200_000
REQUEST_CODES = frozenset({"content_filter", "context_length_exceeded"})


def fits_window(demand: Demand) -> Demand:
    """The demand, if the model can read all of it; raises Problem 400 `context_length_exceeded`."""
    if demand.prompt_tokens > WINDOW_TOKENS:
        raise Problem(400, "context_length_exceeded", at="messages")
    return demand


def text_failure(submission: Submission) -> Problem:
    """How text fails: a code that blames the request is a 400, everything else a server error."""
    blames = submission.plan.scenario.code in REQUEST_CODES
    return Problem(400 if blames else 500)


def prompt_micro_usd(vendor: str, demand: Demand) -> int:
    """What reading the prompt costs."""
    return price_of(vendor, demand.model, "prompt token").micro_usd * demand.prompt_tokens


async def answered(stage: Stage, submission: Submission) -> tuple[Answer, ...]:
    """The answers of a call that waits for all of them, when its scenario lets it; raises Problem if it fails."""
    answers = made(submission)
    await stage.progress.settle(submission)
    return answers


def made(submission: Submission) -> tuple[Answer, ...]:
    """The answers, billed."""
    answers = answers_to(submission.material, submission.plan.scenario)
    submission.billed_micro_usd += _completion_micro_usd(submission, answers)
    return answers


async def spoken(
    stage: Stage, submission: Submission, frames: Sequence[bytes], failed: Callable[[Problem], bytes]
) -> AsyncIterator[bytes]:
    """Sends the events of a stream one by one; half-way it waits, or fails, as its scenario says.

    Billed is what was sent: of a stream that the caller leaves the rest is free.
    """
    prompt = prompt_micro_usd(submission.vendor, submission.material)
    written = submission.billed_micro_usd - prompt
    submission.billed_micro_usd = prompt
    try:
        for number, frame in enumerate(frames):
            if number == len(frames) // 2:
                await _half_way(stage, submission)
            if number == len(frames) - 1:
                stage.progress.finish(submission)
            submission.billed_micro_usd = prompt + written * (number + 1) // len(frames)
            yield frame
            # Others are served between two events.
            await asyncio.sleep(0)
    except Problem as problem:
        yield failed(problem)


async def _half_way(stage: Stage, submission: Submission) -> None:
    scenario = submission.plan.scenario
    if scenario.outcome != "succeed" or scenario.after_s is not None:
        await stage.progress.settle(submission)


def _completion_micro_usd(submission: Submission, answers: Sequence[Answer]) -> int:
    price = price_of(submission.vendor, submission.model, "completion token").micro_usd
    return price * sum(answer.completion_tokens for answer in answers)
