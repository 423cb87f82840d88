"""Job rows and their event log in PostgreSQL, one tenant at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from reelwright_kit.database import Connection, Pool
from reelwright_kit.errors import FieldInvalid, JobNotFound, JobStateConflict
from reelwright_kit.ids import new_id
from reelwright_kit.jobs import costs, request_ids, trees
from reelwright_kit.jobs.model import EventRecord, JobFilter, JobRecord, Json, NewJob, State
from reelwright_kit.jobs.request_ids import Admitted, Keyless
from reelwright_kit.jobs.statements import APPEND, BEGIN, ENQUEUE, FINISH, FIRST_EVENT, INSERT, MOVE_UP
from reelwright_kit.money import budgets

MOVED_UP = 5
"""So many of the first in a queue are told when somebody before them has begun."""


class JobStore:
    """Reads and moves the jobs of tenants; somebody else's job is not found, not moved and not listed.

    Ids are a four-character prefix and a part that sorts by time, so lists go by what follows the prefix.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def admit(self, tenant: str, new: NewJob) -> JobRecord:
        """Writes the job, its first event and its place in the queue, or returns the job of the same request id."""
        return (await self.admit_or_join(tenant, new)).record

    async def admit_or_join(self, tenant: str, new: NewJob, keyless: Keyless | None = None) -> Admitted:
        """Admits the job unless its request id names one, or, where it has none, `keyless` finds one it repeats."""
        job, known = new_id(new.prefix), None
        async with self._pool.connection() as connection, connection.transaction():
            if new.request_id:
                known = await request_ids.claim(connection, tenant, new, job)
            elif keyless:
                known = await request_ids.join(connection, tenant, new, job, keyless)
            if known:
                return Admitted(await _one(connection, tenant, known), joined=True)
            await _reserve(connection, tenant, new)
            await _insert(connection, tenant, new, job)
            return Admitted(await _one(connection, tenant, job), joined=False)

    async def known(self, tenant: str, app: str, request_id: str, digest: bytes) -> JobRecord | None:
        """The job that has this request id, for the same body; raises RequestIdReused when it was another one."""
        async with self._pool.connection() as connection, connection.transaction():
            job = await request_ids.find(connection, tenant, app, request_id, digest)
            return await _one(connection, tenant, job) if job else None

    async def answered(self, tenant: str, new: NewJob, job: str) -> None:
        """Notes that the call without a request id that made `job` has its answer."""
        async with self._pool.connection() as connection:
            await request_ids.answered(connection, tenant, new, job)

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

    async def begin(self, tenant: str, job: str, run: int = 1) -> JobRecord:
        """Moves a QUEUED job to RUNNING; one that runs already, or in another run, is returned as it is."""
        async with self._pool.connection() as connection, connection.transaction():
            values = {"tenant": tenant, "job": job, "run": run, "type": "STATE", "body": Jsonb({})}
            begun = await (await connection.execute(BEGIN, values)).fetchone()
            record = await _one(connection, tenant, job)
        if begun:
            await self._move_up(record.queue)
        return record

    async def _move_up(self, queue: str) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(MOVE_UP, {"queue": queue, "limit": MOVED_UP})

    async def append(
        self,
        tenant: str,
        job: str,
        event_type: str,
        body: Json,
        *,
        percent: float | None = None,
        stage: str | None = None,
        eta_s: float | None = None,
        run: int | None = None,
    ) -> bool:
        """Adds an event; False when the job, or this run of it, has ended meanwhile, and then nothing is added."""
        eta = {} if eta_s is None else {"eta": f"{eta_s:.3f}s"}
        values: dict[str, Any] = {
            "tenant": tenant,
            "job": job,
            "run": run,
            "type": event_type,
            "body": Jsonb(body | eta),
        }
        values |= {"percent": percent, "stage": stage, "eta_s": eta_s}
        async with self._pool.connection() as connection:
            return await (await connection.execute(APPEND, values)).fetchone() is not None

    async def finish(
        self,
        tenant: str,
        job: str,
        state: State,
        result: Json | None = None,
        error: Mapping[str, Any] | None = None,
        run: int | None = None,
    ) -> bool:
        """Ends a job; False when it, or this run of it, had ended before, and then nothing is changed.

        The live children of a job that failed are cancelled: nobody would use what they make.
        """
        body = {name: value for name, value in (("result", result), ("failure", error)) if value is not None}
        values = {"tenant": tenant, "job": job, "run": run, "type": "STATE", "body": Jsonb(body), "state": state.value}
        values |= {"result": _jsonb(result), "error": _jsonb(error)}
        async with self._pool.connection() as connection, connection.transaction():
            if state is State.FAILED:
                await trees.lock(connection, tenant, job)
            lineage = await costs.lock(connection, tenant, job)
            ended = await (await connection.execute(FINISH, values)).fetchone() is not None
            if ended:
                await costs.free(connection, lineage, lineage[0].pool_micros)
            if ended and state is State.FAILED:
                await trees.cancel_live(connection, tenant, job, from_depth=1)
        return ended

    async def free_left_pools(self) -> int:
        """Gives back what jobs still hold that have ended without doing so, a hundred at most; how many those were.

        Replicas of a release without pools end jobs so.
        """
        query = """
        select id, tenant from reelwright.jobs
        where pool_micros > 0 and state in ('SUCCEEDED', 'FAILED', 'CANCELLED') limit 100"""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query)).fetchall()
        for row in rows:
            async with self._pool.connection() as connection, connection.transaction():
                await costs.empty(connection, await costs.lock(connection, row["tenant"], row["id"]))
        return len(rows)

    async def cancel(self, tenant: str, job: str) -> Sequence[str]:
        """Ends a job and its children as CANCELLED; returns the ids that were ended by this call.

        Processes that work on them hear of it and stop; workflows that start or recover later see it and end at once.
        """
        async with self._pool.connection() as connection, connection.transaction():
            return await trees.cancel(connection, tenant, job)

    async def retry(
        self,
        tenant: str,
        job: str,
        *,
        accept_possible_duplicate: bool = False,
        max_cost_micros: int | None = None,
    ) -> JobRecord:
        """Runs a job that FAILED or was CANCELLED again, with those below it that did; finished parts are kept."""
        accepted = accept_possible_duplicate
        async with self._pool.connection() as connection, connection.transaction():
            await trees.retry(
                connection, tenant, job, accept_possible_duplicate=accepted, max_cost_micros=max_cost_micros
            )
            return await _one(connection, tenant, job)

    async def delete(self, tenant: str, job: str) -> Sequence[str]:
        """Removes a job that has ended, with its events, its children and the request ids that named them.

        Returns the ids of the removed jobs.
        """
        async with self._pool.connection() as connection, connection.transaction():
            return await trees.delete(connection, tenant, job)

    async def exists(self, tenant: str, job: str) -> bool:
        """Whether the job has not been deleted."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select 1 from reelwright.jobs where id = %s and tenant = %s", (job, tenant)
            )
            return await cursor.fetchone() is not None

    async def ended(self, tenant: str, job: str, run: int) -> bool:
        """Whether this run of the job has ended or the job is gone."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select 1 from reelwright.jobs"
                " where id = %s and tenant = %s and run = %s and state in ('QUEUED', 'RUNNING')",
                (job, tenant, run),
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

    async def stranded(self, app: str) -> Sequence[JobRecord]:
        """Live jobs of every tenant whose durable workflow has ended, at most a hundred."""
        query = """
        select jobs.* from reelwright.jobs join dbos.workflow_status workflow
          on workflow_uuid = case run when 1 then id else id || '.' || run end
        where coalesce(nullif(app, ''), split_part(queue, '.', 1)) = %s and state in ('QUEUED', 'RUNNING')
          and workflow.status in ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
        limit 100"""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query, (app,))).fetchall()
        return [_record(row) for row in rows]

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
    if chosen.prefixes:
        found.append(("substr(id, 1, 4) = any(%(prefixes)s)", "prefixes", list(chosen.prefixes)))
    return found


