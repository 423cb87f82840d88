"""SQL over keys and their secrets."""

from __future__ import annotations

from reelwright_kit.access.model import CHANNEL

ACTIVE = "(revoke_time is null and (expire_time is null or expire_time > clock_timestamp()))"
"""Of a row of reelwright.keys: neither revoked nor expired."""

SHOW = f"""
select keys.*, {ACTIVE} as active, (
  select max(secret.expire_time) from reelwright.key_secrets secret
  where secret.key = keys.id and secret.expire_time > clock_timestamp()) as previous_secret_expire_time
from reelwright.keys
"""

INSERT = """
insert into reelwright.keys (
  id, tenant, name, scopes, prefix, budget_micros, budget_period, requests_per_minute, concurrent_jobs, labels,
  expire_time)
values (
  %(id)s, %(tenant)s, %(name)s, %(scopes)s, %(prefix)s, %(budget_micros)s, %(budget_period)s, %(requests_per_minute)s,
  %(concurrent_jobs)s, %(labels)s, %(expire_time)s)
"""
INSERT_SECRET = "insert into reelwright.key_secrets (hash, key) values (%(hash)s, %(id)s)"

REVOKE = "update reelwright.keys set revoke_time = clock_timestamp() where id = %(id)s and revoke_time is null"

END_SECRETS = """
update reelwright.key_secrets set expire_time = least(expire_time, clock_timestamp() + %(overlap)s) where key = %(id)s
"""
FORGET_SECRETS = "delete from reelwright.key_secrets where key = %(id)s and expire_time <= clock_timestamp()"

ADMINS = f"select count(*) as n from reelwright.keys where 'admin' = any(scopes) and {ACTIVE}"

ANNOUNCE = f"select pg_notify('{CHANNEL}', %(id)s)"

KNOWN = """
select secret.hash, keys.id as key, tenant, scopes, requests_per_minute,
  extract(epoch from least(keys.expire_time, secret.expire_time) - clock_timestamp())::float as ends_in_s
from reelwright.key_secrets secret join reelwright.keys on keys.id = secret.key
where secret.hash = any(%(hashes)s) and revoke_time is null
  and (keys.expire_time is null or keys.expire_time > clock_timestamp())
  and (secret.expire_time is null or secret.expire_time > clock_timestamp())
"""
"""Of these secrets, those that open something now."""

USED = """
update reelwright.keys set last_used_time = clock_timestamp()
where id = any(%(keys)s) and (last_used_time is null or last_used_time < clock_timestamp() - interval '50 seconds')
"""
