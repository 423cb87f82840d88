"""An image service with paid providers: started, killed, replaced, and its books compared with the providers'."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import psycopg
from psycopg.rows import dict_row

from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright_fakes.scenarios import Match, Scenario
from reelwright_fakes.testing import Fake
from reelwright_fakes.vendors import VENDORS
from reelwright_kit import database
from reelwright_kit.assets.orphans import Orphans
from reelwright_kit.assets.store import open_store
from tests.money.till import Till
from tests.processes import ServiceProcess
from tests.services.answers import Refusal, refusal

PATIENCE_S = 60.0

MODELS = {
    "openai": "openai/gpt-image-1-mini",
    "fal": "fal/fal-ai/flux/schnell",
    "replicate": "replicate/black-forest-labs/flux-schnell",
}
"""A cheap model of each vendor."""

FINAL = (pb.Job.STATE_SUCCEEDED, pb.Job.STATE_FAILED, pb.Job.STATE_CANCELLED)


@dataclass(frozen=True)
class Service:
    """A running process and what can be asked of it."""

    process: ServiceProcess
    channel: grpc.aio.Channel

    @property
    def image(self) -> image_service_pb2_grpc.ImageServiceAsyncStub:
        return image_service_pb2_grpc.ImageServiceStub(self.channel)

    @property
    def jobs(self) -> jobs_service_pb2_grpc.JobServiceAsyncStub:
        return jobs_service_pb2_grpc.JobServiceStub(self.channel)

    async def create(self, vendor: str, prompt: str, **changed: Any) -> pb.Job:
        """A job for one small picture of this vendor's."""
        request = image.CreateImageRequest(prompt=prompt, model=MODELS[vendor], **changed)
        return (await self.image.CreateImage(request)).job

    async def events(self, job: str, after: int = 0) -> list[pb.JobEvent]:
        """The log of a job up to its end."""
        async with asyncio.timeout(PATIENCE_S):
            watch = self.jobs.WatchJob(pb.WatchJobRequest(id=job, after_sequence=after))
            return [answer.event async for answer in watch]

    async def until(self, job: str, stage: str) -> pb.JobEvent:
        """The first event of a job with this stage."""
        async with asyncio.timeout(PATIENCE_S):
            async for answer in self.jobs.WatchJob(pb.WatchJobRequest(id=job)):
                if answer.event.stage == stage:
                    return answer.event
        raise AssertionError(f"{job} ended without coming to {stage}")

    async def refusal(self, call: Awaitable[Any]) -> Refusal:
        """What the call was refused with."""
        return await refusal(call)

    async def done(self, job: str, after: int = 0) -> pb.Job:
        """The job once it has ended."""
        await self.events(job, after)
        return (await self.jobs.GetJob(pb.GetJobRequest(id=job))).job


