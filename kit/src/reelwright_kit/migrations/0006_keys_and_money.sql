-- Keys, budgets, and the money of every tenant as a double-entry ledger.

create table reelwright.keys (
  id                  text primary key,
  tenant              text not null,
  name                text not null,
  scopes              text[] not null,
  -- First characters of the newest secret.
  prefix              text not null,
  budget_micros       bigint check (budget_micros >= 0),
  budget_period       text not null default 'month' check (budget_period in ('day', 'week', 'month', 'total')),
  requests_per_minute integer not null default 0,
  concurrent_jobs     integer not null default 0,
  labels              jsonb not null default '{}',
  create_time         timestamptz not null default clock_timestamp(),
  expire_time         timestamptz,
  revoke_time         timestamptz,
  last_used_time      timestamptz
);
create index keys_by_age on reelwright.keys (substr(id, 5) desc);
create index keys_by_tenant on reelwright.keys (tenant);

-- Only hashes: secrets are random enough that nothing slower than SHA-256 is needed. A rotated secret works on until it expires.
create table reelwright.key_secrets (
  hash        bytea primary key,
  key         text not null references reelwright.keys (id) on delete cascade,
  create_time timestamptz not null default clock_timestamp(),
  expire_time timestamptz
);
create index key_secrets_by_key on reelwright.key_secrets (key);

-- How many calls a key has made in this minute and the one before. Not worth a log: a crash forgives a minute.
create unlogged table reelwright.key_minutes (
  key         text primary key,
  minute      timestamptz not null,
  used        bigint not null,
  used_before bigint not null
);

create table reelwright.tenants (
  tenant        text primary key,
  budget_micros bigint check (budget_micros >= 0),
  budget_period text not null default 'month' check (budget_period in ('day', 'week', 'month', 'total'))
);

-- Signs what one service says to another about the caller it acts for.
alter table reelwright.installation add column internal_secret bytea not null
  default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

-- Who pays, and what of a job's reserve no submission and no child has taken yet.
alter table reelwright.jobs add column key text not null default '';
alter table reelwright.jobs add column pool_micros bigint not null default 0 check (pool_micros >= 0);
create index jobs_live_of_key on reelwright.jobs (key) where parent is null and state in ('QUEUED', 'RUNNING');
create index jobs_left_pools on reelwright.jobs (id) where pool_micros > 0 and state in ('SUCCEEDED', 'FAILED', 'CANCELLED');

-- What a submission made, for the usage report: {"images": 1}, {"seconds": 4.5}, {"characters": 120}.
alter table reelwright.submissions add column key text not null default '';
alter table reelwright.submissions add column kind text not null default '';
alter table reelwright.submissions add column units jsonb not null default '{}';

-- Texts that cost: held while they are written. One whose writer died counts as paid when its time is over.
create table reelwright.text_holds (
  id          text primary key,
  tenant      text not null,
  key         text not null,
  job         text not null default '',
  provider    text not null,
  model       text not null,
  held_micros bigint not null check (held_micros > 0),
  open_until  timestamptz not null,
  create_time timestamptz not null default clock_timestamp()
);
create index text_holds_by_time on reelwright.text_holds (open_until);

-- Entries of one transfer add up to zero. A key's money is in `available`, which begins at zero and goes below it as money is held and spent;
-- in `held` for what runs; and in `spent`.
create sequence reelwright.ledger_transfers;
create table reelwright.ledger_entries (
  transfer      bigint not null,
  account       text not null check (account in ('available', 'held', 'spent')),
  tenant        text not null,
  key           text not null,
  amount_micros bigint not null,
  job           text not null default '',
  intent        text not null default '',
  provider      text not null default '',
  model         text not null default '',
  time          timestamptz not null default clock_timestamp(),
  primary key (transfer, account)
);
create index ledger_entries_by_time on reelwright.ledger_entries (tenant, key, time);
create index ledger_entries_by_job on reelwright.ledger_entries (job) where job <> '';

-- The sums of the entries: by day (UTC) for what was spent, which budgets ask for; else of all days together.
create table reelwright.ledger_totals (
  tenant        text not null,
  key           text not null,
  account       text not null,
  day           date not null,
  amount_micros bigint not null,
  primary key (tenant, key, account, day)
);

create table reelwright.usage (
  time          timestamptz not null default clock_timestamp(),
  tenant        text not null,
  key           text not null,
  job           text not null default '',
  kind          text not null,
  provider      text not null,
  model         text not null,
  requests      integer not null default 0,
  input_tokens  bigint not null default 0,
  output_tokens bigint not null default 0,
  images        integer not null default 0,
  seconds       double precision not null default 0,
  characters    bigint not null default 0,
  cost_micros   bigint not null default 0
);
create index usage_by_time on reelwright.usage (tenant, time);
create index usage_by_job on reelwright.usage (job) where job <> '';