def _record(row: Mapping[str, Any]) -> JobRecord:
    return msgspec.convert(row, JobRecord)


async def _one(connection: Connection, tenant: str, job: str) -> JobRecord:
    query = "select * from reelwright.jobs where id = %s and tenant = %s"
    row = await (await connection.execute(query, (job, tenant))).fetchone()
    if row is None:
        raise JobNotFound(job)
    return _record(row)


def _jsonb(value: Mapping[str, Any] | None) -> Jsonb | None:
    return None if value is None else Jsonb(dict(value))


async def _reserve(connection: Connection, tenant: str, new: NewJob) -> None:
    """Sees that the job may be made and that there is money for it; raises what is in the way."""
    costs.within_ceiling(new)
    if new.parent:
        await costs.draw(connection, await _live_lineage(connection, tenant, new), new.reserve_micros)
    else:
        if new.key:
            await budgets.require_room(connection, tenant, new.key)
        await budgets.require(connection, tenant, new.key, new.reserve_micros)


async def _live_lineage(connection: Connection, tenant: str, new: NewJob) -> Sequence[JobRecord]:
    """The parent and those it is part of. Somebody else's key does not pay: its job is not found either."""
    lineage = await costs.lock(connection, tenant, new.parent)
    if not lineage or lineage[0].key != new.key:
        raise FieldInvalid("parent", f"there is no job {new.parent}", job=new.parent)
    if lineage[0].state.final:
        raise JobStateConflict(new.parent, lineage[0].state.value, "extended")
    return lineage


async def _insert(connection: Connection, tenant: str, new: NewJob, job: str) -> None:
    values = {
        "id": job,
        "tenant": tenant,
        "kind": new.kind,
        "queue": new.queue,
        "app": new.app,
        "key": new.key,
        "reserved": new.reserve_micros,
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
    await connection.execute(INSERT, values)
    await connection.execute(FIRST_EVENT, values)
    await connection.execute(ENQUEUE, values | {"run": 1, "workflow": job})
