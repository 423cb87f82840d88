"""Mills for tests of the engine: processes that are started, watched and ended."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from reelwright_kit import database
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import EventRecord
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import PATIENCE_S, TENANT, new_job
from tests.processes import ServiceProcess

Steps = list[tuple[str, str]]


@dataclass(frozen=True)
class Yard:
    """A database, a directory, and the mills that work there."""

    url: str
    directory: Path
    jobs: JobStore
    feed: JobFeed

    @property
    def diary(self) -> Path:
        """The file that steps write their names to."""
        return self.directory / "diary"

    @contextlib.asynccontextmanager
    async def mill(self, executor: str = "one", **variables: str) -> AsyncIterator[ServiceProcess]:
        """A mill; it is killed when the block ends."""
        environment = {
            "REELWRIGHT_LISTEN": "127.0.0.1:0",
            "REELWRIGHT_DATABASE_URL": self.url,
            "REELWRIGHT_STORE_URL": f"file://{self.directory}/store",
            "REELWRIGHT_EXECUTOR_ID": executor,
            "REELWRIGHT_NOTICE_S": "0",
            "REELWRIGHT_DRAIN_S": "1",
            "MILL_DIARY": str(self.diary),
        }
        process = await ServiceProcess.start("tests.kit.mill", environment | variables)
        try:
            yield process
        finally:
            await process.kill()

    async def admit(self, steps: Steps, parent: str = "", **request: object) -> str:
        """A new job with these steps."""
        return (await self.jobs.admit(TENANT, new_job({"steps": steps, **request}, parent=parent))).id

    def written(self, job: str) -> list[str]:
        """What the steps of a job have written."""
        return [line.split(" ", 1)[1] for line in self.diary.read_text().splitlines() if line.startswith(job)]

    async def noted(self, job: str, line: str) -> None:
        """Returns when a step has written this line; the diary is a file, so it is looked at, off the event loop."""
        async with asyncio.timeout(PATIENCE_S):
            while line not in await asyncio.to_thread(self.written, job):
                await asyncio.to_thread(self.diary.stat)


@contextlib.asynccontextmanager
async def open_yard(url: str, directory: Path) -> AsyncIterator[Yard]:
    """A yard on the database at `url` with its files in `directory`."""
    (directory / "diary").touch()
    async with database.connect(url, 8) as pool:
        jobs = JobStore(pool)
        feed = JobFeed(url, jobs)
        async with feed.running():
            yield Yard(url, directory, jobs, feed)


def assert_whole(events: list[EventRecord]) -> None:
    """The log has no gap and never goes back."""
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    percents = [event.body["percent"] for event in events]
    assert percents == sorted(percents)
