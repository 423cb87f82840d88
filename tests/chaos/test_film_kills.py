"""`kill -9` of every service in the middle of a film whose pictures are bought: it is finished, and paid for once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import psycopg
import pytest
import pytest_asyncio
from psycopg.rows import dict_row

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import running
from tests.chaos.film_books import SHOTS, check_film, children_of
from tests.chaos.lot import PATIENCE_S, Lot, Premiere, Wanted, open_lot
from tests.chaos.moments import LOCKED_OUT, Connection
from tests.paid.studio import Studio, sweep
from tests.postgres import Postgres
from tests.services.answers import refusal

pytestmark = [pytest.mark.chaos, pytest.mark.asyncio(loop_scope="module"), pytest.mark.timeout(180)]


@dataclass(frozen=True)
class Shooting:
    """A film in the making, on its lot, and a connection that holds locks."""

    lot: Lot
    premiere: Premiere
    locks: Connection

    async def told(self, event: str, count: int) -> None:
        """Waits until the providers have told this so often."""
        control = self.lot.studio.fake.control
        await asyncio.to_thread(control.wait_for, event, count=count, timeout_s=PATIENCE_S / 2)

    async def locked_out(self) -> None:
        """Waits until somebody waits for a lock that is held here."""
        async with asyncio.timeout(PATIENCE_S):
            while not (await self.lot.studio.rows(LOCKED_OUT))[0]["n"]:
                pass


Moment = Callable[[Shooting], Awaitable[None]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lot(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lot]:
    """One lot for all films: a service that was killed in one of them works on the next."""
    with running() as fake:
        async with open_lot(Studio(postgres.fresh(), fake, tmp_path_factory.mktemp("lot"))) as opened:
            yield opened


@contextlib.asynccontextmanager
async def shooting(lot: Lot, prompt: str, vendor: str) -> AsyncIterator[Shooting]:
    """A film whose pictures are not answered before somebody releases them, nor done before somebody finishes them."""
    control = lot.studio.fake.control
    control.reset()
    # The fake forgets what it was told of films before this one: they have been checked.
    control.script(Scenario(match=Match(vendor=vendor), faults=(Fault(kind="hold", times=SHOTS),), outcome="never"))
    film = await lot.film(prompt, vendor)
    async with (
        await psycopg.AsyncConnection.connect(lot.studio.url, row_factory=dict_row) as locks,
        lot.watching(film) as premiere,
    ):
        yield Shooting(lot, premiere, locks)


def stage(name: str) -> Wanted:
    """Whether an event is of this stage of the film."""
    return lambda event: event.stage == name


def doing(task: str) -> Wanted:
    """Whether an event says that this part of some shot is under way."""
    return lambda event: event.part.stage == task and event.part.state == pb.Job.STATE_RUNNING


async def finding_the_story(now: Shooting) -> None:
    """The text model is asked for the outline."""
    await now.premiere.until(stage("outlining"))


async def planning(now: Shooting) -> None:
    """There is an outline, and no plan."""
    await now.premiere.until(stage("planning scenes"))


async def speaking(now: Shooting) -> None:
    """A voice is about to be put into the library."""
    await now.locks.execute("lock table reelwright.assets in share row exclusive mode")
    await now.premiere.until(doing("voice"))
    await now.locked_out()


async def submitting(now: Shooting) -> None:
    """The provider has taken the pictures and has not answered."""
    await now.told("held", SHOTS)


async def following(now: Shooting) -> None:
    """The provider draws the pictures, and is looked at."""
    # Not before both are held: one that comes after the release would be held for ever.
    await now.told("held", SHOTS)
    now.lot.studio.fake.control.release()
    await now.told("polled", SHOTS)


async def animating(now: Shooting) -> None:
    """The pictures are there, and a clip is being made."""
    for entry in now.lot.studio.fake.control.ledger().submissions:
        assert entry.provider_id
        now.lot.studio.fake.control.finish(entry.provider_id)
    await now.premiere.until(doing("clip"))


async def editing(now: Shooting) -> None:
    """The film is being cut."""
    await now.premiere.until(stage("editing"))


RESTARTED: tuple[tuple[str, Moment], ...] = (
    ("llm", finding_the_story),
    ("story", planning),
    ("audio", speaking),
    ("image", submitting),
    ("image", following),
    ("video", animating),
    ("story", animating),
    ("video", editing),
    ("story", editing),
)
REPLACED: tuple[tuple[str, Moment], ...] = (
    ("audio", speaking),
    ("image", following),
    ("video", animating),
    ("story", editing),
)


@pytest.mark.parametrize("replaced", [False, True], ids=["restarted", "replaced"])
async def test_a_film_in_which_every_service_is_killed_is_made_and_paid_once(lot: Lot, replaced: bool) -> None:
    """Replicate lists what it took: pictures that were being submitted are found."""
    killed = []
    async with shooting(lot, "A clockmaker repairs the moon", "replicate") as now:
        for victim, moment in REPLACED if replaced else RESTARTED:
            await moment(now)
            await lot.kill(victim, replaced=replaced)
            await now.locks.rollback()
            killed.append(f"{victim} while {moment.__name__}")
        last = await now.premiere.ended()
        assert last.state == pb.Job.STATE_SUCCEEDED, (killed, last)
        # A clip that was stored by one who died is stored again, and need not be the same to the byte.
        assert await sweep(lot.studio) <= len(killed)
        await check_film(lot.studio, now.premiere.job)


async def test_a_film_with_an_unknown_submission_is_finished_by_a_retry_that_accepts_a_duplicate(lot: Lot) -> None:
    """fal has no list: the film fails, and its retry keeps what was finished and buys the pictures once more."""
    async with shooting(lot, "A clockmaker loses the moon", "fal") as now:
        film, jobs = now.premiere.job, lot.jobs("llm")
        await submitting(now)
        await now.premiere.until(
            lambda event: event.part.stage == "voice" and event.part.state == pb.Job.STATE_SUCCEEDED
        )
        await lot.kill("image")
        await now.premiere.ended()
    (failed,) = await lot.studio.rows("select error from reelwright.jobs where id = %s", film)
    assert failed["error"]["reason"] == "CHILD_FAILED", failed
    assert failed["error"]["metadata"]["reason"] == "SUBMISSION_UNKNOWN", failed
    before = {child["id"]: child for child in await children_of(lot.studio, film)}
    assert {child["state"] for child in before.values()} <= {"SUCCEEDED", "FAILED", "CANCELLED"}
    assert (await refusal(jobs.RetryJob(pb.RetryJobRequest(id=film)))).reason == "SUBMISSION_UNKNOWN"
    for number in lot.studio.fake.control.scenarios():
        lot.studio.fake.control.remove(number)
    accept = pb.RetryJobRequest(id=film, accept_possible_duplicate=True)
    again = (await jobs.RetryJob(accept)).job
    async with lot.watching(film, again.latest_sequence) as premiere:
        last = await premiere.ended()
        assert last.state == pb.Job.STATE_SUCCEEDED, last
    after = {child["id"]: child for child in await children_of(lot.studio, film)}
    finished = {job: child for job, child in before.items() if child["state"] == "SUCCEEDED"}
    assert finished and finished.items() <= after.items()
    await check_film(lot.studio, film)
