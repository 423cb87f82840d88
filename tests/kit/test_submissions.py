"""The submission ledger: one piece of a provider's work belongs to one intent, whoever is first."""

from __future__ import annotations

import asyncio

from reelwright_kit.database import Pool
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Standing, Submissions, Wish
from tests.kit.orders import TENANT, new_job

WISH = Wish("picture-1", "replicate", "replicate/acme/paint", 25_000)


async def test_two_that_find_the_same_work_at_one_time_do_not_both_get_it(jobs: JobStore, pool: Pool) -> None:
    ledger = Submissions(pool)
    admitted = [await jobs.admit(TENANT, new_job()) for _ in range(6)]
    for job in admitted:
        await ledger.intend(job, WISH, "somebody")
    claims = [ledger.submitted(job, WISH.intent, "prediction-1", {"prediction": "prediction-1"}) for job in admitted]
    assert sorted(await asyncio.gather(*claims)) == [False] * 5 + [True]
    states = [(await ledger.of(TENANT, job.id))[0].state for job in admitted]
    assert sorted(states) == [Standing.INTENT] * 5 + [Standing.SUBMITTED]
