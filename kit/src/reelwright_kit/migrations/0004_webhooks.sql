-- Webhooks: the secrets that sign them, what is to be told to whom, and every try to do so.

create table reelwright.webhook_secrets (
  tenant               text primary key,
  secret               text not null,
  previous             text,
  previous_expire_time timestamptz,
  create_time          timestamptz not null default clock_timestamp()
);

create table reelwright.webhook_deliveries (
  id          text primary key,
  tenant      text not null,
  job         text not null references reelwright.jobs (id) on delete cascade,
  type        text not null,
  url         text not null,
  body        text not null,
  state       text not null default 'PENDING' check (state in ('PENDING', 'DELIVERED', 'FAILED')),
  tries       integer not null default 0,
  -- When the next try is due. Who takes a delivery moves this to the end of its lease: should it die, the delivery is due again then.
  due_time    timestamptz not null default clock_timestamp(),
  -- Counts the takings: who comes back after its lease has ended finds another number and changes nothing.
  taken       integer not null default 0,
  create_time timestamptz not null default clock_timestamp(),
  end_time    timestamptz
);
create index webhook_deliveries_by_age on reelwright.webhook_deliveries (tenant, substr(id, 5) desc);
create index webhook_deliveries_by_job on reelwright.webhook_deliveries (job);
create index webhook_deliveries_due on reelwright.webhook_deliveries (due_time) where state = 'PENDING';

create table reelwright.webhook_attempts (
  delivery    text not null references reelwright.webhook_deliveries (id) on delete cascade,
  number      integer not null,
  tenant      text not null,
  time        timestamptz not null,
  status      integer not null,
  duration_ms integer not null,
  answer      text not null,
  error       text not null,
  primary key (delivery, number)
);

-- The same form as ids made elsewhere: 48 bits of milliseconds and 80 random bits, in 26 characters that sort by age.
create function reelwright.new_event_id() returns text language plpgsql volatile as $$
declare
  alphabet constant text := '0123456789abcdefghjkmnpqrstvwxyz';
  random   constant text := replace(gen_random_uuid()::text, '-', '');
  -- Without the digits of a UUID that say its version.
  digits   constant text := lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
                            || substr(random, 1, 12) || substr(random, 25, 8);
  bits     constant bit(130) := B'00' || ('x' || digits)::bit(128);
  id       text := 'evt_';
begin
  for place in 0..25 loop
    id := id || substr(alphabet, substring(bits from place * 5 + 1 for 5)::bit(5)::integer + 1, 1);
  end loop;
  return id;
end $$;

-- By trigger, so that no code that ends a job can forget it, and in the same transaction, so that nobody is told of what did not happen.
create function reelwright.tell_webhook() returns trigger language plpgsql as $$
declare
  event constant text := reelwright.new_event_id();
  type  constant text := 'job.' || lower(new.state);
begin
  insert into reelwright.webhook_deliveries (id, tenant, job, type, url, body)
  values (event, new.tenant, new.id, type, new.webhook, json_strip_nulls(json_build_object(
    'id', event,
    'object', 'event',
    'type', type,
    'created_at', floor(extract(epoch from clock_timestamp()))::bigint,
    'data', json_build_object(
      'id', new.id,
      'kind', new.kind,
      'state', new.state,
      'request_id', new.request_id,
      'parent', new.parent,
      'labels', new.labels,
      'error', case when new.error is not null then json_build_object(
        'reason', new.error ->> 'reason', 'domain', new.error ->> 'domain', 'message', left(new.error ->> 'message', 500)) end
    )))::text);
  perform pg_notify('reelwright_webhooks', '');
  return null;
end $$;

create trigger tell_webhook after update on reelwright.jobs for each row
when (new.webhook <> '' and new.state in ('SUCCEEDED', 'FAILED', 'CANCELLED') and old.state not in ('SUCCEEDED', 'FAILED', 'CANCELLED'))
execute function reelwright.tell_webhook();
