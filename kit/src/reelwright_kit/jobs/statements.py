"""SQL that moves a job: a state change, its event and its notification are one statement."""

from __future__ import annotations

from reelwright_kit.jobs.costs import COST_IF_ANY
from reelwright_kit.jobs.model import CHANNEL

LOG = f"""
, logged as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  select id, latest_sequence, tenant, %(type)s,
         %(body)s || jsonb_build_object('state', 'STATE_' || state, 'percent', percent, 'stage', stage)
         || case when %(type)s = 'STATE' then {COST_IF_ANY} else '{{}}' end
  from moved)
select id, pg_notify('{CHANNEL}', id || ' ' || latest_sequence || ' ' || state || ' ' || tenant) from moved
"""
"""What follows a `moved as (update reelwright.jobs ... returning *)`."""

APPEND = (
    """
with moved as (
  update reelwright.jobs set
    latest_sequence = latest_sequence + 1,
    percent = greatest(percent, coalesce(%(percent)s, percent)),
    stage = coalesce(%(stage)s, stage),
    eta_time = coalesce(clock_timestamp() + make_interval(secs => %(eta_s)s), eta_time)
  where id = %(job)s and tenant = %(tenant)s and run = coalesce(%(run)s, run) and state in ('QUEUED', 'RUNNING')
  returning *)"""
    + LOG
)

BEGIN = (
    """
with moved as (
  update reelwright.jobs set latest_sequence = latest_sequence + 1, state = 'RUNNING', start_time = clock_timestamp()
  where id = %(job)s and tenant = %(tenant)s and run = %(run)s and state = 'QUEUED'
  returning *)"""
    + LOG
)

FINISH = (
    """
with moved as (
  update reelwright.jobs set
    reserved_micros = reserved_micros - pool_micros, pool_micros = 0,
    latest_sequence = latest_sequence + 1, state = %(state)s, result = %(result)s, error = %(error)s,
    percent = case when %(state)s = 'SUCCEEDED' then 100 else percent end, stage = lower(%(state)s),
    end_time = clock_timestamp()
  where id = %(job)s and tenant = %(tenant)s and run = coalesce(%(run)s, run) and state in ('QUEUED', 'RUNNING')
  returning *)"""
    + LOG
)

INSERT = """
insert into reelwright.jobs
  (id, tenant, kind, queue, app, key, state, request, model, request_id, parent, labels, webhook, trace,
   max_cost_micros, estimated_micros, reserved_micros, pool_micros, latest_sequence, stage)
values
  (%(id)s, %(tenant)s, %(kind)s, %(queue)s, %(app)s, %(key)s, 'QUEUED', %(request)s, %(model)s, %(request_id)s,
   %(parent)s, %(labels)s, %(webhook)s, %(trace)s, %(max_cost_micros)s, %(estimated_micros)s,
   %(reserved)s, %(reserved)s, 1, 'queued')
"""

FIRST_EVENT = f"""
with first as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  select id, 1, tenant, 'STATE', {COST_IF_ANY} || jsonb_build_object(
    'state', 'STATE_QUEUED', 'percent', 0, 'stage', 'queued', 'queue_position', (
      select count(*) from (
        select 1 from reelwright.jobs where queue = %(queue)s and state = 'QUEUED' and id <> %(id)s
        limit 1000) waiting))
  from reelwright.jobs where id = %(id)s
  returning job, tenant)
select pg_notify('{CHANNEL}', job || ' 1 QUEUED ' || tenant) from first
"""

ENQUEUE = """
select dbos.enqueue_workflow(
  workflow_name => 'job', queue_name => %(queue)s, workflow_id => %(workflow)s,
  positional_args => array[to_json(%(tenant)s::text), to_json(%(id)s::text)]
    || case when %(run)s > 1 then array[to_json(%(run)s::integer)] else '{}' end,
  authenticated_user => %(tenant)s, application_name => coalesce(nullif(%(app)s, ''), split_part(%(queue)s, '.', 1)))
"""
"""The first run goes without its number and the application may be missing: replicas of the release before that run
beside this one know neither."""

MOVE_UP = f"""
with waiting as (
  select id, row_number() over (order by create_time, id) - 1 as ahead from reelwright.jobs
  where queue = %(queue)s and state = 'QUEUED' order by create_time, id limit %(limit)s),
free as (
  select id from reelwright.jobs where id in (select id from waiting) and state = 'QUEUED' for update skip locked),
moved as (
  update reelwright.jobs job set latest_sequence = latest_sequence + 1
  from waiting, free where job.id = waiting.id and job.id = free.id
  returning job.*, ahead),
logged as (
  insert into reelwright.job_events (job, sequence, tenant, type, body)
  select id, latest_sequence, tenant, 'QUEUE', jsonb_build_object(
    'state', 'STATE_' || state, 'percent', percent, 'stage', stage, 'queue_position', ahead)
  from moved)
select pg_notify('{CHANNEL}', id || ' ' || latest_sequence || ' ' || state || ' ' || tenant) from moved
"""
"""Tells the first in the queue how many are before them; one that is being moved by somebody else is left out."""
