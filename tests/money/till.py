"""A till: keys with budgets, jobs that cost, and the books that must hold whatever happened."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reelwright_kit.caller import SCOPES
from reelwright_kit.database import Pool
from reelwright_kit.jobs.model import JobRecord
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Submissions, Wish
from tests.kit.orders import new_job


def wish(micros: int, intent: str = "picture-1") -> Wish:
    """A picture that is expected to cost so much."""
    return Wish(intent, "acme", "acme/paint", micros)


@dataclass(frozen=True)
class Till:
    """What one tenant does with its money."""

    pool: Pool
    tenant: str

    @property
    def jobs(self) -> JobStore:
        return JobStore(self.pool)

    @property
    def submissions(self) -> Submissions:
        return Submissions(self.pool)

    async def do(self, statement: str, *values: object) -> list[dict[str, Any]]:
        """The rows that a statement answers with."""
        async with self.pool.connection() as connection:
            cursor = await connection.execute(statement.encode(), values)
            return await cursor.fetchall() if cursor.description else []

    async def key(self, name: str, micros: int | None, period: str = "month", concurrent: int = 0) -> str:
        """A key with this budget; its id."""
        await self.do(
            "insert into reelwright.keys"
            " (id, tenant, name, scopes, prefix, budget_micros, budget_period, concurrent_jobs)"
            " values (%s, %s, %s, %s, '', %s, %s, %s)",
            *(name, self.tenant, name, list(SCOPES), micros, period, concurrent),
        )
        return name

    async def budget(self, micros: int, period: str = "month") -> None:
        """Limits the whole tenant."""
        await self.do("insert into reelwright.tenants values (%s, %s, %s)", self.tenant, micros, period)

    async def admit(self, key: str, micros: int, **changed: Any) -> JobRecord:
        """A job of this key that is expected to cost so much."""
        request = {"n": changed.pop("n", 0)}
        return await self.jobs.admit(self.tenant, new_job(request, key=key, estimated_micros=micros, **changed))

    async def totals(self, key: str) -> dict[str, int]:
        """The sum of each account of a key, from the entries themselves."""
        rows = await self.do(
            "select account, sum(amount_micros)::bigint as amount from reelwright.ledger_entries"
            " where tenant = %s and key = %s group by account",
            *(self.tenant, key),
        )
        return {"available": 0, "held": 0, "spent": 0} | {row["account"]: row["amount"] for row in rows}

    async def check(self) -> None:
        """The books: transfers are even, sums are those of the entries, what is held is held by something."""
        await self._entries()
        await self._held()
        await self._spent()

    async def _entries(self) -> None:
        uneven = await self.do(
            "select transfer from reelwright.ledger_entries where tenant = %s group by transfer"
            " having sum(amount_micros) <> 0",
            self.tenant,
        )
        assert uneven == []
        differing = await self.do(
            "select account, key from ("
            " select account, key, amount_micros from reelwright.ledger_totals where tenant = %s union all"
            " select account, key, -amount_micros from reelwright.ledger_entries where tenant = %s) both_sides"
            " group by account, key having sum(amount_micros) <> 0",
            *(self.tenant, self.tenant),
        )
        assert differing == []

    async def _held(self) -> None:
        books = await self.do(
            "select key, sum(amount_micros)::bigint as held from reelwright.ledger_entries"
            " where tenant = %s and account = 'held' group by key having sum(amount_micros) <> 0 order by key",
            self.tenant,
        )
        facts = await self.do(
            "select key, sum(micros)::bigint as held from ("
            " select key, pool_micros as micros from reelwright.jobs where tenant = %(tenant)s union all"
            " select key, reelwright.held_for(s) from reelwright.submissions s where tenant = %(tenant)s union all"
            " select key, held_micros from reelwright.text_holds where tenant = %(tenant)s) held"
            " group by key having sum(micros) <> 0 order by key".replace("%(tenant)s", f"'{self.tenant}'"),
        )
        assert books == facts
        wrong = await self.do(
            "with recursive tree as ("
            "  select id as root, id from reelwright.jobs where tenant = %s union all"
            "  select root, child.id from reelwright.jobs child join tree on child.parent = tree.id)"
            " select jobs.id, reserved_micros, settled_micros, held from reelwright.jobs join lateral ("
            "  select coalesce(sum(micros), 0) as held from tree join ("
            "   select id as job, pool_micros as micros from reelwright.jobs union all"
            "   select job, reelwright.held_for(s) from reelwright.submissions s union all"
            "   select job, held_micros from reelwright.text_holds) parts on parts.job = tree.id"
            "  where tree.root = jobs.id) held on true"
            " where tenant = %s and reserved_micros <> held",
            *(self.tenant, self.tenant),
        )
        assert wrong == []

    async def _spent(self) -> None:
        reported = await self.do(
            "select coalesce(sum(cost_micros), 0)::bigint as micros from reelwright.usage where tenant = %s",
            self.tenant,
        )
        booked = await self.do(
            "select coalesce(sum(amount_micros), 0)::bigint as micros from reelwright.ledger_entries"
            " where tenant = %s and account = 'spent'",
            self.tenant,
        )
        assert reported == booked
        twice = await self.do(
            "select job, intent from reelwright.ledger_entries"
            " where tenant = %s and account = 'spent' and amount_micros > 0"
            " group by job, intent having count(*) > 1",
            self.tenant,
        )
        assert twice == []
        above = await self.do(
            "select id from reelwright.jobs where tenant = %s and reserved_micros + settled_micros > max_cost_micros",
            self.tenant,
        )
        assert above == []
