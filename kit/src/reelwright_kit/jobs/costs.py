"""What a job may cost and has cost: reserved at admission, held for submissions, settled, given back.

A job's `reserved_micros` is what is held for it and all below it; its `pool_micros` is the part that no submission and
no child has taken yet. Every amount moves in the transaction of the state change that it belongs to, with the rows of
the job and of those it is part of locked; the ledger follows by trigger.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from reelwright_kit.database import Connection
from reelwright_kit.errors import CostCeiling
from reelwright_kit.jobs.model import CHANNEL, JobRecord, NewJob
from reelwright_kit.money import budgets

LINEAGE = """
with recursive lineage as (
  select id, parent from reelwright.jobs where id = %(job)s and tenant = %(tenant)s
  union all
  select above.id, above.parent from reelwright.jobs above join lineage on above.id = lineage.parent)"""

# In the order of ids, as everybody who holds several jobs takes them.
_LOCK = f"{LINEAGE} select * from reelwright.jobs where id in (select id from lineage) order by id for update"

COST_OF_MOVED = """jsonb_build_object('cost', jsonb_strip_nulls(jsonb_build_object(
      'estimated_micros', estimated_micros::text, 'reserved_micros', reserved_micros::text,
      'settled_micros', settled_micros::text, 'max_micros', max_cost_micros::text)))"""
"""The field `cost` of an event, from the columns of a job."""

COST_IF_ANY = f"""case when greatest(estimated_micros, reserved_micros, settled_micros) > 0
    then {COST_OF_MOVED} else '{{}}' end"""

# The log of a job that has ended is closed; its amounts still follow what becomes of its submissions.
_MOVE = f"""
{LINEAGE},
moved as (
  update reelwright.jobs set
    reserved_micros = reserved_micros + %(held)s, settled_micros = settled_micros + %(settled)s,
    latest_sequence = latest_sequence + case when state in ('QUEUED', 'RUNNING') then 1 else 0 end
  where id in (select id from lineage)
  returning *),
logged as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  select id, latest_sequence, tenant, 'COST',
         jsonb_build_object('state', 'STATE_' || state, 'percent', percent, 'stage', stage) || {COST_OF_MOVED}
  from moved where state in ('QUEUED', 'RUNNING'))
select pg_notify('{CHANNEL}', id || ' ' || latest_sequence || ' ' || state || ' ' || tenant)
from moved where state in ('QUEUED', 'RUNNING')
"""

_CHANGE = """
update reelwright.jobs set pool_micros = pool_micros + %(pool)s, reserved_micros = reserved_micros + %(reserved)s
where id = %(job)s and tenant = %(tenant)s
"""


async def lock(connection: Connection, tenant: str, job: str) -> Sequence[JobRecord]:
    """The job and those it is part of, nearest first, locked until the transaction ends; empty when there is none."""
    rows = await (await connection.execute(_LOCK.encode(), {"job": job, "tenant": tenant})).fetchall()
    known = {record.id: record for record in (msgspec.convert(row, JobRecord) for row in rows)}
    lineage: list[JobRecord] = []
    next_up: str | None = job
    while next_up is not None and (one := known.get(next_up)) is not None:
        lineage.append(one)
        next_up = one.parent
    return lineage


def within_ceiling(new: NewJob) -> None:
    """Raises CostCeiling when the job is expected to cost more than it may, unless it may stop at its ceiling."""
    ceiling = new.max_cost_micros
    if ceiling is not None and new.estimated_micros > ceiling and not new.in_parts:
        raise CostCeiling("", ceiling, new.estimated_micros)


async def move(connection: Connection, job: JobRecord, held: int, settled: int) -> None:
    """Changes the held and the settled amount by so many millionths of a US dollar, here and above."""
    if held or settled:
        values = {"job": job.id, "tenant": job.tenant, "held": held, "settled": settled}
        await connection.execute(_MOVE.encode(), values)


async def require(connection: Connection, lineage: Sequence[JobRecord], new: int, needed: int) -> None:
    """Sees that `new` more may be held, of `needed` that a step costs; raises CostCeiling and BudgetExhausted."""
    if new <= 0:
        return
    for job in lineage:
        ceiling = job.max_cost_micros
        if ceiling is not None and job.settled_micros + job.reserved_micros + new > ceiling:
            raise CostCeiling(job.id, ceiling, needed, job.settled_micros, job.reserved_micros - job.pool_micros)
    await budgets.require(connection, lineage[0].tenant, lineage[0].key, new)


async def take(
    connection: Connection, lineage: Sequence[JobRecord], held: int, settled: int, *, asking: bool = False
) -> None:
    """Holds so much more and settles so much more for a step of the first job of `lineage`; both may be negative.

    What more it is in all comes out of the job's pool first, and what less it is goes back there while the job lives.
    With `asking` nothing is paid yet: what goes beyond the pool must keep to ceilings and budgets.
    """
    job = lineage[0]
    total = held + settled
    pool = 0 if job.state.final else max(-job.pool_micros, -total)
    if asking:
        await require(connection, lineage, total + pool, held)
    await _change(connection, job, pool=pool)
    await move(connection, job, held + pool, settled)


async def draw(connection: Connection, above: Sequence[JobRecord], needed: int) -> None:
    """Makes room for a job of `above[0]` that is to hold so much: out of that one's pool, and what it lacks anew."""
    drawn = min(needed, above[0].pool_micros)
    await require(connection, above, needed - drawn, needed)
    await _change(connection, above[0], pool=-drawn)
    await move(connection, above[0], needed - drawn, 0)


async def fund(connection: Connection, lineage: Sequence[JobRecord], needed: int) -> None:
    """Fills the pool of the first job of `lineage`, which runs again."""
    if needed <= 0:
        return
    job, above = lineage[0], lineage[1:]
    if above:
        await draw(connection, above, needed)
    else:
        await require(connection, lineage, needed, needed)
    await _change(connection, job, pool=needed, reserved=needed)


async def free(connection: Connection, lineage: Sequence[JobRecord], freed: int) -> None:
    """Gives back what was left in the pool of the first job of `lineage`, which has ended and holds it no more.

    A parent that lives has it again; else nobody holds it any longer.
    """
    above = lineage[1:]
    if not freed or not above:
        return
    if above[0].state.final:
        await move(connection, above[0], -freed, 0)
    else:
        await _change(connection, above[0], pool=freed)


async def empty(connection: Connection, lineage: Sequence[JobRecord]) -> None:
    """Gives back the pool of a job that has ended with it."""
    if lineage and lineage[0].state.final and (left := lineage[0].pool_micros):
        await _change(connection, lineage[0], pool=-left, reserved=-left)
        await free(connection, lineage, left)


async def _change(connection: Connection, job: JobRecord, *, pool: int = 0, reserved: int = 0) -> None:
    if pool or reserved:
        values: dict[str, Any] = {"job": job.id, "tenant": job.tenant, "pool": pool, "reserved": reserved}
        await connection.execute(_CHANGE, values)
