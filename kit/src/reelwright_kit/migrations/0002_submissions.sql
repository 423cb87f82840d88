-- A retry is another run of the same job; the application that runs it is remembered, because the retry is put in its queue.
alter table reelwright.jobs add column app text not null default '';
alter table reelwright.jobs add column run integer not null default 1;
update reelwright.jobs set app = split_part(queue, '.', 1);

-- The submission ledger holds what is needed to go on: who may submit, what the provider answered, how it ended, and the money.
alter table reelwright.submissions add column owner text not null default '';
alter table reelwright.submissions add column ticket jsonb;
alter table reelwright.submissions add column failure jsonb;
alter table reelwright.submissions add column estimated_micros bigint not null default 0;
alter table reelwright.submissions add column settled_micros bigint not null default 0;
alter table reelwright.submissions drop constraint submissions_state_check;
alter table reelwright.submissions add constraint submissions_state_check
  check (state in ('INTENT', 'SUBMITTED', 'SETTLED', 'FAILED', 'AMBIGUOUS', 'WRITTEN_OFF'));
-- One piece of a provider's work belongs to one intent, also when it had to be looked up.
create unique index submissions_by_provider_id on reelwright.submissions (provider, provider_id) where provider_id <> '';

-- When the job is expected to end, as its latest progress said.
alter table reelwright.jobs add column eta_time timestamptz;
