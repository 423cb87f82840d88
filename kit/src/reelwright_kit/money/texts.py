"""Texts that cost: held before a model is asked, settled by the tokens it used, given back when nothing came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec

from reelwright_kit import caller, logs
from reelwright_kit.database import LOST, Pool
from reelwright_kit.errors import PriceUnknown
from reelwright_kit.ids import new_id
from reelwright_kit.jobs import costs
from reelwright_kit.money import budgets, holds
from reelwright_kit.money.holds import Hold, Settlement
from reelwright_kit.money.together import Together

log = logs.logger(__name__)

HOLD_S = 900.0
"""A hold that nobody settled for so long, because its process died, counts as paid."""
EXPIRED_AT_ONCE = 100


class Used(msgspec.Struct, frozen=True):
    """What a text call used in the end."""

    input_tokens: int
    output_tokens: int
    micros: int
    """What it cost, millionths of a US dollar."""


@dataclass
class Meter:
    """Runs while a model is asked: whoever asks notes here what was used, also of an answer that broke off."""

    used: Used | None = None
    booked: bool = False
    """The usage is in the report already, because it cost something."""


@dataclass(frozen=True)
class _Hold:
    id: str
    tenant: str
    key: str
    job: str
    held_micros: int


class Texts:
    """Holds and settles what text calls cost, for the current caller and the job it calls for."""

    def __init__(self, pool: Pool, *, allow_unknown_price: bool = False) -> None:
        self._pool = pool
        self._allow_unknown_price = allow_unknown_price
        self._settling: set[asyncio.Task[None]] = set()
        self._together = Together(pool, HOLD_S)

    def metered(
        self, kind: str, provider: str, model: str, at_most: int | None
    ) -> contextlib.AbstractAsyncContextManager[Meter]:
        """Asks for a text that costs `at_most` so many millionths of a US dollar, None when the price is not known.

        Raises PriceUnknown, CostCeiling and BudgetExhausted before anything is asked. What costs nothing is let
        through without a look at the database.
        """
        if at_most is None and not self._allow_unknown_price:
            raise PriceUnknown(model)
        return self._held(kind, provider, model, at_most) if at_most else contextlib.nullcontext(Meter())

    @contextlib.asynccontextmanager
    async def _held(self, kind: str, provider: str, model: str, at_most: int) -> AsyncIterator[Meter]:
        meter = Meter()
        hold = await self._hold(provider, model, at_most)
        meter.booked = True
        try:
            yield meter
        finally:
            await self._settled(hold, kind, meter)

    async def expire(self) -> int:
        """Counts as paid what was held by processes that died; how many calls that were."""
        query = "select * from reelwright.text_holds where open_until < clock_timestamp() limit %s"
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query, (EXPIRED_AT_ONCE,))).fetchall()
        for row in rows:
            hold = _Hold(row["id"], row["tenant"], row["key"], row["job"], row["held_micros"])
            await self._settle(hold, "text", Used(0, 0, hold.held_micros), requests=0)
        return len(rows)

    async def _hold(self, provider: str, model: str, micros: int) -> _Hold:
        who = caller.current()
        hold = _Hold(new_id("txt"), who.tenant, who.key, who.job, micros)
        held = Hold(hold.id, provider, model, micros)
        if not who.job:
            await self._together.hold(who.tenant, who.key, held)
            return hold
        async with self._pool.connection() as connection, connection.transaction():
            lineage = await costs.lock(connection, who.tenant, who.job)
            if lineage:
                await costs.take(connection, lineage, micros, 0, asking=True)
            else:
                await budgets.require(connection, who.tenant, who.key, micros)
            await holds.place(connection, who.tenant, who.key, who.job, [held], HOLD_S)
        return hold

    async def _settled(self, hold: _Hold, kind: str, meter: Meter) -> None:
        """Settles although the caller may be gone: a cancelled call is cancelled here too."""
        used = meter.used or Used(0, 0, 0)
        task = asyncio.create_task(self._settle_or_log(hold, kind, used, requests=int(meter.used is not None)))
        self._settling.add(task)
        task.add_done_callback(self._settling.discard)
        await asyncio.shield(task)

    async def _settle_or_log(self, hold: _Hold, kind: str, used: Used, requests: int) -> None:
        try:
            await self._settle(hold, kind, used, requests)
        except LOST as error:
            # The hold counts as paid when its time is over.
            log.warning("text_not_settled", hold=hold.id, micros=used.micros, error=type(error).__name__)

    async def _settle(self, hold: _Hold, kind: str, used: Used, requests: int) -> None:
        tokens = used.input_tokens, used.output_tokens
        settlement = Settlement(hold.id, kind, requests, *tokens, used.micros)
        if not hold.job:
            await self._together.settle(hold.tenant, hold.key, settlement)
            return
        async with self._pool.connection() as connection, connection.transaction():
            lineage = await costs.lock(connection, hold.tenant, hold.job)
            if await holds.settle(connection, [settlement]) and lineage:
                await costs.take(connection, lineage, -hold.held_micros, used.micros)
