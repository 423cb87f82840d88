"""Holds and settlements of one payer that wait at one time, in one transaction: its commit costs more than they do."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec

from reelwright_kit.database import LOST, Connection, Pool
from reelwright_kit.money import budgets
from reelwright_kit.money.budgets import BudgetExhausted

MOST_TOGETHER = 256
"""Holds and settlements in one transaction."""

_HOLD = """
with asked as (
  select * from unnest(%(ids)s::text[], %(providers)s::text[], %(models)s::text[], %(helds)s::bigint[])
    as asked(id, provider, model, held)),
held as (
  insert into reelwright.text_holds (id, tenant, key, provider, model, held_micros, open_until)
  select id, %(tenant)s, %(key)s, provider, model, held, clock_timestamp() + make_interval(secs => %(hold_s)s)
  from asked
  returning *)
select reelwright.post(tenant, key, '', id, provider, model, held_micros, 0) from held
"""

_SETTLE = """
with used as (
  select * from unnest(%(ids)s::text[], %(kinds)s::text[], %(requests)s::bigint[], %(inputs)s::bigint[],
    %(outputs)s::bigint[], %(costs)s::bigint[]) as used(id, kind, requests, inputs, outputs, cost)),
settled as (
  delete from reelwright.text_holds held using used where held.id = used.id
  returning held.*, used.kind, used.requests, used.inputs, used.outputs, used.cost),
noted as (
  insert into reelwright.usage
    (tenant, key, job, kind, provider, model, requests, input_tokens, output_tokens, cost_micros)
  select tenant, key, job, kind, provider, model, requests, inputs, outputs, cost from settled
  where requests > 0 or cost > 0)
select reelwright.post(tenant, key, job, id, provider, model, -held_micros, cost) from settled
"""


class Hold(msgspec.Struct, frozen=True):
    """What a text may cost, before it is asked for."""

    id: str
    provider: str
    model: str
    micros: int


class Settlement(msgspec.Struct, frozen=True):
    """What came of a hold."""

    id: str
    kind: str
    requests: int
    input_tokens: int
    output_tokens: int
    micros: int


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
        holds = [one for one in asked if isinstance(one, Hold)]
        settlements = [one for one in asked if isinstance(one, Settlement)]
        payer = {"tenant": tenant, "key": key}
        async with self._pool.connection() as connection, connection.transaction():
            limits = await budgets.queue_up(connection, tenant, key) if holds else ()
            if settlements:
                await connection.execute(_SETTLE, _columns(settlements))
            refused = await _refused(connection, payer, limits, holds)
            admitted = [one for one in holds if one.id not in refused]
            if admitted:
                await connection.execute(_HOLD, {**payer, "hold_s": self._hold_s, **_held(admitted)})
        return refused


async def _refused(
    connection: Connection, payer: dict[str, str], limits: Sequence[tuple[str, budgets.Budget]], holds: Sequence[Hold]
) -> dict[str, Exception]:
    """Those holds for which a budget has no room, in the order they came."""
    left = []
    for whose, budget in limits:
        known = await budgets.balance(
            connection, payer["tenant"], payer["key"] if whose == budgets.KEY else None, budget.period
        )
        left.append((whose, budget, known.remaining(budget)))
    refused: dict[str, Exception] = {}
    taken = 0
    for hold in holds:
        lacking = next((one for one in left if hold.micros > one[2] - taken), None)
        if lacking is None:
            taken += hold.micros
        else:
            whose, budget, remaining = lacking
            refused[hold.id] = BudgetExhausted(whose, budget, hold.micros, remaining - taken)
    return refused


def _held(holds: Sequence[Hold]) -> dict[str, list[object]]:
    return {
        "ids": [one.id for one in holds],
        "providers": [one.provider for one in holds],
        "models": [one.model for one in holds],
        "helds": [one.micros for one in holds],
    }


def _columns(settlements: Sequence[Settlement]) -> dict[str, list[object]]:
    return {
        "ids": [one.id for one in settlements],
        "kinds": [one.kind for one in settlements],
        "requests": [one.requests for one in settlements],
        "inputs": [one.input_tokens for one in settlements],
        "outputs": [one.output_tokens for one in settlements],
        "costs": [one.micros for one in settlements],
    }


def _tell(done: asyncio.Future[None], error: Exception | None) -> None:
    if done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)
