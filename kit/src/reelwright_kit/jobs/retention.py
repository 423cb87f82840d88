"""Retention: what nobody needs any more is removed, in small pieces, by one process at a time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright_kit import logs
from reelwright_kit.assets.library import Library
from reelwright_kit.database import LOST, Connection, Pool
from reelwright_kit.money.texts import Texts

log = logs.logger(__name__)

RETENTION_LOCK = 0x72657461
"""Advisory lock of whoever removes; it ends with the transaction, also when the process dies."""
ROOTS = 100
"""Jobs without a parent that are removed in one transaction, with all that is below them."""
ROWS = 500
"""Rows of other tables that are removed in one transaction."""

# Those that live, are in doubt or have something to tell keep the whole tree they are in.
_OLD_TREES = """
with recursive held as (
  (select parent as id from reelwright.jobs where parent is not null and state in ('QUEUED', 'RUNNING')
   union select job from reelwright.submissions where state = 'AMBIGUOUS'
   union select job from reelwright.webhook_deliveries where state = 'PENDING')
  union select job.parent from reelwright.jobs job join held on held.id = job.id where job.parent is not null),
tree as (
  (select id, tenant, id as root from reelwright.jobs
   where parent is null and state not in ('QUEUED', 'RUNNING')
     and end_time < clock_timestamp() - make_interval(secs => %(age_s)s) and id not in (select id from held)
   order by end_time limit %(roots)s)
  union all
  select child.id, child.tenant, tree.root from reelwright.jobs child
  join tree on child.parent = tree.id and child.tenant = tree.tenant)
select id, root from tree
"""

# One that is being retried, cancelled or deleted at this moment is left to the next time, and nobody is waited for.
_LOCK = """
select id, tenant from reelwright.jobs
where id = any(%(jobs)s) and state not in ('QUEUED', 'RUNNING')
  and (parent is not null or end_time < clock_timestamp() - make_interval(secs => %(age_s)s))
order by id for update skip locked
"""

_CHOSEN = "(select * from unnest(%(tenants)s::text[], %(jobs)s::text[]))"
_FILES = f"delete from reelwright.assets where (tenant, job) in {_CHOSEN} and not keep returning key"
_KEPT_FILES = f"update reelwright.assets set job = '' where (tenant, job) in {_CHOSEN} and keep"
_JOBS = f"delete from reelwright.jobs where (tenant, id) in {_CHOSEN}"

# The keys of children live as long as their jobs: a parent that goes on after a day must find the children it has.
_REQUEST_IDS = """
delete from reelwright.request_ids where (tenant, scope, request_id) in (
  select key.tenant, key.scope, key.request_id from reelwright.request_ids key
  join reelwright.jobs job on job.id = key.subject and job.tenant = key.tenant
  where key.create_time < clock_timestamp() - make_interval(secs => %(key_age_s)s)
    and job.parent is null and job.state not in ('QUEUED', 'RUNNING')
  limit %(rows)s for update of key skip locked)
returning tenant
"""

_KEYLESS_CALLS = """
delete from reelwright.keyless_calls where (tenant, scope, digest) in (
  select tenant, scope, digest from reelwright.keyless_calls
  where create_time < clock_timestamp() - make_interval(secs => %(window_s)s) and open_until < clock_timestamp()
  limit %(rows)s for update skip locked)
returning tenant
"""

_ANSWERS = """
delete from reelwright.answers where (tenant, request_id) in (
  select tenant, request_id from reelwright.answers
  where create_time < clock_timestamp() - make_interval(secs => %(answer_age_s)s) and open_until < clock_timestamp()
  limit %(rows)s for update skip locked)
returning tenant
"""

# The engine's tables of inputs, outputs and steps do not refer to the workflow; the others go with it.
_WORKFLOWS = """
with gone as (
  select workflow_uuid as id from dbos.workflow_status
  where name = 'job' and status in ('SUCCESS', 'ERROR', 'CANCELLED', 'MAX_RECOVERY_ATTEMPTS_EXCEEDED')
    and not exists (select from reelwright.jobs job where job.id = split_part(workflow_uuid, '.', 1))
  limit %(rows)s for update skip locked),
