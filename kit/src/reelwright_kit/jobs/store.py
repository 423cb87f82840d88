"""Job rows and their event log in PostgreSQL: a state change, its event and its notification are one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from reelwright_kit.database import Connection, Pool
from reelwright_kit.errors import Code, FieldInvalid, JobNotFound, JobStateConflict, RequestIdReused
from reelwright_kit.ids import new_id
from reelwright_kit.jobs.model import EventRecord, JobFilter, JobRecord, Json, NewJob, State

CHANNEL = "reelwright_jobs"
"""Every event is announced here as `<job> <sequence> <state> <tenant>`."""

CANCELLED_ERROR = {
    "code": int(Code.CANCELLED),
    "reason": "JOB_CANCELLED",
    "domain": "jobs.reelwright",
    "message": "The job was cancelled.",
    "metadata": {},
}

_LOG = f"""
, logged as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  select id, latest_sequence, tenant, %(type)s,
         %(body)s || jsonb_build_object('state', 'STATE_' || state, 'percent', percent, 'stage', stage)
  from moved)
select id, pg_notify('{CHANNEL}', id || ' ' || latest_sequence || ' ' || state || ' ' || tenant) from moved
"""

_APPEND = (
    """
with moved as (
  update reelwright.jobs set
    latest_sequence = latest_sequence + 1,
    percent = greatest(percent, coalesce(%(percent)s, percent)),
    stage = coalesce(%(stage)s, stage)
  where id = %(job)s and tenant = %(tenant)s and state in ('QUEUED', 'RUNNING')
  returning id, tenant, latest_sequence, percent, stage, state)"""
    + _LOG
)

_BEGIN = (
    """
with moved as (
  update reelwright.jobs set latest_sequence = latest_sequence + 1, state = 'RUNNING', start_time = clock_timestamp()
  where id = %(job)s and tenant = %(tenant)s and state = 'QUEUED'
  returning id, tenant, latest_sequence, percent, stage, state)"""
    + _LOG
)

_FINISH = (
    """
with moved as (
  update reelwright.jobs set
    latest_sequence = latest_sequence + 1, state = %(state)s, result = %(result)s, error = %(error)s,
    percent = case when %(state)s = 'SUCCEEDED' then 100 else percent end, stage = lower(%(state)s),
    end_time = clock_timestamp()
  where id = %(job)s and tenant = %(tenant)s and state in ('QUEUED', 'RUNNING')
  returning id, tenant, latest_sequence, percent, stage, state)"""
    + _LOG
)

_TREE = """
with recursive tree as (
  select id, 0 as depth from reelwright.jobs where id = %(job)s and tenant = %(tenant)s
  union all
  select child.id, depth + 1 from reelwright.jobs child join tree on child.parent = tree.id
  where child.tenant = %(tenant)s)"""

# In the order of ids, so that two that end overlapping trees wait for each other instead of locking up.
_LOCK_TREE = (
    _TREE
    + """
select id from reelwright.jobs where id in (select id from tree) order by id for update
"""
)

_CANCEL_TREE = (
    _TREE
    + """,
moved as (
  update reelwright.jobs set
    latest_sequence = latest_sequence + 1, state = 'CANCELLED', error = %(error)s, stage = 'cancelled',
    end_time = clock_timestamp()
  where id in (select id from tree where depth >= %(from_depth)s) and state in ('QUEUED', 'RUNNING')
  returning id, tenant, latest_sequence, percent, stage, state)"""
    + _LOG
)

_INSERT = """
insert into reelwright.jobs
  (id, tenant, kind, queue, state, request, model, request_id, parent, labels, webhook, trace, max_cost_micros,
   estimated_micros, latest_sequence, stage)
values
  (%(id)s, %(tenant)s, %(kind)s, %(queue)s, 'QUEUED', %(request)s, %(model)s, %(request_id)s, %(parent)s, %(labels)s,
   %(webhook)s, %(trace)s, %(max_cost_micros)s, %(estimated_micros)s, 1, 'queued')
"""

_FIRST_EVENT = f"""
with first as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  values (%(id)s, 1, %(tenant)s, 'STATE', '{{"state": "STATE_QUEUED", "percent": 0, "stage": "queued"}}')
  returning job, tenant)
select pg_notify('{CHANNEL}', job || ' 1 QUEUED ' || tenant) from first
"""

_ENQUEUE = """
select dbos.enqueue_workflow(
  workflow_name => 'job', queue_name => %(queue)s, workflow_id => %(id)s,
  positional_args => array[to_json(%(tenant)s::text), to_json(%(id)s::text)],
  authenticated_user => %(tenant)s, application_name => %(app)s)
