-- Bodies of calls that carry no request id: the same body joins the job of the call before it while that call is not
-- answered, and when it says that it is a retry. One row for each body, of the latest job that was made for it.
create table reelwright.keyless_calls (
  tenant      text not null,
  scope       text not null,
  digest      bytea not null,
  subject     text not null references reelwright.jobs (id) on delete cascade deferrable initially deferred,
  open_until  timestamptz not null,
  create_time timestamptz not null default clock_timestamp(),
  primary key (tenant, scope, digest)
);
create index keyless_calls_by_subject on reelwright.keyless_calls (subject);
create index keyless_calls_by_age on reelwright.keyless_calls (create_time);

-- A text that is being written has no answer yet; whoever writes it keeps this time ahead of the clock.
alter table reelwright.answers add column open_until timestamptz not null default '-infinity';

-- What retention looks for.
create index request_ids_by_age on reelwright.request_ids (create_time);
create index answers_by_age on reelwright.answers (create_time);
create index jobs_ended on reelwright.jobs (end_time) where parent is null and end_time is not null;
create index jobs_live_children on reelwright.jobs (parent) where parent is not null and state in ('QUEUED', 'RUNNING');
create index submissions_unknown on reelwright.submissions (job) where state = 'AMBIGUOUS';
