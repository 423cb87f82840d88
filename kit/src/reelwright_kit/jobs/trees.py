"""Jobs with all that is below them: ended together, deleted together, run again together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from reelwright_kit.database import Connection
from reelwright_kit.errors import Failure, JobCancelled, JobNotFound, JobStateConflict
from reelwright_kit.jobs import costs
from reelwright_kit.jobs.model import JobRecord, State
from reelwright_kit.jobs.statements import ENQUEUE, LOG
from reelwright_kit.jobs.submissions import OWN, Submission, SubmissionUnknown
from reelwright_kit.money import budgets

_TREE = """tree as (
  select id, 0 as depth from reelwright.jobs where id = %(job)s and tenant = %(tenant)s
  union all
  select child.id, depth + 1 from reelwright.jobs child join tree on child.parent = tree.id
  where child.tenant = %(tenant)s)"""

# In the order of ids, so that two that end overlapping trees wait for each other instead of locking up. Those above
# come along: their money moves with what becomes of this one.
_LOCK = f"""
{costs.LINEAGE},
{_TREE}
select * from reelwright.jobs where id in (select id from tree) or id in (select id from lineage)
order by id for update"""

_CANCEL = f"""
with recursive {_TREE},
moved as (
  update reelwright.jobs set
    reserved_micros = reserved_micros - pool_micros, pool_micros = 0,
    latest_sequence = latest_sequence + 1, state = 'CANCELLED', stage = 'cancelled', end_time = clock_timestamp(),
    error = %(error)s || jsonb_build_object('metadata', jsonb_build_object('job', id))
  where id in (select id from tree where depth >= %(from_depth)s) and state in ('QUEUED', 'RUNNING')
  returning *)""" + LOG.replace("%(body)s", "jsonb_build_object('failure', error)")

_CEILING = "update reelwright.jobs set max_cost_micros = %(max)s where id = %(job)s and tenant = %(tenant)s"

# What nobody will ever know about any more counts as paid.
_WRITE_OFF = """
update reelwright.submissions set
  state = 'WRITTEN_OFF', settled_micros = estimated_micros, update_time = clock_timestamp()
where job = any(%(jobs)s) and state in ('INTENT', 'SUBMITTED', 'AMBIGUOUS') and estimated_micros > 0
returning job, settled_micros
"""

_AGAIN = (
    """
with moved as (
  update reelwright.jobs set
    latest_sequence = latest_sequence + 1, state = 'QUEUED', error = null, stage = 'queued', run = run + 1,
    start_time = null, end_time = null, eta_time = null
  where id = any(%(jobs)s)
  returning *)"""
    + LOG
)

# Whoever was asking has ended with the job, and its answer was never written down.
_DOUBT = """
update reelwright.submissions set state = 'AMBIGUOUS', owner = '', update_time = clock_timestamp()
where job = any(%(jobs)s) and state = 'INTENT' and owner not in ('', %(own)s)
"""

# What was paid for and came to nothing keeps its row under another name; what nobody can know about counts as paid.
_SET_ASIDE = """
update reelwright.submissions s set
  intent = s.intent || ' (run ' || j.run || ')', update_time = clock_timestamp(),
  state = case s.state when 'AMBIGUOUS' then 'WRITTEN_OFF' else s.state end,
  settled_micros = case s.state when 'AMBIGUOUS' then s.estimated_micros else s.settled_micros end
from reelwright.jobs j
where j.id = s.job and s.job = any(%(jobs)s) and (s.state = 'AMBIGUOUS' or s.state = 'FAILED' and s.settled_micros > 0)
"""
_REOPEN = """
update reelwright.submissions set
  state = 'INTENT', owner = '', provider_id = '', ticket = null, failure = null, estimated_micros = 0
