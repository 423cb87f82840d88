"""`kill -9` of the image service at every point of paid jobs: they end, paid at most once, and leave nothing over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from tests.chaos.moments import (
    MOMENTS,
    Scene,
    answered_and_not_written_down,
    scene,
    stored_without_a_row,
    submitted_without_an_answer,
)
from tests.paid.studio import Studio, check_books, sweep

pytestmark = pytest.mark.chaos

Moment = Callable[[Scene], Awaitable[None]]

UNKNOWABLE = (submitted_without_an_answer, answered_and_not_written_down, stored_without_a_row)
"""Moments after which only the provider knows what has been accepted; OpenAI's answer is the picture itself."""


@pytest.mark.parametrize("replaced", [False, True], ids=["restarted", "replaced"])
@pytest.mark.parametrize("moment", MOMENTS, ids=lambda moment: moment.__name__)
async def test_killed(studio: Studio, moment: Moment, replaced: bool) -> None:
    async with studio.service("image-0") as first, scene(studio, first) as broken:
        await moment(broken)
        jobs = broken.jobs
        await first.process.kill()
    # The same identity goes on at once; another one takes over when the grace has passed.
    async with studio.service("image-1" if replaced else "image-0") as second:
        for job in jobs.values():
            await second.done(job)
        # A file that was stored and never got a row is found by what looks for such files; each job may have left one.
        assert await sweep(studio) <= (len(jobs) if moment is stored_without_a_row else 0)
        await check_books(studio, list(jobs.values()), unknown=moment in UNKNOWABLE)
        if moment in UNKNOWABLE and any(studio.accepted(jobs["replicate"]).values()):
            # It has a list of what it accepted, so its job must have been found; one that never arrived is in doubt.
            assert (await second.done(jobs["replicate"])).error.message == ""