"""


class JobStore:
    """Reads and moves the jobs of tenants; somebody else's job is not found, not moved and not listed.

    Ids are a four-character prefix and a part that sorts by time, so lists go by what follows the prefix.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def admit(self, tenant: str, new: NewJob) -> JobRecord:
        """Writes the job, its first event and its place in the queue, or returns the job of the same request id."""
        job = new_id(new.prefix)
        async with self._pool.connection() as connection, connection.transaction():
            if new.request_id:
                known = await _claim(connection, tenant, new, job)
                if known:
                    return await _one(connection, tenant, known)
            if new.parent:
                await _require_live_parent(connection, tenant, new.parent)
            await _insert(connection, tenant, new, job)
            return await _one(connection, tenant, job)

    async def get(self, tenant: str, job: str) -> JobRecord:
        """The job as it is now."""
        async with self._pool.connection() as connection:
            return await _one(connection, tenant, job)

    async def list(self, tenant: str, chosen: JobFilter, limit: int, before: str = "") -> Sequence[JobRecord]:
        """At most `limit` jobs older than the id `before`, newest first."""
        conditions, values = ["tenant = %(tenant)s"], {"tenant": tenant, "limit": limit, "before": before}
        if before:
            conditions.append("substr(id, 5) < substr(%(before)s, 5)")
        for condition, name, value in _conditions(chosen):
            conditions.append(condition)
            values[name] = value
        query = (
            f"select * from reelwright.jobs where {' and '.join(conditions)}"
            " order by substr(id, 5) desc limit %(limit)s"
        )
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query.encode(), values)).fetchall()
        return [_record(row) for row in rows]

    async def events(self, tenant: str, job: str, after: int, limit: int = 500) -> Sequence[EventRecord]:
        """The events after sequence number `after`, at most `limit`."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select job, sequence, time, type, body from reelwright.job_events"
                " where job = %s and tenant = %s and sequence > %s order by sequence limit %s",
                (job, tenant, after, limit),
            )
            return [msgspec.convert(row, EventRecord) for row in await cursor.fetchall()]

    async def begin(self, tenant: str, job: str) -> JobRecord:
        """Moves a QUEUED job to RUNNING; one that runs already is returned as it is."""
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_BEGIN, {"tenant": tenant, "job": job, "type": "STATE", "body": Jsonb({})})
            return await _one(connection, tenant, job)

    async def append(
        self,
        tenant: str,
        job: str,
        event_type: str,
        body: Json,
        *,
        percent: float | None = None,
        stage: str | None = None,
    ) -> bool:
        """Adds an event; False when the job has ended meanwhile, and then nothing is added."""
        values = {"tenant": tenant, "job": job, "type": event_type, "body": Jsonb(body)}
        values |= {"percent": percent, "stage": stage}
        async with self._pool.connection() as connection:
            return await (await connection.execute(_APPEND, values)).fetchone() is not None

    async def finish(
        self, tenant: str, job: str, state: State, result: Json | None = None, error: Mapping[str, Any] | None = None
    ) -> bool:
        """Ends a job; False when it had ended before, and then nothing is changed.

        The live children of a job that failed are cancelled: nobody would use what they make.
        """
        body = {name: value for name, value in (("result", result), ("failure", error)) if value is not None}
        values = {"tenant": tenant, "job": job, "type": "STATE", "body": Jsonb(body), "state": state.value}
        values |= {"result": _jsonb(result), "error": _jsonb(error)}
        async with self._pool.connection() as connection, connection.transaction():
            if state is State.FAILED:
                await connection.execute(_LOCK_TREE, {"tenant": tenant, "job": job})
            ended = await (await connection.execute(_FINISH, values)).fetchone() is not None
            if ended and state is State.FAILED:
                await _cancel_tree(connection, tenant, job, from_depth=1)
        return ended

    async def cancel(self, tenant: str, job: str) -> Sequence[str]:
        """Ends a job and its children as CANCELLED; returns the ids that were ended by this call.

        Processes that work on them hear of it and stop; workflows that start or recover later see it and end at once.
        """
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_LOCK_TREE, {"tenant": tenant, "job": job})
            before = await _one(connection, tenant, job)
            if before.state.final and before.state is not State.CANCELLED:
                raise JobStateConflict(job, before.state.value, "cancelled")
            return await _cancel_tree(connection, tenant, job, from_depth=0)

    async def delete(self, tenant: str, job: str) -> None:
        """Removes a job that has ended, with its events, its children and the request ids that named them."""
        async with self._pool.connection() as connection, connection.transaction():
            record = await _one(connection, tenant, job)
            if not record.state.final:
                raise JobStateConflict(job, record.state.value, "deleted")
            await connection.execute("delete from reelwright.jobs where id = %s and tenant = %s", (job, tenant))

    async def tree(self, tenant: str, job: str) -> Sequence[str]:
        """The id of a job and those of all jobs below it."""
        query = """
        with recursive tree as (
          select id from reelwright.jobs where id = %(job)s and tenant = %(tenant)s
          union all
          select child.id from reelwright.jobs child join tree on child.parent = tree.id
          where child.tenant = %(tenant)s)
        select id from tree"""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query, {"tenant": tenant, "job": job})).fetchall()
        return [row["id"] for row in rows]

    async def exists(self, tenant: str, job: str) -> bool:
        """Whether the job has not been deleted."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select 1 from reelwright.jobs where id = %s and tenant = %s", (job, tenant)
            )
            return await cursor.fetchone() is not None

    async def ended(self, tenant: str, job: str) -> bool:
        """Whether the job has ended or is gone."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select 1 from reelwright.jobs where id = %s and tenant = %s and state in ('QUEUED', 'RUNNING')",
                (job, tenant),
            )
            return await cursor.fetchone() is None

    async def ahead(self, record: JobRecord) -> int:
        """How many jobs of the same queue wait before this one; a queue is shared by tenants, so all are counted."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select count(*) as n from reelwright.jobs where queue = %s and state = 'QUEUED' and create_time < %s",
                (record.queue, record.create_time),
            )
            row = await cursor.fetchone()
        return int(row["n"]) if row else 0

    async def usual_seconds(self, tenant: str, kind: str, model: str) -> float | None:
        """How long the last twenty jobs of this kind and model took on average; None when there were none."""
        query = """
        select avg(extract(epoch from end_time - start_time)) as seconds from (
          select start_time, end_time from reelwright.jobs
          where tenant = %s and kind = %s and model = %s and state = 'SUCCEEDED'
          order by end_time desc limit 20) recent"""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query, (tenant, kind, model))).fetchone()
        return float(row["seconds"]) if row and row["seconds"] is not None else None