where job = any(%(jobs)s) and state = 'FAILED' and settled_micros = 0
"""


async def lock(connection: Connection, tenant: str, job: str) -> Sequence[JobRecord]:
    """The job and all below it, each after the one it is part of, locked until the transaction ends."""
    rows = await (await connection.execute(_LOCK.encode(), _named(tenant, job))).fetchall()
    records = [msgspec.convert(row, JobRecord) for row in rows]
    tree = [record for record in records if record.id == job]
    for record in tree:
        tree.extend(child for child in records if child.parent == record.id)
    return tree


async def cancel(connection: Connection, tenant: str, job: str) -> Sequence[str]:
    """Ends a job and those below it as CANCELLED; returns the ids of those that were ended by this."""
    root = _root(await lock(connection, tenant, job), job)
    if root.state.final and root.state is not State.CANCELLED:
        raise JobStateConflict(job, root.state.value, "cancelled")
    return await cancel_live(connection, tenant, job, from_depth=0)


async def cancel_live(connection: Connection, tenant: str, job: str, from_depth: int) -> Sequence[str]:
    """Cancels the live jobs of a locked tree from this depth on; the job itself has depth 0."""
    ended: list[str] = []
    values = _named(tenant, job) | {"from_depth": from_depth, "type": "STATE"}
    values["error"] = Jsonb(Failure.of(JobCancelled(job)).kept())
    # The lock keeps new children out; the loop finds those that were admitted just before.
    while True:
        pools = {record.id: record.pool_micros for record in await lock(connection, tenant, job)}
        moved = await (await connection.execute(_CANCEL.encode(), values)).fetchall()
        if not moved:
            return ended
        ended.extend(row["id"] for row in moved)
        for row in moved:
            if freed := pools.get(row["id"]):
                await costs.free(connection, await costs.lock(connection, tenant, row["id"]), freed)


async def delete(connection: Connection, tenant: str, job: str) -> Sequence[str]:
    """Removes a job that has ended with all below it; returns their ids."""
    tree = await lock(connection, tenant, job)
    root = _root(tree, job)
    if not root.state.final:
        raise JobStateConflict(job, root.state.value, "deleted")
    by_id = {record.id: record for record in tree}
    lost = await (await connection.execute(_WRITE_OFF, {"jobs": list(by_id)})).fetchall()
    for row in lost:
        await costs.move(connection, by_id[row["job"]], -row["settled_micros"], row["settled_micros"])
    await connection.execute("delete from reelwright.jobs where id = %s and tenant = %s", (job, tenant))
    return list(by_id)


async def retry(
    connection: Connection,
    tenant: str,
    job: str,
    *,
    accept_possible_duplicate: bool,
    max_cost_micros: int | None = None,
) -> None:
    """Puts a job that came to nothing, and those below it that did, back into their queues for another run."""
    tree = await lock(connection, tenant, job)
    root = _root(tree, job)
    again = [record for record in tree if record.state in (State.FAILED, State.CANCELLED)]
    if root not in again:
        raise JobStateConflict(job, root.state.value, "retried")
    if max_cost_micros is not None:
        await connection.execute(_CEILING, _named(tenant, job) | {"max": max_cost_micros})
    if not root.parent:
        await budgets.require_room(connection, tenant, root.key)
    await budgets.queue_up(connection, tenant, root.key)
    chosen = {"jobs": [record.id for record in again]}
    await connection.execute(_DOUBT, chosen | {"own": OWN})
    doubtful = await _doubtful(connection, tenant, chosen["jobs"])
    if doubtful and not accept_possible_duplicate:
        raise SubmissionUnknown(doubtful[0])
    for submission in doubtful:
        held = submission.estimated_micros
        await costs.move(connection, next(r for r in again if r.id == submission.job), -held, held)
    await connection.execute(_SET_ASIDE, chosen)
    await connection.execute(_REOPEN, chosen)
    for record in again:
        await _fund_again(connection, record, whole=record is root)
    await connection.execute(_AGAIN.encode(), chosen | {"type": "STATE", "body": Jsonb({})})
    for record in again:
        await enqueue(connection, replace(record, run=record.run + 1))


async def _fund_again(connection: Connection, record: JobRecord, *, whole: bool) -> None:
    """Reserves what a job that runs again may still cost; below its root only what the one above has for it."""
    lineage = await costs.lock(connection, record.tenant, record.id)
    job = lineage[0]
    likely = job.estimated_micros if job.max_cost_micros is None else min(job.estimated_micros, job.max_cost_micros)
    needed = likely - job.settled_micros - job.reserved_micros
    if not whole:
        needed = min(needed, lineage[1].pool_micros)
    await costs.fund(connection, lineage, needed)


async def enqueue(connection: Connection, job: JobRecord) -> None:
    """Puts the present run of a job into the queue of its provider."""
    named = {"tenant": job.tenant, "id": job.id, "run": job.run, "queue": job.queue, "app": job.app}
    await connection.execute(ENQUEUE, named | {"workflow": job.workflow})


async def _doubtful(connection: Connection, tenant: str, jobs: Sequence[str]) -> Sequence[Submission]:
    cursor = await connection.execute(
        "select * from reelwright.submissions where job = any(%s) and tenant = %s and state = 'AMBIGUOUS'"
        " order by create_time, intent for update",
        (list(jobs), tenant),
    )
    return [msgspec.convert(row, Submission) for row in await cursor.fetchall()]


def _root(tree: Sequence[JobRecord], job: str) -> JobRecord:
    for record in tree:
        if record.id == job:
            return record
    raise JobNotFound(job)


def _named(tenant: str, job: str) -> dict[str, Any]:
    return {"tenant": tenant, "job": job}
