-- Responses of the llm service: what was asked, what came of it, and who works on it at the moment. `history` is the
-- conversation before the request, `produced` what has been added to it since; each is a ChatRequest with messages.
create table reelwright.responses (
  tenant        text not null,
  id            text not null,
  key           text not null default '',
  call_id       text not null default '',
  digest        bytea not null,
  request_id    text not null default '',
  state         text not null check (state in ('QUEUED', 'IN_PROGRESS', 'COMPLETED', 'INCOMPLETE', 'FAILED', 'CANCELLED')),
  -- Whether its events are kept; whether it is shown to who asks for it.
  logged        boolean not null,
  stored        boolean not null,
  request       bytea not null,
  history       bytea not null,
  produced      bytea not null default '',
  response      bytea not null,
  last_sequence bigint not null default -1,
  -- Each worker that takes it raises the number; a worker with an older one writes nothing any more.
  attempt       integer not null default 0,
  holder        text not null default '',
  open_until    timestamptz not null default '-infinity',
  create_time   timestamptz not null default clock_timestamp(),
  end_time      timestamptz,
  primary key (tenant, id)
);
create unique index responses_by_request_id on reelwright.responses (tenant, request_id) where request_id <> '';
create index responses_by_digest on reelwright.responses (tenant, digest, create_time);
create index responses_open on reelwright.responses (open_until) where state in ('QUEUED', 'IN_PROGRESS');
create index responses_ended on reelwright.responses (end_time) where end_time is not null;

-- Their events, some to a row: `sequence` is the number of the first, `events` a WatchResponseResponse.
create table reelwright.response_events (
  tenant   text not null,
  response text not null,
  sequence bigint not null,
  events   bytea not null,
  primary key (tenant, response, sequence),
  foreign key (tenant, response) references reelwright.responses (tenant, id) on delete cascade
);
