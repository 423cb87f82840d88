-- What every process of the suite says of itself, so that any of them can tell how the whole is.

create table reelwright.processes (
  id        text primary key,
  part      text not null,
  facts     jsonb not null,
  seen_time timestamptz not null default clock_timestamp()
);
