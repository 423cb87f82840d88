-- Who looks for objects without a row, or rows without an object, goes through both by key.
create index assets_by_key on reelwright.assets (tenant, key);

-- One row, of no tenant: which installation this database belongs to. The store names its installation too, and nobody
-- removes objects from the store of another.
create table reelwright.installation (
  id          uuid primary key default gen_random_uuid(),
  create_time timestamptz not null default clock_timestamp()
);
insert into reelwright.installation default values;