-- Moves `held` more into `held` and `spent` more into `spent`, out of `available`.
create function reelwright.post(
  of_tenant text, of_key text, of_job text, of_intent text, of_provider text, of_model text, held bigint, spent bigint
) returns void language plpgsql as $$
declare
  number  constant bigint := nextval('reelwright.ledger_transfers');
  amounts constant bigint[] := array[-held - spent, held, spent];
  names   constant text[] := array['available', 'held', 'spent'];
begin
  -- Always in this order, so that two that post for one key wait for each other instead of locking up.
  for place in 1..3 loop
    continue when amounts[place] = 0;
    insert into reelwright.ledger_entries (transfer, account, tenant, key, amount_micros, job, intent, provider, model)
    values (number, names[place], of_tenant, of_key, amounts[place], of_job, of_intent, of_provider, of_model);
    insert into reelwright.ledger_totals as known (tenant, key, account, day, amount_micros)
    values (of_tenant, of_key, names[place],
            case names[place] when 'spent' then (clock_timestamp() at time zone 'utc')::date else 'epoch' end, amounts[place])
    on conflict (tenant, key, account, day) do update set amount_micros = known.amount_micros + excluded.amount_micros;
  end loop;
end $$;

-- By trigger, so that no code that moves a submission or a reserve can forget the ledger, and in the same transaction.
create function reelwright.name_payer() returns trigger language plpgsql as $$
begin
  select key, kind into new.key, new.kind from reelwright.jobs where id = new.job;
  return new;
end $$;
create trigger name_payer before insert on reelwright.submissions for each row execute function reelwright.name_payer();

create function reelwright.held_for(submission reelwright.submissions) returns bigint language sql immutable as $$
  select case when submission.state in ('INTENT', 'SUBMITTED', 'AMBIGUOUS') then submission.estimated_micros else 0 end
$$;

create function reelwright.book_submission() returns trigger language plpgsql as $$
declare
  one  constant reelwright.submissions := case when tg_op = 'DELETE' then old else new end;
  held bigint := 0;
  spent bigint := 0;
  made integer := 0;
begin
  if tg_op <> 'DELETE' then
    held := reelwright.held_for(new);
    spent := new.settled_micros;
    made := (new.state = 'SETTLED')::integer;
  end if;
  if tg_op = 'DELETE' then
    -- Nobody will ever know about it any more: it counts as paid.
    spent := old.settled_micros + reelwright.held_for(old);
  end if;
  if tg_op <> 'INSERT' then
    held := held - reelwright.held_for(old);
    spent := spent - old.settled_micros;
    made := made - (old.state = 'SETTLED')::integer;
  end if;
  if held <> 0 or spent <> 0 then
    perform reelwright.post(one.tenant, one.key, one.job, one.intent, one.provider, one.model, held, spent);
  end if;
  if tg_op <> 'DELETE' and made > 0 or spent <> 0 then
    insert into reelwright.usage (tenant, key, job, kind, provider, model, requests, images, seconds, characters, cost_micros)
    values (one.tenant, one.key, one.job, one.kind, one.provider, one.model, greatest(made, 0),
            coalesce((one.units ->> 'images')::integer, 0) * greatest(made, 0),
            coalesce((one.units ->> 'seconds')::double precision, 0) * greatest(made, 0),
            coalesce((one.units ->> 'characters')::bigint, 0) * greatest(made, 0), spent);
  end if;
  return null;
end $$;
create trigger book_submission after insert or update or delete on reelwright.submissions
for each row execute function reelwright.book_submission();

create function reelwright.book_pool() returns trigger language plpgsql as $$
declare
  one   constant reelwright.jobs := case when tg_op = 'DELETE' then old else new end;
  moved constant bigint := case when tg_op = 'DELETE' then 0 else new.pool_micros end
                           - case when tg_op = 'INSERT' then 0 else old.pool_micros end;
begin
  if moved <> 0 then
    perform reelwright.post(one.tenant, one.key, one.id, '', '', '', moved, 0);
  end if;
  return null;
end $$;
create trigger book_pool after insert or delete or update of pool_micros on reelwright.jobs
for each row execute function reelwright.book_pool();

-- What was held and spent before there was a ledger.
update reelwright.submissions one set kind = jobs.kind from reelwright.jobs where jobs.id = one.job;
select reelwright.post(tenant, key, job, intent, provider, model, reelwright.held_for(one), settled_micros)
from reelwright.submissions one where reelwright.held_for(one) <> 0 or settled_micros <> 0;
insert into reelwright.usage (time, tenant, key, job, kind, provider, model, requests, cost_micros)
select update_time, tenant, key, job, kind, provider, model, (state = 'SETTLED')::integer, settled_micros
from reelwright.submissions where state = 'SETTLED' or settled_micros <> 0;
