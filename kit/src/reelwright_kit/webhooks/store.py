"""Secrets, deliveries and attempts in PostgreSQL; a delivery is taken by lease, so that a dead process loses it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from reelwright_kit.database import Connection, Pool
from reelwright_kit.webhooks.errors import DeliveryNotFound
from reelwright_kit.webhooks.model import Attempt, DeliveryFilter, DeliveryRecord, DeliveryState, SecretRecord
from reelwright_kit.webhooks.signing import new_secret

CHANNEL = "reelwright_webhooks"
"""Something became due: announced without saying what."""

SHOWN_ATTEMPTS = 100
PREVIOUS_SIGNS_FOR = timedelta(hours=24)

_SECRET = """
select secret, create_time,
  case when previous_expire_time > clock_timestamp() then previous end as previous,
  case when previous_expire_time > clock_timestamp() then previous_expire_time end as previous_expire_time
from reelwright.webhook_secrets where tenant = %(tenant)s
"""
_MAKE_SECRET = """
insert into reelwright.webhook_secrets (tenant, secret) values (%(tenant)s, %(secret)s) on conflict (tenant) do nothing
"""
_ROTATE_SECRET = """
insert into reelwright.webhook_secrets as known (tenant, secret) values (%(tenant)s, %(secret)s)
on conflict (tenant) do update set
  secret = excluded.secret, create_time = clock_timestamp(),
  previous = known.secret, previous_expire_time = clock_timestamp() + %(signs_for)s
"""
# Deliveries of all tenants: the queue is one, like the queues of jobs.
_TAKE = """
with due as (
  select id from reelwright.webhook_deliveries
  where state = 'PENDING' and due_time <= clock_timestamp()
  order by due_time limit %(limit)s for update skip locked)
update reelwright.webhook_deliveries as mine set due_time = clock_timestamp() + %(lease)s, taken = mine.taken + 1
from due where mine.id = due.id returning mine.*
"""
_NEXT = """
select extract(epoch from min(due_time) - clock_timestamp())::float as seconds
from reelwright.webhook_deliveries where state = 'PENDING'
"""
_ATTEMPT = """
insert into reelwright.webhook_attempts (delivery, number, tenant, time, status, duration_ms, answer, error)
select %(id)s, 1 + coalesce(max(number), 0), %(tenant)s, %(time)s, %(status)s, %(duration_ms)s, %(answer)s, %(error)s
from reelwright.webhook_attempts where delivery = %(id)s and tenant = %(tenant)s
"""
_SETTLE = """
update reelwright.webhook_deliveries set
  state = %(state)s, tries = tries + 1,
  due_time = clock_timestamp() + coalesce(%(pause)s, interval '0'),
  end_time = case when %(state)s = 'PENDING' then null else clock_timestamp() end
where id = %(id)s and tenant = %(tenant)s and taken = %(taken)s and state = 'PENDING'
"""
_AGAIN = """
update reelwright.webhook_deliveries set
  state = 'PENDING', tries = 0, due_time = clock_timestamp(), taken = taken + 1, end_time = null
where id = %(id)s and tenant = %(tenant)s returning *
"""
_ATTEMPTS = """
select * from (
  select number, time, status, duration_ms, answer, error from reelwright.webhook_attempts
  where delivery = %(id)s and tenant = %(tenant)s order by number desc limit %(limit)s) as latest
