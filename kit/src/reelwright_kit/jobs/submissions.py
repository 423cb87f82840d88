"""The submission ledger: what was asked of a provider, written down before it is asked, and what became of it."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from reelwright_kit.database import Connection, Pool
from reelwright_kit.errors import AppError, Code
from reelwright_kit.jobs import costs
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.money import budgets


class Standing(enum.StrEnum):
    """Where a submission stands."""

    INTENT = "INTENT"
    """About to be made, or being made, by its owner; without an owner nothing is under way."""
    SUBMITTED = "SUBMITTED"
    """The provider took it and its id is known."""
    SETTLED = "SETTLED"
    """What it made is in the library."""
    FAILED = "FAILED"
    """The provider refused or failed it, or it was withdrawn."""
    AMBIGUOUS = "AMBIGUOUS"
    """It cannot be known whether the provider took it; its money stays held."""
    WRITTEN_OFF = "WRITTEN_OFF"
    """Was AMBIGUOUS and given up by a retry that accepted to pay twice; it counts as paid."""


Units = Mapping[str, float]
"""How much a submission made, for the usage report: `images`, `seconds` of sound or moving pictures, `characters`."""

HOLDING = (Standing.INTENT, Standing.SUBMITTED, Standing.AMBIGUOUS)
"""While a submission stands so, its estimated cost is held."""


@dataclass(frozen=True)
class Submission:
    """One row of reelwright.submissions."""

    job: str
    intent: str
    tenant: str
    provider: str
    model: str
    state: Standing
    owner: str
    provider_id: str
    attempts: int
    estimated_micros: int
    settled_micros: int
    create_time: datetime
    update_time: datetime
    ticket: Json | None = None
    failure: Json | None = None

    @property
    def under_way(self) -> bool:
        """Whether somebody was asking the provider when this was written."""
        return self.state is Standing.INTENT and self.owner not in ("", OWN)

    @property
    def held_micros(self) -> int:
        """What is held for it, in millionths of a US dollar."""
        return self.estimated_micros if self.state in HOLDING else 0


@dataclass(frozen=True)
class Wish:
    """What somebody is about to ask a provider for."""

    intent: str
    """Name within the job, for example `picture-1`."""
    provider: str
    model: str
    estimated_micros: int = 0
    repeatable: bool = False
    """Asking twice costs nothing, as with engines of our own."""


class Superseded(Exception):
    """Another process has taken this job over; this one must not go on with it."""


class SubmissionUnknown(AppError):
    """It cannot be known whether the provider accepted a submission, and it was not made again."""

    code = Code.FAILED_PRECONDITION
    reason = "SUBMISSION_UNKNOWN"

    def __init__(self, submission: Submission) -> None:
        super().__init__(
            f"It cannot be known whether {submission.provider} accepted {submission.intent} of job {submission.job};"
            " it was not submitted again. Retry with accept_possible_duplicate to submit it once more.",
            job=submission.job,
            provider=submission.provider,
            model=submission.model,
            intent=submission.intent,
            held_micros=submission.estimated_micros,
        )


OWN = "own"
"""Owner of what engines of our own make: whoever runs the job may make it again."""

_INTEND = """
insert into reelwright.submissions (job, intent, tenant, provider, model, state, owner, estimated_micros)
values (%(job)s, %(intent)s, %(tenant)s, %(provider)s, %(model)s, 'INTENT', %(owner)s, %(estimated)s)
on conflict (job, intent) do update set
  owner = excluded.owner, provider = excluded.provider, model = excluded.model,
  estimated_micros = excluded.estimated_micros, attempts = reelwright.submissions.attempts + 1,
  update_time = clock_timestamp()
where reelwright.submissions.state = 'INTENT'
  and (%(repeatable)s or reelwright.submissions.owner in ('', excluded.owner))
"""

# Only the executor that the workflow belongs to may intend: a process that was cut off from the database and taken over
# finds out here, before it spends anything or puts what its successor does in doubt.
_MINE = """
select 1 from dbos.workflow_status where workflow_uuid = %(workflow)s and executor_id = %(executor)s for share
"""

_MOVE = """
update reelwright.submissions set
  state = %(state)s, owner = %(owner)s, provider_id = coalesce(%(provider_id)s, provider_id),
  ticket = coalesce(%(ticket)s, ticket), failure = %(failure)s, settled_micros = %(settled)s, units = %(units)s,
  update_time = clock_timestamp()
