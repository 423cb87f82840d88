"""Objects without a row and rows without an object: both are found, and the former removed when they are old."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from reelwright_kit import logs
from reelwright_kit.assets import ownership
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.layout import is_ours
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.store import PAGE, FileStore, Stored
from reelwright_kit.database import Pool
from reelwright_kit.errors import PartUnavailable

log = logs.logger(__name__)

QUESTIONS_AT_ONCE = 8
NAMED = 20
"""How many of each are named; the others are counted."""


@dataclass
class Findings:
    """What was found and done."""

    objects: int = 0
    """Objects that no row names, older than the safety age."""
    object_bytes: int = 0
    removed: int = 0
    half_written: int = 0
    """Files of puts that were killed; removed."""
    rows: int = 0
    """Rows whose object is missing."""
    foreign: bool = False
    """The store belongs to another installation: nothing was removed."""
    some_objects: list[str] = field(default_factory=list, compare=False)
    """Keys of the first 20 of `objects`."""
    some_rows: list[str] = field(default_factory=list, compare=False)
    """Ids of the first 20 of `rows`."""


class Orphans:
    """Compares the store with the rows."""

    def __init__(self, pool: Pool, store: FileStore, age_s: float) -> None:
        self._pool = pool
        self._store = store
        self._index = AssetIndex(pool)
        self._library = Library(self._index, store)
        self._age_s = age_s

    async def check(self, *, remove: bool, rows: bool = True) -> Findings:
        """Looks at objects older than the safety age and, with `rows`, every row; changes nothing without `remove`."""
        found = Findings()
        found.foreign = not await ownership.holds(self._pool, self._store, claim=remove)
        before = datetime.now(UTC) - timedelta(seconds=self._age_s)
        if remove and not found.foreign:
            found.half_written = await self._store.clear(before)
        async for page in self._store.listed(before):
            await self._objects(page, found, remove and not found.foreign)
        if rows:
            await self._rows(found)
        return found

    async def _objects(self, page: Sequence[Stored], found: Findings, remove: bool) -> None:
        ours = {one.key: one for one in page if is_ours(one.key)}
        named = await self._index.named([*ours]) if ours else frozenset()
        for key in ours.keys() - named:
            found.objects += 1
            found.object_bytes += ours[key].size_bytes
            if found.objects <= NAMED:
                found.some_objects.append(key)
            if remove:
                found.removed += await self._library.discard(key)

    async def _rows(self, found: Findings) -> None:
        place = ("", "")
        while page := await self._index.keys(place, PAGE):
            for start in range(0, len(page), QUESTIONS_AT_ONCE):
                some = page[start : start + QUESTIONS_AT_ONCE]
                there = await asyncio.gather(*(self._store.has(key) for _, _, key in some))
                lost = {key: asset for (asset, _, key), is_there in zip(some, there, strict=True) if not is_there}
                # A file deleted meanwhile is not missed.
                for key in await self._index.named([*lost]) if lost else ():
                    found.rows += 1
                    if found.rows <= NAMED:
                        found.some_rows.append(lost[key])
            place = page[-1][1:]


async def attempted(orphans: Orphans, *, rows: bool) -> None:
    """Checks and removes, and says so in the log; a store that is away is left to the next time."""
    try:
        found = await orphans.check(remove=True, rows=rows)
    except PartUnavailable:
        return
    if found.rows:
        log.error("files_lost", rows=found.rows, assets=found.some_rows)
    if found.foreign:
        log.error("store_of_another_installation", objects=found.objects)
    elif found.objects or found.half_written:
        counted = {"objects": found.objects, "object_bytes": found.object_bytes, "removed": found.removed}
        log.warning("orphans", **counted, half_written=found.half_written, keys=found.some_objects)
