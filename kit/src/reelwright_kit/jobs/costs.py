"""What a job has cost so far: held and settled amounts, carried up to the jobs it is part of."""

from __future__ import annotations

from reelwright_kit.database import Connection
from reelwright_kit.jobs.model import CHANNEL, JobRecord

_LINEAGE = """
with recursive lineage as (
  select id, parent from reelwright.jobs where id = %(job)s and tenant = %(tenant)s
  union all
  select above.id, above.parent from reelwright.jobs above join lineage on above.id = lineage.parent)"""

# In the order of ids, as everybody who holds several jobs takes them.
_LOCK = f"{_LINEAGE} select id from reelwright.jobs where id in (select id from lineage) order by id for update"

# The log of a job that has ended is closed; its amounts still follow what becomes of its submissions.
_MOVE = f"""
{_LINEAGE},
moved as (
  update reelwright.jobs set
    reserved_micros = reserved_micros + %(held)s, settled_micros = settled_micros + %(settled)s,
    latest_sequence = latest_sequence + case when state in ('QUEUED', 'RUNNING') then 1 else 0 end
  where id in (select id from lineage)
  returning *),
logged as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  select id, latest_sequence, tenant, 'COST', jsonb_build_object(
    'state', 'STATE_' || state, 'percent', percent, 'stage', stage,
    'cost', jsonb_build_object('estimated_micros', estimated_micros::text, 'reserved_micros', reserved_micros::text,
                               'settled_micros', settled_micros::text))
  from moved where state in ('QUEUED', 'RUNNING'))
select pg_notify('{CHANNEL}', id || ' ' || latest_sequence || ' ' || state || ' ' || tenant)
from moved where state in ('QUEUED', 'RUNNING')
"""


async def lock(connection: Connection, job: JobRecord) -> None:
    """Locks the job and those it is part of until the transaction ends."""
    await connection.execute(_LOCK, {"job": job.id, "tenant": job.tenant})


async def move(connection: Connection, job: JobRecord, held: int, settled: int) -> None:
    """Changes the held and the settled amount by so many millionths of a US dollar, here and above."""
    if held or settled:
        values = {"job": job.id, "tenant": job.tenant, "held": held, "settled": settled}
        await connection.execute(_MOVE, values)
