"""What keys and tenants may spend in a period, how much of it is spent or held, and whether there is room for more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reelwright_kit.access.errors import ConcurrencyLimited
from reelwright_kit.database import Connection
from reelwright_kit.errors import AppError, Code
from reelwright_kit.money.amounts import dollars

KEY, TENANT = "key", "tenant"


class BudgetExhausted(AppError):
    """The work would pass the budget of the key or of its tenant."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "BUDGET_EXHAUSTED"
    domain = "admin.reelwright"

    def __init__(self, whose: str, budget: Budget, needed_micros: int, remaining_micros: int) -> None:
        period = {"total": "", "day": " today"}.get(budget.period, f" this {budget.period}")
        left = dollars(max(remaining_micros, 0))
        super().__init__(
            f"The {whose} may spend {left} more{period}, and this needs {dollars(needed_micros)}.",
            budget=whose,
            limit_micros=budget.limit_micros,
            period=budget.period,
            needed_micros=needed_micros,
            remaining_micros=max(remaining_micros, 0),
        )


@dataclass(frozen=True)
class Budget:
    """Most that may be spent in a period: `day`, `week` (from Monday), `month`, by the calendar in UTC, or `total`."""

    limit_micros: int
    period: str = "month"


@dataclass(frozen=True)
class Balance:
    """What is spent in the present period and what is held now, in millionths of a US dollar."""

    spent_micros: int
    held_micros: int

    def remaining(self, budget: Budget) -> int:
        """What `budget` leaves; below zero where vendors charged more than they were expected to."""
        return budget.limit_micros - self.spent_micros - self.held_micros


def period_start(period: str, now: datetime) -> datetime | None:
    """When the period that holds `now` began, in UTC; None for `total`."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    match period:
        case "day":
            return day
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case _:
            return None


def period_end(period: str, now: datetime) -> datetime | None:
    """When the next period begins, in UTC; None for `total`."""
    start = period_start(period, now)
    if start is None:
        return None
    match period:
        case "day":
            return start + timedelta(days=1)
        case "week":
            return start + timedelta(days=7)
        case _:
            return (start + timedelta(days=32)).replace(day=1)


_BALANCE = """
select
  coalesce(sum(amount_micros) filter (where account = 'spent' and day >= %(start)s), 0)::bigint as spent,
  coalesce(sum(amount_micros) filter (where account = 'held'), 0)::bigint as held
from reelwright.ledger_totals where tenant = %(tenant)s and (%(key)s::text is null or key = %(key)s)
"""

_BUDGETS = """
select 'tenant' as whose, budget_micros, budget_period from reelwright.tenants
where tenant = %(tenant)s and budget_micros is not null
union all
select 'key', budget_micros, budget_period from reelwright.keys
where id = %(key)s and tenant = %(tenant)s and budget_micros is not null
order by whose
"""

_LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


async def balance(connection: Connection, tenant: str, key: str | None, period: str) -> Balance:
    """What a key, or with None all keys of the tenant together, has spent in this period and holds now."""
    start = period_start(period, datetime.now(UTC))
    values = {"tenant": tenant, "key": key, "start": (start or datetime.min).date()}
    row = await (await connection.execute(_BALANCE, values)).fetchone()
    assert row is not None
    return Balance(row["spent"], row["held"])


async def lock(connection: Connection, whose: str, name: str) -> None:
    """Lets one transaction at a time look at what a key or tenant may do and take some of it."""
    await connection.execute(_LOCK, (f"reelwright {whose} {name}",))


async def queue_up(connection: Connection, tenant: str, key: str) -> Sequence[tuple[str, Budget]]:
    """The budgets of a key and its tenant, each locked until the transaction ends.

    Rows of jobs are locked before this, keys before tenants, and nothing is posted before it: everybody keeps to that
    order, else two wait for each other. Who will post and then `require` calls this first.
    """
    rows = await (await connection.execute(_BUDGETS, {"tenant": tenant, "key": key})).fetchall()
    for row in rows:
        await lock(connection, row["whose"], key if row["whose"] == KEY else tenant)
    return [(row["whose"], Budget(row["budget_micros"], row["budget_period"])) for row in rows]


async def require_room(connection: Connection, tenant: str, key: str) -> None:
    """Sees that the key may run one more job that is not part of another; raises ConcurrencyLimited."""
    query = "select concurrent_jobs from reelwright.keys where id = %s and tenant = %s and concurrent_jobs > 0"
    row = await (await connection.execute(query, (key, tenant))).fetchone()
    if row is None:
        return
    await lock(connection, KEY, key)
    cursor = await connection.execute(
        "select count(*) as live from reelwright.jobs"
        " where key = %s and tenant = %s and parent is null and state in ('QUEUED', 'RUNNING')",
        (key, tenant),
    )
    live = await cursor.fetchone()
    if live is not None and live["live"] >= row["concurrent_jobs"]:
        raise ConcurrencyLimited(row["concurrent_jobs"])


async def require(connection: Connection, tenant: str, key: str, needed_micros: int) -> None:
    """Sees that so much more may be held for this key, until the transaction ends; raises BudgetExhausted."""
    if needed_micros <= 0:
        return
    for whose, budget in await queue_up(connection, tenant, key):
        known = await balance(connection, tenant, key if whose == KEY else None, budget.period)
        if needed_micros > known.remaining(budget):
            raise BudgetExhausted(whose, budget, needed_micros, known.remaining(budget))
