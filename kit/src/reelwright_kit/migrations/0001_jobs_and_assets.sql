-- Jobs of every modality, their event logs, idempotency keys, the submission ledger and the index of stored files.
-- Every row carries its tenant, and every query names it.

create table reelwright.jobs (
  id              text primary key,
  tenant          text not null,
  kind            text not null,
  queue           text not null,
  state           text not null check (state in ('QUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'CANCELLED')),
  request         jsonb not null,
  result          jsonb,
  error           jsonb,
  percent         double precision not null default 0,
  stage           text not null default '',
  model           text not null default '',
  request_id      text not null default '',
  parent          text references reelwright.jobs (id) on delete cascade,
  labels          jsonb not null default '{}',
  webhook         text not null default '',
  trace           text not null default '',
  latest_sequence integer not null default 0,
  estimated_micros bigint not null default 0,
  reserved_micros  bigint not null default 0,
  settled_micros   bigint not null default 0,
  max_cost_micros  bigint,
  create_time     timestamptz not null default clock_timestamp(),
  start_time      timestamptz,
  end_time        timestamptz
);
create index jobs_by_age on reelwright.jobs (tenant, substr(id, 5) desc);
create index jobs_by_parent on reelwright.jobs (parent) where parent is not null;
create index jobs_waiting on reelwright.jobs (queue, id) where state = 'QUEUED';
create index jobs_finished on reelwright.jobs (tenant, kind, model, end_time desc) where state = 'SUCCEEDED';

create table reelwright.job_events (
  job      text not null references reelwright.jobs (id) on delete cascade,
  sequence integer not null,
  tenant   text not null,
  time     timestamptz not null default clock_timestamp(),
  type     text not null,
  body     jsonb not null,
  primary key (job, sequence)
);

-- A request id names a job as long as there is one: deleting the job frees the id. The id is claimed before its job is
-- written, in the same transaction, so the reference is checked at its end.
create table reelwright.request_ids (
  tenant      text not null,
  scope       text not null,
  request_id  text not null,
  digest      bytea not null,
  subject     text not null references reelwright.jobs (id) on delete cascade deferrable initially deferred,
  create_time timestamptz not null default clock_timestamp(),
  primary key (tenant, scope, request_id)
);
create index request_ids_by_subject on reelwright.request_ids (subject);

create table reelwright.submissions (
  job         text not null references reelwright.jobs (id) on delete cascade,
  intent      text not null,
  tenant      text not null,
  provider    text not null,
  model       text not null,
  state       text not null check (state in ('INTENT', 'SUBMITTED', 'SETTLED', 'FAILED', 'AMBIGUOUS')),
  provider_id text not null default '',
  attempts    integer not null default 1,
  create_time timestamptz not null default clock_timestamp(),
  update_time timestamptz not null default clock_timestamp(),
  primary key (job, intent)
);

create table reelwright.assets (
  id          text primary key,
  tenant      text not null,
  key         text not null,
  filename    text not null,
  media_type  text not null,
  size_bytes  bigint not null,
  sha256      text not null,
  width       integer not null default 0,
  height      integer not null default 0,
  duration_s  double precision,
  title       text not null default '',
  tags        text[] not null default '{}',
  album       text not null default '',
  keep        boolean not null default false,
  job         text not null default '',
  provenance  jsonb not null default '{}',
  create_time timestamptz not null default clock_timestamp()
);
create index assets_by_age on reelwright.assets (tenant, create_time desc, id desc);
create index assets_by_job on reelwright.assets (job) where job <> '';

create table reelwright.answers (
  tenant      text not null,
  request_id  text not null,
  digest      bytea not null,
  answer      bytea,
  create_time timestamptz not null default clock_timestamp(),
  primary key (tenant, request_id)
);
