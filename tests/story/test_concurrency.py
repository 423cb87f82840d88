"""How much one process does at a time is what its settings say."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.story.v1 import story_service_pb2 as story
from reelwright_fakes.testing import running
from tests.chaos.lot import Lot, open_lot
from tests.paid.studio import Studio

SETTINGS = {"IMAGE_MAX_CONCURRENT": "2", "VIDEO_MAX_CONCURRENT": "2", "MAX_CONCURRENT_TASKS": "1"}

_SPANS = """
select begun.time as begin, ended.time as "end" from reelwright.jobs
join reelwright.job_events begun on begun.job = jobs.id and begun.body ->> 'state' = 'STATE_RUNNING'
join reelwright.job_events ended on ended.job = jobs.id and ended.body ->> 'state' = 'STATE_SUCCEEDED'
where kind = %s and begun.type = 'STATE' and ended.type = 'STATE'
"""


async def most_at_once(studio: Studio, kind: str) -> int:
    """How many jobs of a kind were running at one time at most."""
    moments: list[tuple[datetime, int]] = []
    for row in await studio.rows(_SPANS, kind):
        moments += [(row["begin"], 1), (row["end"], -1)]
    at_once, most = 0, 0
    # An end in the moment of a beginning comes first.
    for _, change in sorted(moments):
        at_once += change
        most = max(most, at_once)
    return most


async def _film(lot: Lot, number: int) -> None:
    request = story.MakeFilmRequest(prompt=f"A fox paints {number} boats", scenes=4, resolution=360, music=False)
    job = (await lot.story.MakeFilm(request)).job.id
    async with lot.watching(job) as film:
        assert (await film.ended()).state == pb.Job.STATE_SUCCEEDED


async def test_films_pictures_and_clips_run_so_many_at_a_time_as_is_set(database_url: str, tmp_path: Path) -> None:
    """Two films wait for each other where one task is allowed; two pictures run at one time where two may."""
    with running() as fake:
        studio = Studio(database_url, fake, tmp_path, SETTINGS)
        async with open_lot(studio) as lot:
            await asyncio.gather(_film(lot, 2), _film(lot, 3))
    at_once = {kind: await most_at_once(studio, kind) for kind in ("film", "image", "video")}
    assert at_once == {"film": 1, "image": 2, "video": 2}
