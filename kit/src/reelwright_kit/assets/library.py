"""The library: files are kept with their measurements and provenance, found again, and handed out in ranges."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from reelwright_kit import logs
from reelwright_kit.addresses import AddressRules
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.layout import key_of, suffix_of
from reelwright_kit.assets.model import AssetRecord, Measured, Provenance
from reelwright_kit.assets.probe import measure
from reelwright_kit.assets.scratch import Scratch
from reelwright_kit.assets.store import FileStore, Label
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AssetTooLarge, PartUnavailable, RangeNotSatisfiable
from reelwright_kit.fetching import Fetcher
from reelwright_kit.ids import derived_id, new_id

log = logs.logger(__name__)

MAX_BYTES = 512 * 1024 * 1024


class Library:
    """Keeps files for tenants."""

    def __init__(
        self, index: AssetIndex, store: FileStore, scratch: Scratch | None = None, fetcher: Fetcher | None = None
    ) -> None:
        self._index = index
        self._store = store
        self._scratch = scratch or Scratch()
        self._fetcher = fetcher or Fetcher(AddressRules())

    @property
    def index(self) -> AssetIndex:
        """The rows, for those who list and describe files."""
        return self._index

    @property
    def fetcher(self) -> Fetcher:
        """What brings files from addresses that users give."""
        return self._fetcher

    @contextlib.contextmanager
    def scratch(self) -> Iterator[Path]:
        """A directory for files in the making that is gone afterwards."""
        with self._scratch.directory() as directory:
            yield directory

    async def made(self, tenant: str, job: str, slot: str) -> AssetRecord | None:
        """What `job` has already made for `slot`, if it has."""
        return await self._index.find(tenant, derived_id("ast", tenant, job, slot))

    async def keep(
        self,
        tenant: str,
        path: Path,
        *,
        media_type: str = "",
        filename: str = "",
        title: str = "",
        tags: Sequence[str] = (),
        album: str = "",
        slot: str = "",
        provenance: Provenance | None = None,
    ) -> AssetRecord:
        """Stores the file at `path`. With a `slot`, whoever comes again finds what was kept first, in any case."""
        provenance = provenance or Provenance()
        measured, size_bytes, sha256 = await asyncio.to_thread(_examined, path, media_type)
        asset = derived_id("ast", tenant, provenance.job, slot) if slot else new_id("ast")
        described = {
            "id": asset,
            "tenant": tenant,
            "key": key_of(tenant, asset, sha256, measured.media_type),
            "filename": filename or f"{asset}.{suffix_of(measured.media_type)}",
            "size_bytes": size_bytes,
            "sha256": sha256,
            "title": title,
            "tags": tuple(tags),
            "album": album,
            "job": provenance.job,
            "provenance": asdict(provenance),
        }
        return await self._placed(path, described | asdict(measured))

    async def keep_made(
        self,
        tenant: str,
        path: Path,
        *,
        media_type: str,
        slot: str,
        provenance: Provenance,
        filename: str = "",
        title: str = "",
    ) -> AssetRecord:
        """Stores what a job has made. Waits for a store or a database that is away: it may have been paid for."""

        async def keep() -> AssetRecord:
            return await self.keep(
                tenant,
                path,
                media_type=media_type,
                filename=filename,
                title=title,
                slot=slot,
                provenance=provenance,
            )

        delay_s = 0.5
        while True:
            try:
                return await outlasting(keep)
            except PartUnavailable as error:
                log.warning("store_unreachable", cause=error.message, retry_in_s=delay_s)
            await asyncio.sleep(delay_s)
            delay_s = min(delay_s * 2, 10.0)

    async def _placed(self, path: Path, row: Mapping[str, Any]) -> AssetRecord:
        """Object first, row second: a crash in between leaves an object without a row, never a row without a file."""
        key, label = row["key"], Label(row["media_type"], row["filename"])
        await self._store.put(key, path, label)

        async def ensure() -> None:
            if not await self._store.has(key):
                await self._store.put(key, path, label)

        record = await self._index.add(row, ensure)
        if record.key != key:
            await self._left_over(key)
        return record

    async def address(self, record: AssetRecord, lifetime_s: float) -> tuple[str, datetime] | None:
        """Where the store itself hands the file out, and until when; None where the store does not."""
        # To the second, as addresses are dated; a moment too early rather than too late.
        expire_time = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=int(lifetime_s))
        url = await self._store.address(record.key, int(lifetime_s))
        return (url, expire_time) if url else None

    async def read(self, record: AssetRecord, offset: int = 0, length: int = 0) -> AsyncIterator[bytes]:
        """The bytes from `offset`, at most `length` of them, or to the end when it is 0."""
        if offset > record.size_bytes or (offset == record.size_bytes and record.size_bytes):
            raise RangeNotSatisfiable(record.size_bytes, offset)
        rest = record.size_bytes - offset
        async for piece in self._store.read(record.key, offset, min(length, rest) if length else rest):
            yield piece

    async def fetch(self, tenant: str, asset: str, directory: Path) -> Path:
        """Copies a file into `directory` and returns its path."""
        record = await self._index.get(tenant, asset)
        path = directory / f"{asset}{Path(record.key).suffix}"
        with path.open("wb") as file:
            async for piece in self.read(record):
                file.write(piece)
        return path

    async def delete(self, tenant: str, asset: str) -> None:
        """Removes a file and its row; the row goes first, so that nobody finds a row without bytes."""
        record = await self._index.get(tenant, asset)
        await self._index.remove(tenant, asset)
        await self._left_over(record.key)

    async def discard(self, key: str) -> bool:
        """Removes an object that no row names; False when one does."""
        async with self._index.unnamed(key) as free:
            if free:
                await self._store.delete(key)
        return free

    async def _left_over(self, key: str) -> None:
        """Discards an object if the store can be reached; who looks for orphans finds it otherwise."""
        try:
            await self.discard(key)
        except PartUnavailable:
            log.warning("object_left_over", key=key)

    async def forget(self, tenant: str, jobs: Sequence[str]) -> None:
        """Removes the unkept files that `jobs` made."""
        for record in await self._index.unkept_of(tenant, jobs):
            await self.delete(tenant, record.id)


def _examined(path: Path, declared: str) -> tuple[Measured, int, str]:
    """What the file is, its size in bytes and its hash."""
    size_bytes = path.stat().st_size
    if size_bytes > MAX_BYTES:
        raise AssetTooLarge(MAX_BYTES)
    return measure(path, declared), size_bytes, sha256_of(path)


def sha256_of(path: Path) -> str:
    """The hash of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