@dataclass
class Studio:
    """A database, a store and a fake of every provider; processes come and go."""

    url: str
    fake: Fake
    store: Path
    settings: dict[str, str] = field(default_factory=dict)

    @contextlib.asynccontextmanager
    async def service(self, executor: str = "image-0", **settings: str) -> AsyncIterator[Service]:
        """The image service as a process; killed at the end, if it still runs."""
        process = await ServiceProcess.start("reelwright_image", self._environment(executor) | settings)
        try:
            async with process.channel() as channel:
                yield Service(process, channel)
        finally:
            await process.kill()

    def _environment(self, executor: str) -> dict[str, str]:
        vendors = {name: value for v in VENDORS for name, value in v.environment(self.fake.address).items()}
        return {
            "REELWRIGHT_LISTEN": "127.0.0.1:0",
            "REELWRIGHT_DATABASE_URL": self.url,
            "REELWRIGHT_STORE_URL": self.store.as_uri(),
            "REELWRIGHT_EXECUTOR_ID": executor,
            "REELWRIGHT_NOTICE_S": "0",
            "REELWRIGHT_DRAIN_S": "1",
            **vendors,
            **self.settings,
        }

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows of the database."""
        async with await psycopg.AsyncConnection.connect(self.url, row_factory=dict_row) as connection:
            return await (await connection.execute(query.encode(), values)).fetchall()

    async def submissions(self, job: str) -> list[dict[str, Any]]:
        """The ledger rows of a job."""
        return await self.rows("select * from reelwright.submissions where job = %s order by intent", job)

    async def row_in(self, job: str, intent: str, state: str) -> dict[str, Any]:
        """The ledger row of an intent once it is in this state; announced by the log of no live job, so asked for."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for row in await self.submissions(job):
                    if (row["intent"], row["state"]) == (intent, state):
                        return row

    def fail_once(self, vendor: str, prompt: str) -> int:
        """Lets the next submission with this prompt fail after it was accepted; the scenario's number."""
        match = Match(vendor=vendor, prompt=prompt)
        (number,) = self.fake.control.script(Scenario(match=match, outcome="fail"))
        return number

    def accepted(self, job: str) -> dict[str, int]:
        """How often the providers accepted each intent of a job, by their own books."""
        intents = self.fake.control.ledger().intents
        return {intent: totals.accepted for intent, totals in intents.items() if intent.startswith(f"{job}.")}

    def billed(self, job: str) -> int:
        """What the providers charged for a job, in micro-USD, by their own books."""
        intents = self.fake.control.ledger().intents
        return sum(total.billed_micro_usd for intent, total in intents.items() if intent.startswith(f"{job}."))


@dataclass(frozen=True)
class House:
    """A studio with one running service."""

    studio: Studio
    service: Service


async def check_books(studio: Studio, jobs: Sequence[str], *, unknown: bool = False) -> None:
    """The oracle: ended, without a gap, paid at most once, nothing left over, and the money adds up.

    With `unknown`, jobs may have ended because nobody can know whether a submission was accepted.
    """
    for job in jobs:
        (record,) = await studio.rows("select * from reelwright.jobs where id = %s", job)
        assert record["state"] in ("SUCCEEDED", "FAILED", "CANCELLED"), record
        events = await studio.rows("select * from reelwright.job_events where job = %s order by sequence", job)
        assert [event["sequence"] for event in events] == list(range(1, record["latest_sequence"] + 1))
        percents = [event["body"]["percent"] for event in events]
        assert percents == sorted(percents), percents
        assert all(count <= 1 for count in studio.accepted(job).values()), studio.accepted(job)
        rows = await studio.submissions(job)
        held = sum(r["estimated_micros"] for r in rows if r["state"] in ("INTENT", "SUBMITTED", "AMBIGUOUS"))
        assert record["reserved_micros"] == held, (record, rows)
        assert record["settled_micros"] == sum(row["settled_micros"] for row in rows), (record, rows)
        if record["state"] == "FAILED":
            assert unknown and record["error"]["reason"] == "SUBMISSION_UNKNOWN", record["error"]
        if record["state"] == "SUCCEEDED":
            assert {row["state"] for row in rows} == {"SETTLED"}, rows
            assert record["settled_micros"] == studio.billed(job), rows
            assert held == 0
    await check_files(studio)
    await check_ledger(studio)


async def check_ledger(studio: Studio) -> None:
    """What the ledger says is held and spent is what submissions, reserves and texts say."""
    async with database.connect(studio.url, 2) as pool:
        await Till(pool, "local").check()


async def sweep(studio: Studio) -> int:
    """Removes what no row names, however young; how many objects that were."""
    async with database.connect(studio.url, 2) as pool:
        found = await Orphans(pool, open_store(studio.store.as_uri()), 0).check(remove=True)
    assert found.rows == 0, found
    return found.removed


async def check_files(studio: Studio) -> None:
    """Every file has its row and every row its file."""
    kept = {row["key"] for row in await studio.rows("select key from reelwright.assets")}
    files = (path for path in studio.store.rglob("*") if path.is_file() and path.name != "reelwright-installation")
    found = {path.relative_to(studio.store).as_posix() for path in files}
    assert found == kept, (found - kept, kept - found)