inputs as (delete from dbos.workflow_input where workflow_uuid in (select id from gone)),
outputs as (delete from dbos.workflow_output where workflow_uuid in (select id from gone)),
steps as (delete from dbos.operation_outputs where workflow_uuid in (select id from gone))
delete from dbos.workflow_status where workflow_uuid in (select id from gone) returning workflow_uuid
"""


@dataclass(frozen=True)
class Ages:
    """How long things are kept, in seconds."""

    job_s: float
    """After its end, a job without a parent, with all that is below it; 0 for ever."""
    request_id_s: float
    join_window_s: float


class Retention:
    """Removes old jobs with their files, and keys and answers whose time is over."""

    def __init__(self, pool: Pool, library: Library, ages: Ages, every_s: float = 600.0) -> None:
        self._pool = pool
        self._library = library
        self._ages = ages
        self._every_s = every_s

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks after it while the block runs, the first time at once."""
        task = asyncio.create_task(self._for_ever(), name="retention")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def sweep(self) -> Mapping[str, int]:
        """Removes all that is too old; returns how many of what, without what another process was removing."""
        removed = {"jobs": await self._jobs() if self._ages.job_s else 0}
        removed["request_ids"] = await self._rows(_REQUEST_IDS)
        removed["keyless_calls"] = await self._rows(_KEYLESS_CALLS)
        removed["answers"] = await self._rows(_ANSWERS)
        removed["workflows"] = await self._rows(_WORKFLOWS)
        removed["text_holds"] = await Texts(self._pool).expire()
        return removed

    async def _for_ever(self) -> None:
        while True:
            try:
                removed = await self.sweep()
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)
            except Exception as error:
                # The service goes on: what is too old can wait for somebody to read this.
                log.exception("retention_crashed", error=type(error).__name__)
            else:
                if any(removed.values()):
                    log.info("retention", **removed)
            await asyncio.sleep(self._every_s)

    async def _jobs(self) -> int:
        total = 0
        while True:
            async with self._alone() as connection:
                removed, keys = await self._remove_trees(connection) if connection else (0, [])
            # After the rows: a crash in between leaves files that no row names, and never a row without its file.
            for key in keys:
                await self._discard(key)
            total += removed
            if not removed:
                return total

    async def _remove_trees(self, connection: Connection) -> tuple[int, Sequence[str]]:
        """Removes some trees; returns how many jobs that were, and the keys of their files."""
        age = {"age_s": self._ages.job_s}
        rows = await (await connection.execute(_OLD_TREES, age | {"roots": ROOTS})).fetchall()
        roots = {row["id"]: row["root"] for row in rows}
        locked = await (await connection.execute(_LOCK, age | {"jobs": list(roots)})).fetchall()
        busy = {roots[job] for job in roots.keys() - {row["id"] for row in locked}}
        free = [row for row in locked if roots[row["id"]] not in busy]
        chosen: dict[str, Any] = {"tenants": [row["tenant"] for row in free], "jobs": [row["id"] for row in free]}
        keys = [row["key"] for row in await (await connection.execute(_FILES.encode(), chosen)).fetchall()]
        await connection.execute(_KEPT_FILES.encode(), chosen)
        await connection.execute(_JOBS.encode(), chosen)
        return len(free), keys

    async def _discard(self, key: str) -> None:
        try:
            # Not when somebody has kept the same file under the same key meanwhile.
            await self._library.discard(key)
        except Exception as error:
            log.warning("file_left_over", key=key, error=type(error).__name__)

    async def _rows(self, statement: str) -> int:
        values = {
            "rows": ROWS,
            "key_age_s": self._ages.request_id_s,
            "answer_age_s": min(self._ages.request_id_s, self._ages.job_s or self._ages.request_id_s),
            "window_s": self._ages.join_window_s,
        }
        total = 0
        while True:
            async with self._alone() as connection:
                rows = await (await connection.execute(statement.encode(), values)).fetchall() if connection else []
            total += len(rows)
            if len(rows) < ROWS:
                return total

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[Connection | None]:
        """A transaction of the one process that removes; None while that is another one."""
        async with self._pool.connection() as connection, connection.transaction():
            cursor = await connection.execute("select pg_try_advisory_xact_lock(%s) as mine", (RETENTION_LOCK,))
            row = await cursor.fetchone()
            yield connection if row and row["mine"] else None
