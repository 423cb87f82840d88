"""Who is there: every process says so in the database every few seconds, with what others may know of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec
import psycopg
from psycopg.types.json import Jsonb

from reelwright_kit import logs
from reelwright_kit.database import LOST, Pool, outlasting
from reelwright_kit.ids import new_id

log = logs.logger(__name__)

EVERY_S = 10.0
FRESH_S = 30.0
"""A process that has not been heard of for so long is taken for gone."""
FAREWELL_S = 1.0
"""How long a process that ends tries to say so."""

_SAY = """
insert into reelwright.processes (id, part, facts) values (%(id)s, %(part)s, %(facts)s)
on conflict (id) do update set facts = excluded.facts, seen_time = clock_timestamp()
"""
_LEAVE = "delete from reelwright.processes where id = %(id)s"
_CLEAR = "delete from reelwright.processes where seen_time < clock_timestamp() - interval '1 day'"
_PRESENT = """
select part, facts from reelwright.processes where seen_time > clock_timestamp() - make_interval(secs => %(fresh_s)s)
"""


class Facts(msgspec.Struct, frozen=True):
    """What others may know of a process: names, never values of settings."""

    providers: dict[str, tuple[str, ...]] = {}
    """The settings that are missing, by provider; none where it can be used."""


class Presence:
    """Says that this process is there."""

    def __init__(self, pool: Pool, part: str, providers: Mapping[str, Sequence[str]], every_s: float = EVERY_S) -> None:
        self._pool = pool
        self._every_s = every_s
        facts = Facts({name: tuple(missing) for name, missing in providers.items()})
        self._said = {"id": new_id("prc"), "part": part, "facts": Jsonb(msgspec.to_builtins(facts))}

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Says so while the block runs, from its beginning on, and takes it back afterwards."""
        await outlasting(self._say)
        task = asyncio.create_task(self._for_ever(), name="presence")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            # Who cannot say so is forgotten all the same, a little later.
            with contextlib.suppress(TimeoutError, *LOST):
                async with asyncio.timeout(FAREWELL_S), self._pool.connection() as connection:
                    await connection.execute(_LEAVE, self._said)

    async def _for_ever(self) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                await self._say()
            except (*LOST, psycopg.Error) as error:
                log.warning("database_unreachable", error=type(error).__name__)

    async def _say(self) -> None:
        async with self._pool.connection() as connection:
            await connection.execute(_SAY, self._said)
            await connection.execute(_CLEAR)


async def present(pool: Pool) -> Mapping[str, Sequence[Facts]]:
    """The processes that are there, by the part that they are of."""
    async with pool.connection() as connection:
        rows = await (await connection.execute(_PRESENT, {"fresh_s": FRESH_S})).fetchall()
    parts = defaultdict[str, list[Facts]](list)
    for row in rows:
        parts[row["part"]].append(msgspec.convert(row["facts"], Facts))
    return parts
