"""Answers by request id: the same question under the same id is asked of a model once, also by calls at one time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from reelwright_kit import caller, logs
from reelwright_kit.database import LOST, Pool, outlasting
from reelwright_kit.errors import RequestIdReused

log = logs.logger(__name__)

LEASE_S = 15.0
"""An answer in the making is given up when its maker has not been heard of for so long."""
RENEW_S = 5.0
FIRST_LOOK_S = 0.05
LAST_LOOK_S = 1.0

_CLAIM = """
insert into reelwright.answers as known (tenant, request_id, digest, open_until)
values (%(tenant)s, %(request_id)s, %(digest)s, clock_timestamp() + make_interval(secs => %(lease_s)s))
on conflict (tenant, request_id) do update set
  digest = excluded.digest, open_until = excluded.open_until, create_time = clock_timestamp()
where known.answer is null and known.open_until <= clock_timestamp()
returning tenant
"""
_RENEW = """
update reelwright.answers set open_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
where tenant = %(tenant)s and request_id = %(request_id)s and digest = %(digest)s and answer is null
"""
_KEEP = """
update reelwright.answers set answer = %(answer)s, open_until = '-infinity'
where tenant = %(tenant)s and request_id = %(request_id)s and digest = %(digest)s and answer is null
"""
_RELEASE = """
delete from reelwright.answers
where tenant = %(tenant)s and request_id = %(request_id)s and digest = %(digest)s and answer is null
"""


class _Kept(msgspec.Struct):
    """What every kept answer says about itself, whatever else it says."""

    id: str


@dataclass(frozen=True)
class Claim:
    """A question under a request id."""

    tenant: str
    request_id: str
    digest: bytes


class Answers:
    """Keeps answers for tenants: JSON objects with an `id`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._making: set[asyncio.Task[bytes]] = set()

    async def once(self, claim: Claim, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """What was answered under this id, or what `make` answers now.

        `make` goes on when the caller leaves: what was asked for is paid for, and the caller may come back with the id.
        """
        known = await self.claim(claim)
        if known:
            return known
        making = asyncio.create_task(self._make(claim, make))
        self._making.add(making)
        making.add_done_callback(self._making.discard)
        return await asyncio.shield(making)

    async def _make(self, claim: Claim, make: Callable[[], Awaitable[bytes]]) -> bytes:
        async with self.making(claim):
            answer = await make()
            await self.keep(claim, answer)
        return answer

    async def claim(self, claim: Claim) -> bytes | None:
        """The answer given under this id, waited for while another call makes it; None when this call is to make it.

        Raises RequestIdReused when the question was another one.
        """
        named = vars(claim) | {"lease_s": LEASE_S}
        pause_s = FIRST_LOOK_S
        while not await self._row(_CLAIM, named):
            row = await self._row(
                "select digest, answer from reelwright.answers"
                " where tenant = %(tenant)s and request_id = %(request_id)s",
                named,
            )
            if row is None:
                continue
            kept = None if row["answer"] is None else bytes(row["answer"])
            if bytes(row["digest"]) != claim.digest:
                subject = msgspec.json.decode(kept, type=_Kept).id if kept else "in the making"
                raise RequestIdReused(claim.request_id, "answer", subject)
            if kept:
                caller.mark_replayed()
                return kept
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LAST_LOOK_S)
        return None

    @contextlib.asynccontextmanager
    async def making(self, claim: Claim) -> AsyncIterator[None]:
        """Holds the claim while the block runs; when it ends without an answer, the id is free again."""
        named = vars(claim)
        renewing = asyncio.create_task(self._renew(named), name="answer-lease")
        try:
            yield
        finally:
            renewing.cancel()
            with contextlib.suppress(asyncio.CancelledError, *LOST):
                await self._do(_RELEASE, named)

    async def keep(self, claim: Claim, answer: bytes) -> None:
        """Keeps the answer of whoever made it, also when the database is away for a while: it was paid for."""
        await outlasting(lambda: self._do(_KEEP, vars(claim) | {"answer": answer}))

    async def _renew(self, named: Mapping[str, Any]) -> None:
        while True:
            await asyncio.sleep(RENEW_S)
            try:
                await self._do(_RENEW, {**named, "lease_s": LEASE_S})
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)

    async def _row(self, statement: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
        async with self._pool.connection() as connection:
            return await (await connection.execute(statement.encode(), values)).fetchone()

    async def _do(self, statement: str, values: Mapping[str, Any]) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(statement.encode(), values)
