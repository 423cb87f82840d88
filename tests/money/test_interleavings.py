"""The books hold for any interleaving of what can happen to money: several things at one time, some broken off."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg_pool import PoolTimeout

from reelwright_kit import database
from reelwright_kit.caller import Caller, become
from reelwright_kit.errors import AppError
from reelwright_kit.jobs.model import JobRecord, State
from reelwright_kit.jobs.submissions import Standing, Superseded
from reelwright_kit.money.texts import Texts, Used
from tests.money.till import Till, wish
from tests.postgres import Postgres

KEYS = {"key_rich": None, "key_poor": 700}
TENANT_LIMIT = 1500
PRICE = 100
AT_ONCE = 5

VERBS = (
    *("admit film", "admit picture", "admit shot", "intend", "intend", "submitted", "settle", "settle", "settle less"),
    *(
        "fail",
        "charge",
        "doubt",
        "let go",
        "finish",
        "break",
        "cancel",
        "retry",
        "retry all",
        "delete",
        "text",
        "no text",
    ),
)


@dataclass(frozen=True)
class Deed:
    """One thing that happens to the `target`-th job so far."""

    verb: str
    target: int
    key: str
    patience: int
    """Broken off after so many turns of the event loop, as if its process died; 0: never."""


deeds = st.builds(
    Deed,
    verb=st.sampled_from(VERBS),
    target=st.integers(0, 9),
    key=st.sampled_from(sorted(KEYS)),
    patience=st.sampled_from((0, 0, 0, 3, 10, 30)),
)


@dataclass
class World:
    """A tenant with two keys, and what happens to its jobs."""

    till: Till
    suffix: str
    jobs: list[str] = field(default_factory=list)
    number: int = 0

    async def do(self, deed: Deed) -> None:
        """Does it; what is refused, or finds no connection, has not happened; one broken off has, or has not, whole."""
        verbs: dict[str, Callable[[Deed], Awaitable[object]]] = {
            "admit film": lambda d: self._admit(d, 4 * PRICE, in_parts=True, max_cost_micros=3 * PRICE),
            "admit picture": lambda d: self._admit(d, PRICE),
            "admit shot": self._admit_shot,
            "retry": lambda d: self._retry(d, accept=False),
            "retry all": lambda d: self._retry(d, accept=True),
            "cancel": lambda d: self.till.jobs.cancel(self.till.tenant, self._named(d)),
            "delete": lambda d: self.till.jobs.delete(self.till.tenant, self._named(d)),
            "finish": lambda d: self.till.jobs.finish(self.till.tenant, self._named(d), State.SUCCEEDED, result={}),
            "break": self._break,
            "text": lambda d: self._text(d, Used(3, 4, PRICE // 2)),
            "no text": lambda d: self._text(d, None),
        }
        task = asyncio.ensure_future(verbs.get(deed.verb, self._submission)(deed))
        for _ in range(deed.patience):
            await asyncio.sleep(0)
        if deed.patience:
            task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, AppError | Superseded | PoolTimeout):
            raise error

    def _named(self, deed: Deed) -> str:
        return self.jobs[deed.target % len(self.jobs)]

    async def _record(self, deed: Deed) -> JobRecord:
        return await self.till.jobs.get(self.till.tenant, self._named(deed))

    async def _admit(self, deed: Deed, micros: int, **changed: object) -> None:
        self.number += 1
        key = f"{deed.key}{self.suffix}"
        self.jobs.append((await self.till.admit(key, micros, n=self.number, **changed)).id)

    async def _admit_shot(self, deed: Deed) -> None:
        film = await self._record(deed)
        self.number += 1
        self.jobs.append((await self.till.admit(film.key, PRICE, n=self.number, parent=film.id)).id)

    async def _retry(self, deed: Deed, *, accept: bool) -> None:
        await self.till.jobs.retry(self.till.tenant, self._named(deed), accept_possible_duplicate=accept)

    async def _break(self, deed: Deed) -> None:
        failure = {"message": "", "code": 13, "reason": "INTERNAL", "domain": ""}
        await self.till.jobs.finish(self.till.tenant, self._named(deed), State.FAILED, error=failure)

    async def _submission(self, deed: Deed) -> None:
        ledger, job, intent = self.till.submissions, await self._record(deed), "picture-1"
        match deed.verb:
            case "intend":
                await ledger.intend(job, wish(PRICE), "me")
            case "submitted":
                await ledger.submitted(job, intent, f"{job.id}.{job.run}", {})
            case "settle" | "settle less":
                await ledger.settle(job, intent, PRICE if deed.verb == "settle" else PRICE // 3)
            case "fail" | "charge":
                await ledger.fail(job, intent, {}, charge=deed.verb == "charge")
            case "doubt":
                await ledger.doubt(job, intent)
            case "let go":
                await ledger.let_go(job, intent, "me")

    async def _text(self, deed: Deed, used: Used | None) -> None:
        job = await self._record(deed)
        become(Caller(self.till.tenant, "test", key=job.key, job=job.id))
        async with Texts(self.till.pool).metered("text", "acme", "acme/words", PRICE) as meter:
            meter.used = used

    async def limits_hold(self) -> None:
        """Nobody has spent or holds more than was agreed."""
        together = 0
        for key, limit in KEYS.items():
            totals = await self.till.totals(f"{key}{self.suffix}")
            spent_or_held = totals["held"] + totals["spent"]
            together += spent_or_held
            assert totals["available"] == -spent_or_held
            assert totals["held"] >= 0 and (limit is None or spent_or_held <= limit), (key, totals)
        assert together <= TENANT_LIMIT

    async def end(self) -> None:
        """Ends everything: nothing may be held any more but for what nobody knows about."""
        # Not only `self.jobs`: who was broken off while it waited for the answer has admitted a job all the same.
        for job in await self.till.do("select id from reelwright.jobs where tenant = %s", self.till.tenant):
            try:
                await self.till.jobs.cancel(self.till.tenant, job["id"])
            except AppError:
                continue
        rows = await self.till.do("select * from reelwright.submissions where tenant = %s", self.till.tenant)
        held = sum(row["estimated_micros"] for row in rows if row["state"] in (*HELD, Standing.AMBIGUOUS))
        for key in KEYS:
            held -= (await self.till.totals(f"{key}{self.suffix}"))["held"]
        holds = await self.till.do(
            "select sum(held_micros) as held from reelwright.text_holds where tenant = %s", self.till.tenant
        )
        assert held + (holds[0]["held"] or 0) == 0


HELD = (Standing.INTENT, Standing.SUBMITTED)
tenants = itertools.count(1)


async def _happens(url: str, story: list[Deed]) -> None:
    async with database.connect(url, 8) as pool:
        number = next(tenants)
        world = World(Till(pool, f"tenant{number}"), f"_{number}")
        await world.till.budget(TENANT_LIMIT)
        for key, limit in KEYS.items():
            await world.till.key(f"{key}{world.suffix}", limit, "total")
        await world.do(Deed("admit film", 0, "key_rich", 0))
        for start in range(0, len(story), AT_ONCE):
            await asyncio.gather(*(world.do(deed) for deed in story[start : start + AT_ONCE]))
            await world.limits_hold()
            await world.till.check()
        await world.end()
        await world.till.check()


@pytest.fixture(scope="module")
def till_url(postgres: Postgres) -> str:
    """One database for all stories: each has a tenant of its own."""
    return postgres.fresh()


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
@given(story=st.lists(deeds, min_size=5, max_size=40))
def test_the_books_hold_whatever_happens(till_url: str, story: list[Deed]) -> None:
    """Transfers are even, no limit is passed, nothing is settled twice, and in the end nothing is held for nobody."""
    asyncio.run(_happens(till_url, story))
