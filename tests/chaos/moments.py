"""Moments in the life of paid picture jobs: each holds every job still at one point, so that a kill strikes just there.

The service has no hooks for this. It is held where it waits anyway: for a provider that does not answer, or for a lock
in the database that the test has taken before.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.paid.studio import PATIENCE_S, Service, Studio

Connection = psycopg.AsyncConnection[dict[str, Any]]
Hold = Callable[["Scene"], contextlib.AbstractAsyncContextManager[None]]

LOCKED_OUT = """
select count(*) as n from pg_locks join pg_stat_activity activity using (pid)
where not granted and activity.datname = current_database()
"""


@dataclass
class Scene:
    """A studio, the service in it, a connection that holds locks, and the jobs by vendor."""

    studio: Studio
    service: Service
    locks: Connection
    jobs: dict[str, str]

    async def create(self, vendors: Sequence[str], directive: str = "") -> None:
        """One job for each vendor."""
        for number, vendor in enumerate(vendors):
            prompt = f"a hare number {number} {directive}".strip()
            self.jobs[vendor] = (await self.service.create(vendor, prompt)).id

    async def rows(self, query: str, *values: object) -> list[dict[str, Any]]:
        """Rows, on a connection of its own."""
        return await self.studio.rows(query, *values)

    async def until(self, query: str, *values: object, count: int) -> None:
        """Waits until the query finds so many rows."""
        async with asyncio.timeout(PATIENCE_S):
            while len(await self.rows(query, *values)) < count:
                pass

    async def until_locked_out(self) -> None:
        """Waits until somebody waits for a lock that is held here."""
        async with asyncio.timeout(PATIENCE_S):
            while not (await self.rows(LOCKED_OUT))[0]["n"]:
                pass

    async def until_submissions(self, *states: str) -> None:
        """Waits until every job has a submission in one of these states."""
        query = "select 1 from reelwright.submissions where job = any(%s) and state = any(%s)"
        await self.until(query, list(self.jobs.values()), list(states), count=len(self.jobs))

    async def until_told(self, event: str, count: int = 0) -> None:
        """Waits until the providers have told this so many times, or once of every job."""
        control = self.studio.fake.control
        await asyncio.to_thread(control.wait_for, event, count=count or len(self.jobs), timeout_s=PATIENCE_S)


@contextlib.asynccontextmanager
async def scene(studio: Studio, service: Service) -> AsyncIterator[Scene]:
    """A scene whose locks are gone at its end."""
    async with await psycopg.AsyncConnection.connect(studio.url, row_factory=dict_row) as locks:
        yield Scene(studio, service, locks, {})


ALL = ("openai", "fal", "replicate")
QUEUED = ("fal", "replicate")
"""Vendors whose work is followed after it was submitted."""


async def admitted(scene: Scene) -> None:
    """The jobs have been accepted, and nothing else has happened."""
    await scene.create(ALL)


async def about_to_intend(scene: Scene) -> None:
    """The jobs run and are about to write down their intents."""
    await scene.locks.execute("lock table reelwright.submissions in share row exclusive mode")
    await scene.create(ALL)
    await scene.until("select 1 from reelwright.jobs where state = 'RUNNING'", count=len(ALL))
    await scene.until_locked_out()


async def submitted_without_an_answer(scene: Scene) -> None:
    """The providers have accepted the work, and have not answered."""
    await scene.create(ALL, "[fake:hold]")
    await scene.until_told("held")


async def answered_and_not_written_down(scene: Scene) -> None:
    """The providers have answered, and the answers are not in the ledger."""
    await scene.create(QUEUED, "[fake:hold]")
    await scene.until_told("held")
    await scene.locks.execute("select 1 from reelwright.submissions for update")
    scene.studio.fake.control.release()
    await scene.until_told("answered")
    await scene.until_locked_out()


async def being_followed(scene: Scene) -> None:
    """The providers work, and are looked at."""
    await scene.create(QUEUED, "[fake:polls=4]")
    await scene.until_submissions("SUBMITTED")
    await scene.until_told("polled")


async def in_the_middle_of_a_download(scene: Scene) -> None:
    """A part of the result has been written to disk."""
    await scene.create(QUEUED, "[fake:drip at=download piece_bytes=512]")
    await scene.until_told("fault")


async def stored_without_a_row(scene: Scene) -> None:
    """The bytes are in the object store, and no row names them."""
    await scene.locks.execute("lock table reelwright.assets in share row exclusive mode")
    await scene.create(ALL)
    await scene.until_locked_out()


async def kept_and_not_settled(scene: Scene) -> None:
    """The file is in the library, and the ledger does not know."""
    await scene.create(QUEUED, "[fake:hold at=download]")
    await scene.until_told("held")
    await scene.until_submissions("SUBMITTED")
    await scene.locks.execute("select 1 from reelwright.submissions for update")
    scene.studio.fake.control.release()
    await scene.until("select 1 from reelwright.assets", count=len(QUEUED))
    await scene.until_locked_out()


async def settled_and_the_step_not_recorded(scene: Scene) -> None:
    """The money is settled, and the durable workflow does not know that its step is done."""
    await scene.create(ALL, "[fake:hold at=download]")
    await scene.until_told("held", len(QUEUED))
    await scene.until_submissions("SUBMITTED", "SETTLED")
    await scene.locks.execute("lock table dbos.operation_outputs in share row exclusive mode")
    scene.studio.fake.control.release()
    await scene.until_submissions("SETTLED")
    await scene.until_locked_out()


async def made_and_not_ended(scene: Scene) -> None:
    """The pictures have been shown, and the jobs are not marked as done."""
    await scene.create(ALL)
    shown = "select 1 from reelwright.job_events where type = 'PREVIEW' and body #>> '{preview,filename}' like 'ast%%'"
    await scene.until(shown, count=1)
    await scene.locks.execute("select 1 from reelwright.jobs for update")
    await scene.until_locked_out()


async def ended(scene: Scene) -> None:
    """The jobs are done, and the durable workflows may not have heard."""
    await scene.create(ALL)
    await scene.until("select 1 from reelwright.jobs where state = 'SUCCEEDED'", count=1)


MOMENTS = (
    admitted,
    about_to_intend,
    submitted_without_an_answer,
    answered_and_not_written_down,
    being_followed,
    in_the_middle_of_a_download,
    stored_without_a_row,
    kept_and_not_settled,
    settled_and_the_step_not_recorded,
    made_and_not_ended,
    ended,
)
