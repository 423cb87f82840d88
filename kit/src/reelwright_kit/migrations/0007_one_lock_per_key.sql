-- Two that post for one key must wait for each other at one place: a transfer between `held` and `spent` alone passed by
-- `available`, and a later one of the same transaction then met somebody who had begun there.

create or replace function reelwright.post(
  of_tenant text, of_key text, of_job text, of_intent text, of_provider text, of_model text, held bigint, spent bigint
) returns void language plpgsql as $$
declare
  number  constant bigint := nextval('reelwright.ledger_transfers');
  amounts constant bigint[] := array[-held - spent, held, spent];
  names   constant text[] := array['available', 'held', 'spent'];
begin
  for place in 1..3 loop
    -- `available` always and first, also by nothing: its row is what a key's transfers wait at.
    continue when amounts[place] = 0 and place > 1;
    if amounts[place] <> 0 then
      insert into reelwright.ledger_entries (transfer, account, tenant, key, amount_micros, job, intent, provider, model)
      values (number, names[place], of_tenant, of_key, amounts[place], of_job, of_intent, of_provider, of_model);
    end if;
    insert into reelwright.ledger_totals as known (tenant, key, account, day, amount_micros)
    values (of_tenant, of_key, names[place],
            case names[place] when 'spent' then (clock_timestamp() at time zone 'utc')::date else 'epoch' end, amounts[place])
    on conflict (tenant, key, account, day) do update set amount_micros = known.amount_micros + excluded.amount_micros;
  end loop;
end $$;