def _conditions(chosen: JobFilter) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    if chosen.kind:
        found.append(("kind = %(kind)s", "kind", chosen.kind))
    if chosen.states:
        found.append(("state = any(%(states)s)", "states", [state.value for state in chosen.states]))
    if chosen.parent:
        found.append(("parent = %(parent)s", "parent", chosen.parent))
    if chosen.top_level:
        found.append(("(parent is null or not %(top)s)", "top", True))
    if chosen.label:
        name, _, value = chosen.label.partition("=")
        found.append(("labels @> %(label)s", "label", Jsonb({name: value})))
    return found


def _record(row: Mapping[str, Any]) -> JobRecord:
    return msgspec.convert(row, JobRecord)


async def _one(connection: Connection, tenant: str, job: str) -> JobRecord:
    query = "select * from reelwright.jobs where id = %s and tenant = %s"
    row = await (await connection.execute(query, (job, tenant))).fetchone()
    if row is None:
        raise JobNotFound(job)
    return _record(row)


async def _claim(connection: Connection, tenant: str, new: NewJob, job: str) -> str | None:
    """Takes the request id for `job`; returns the job that has it already, for the same body."""
    while True:
        # Waits while another transaction claims the same id: its rollback leaves the id to this one.
        claimed = await connection.execute(
            "insert into reelwright.request_ids (tenant, scope, request_id, digest, subject)"
            " values (%s, %s, %s, %s, %s) on conflict (tenant, scope, request_id) do nothing returning subject",
            (tenant, new.app, new.request_id, new.digest, job),
        )
        if await claimed.fetchone():
            return None
        # Locked, so that the job it names cannot be deleted before it is read.
        known = await connection.execute(
            "select digest, subject from reelwright.request_ids"
            " where tenant = %s and scope = %s and request_id = %s for share",
            (tenant, new.app, new.request_id),
        )
        if row := await known.fetchone():
            if bytes(row["digest"]) != new.digest:
                raise RequestIdReused(new.request_id, "job", row["subject"])
            return str(row["subject"])


async def _cancel_tree(connection: Connection, tenant: str, job: str, from_depth: int) -> Sequence[str]:
    """Cancels the live jobs of a locked tree from this depth on; the job itself has depth 0."""
    ended: list[str] = []
    values = {"tenant": tenant, "job": job, "from_depth": from_depth, "type": "STATE"}
    values |= {"error": Jsonb(CANCELLED_ERROR), "body": Jsonb({"failure": CANCELLED_ERROR})}
    # The lock keeps new children out; the loop finds those that were admitted just before.
    while moved := await (await connection.execute(_CANCEL_TREE, values)).fetchall():
        ended.extend(row["id"] for row in moved)
    return ended


def _jsonb(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))


async def _require_live_parent(connection: Connection, tenant: str, parent: str) -> None:
    query = "select state from reelwright.jobs where id = %s and tenant = %s for share"
    row = await (await connection.execute(query, (parent, tenant))).fetchone()
    if row is None:
        raise FieldInvalid("parent", f"there is no job {parent}", job=parent)
    if State(row["state"]).final:
        raise JobStateConflict(parent, row["state"], "extended")


async def _insert(connection: Connection, tenant: str, new: NewJob, job: str) -> None:
    values = {
        "id": job,
        "tenant": tenant,
        "kind": new.kind,
        "queue": new.queue,
        "app": new.app,
        "request": Jsonb(new.request),
        "model": new.model,
        "request_id": new.request_id,
        "parent": new.parent or None,
        "labels": Jsonb(dict(new.labels)),
        "webhook": new.webhook,
        "trace": new.trace,
        "max_cost_micros": new.max_cost_micros,
        "estimated_micros": new.estimated_micros,
    }
    await connection.execute(_INSERT, values)
    await connection.execute(_FIRST_EVENT, values)
    await connection.execute(_ENQUEUE, values)