where job = %(job)s and intent = %(intent)s and tenant = %(tenant)s
"""


class Submissions:
    """Ledger rows by job and intent; each change moves the cost of the job and of those it is part of along."""

    def __init__(self, pool: Pool, executor_id: str = "") -> None:
        self._pool = pool
        self._executor = executor_id

    async def intend(self, job: JobRecord, wish: Wish, owner: str) -> Submission:
        """Records that a provider is about to be asked; only who finds itself the owner of an INTENT may ask.

        Raises Superseded when this process no longer runs the job, or the job has been deleted.
        """
        values = {
            "job": job.id,
            "intent": wish.intent,
            "tenant": job.tenant,
            "provider": wish.provider,
            "model": wish.model,
            "owner": owner,
            "estimated": wish.estimated_micros,
            "repeatable": wish.repeatable,
            "executor": self._executor,
            "workflow": job.workflow,
        }
        async with self._pool.connection() as connection, connection.transaction():
            lineage = await costs.lock(connection, job.tenant, job.id)
            mine = not self._executor or await (await connection.execute(_MINE, values)).fetchone()
            if not lineage or not mine:
                raise Superseded(job.id)
            before = await _find(connection, job.tenant, job.id, wish.intent)
            if wish.estimated_micros > lineage[0].pool_micros:
                await budgets.queue_up(connection, job.tenant, lineage[0].key)
            await connection.execute(_INTEND, values)
            after = await _find(connection, job.tenant, job.id, wish.intent)
            assert after is not None
            await _account(connection, lineage, before, after, asking=True)
            return after

    async def submitted(self, job: JobRecord, intent: str, provider_id: str, ticket: Json) -> bool:
        """Records what the provider answered; False when that id is known for another intent already."""
        # Also from AMBIGUOUS: an answer that came late is still an answer.
        allowed = (Standing.INTENT, Standing.AMBIGUOUS)
        try:
            await self._move(job, intent, Standing.SUBMITTED, allowed, provider_id=provider_id, ticket=ticket)
        except UniqueViolation:
            return False
        return True

    async def settle(
        self, job: JobRecord, intent: str, micros: int, provider_id: str = "", units: Units | None = None
    ) -> None:
        """Records that the result is in the library, what it cost in millionths of a US dollar, and how much it is."""
        allowed = (Standing.INTENT, Standing.SUBMITTED, Standing.AMBIGUOUS)
        named = provider_id or None
        await self._move(job, intent, Standing.SETTLED, allowed, settled=micros, provider_id=named, units=units)

    async def fail(self, job: JobRecord, intent: str, failure: Mapping[str, Any], *, charge: bool = False) -> None:
        """Records that nothing comes of it; with `charge` it was paid for all the same."""
        allowed = (Standing.INTENT, Standing.SUBMITTED)
        await self._move(job, intent, Standing.FAILED, allowed, failure=failure, charge=charge)

    async def doubt(self, job: JobRecord, intent: str, owner: str | None = None) -> Submission | None:
        """Records that nobody can know what became of it; with `owner` only while that one owns it."""
        return await self._move(job, intent, Standing.AMBIGUOUS, (Standing.INTENT,), owned_by=owner)

    async def let_go(self, job: JobRecord, intent: str, owner: str) -> None:
        """Records that nothing is under way: the provider certainly did not take it and may be asked again."""
        await self._move(job, intent, Standing.INTENT, (Standing.INTENT,), owned_by=owner)

    async def of(self, tenant: str, job: str) -> Sequence[Submission]:
        """All submissions of a job, the oldest first."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select * from reelwright.submissions where job = %s and tenant = %s order by create_time, intent",
                (job, tenant),
            )
            return [msgspec.convert(row, Submission) for row in await cursor.fetchall()]

    async def _move(
        self,
        job: JobRecord,
        intent: str,
        state: Standing,
        allowed: Sequence[Standing],
        *,
        owned_by: str | None = None,
        provider_id: str | None = None,
        ticket: Json | None = None,
        failure: Mapping[str, Any] | None = None,
        settled: int | None = None,
        charge: bool = False,
        units: Units | None = None,
    ) -> Submission | None:
        async with self._pool.connection() as connection, connection.transaction():
            lineage = await costs.lock(connection, job.tenant, job.id)
            before = await _find(connection, job.tenant, job.id, intent)
            if before is None or before.state not in allowed or owned_by not in (None, before.owner):
                return before
            values = {
                "job": job.id,
                "intent": intent,
                "tenant": job.tenant,
                "state": state.value,
                "owner": "" if state is not Standing.SUBMITTED else before.owner,
                "provider_id": provider_id,
                "ticket": None if ticket is None else Jsonb(ticket),
                "failure": None if failure is None else Jsonb(dict(failure)),
                "settled": before.estimated_micros if charge else settled or 0,
                "units": Jsonb(dict(units or {})),
            }
            await connection.execute(_MOVE, values)
            after = await _find(connection, job.tenant, job.id, intent)
            await _account(connection, lineage, before, after)
            return after


async def _find(connection: Connection, tenant: str, job: str, intent: str) -> Submission | None:
    cursor = await connection.execute(
        "select * from reelwright.submissions where job = %s and intent = %s and tenant = %s for update",
        (job, intent, tenant),
    )
    row = await cursor.fetchone()
    return msgspec.convert(row, Submission) if row else None


async def _account(
    connection: Connection,
    lineage: Sequence[JobRecord],
    before: Submission | None,
    after: Submission | None,
    *,
    asking: bool = False,
) -> None:
    held = (after.held_micros if after else 0) - (before.held_micros if before else 0)
    settled = (after.settled_micros if after else 0) - (before.settled_micros if before else 0)
    await costs.take(connection, lineage, held, settled, asking=asking)
