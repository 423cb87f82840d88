"""Asset rows in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from reelwright_kit.assets.model import AssetFilter, AssetRecord
from reelwright_kit.database import Pool
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


class AssetIndex:
    """Reads and writes asset rows; another tenant's id answers AssetNotFound."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def add(self, values: Mapping[str, Any]) -> AssetRecord:
        """Adds a row, or returns the one that has this id already."""
        row = {**values, "tags": list(values["tags"]), "provenance": Jsonb(values["provenance"])}
        async with self._pool.connection() as connection:
            await connection.execute(_INSERT, row)
        return await self.get(values["tenant"], values["id"])

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