order by number
"""


class WebhookStore:
    """Reads and moves the deliveries of tenants; somebody else's delivery is not found."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def secret(self, tenant: str) -> SecretRecord:
        """What signs the tenant's webhooks; made on first use."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_SECRET, {"tenant": tenant})).fetchone()
            if row is None:
                await connection.execute(_MAKE_SECRET, {"tenant": tenant, "secret": new_secret()})
                row = await (await connection.execute(_SECRET, {"tenant": tenant})).fetchone()
        return msgspec.convert(row, SecretRecord)

    async def rotate(self, tenant: str) -> SecretRecord:
        """A new secret; the one before signs along for a day."""
        values = {"tenant": tenant, "secret": new_secret(), "signs_for": PREVIOUS_SIGNS_FOR}
        async with self._pool.connection() as connection, connection.transaction():
            await connection.execute(_ROTATE_SECRET, values)
            row = await (await connection.execute(_SECRET, {"tenant": tenant})).fetchone()
        return msgspec.convert(row, SecretRecord)

    async def take(self, limit: int, lease_s: float) -> Sequence[DeliveryRecord]:
        """At most `limit` deliveries that are due; nobody else gets them for `lease_s` seconds."""
        values = {"limit": limit, "lease": timedelta(seconds=lease_s)}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_TAKE, values)).fetchall()
        return [msgspec.convert(row, DeliveryRecord) for row in rows]

    async def next_due_s(self) -> float | None:
        """Seconds until the next delivery is due, negative when it is overdue; None when none waits."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_NEXT)).fetchone()
        return None if row is None or row["seconds"] is None else float(row["seconds"])

    async def settle(
        self, delivery: DeliveryRecord, attempt: Attempt, state: DeliveryState, pause_s: float | None = None
    ) -> None:
        """Records a try and what follows from it, unless the lease went to somebody else meanwhile.

        With PENDING the next try is due in `pause_s` seconds. A delivery that was deleted is left alone.
        """
        values = _values(delivery, attempt) | {"state": state.value, "taken": delivery.taken}
        values["pause"] = None if pause_s is None else timedelta(seconds=pause_s)
        async with self._pool.connection() as connection, connection.transaction():
            # Locked, so that attempts are numbered one after the other.
            locked = await connection.execute(
                "select 1 from reelwright.webhook_deliveries where id = %(id)s and tenant = %(tenant)s for update",
                {"id": delivery.id, "tenant": delivery.tenant},
            )
            if await locked.fetchone():
                await connection.execute(_ATTEMPT, values)
                await connection.execute(_SETTLE, values)
                if state is DeliveryState.PENDING:
                    await _announce(connection)

    async def again(self, tenant: str, delivery: str) -> DeliveryRecord:
        """Makes a delivery due now, with all its tries before it; raises DeliveryNotFound."""
        async with self._pool.connection() as connection, connection.transaction():
            row = await (await connection.execute(_AGAIN, {"id": delivery, "tenant": tenant})).fetchone()
            if row is None:
                raise DeliveryNotFound(delivery)
            await _announce(connection)
        return msgspec.convert(row, DeliveryRecord)

    async def get(self, tenant: str, delivery: str) -> tuple[DeliveryRecord, Sequence[Attempt]]:
        """A delivery and its latest attempts, oldest first; raises DeliveryNotFound."""
        values = {"id": delivery, "tenant": tenant, "limit": SHOWN_ATTEMPTS}
        query = "select * from reelwright.webhook_deliveries where id = %(id)s and tenant = %(tenant)s"
        async with self._pool.connection() as connection:
            row = await (await connection.execute(query, values)).fetchone()
            if row is None:
                raise DeliveryNotFound(delivery)
            attempts = await (await connection.execute(_ATTEMPTS, values)).fetchall()
        return msgspec.convert(row, DeliveryRecord), [msgspec.convert(attempt, Attempt) for attempt in attempts]

    async def list(self, tenant: str, chosen: DeliveryFilter, limit: int, before: str = "") -> Sequence[DeliveryRecord]:
        """At most `limit` deliveries older than the id `before`, newest first."""
        conditions = ["tenant = %(tenant)s"]
        if before:
            conditions.append("substr(id, 5) < substr(%(before)s, 5)")
        if chosen.job:
            conditions.append("job = %(job)s")
        if chosen.state:
            conditions.append("state = %(state)s")
        query = (
            f"select * from reelwright.webhook_deliveries where {' and '.join(conditions)}"
            " order by substr(id, 5) desc limit %(limit)s"
        )
        values = {"tenant": tenant, "limit": limit, "before": before, "job": chosen.job, "state": chosen.state}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query.encode(), values)).fetchall()
        return [msgspec.convert(row, DeliveryRecord) for row in rows]


def _values(delivery: DeliveryRecord, attempt: Attempt) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "tenant": delivery.tenant,
        "time": attempt.time,
        "status": attempt.status,
        "duration_ms": attempt.duration_ms,
        "answer": attempt.answer,
        "error": attempt.error,
    }


async def _announce(connection: Connection) -> None:
    await connection.execute("select pg_notify(%s, '')", (CHANNEL,))
