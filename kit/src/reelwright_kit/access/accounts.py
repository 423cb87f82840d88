"""What keys and tenants may spend and have spent, and the tenants there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from reelwright_kit.access.model import DEFAULT_PERIOD
from reelwright_kit.database import Connection, Pool
from reelwright_kit.money.budgets import Balance, Budget, balance, period_end

_BUDGET = """
select budget_micros, budget_period from reelwright.tenants where tenant = %(tenant)s and budget_micros is not null
"""
_SET_BUDGET = """
insert into reelwright.tenants (tenant, budget_micros, budget_period) values (%(tenant)s, %(limit)s, %(period)s)
on conflict (tenant) do update set budget_micros = excluded.budget_micros, budget_period = excluded.budget_period
"""
# Those of jobs by hopping from one to the next: a tenant may have millions.
_TENANTS = """
with recursive hops as (
  (select tenant, 1 as number from reelwright.jobs where tenant > %(after)s order by tenant limit 1)
  union all
  select (select tenant from reelwright.jobs where tenant > hops.tenant order by tenant limit 1), number + 1
  from hops where tenant is not null and number < %(limit)s)
select tenant from hops where tenant is not null
union select tenant from reelwright.keys where tenant > %(after)s
union select tenant from reelwright.tenants where tenant > %(after)s
order by tenant limit %(limit)s
"""


@dataclass(frozen=True)
class Account:
    """A budget, and what of it is spent and held in its present period."""

    budget: Budget
    balance: Balance
    reset_time: datetime | None

    @property
    def remaining_micros(self) -> int:
        """What may still be spent, in millionths of a US dollar."""
        return max(0, self.balance.remaining(self.budget))


class Accounts:
    """Reads what was spent, and reads and sets what tenants may spend."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_key(self, tenant: str, key: str, budget: Budget) -> Account:
        """What of its budget a key has spent."""
        async with self._pool.connection() as connection:
            return await _account(connection, tenant, key, budget)

    async def of_tenant(self, tenant: str) -> Account | None:
        """What a tenant has spent of its budget; None when it has none."""
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_BUDGET, {"tenant": tenant})).fetchone()
            if row is None:
                return None
            return await _account(connection, tenant, None, Budget(row["budget_micros"], row["budget_period"]))

    async def spent_this_month(self, tenant: str) -> int:
        """What all keys of a tenant together have spent since the month began (UTC), in millionths of a US dollar."""
        async with self._pool.connection() as connection:
            return (await balance(connection, tenant, None, "month")).spent_micros

    async def set_budget(self, tenant: str, budget: Budget | None) -> None:
        """Sets what a tenant may spend; None: as much as it likes."""
        values: dict[str, Any] = {"tenant": tenant, "limit": None, "period": DEFAULT_PERIOD}
        if budget is not None:
            values |= {"limit": budget.limit_micros, "period": budget.period}
        async with self._pool.connection() as connection:
            await connection.execute(_SET_BUDGET, values)

    async def tenants(self, limit: int, after: str = "") -> Sequence[str]:
        """At most `limit` tenants that have keys, budgets or jobs, by name, after the one named `after`."""
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_TENANTS, {"after": after, "limit": limit})).fetchall()
        return [row["tenant"] for row in rows]


async def _account(connection: Connection, tenant: str, key: str | None, budget: Budget) -> Account:
    known = await balance(connection, tenant, key, budget.period)
    return Account(budget, known, period_end(budget.period, datetime.now(UTC)))
