"""Asset rows in PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from reelwright_kit.assets.layout import tenant_of
from reelwright_kit.assets.model import AssetFilter, AssetRecord
from reelwright_kit.database import Connection, Pool
from reelwright_kit.errors import AssetNotFound

_INSERT = """
insert into reelwright.assets
  (id, tenant, key, filename, media_type, size_bytes, sha256, width, height, duration_s, title, tags, album, job,
   provenance)
values
  (%(id)s, %(tenant)s, %(key)s, %(filename)s, %(media_type)s, %(size_bytes)s, %(sha256)s, %(width)s, %(height)s,
   %(duration_s)s, %(title)s, %(tags)s, %(album)s, %(job)s, %(provenance)s)
on conflict (id) do nothing
"""

KEY_LOCK = 0x61737374
"""Class of the advisory locks on keys: who names an object and who removes it must not overtake each other."""

AT_ONCE = 2
"""How many hold such a lock at a time: each keeps a connection while the store is asked."""

_BY_KEY = "(tenant, key) in (select * from unnest(%(tenants)s::text[], %(keys)s::text[]))"

_PAGE = """
select id, tenant, key from reelwright.assets where (tenant, key) > (%(tenant)s, %(key)s)
order by tenant, key limit %(limit)s
"""


class AssetIndex:
    """Reads and writes asset rows; another tenant's id answers AssetNotFound."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._locking = asyncio.Semaphore(AT_ONCE)

    async def add(self, values: Mapping[str, Any], ensure: Callable[[], Awaitable[None]]) -> AssetRecord:
        """Adds a row, or returns the one that has this id already.

        `ensure` sees to it that the object is there; nobody removes it between that and the row's being there.
        """
        row = {**values, "tags": list(values["tags"]), "provenance": Jsonb(values["provenance"])}
        async with self._alone(values["key"]) as connection:
            await connection.execute(_INSERT, row)
            await ensure()
        return await self.get(values["tenant"], values["id"])

    @contextlib.asynccontextmanager
    async def unnamed(self, key: str) -> AsyncIterator[bool]:
        """Whether no row names this object; as long as the block runs, no row will."""
        async with self._alone(key) as connection:
            named = await self._named(connection, [key])
            yield not named

    async def named(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of `keys` that rows name."""
        async with self._pool.connection() as connection:
            return await self._named(connection, keys)

    async def keys(self, after: tuple[str, str], limit: int) -> Sequence[tuple[str, str, str]]:
        """Id, tenant and key of at most `limit` rows of any tenant, in the order of tenant and key, after those two."""
        values = {"tenant": after[0], "key": after[1], "limit": limit}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_PAGE, values)).fetchall()
        return [(row["id"], row["tenant"], row["key"]) for row in rows]

    async def _named(self, connection: Connection, keys: Sequence[str]) -> frozenset[str]:
        values = {"tenants": [tenant_of(key) for key in keys], "keys": list(keys)}
        query = f"select key from reelwright.assets where {_BY_KEY}"
        return frozenset([row["key"] async for row in await connection.execute(query.encode(), values)])

    @contextlib.asynccontextmanager
    async def _alone(self, key: str) -> AsyncIterator[Connection]:
        async with self._locking, self._pool.connection() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (KEY_LOCK, key))
            yield connection

    async def find(self, tenant: str, asset: str) -> AssetRecord | None:
        """The row, or None."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select * from reelwright.assets where id = %s and tenant = %s", (asset, tenant)
            )
            row = await cursor.fetchone()
        return msgspec.convert(row, AssetRecord) if row else None

    async def get(self, tenant: str, asset: str) -> AssetRecord:
        """The row; raises AssetNotFound."""
        record = await self.find(tenant, asset)
        if record is None:
            raise AssetNotFound(asset)
        return record

    async def list(
        self, tenant: str, chosen: AssetFilter, limit: int, before: tuple[datetime, str] | None = None
    ) -> Sequence[AssetRecord]:
        """At most `limit` files, newest first, after the one with the time and the id `before`, which may be gone."""
        conditions, values = ["tenant = %(tenant)s"], {"tenant": tenant, "limit": limit}
        if before:
            conditions.append("(create_time, id) < (%(time)s, %(before)s)")
            values["time"], values["before"] = before
        for condition, name, value in _conditions(chosen):
            conditions.append(condition)
            values[name] = value
        query = (
            f"select * from reelwright.assets where {' and '.join(conditions)}"
            " order by create_time desc, id desc limit %(limit)s"
        )
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query.encode(), values)).fetchall()
        return [msgspec.convert(row, AssetRecord) for row in rows]

    async def update(self, tenant: str, asset: str, changes: Mapping[str, Any]) -> AssetRecord:
        """Changes the given columns of title, tags, album and keep."""
        assignments = ", ".join(f"{name} = %({name})s" for name in changes)
        if assignments:
            query = f"update reelwright.assets set {assignments} where id = %(id)s and tenant = %(tenant)s"
            async with self._pool.connection() as connection:
                await connection.execute(query.encode(), {**changes, "id": asset, "tenant": tenant})
        return await self.get(tenant, asset)

    async def remove(self, tenant: str, asset: str) -> None:
        """Removes a row."""
        async with self._pool.connection() as connection:
            await connection.execute("delete from reelwright.assets where id = %s and tenant = %s", (asset, tenant))

    async def unkept_of(self, tenant: str, jobs: Sequence[str]) -> Sequence[AssetRecord]:
        """The files made by `jobs` that nobody asked to keep."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select * from reelwright.assets where tenant = %s and job = any(%s) and not keep", (tenant, list(jobs))
            )
            return [msgspec.convert(row, AssetRecord) for row in await cursor.fetchall()]


def _conditions(chosen: AssetFilter) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    if chosen.media_type.endswith("/"):
        found.append(("starts_with(media_type, %(media_type)s)", "media_type", chosen.media_type))
    elif chosen.media_type:
        found.append(("media_type = %(media_type)s", "media_type", chosen.media_type))
    if chosen.job:
        of_tree = """job in (
          with recursive tree as (
            select id from reelwright.jobs where id = %(job)s and tenant = %(tenant)s
            union all select child.id from reelwright.jobs child join tree on child.parent = tree.id)
          select id from tree)"""
        found.append((of_tree, "job", chosen.job))
    if chosen.album:
        found.append(("album = %(album)s", "album", chosen.album))
    if chosen.tag:
        found.append(("%(tag)s = any(tags)", "tag", chosen.tag))
    return found
