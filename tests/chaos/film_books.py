"""The books of a film: its log, those of its children, what the providers charged, and the files that are left."""

from __future__ import annotations

from collections import Counter
from typing import Any

from tests.paid.studio import Studio, check_files, check_ledger

SHOTS = 2
PARTS = {"image": SHOTS, "speech": SHOTS, "video": SHOTS, "music": 1, "film_edit": 1}


async def children_of(studio: Studio, film: str) -> list[dict[str, Any]]:
    """The rows of the jobs that a film is made of."""
    return await studio.rows("select * from reelwright.jobs where parent = %s order by id", film)


async def check_film(studio: Studio, film: str) -> None:
    """Done, without a gap, each part made once and paid once, unless a duplicate was accepted; the money adds up."""
    (record,) = await studio.rows("select * from reelwright.jobs where id = %s", film)
    assert record["state"] == "SUCCEEDED", record["error"]
    children = await children_of(studio, film)
    assert Counter(child["kind"] for child in children) == PARTS
    for job in (record, *children):
        await check_log(studio, job)
    for child in children:
        assert child["state"] == "SUCCEEDED", child
        await check_money(studio, child)
    assert record["reserved_micros"] == 0
    assert record["settled_micros"] == sum(child["settled_micros"] for child in children) > 0
    assert record["settled_micros"] == sum(studio.billed(child["id"]) for child in children)
    await check_files(studio)
    await check_ledger(studio)


async def check_log(studio: Studio, job: dict[str, Any]) -> None:
    """The log of a job has no gap and never goes back."""
    events = await studio.rows("select * from reelwright.job_events where job = %s order by sequence", job["id"])
    assert [event["sequence"] for event in events] == list(range(1, job["latest_sequence"] + 1))
    percents = [event["body"]["percent"] for event in events]
    assert percents == sorted(percents), (job["id"], percents)


async def check_money(studio: Studio, job: dict[str, Any]) -> None:
    """Nothing is held; each intent was accepted once, and once more for each that was given up."""
    rows = await studio.submissions(job["id"])
    assert {row["state"] for row in rows} <= {"SETTLED", "WRITTEN_OFF"}, rows
    given_up = Counter(row["intent"].partition(" ")[0] for row in rows if row["state"] == "WRITTEN_OFF")
    for intent, count in studio.accepted(job["id"]).items():
        assert count <= 1 + given_up[intent.partition(".")[2]], (intent, rows)
    assert job["reserved_micros"] == 0
    assert job["settled_micros"] == sum(row["settled_micros"] for row in rows) == studio.billed(job["id"]), rows
