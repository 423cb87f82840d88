"""Holds and settlements of one payer that wait at one time, in one transaction: its commit costs more than they do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from reelwright_kit.database import LOST, Connection, Pool
from reelwright_kit.money import budgets, holds
from reelwright_kit.money.budgets import BudgetExhausted
from reelwright_kit.money.holds import Hold, Settlement

MOST_TOGETHER = 256
"""Holds and settlements in one transaction."""

Waiting = tuple[Hold | Settlement, "asyncio.Future[None]"]


@dataclass
class _Line:
    """What waits for one payer."""

    waiting: deque[Waiting] = field(default_factory=deque)
    serving: asyncio.Task[None] | None = None


class Together:
    """Does what is asked of it for callers that belong to no job, whose rows have an order of their own."""

    def __init__(self, pool: Pool, hold_s: float) -> None:
        self._pool = pool
        self._hold_s = hold_s
        self._lines: dict[tuple[str, str], _Line] = {}

    async def hold(self, tenant: str, key: str, hold: Hold) -> None:
        """Holds the money, on the disk when this returns; raises BudgetExhausted, and what a lost database raises."""
        await self._done(tenant, key, hold)

    async def settle(self, tenant: str, key: str, settlement: Settlement) -> None:
        """Settles a hold, once; raises what a lost database raises."""
        await self._done(tenant, key, settlement)

    async def _done(self, tenant: str, key: str, asked: Hold | Settlement) -> None:
        line, done = self._queued(tenant, key, asked)
        try:
            await done
        except asyncio.CancelledError:
            if isinstance(asked, Hold):
                self._give_back(tenant, key, line, (asked, done))
            raise

    def _queued(self, tenant: str, key: str, asked: Hold | Settlement) -> tuple[_Line, asyncio.Future[None]]:
        line = self._lines.setdefault((tenant, key), _Line())
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.waiting.append((asked, done))
        if line.serving is None:
            line.serving = asyncio.create_task(self._serve(tenant, key, line))
        return line, done

    def _give_back(self, tenant: str, key: str, line: _Line, held: Waiting) -> None:
        """Sees that nothing stays held for a caller that left."""
        if held in line.waiting:
            line.waiting.remove(held)
            return
        # It is being taken just now, or was: nobody misses the failure to give it back, it counts as paid in the end.
        _, done = self._queued(tenant, key, Settlement(held[0].id, "", 0, 0, 0, 0))
        done.add_done_callback(lambda given: given.cancelled() or given.exception())

    async def _serve(self, tenant: str, key: str, line: _Line) -> None:
        while line.waiting:
            some = [line.waiting.popleft() for _ in range(min(MOST_TOGETHER, len(line.waiting)))]
            await self._transact(tenant, key, some)
        line.serving = None
        del self._lines[tenant, key]

    async def _transact(self, tenant: str, key: str, some: Sequence[Waiting]) -> None:
        try:
            refused = await self._committed(tenant, key, [asked for asked, _ in some])
        except Exception as error:
            if len(some) > 1 and not isinstance(error, LOST):
                # One of them is to blame, and only that one shall fail.
                for one in some:
                    await self._transact(tenant, key, [one])
                return
            refused = dict.fromkeys((asked.id for asked, _ in some), error)
        for asked, done in some:
            _tell(done, refused.get(asked.id))

    async def _committed(self, tenant: str, key: str, asked: Sequence[Hold | Settlement]) -> dict[str, Exception]:
        """Those of `asked` that were refused, by their ids; all others are on the disk."""
        asking = [one for one in asked if isinstance(one, Hold)]
        settlements = [one for one in asked if isinstance(one, Settlement)]
        async with self._pool.connection() as connection, connection.transaction():
            limits = await budgets.queue_up(connection, tenant, key) if asking else ()
            if settlements:
                await holds.settle(connection, settlements)
            refused = await _refused(connection, tenant, key, limits, asking)
            admitted = [one for one in asking if one.id not in refused]
            if admitted:
                await holds.place(connection, tenant, key, "", admitted, self._hold_s)
        return refused


async def _refused(
    connection: Connection,
    tenant: str,
    key: str,
    limits: Sequence[tuple[str, budgets.Budget]],
    asking: Sequence[Hold],
) -> dict[str, Exception]:
    """Those holds for which a budget has no room, in the order they came."""
    left = []
    for whose, budget in limits:
        known = await budgets.balance(connection, tenant, key if whose == budgets.KEY else None, budget.period)
        left.append((whose, budget, known.remaining(budget)))
    refused: dict[str, Exception] = {}
    taken = 0
    for hold in asking:
        lacking = next((one for one in left if hold.micros > one[2] - taken), None)
        if lacking is None:
            taken += hold.micros
        else:
            whose, budget, remaining = lacking
            refused[hold.id] = BudgetExhausted(whose, budget, hold.micros, remaining - taken)
    return refused


def _tell(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
