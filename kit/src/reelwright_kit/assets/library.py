"""The library: files are kept with their measurements and provenance, found again, and handed out in ranges."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from reelwright_kit import logs
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.model import SUFFIXES, AssetRecord, Measured, Provenance
from reelwright_kit.assets.probe import measure
from reelwright_kit.assets.scratch import Scratch
from reelwright_kit.assets.store import FileStore
from reelwright_kit.errors import AssetTooLarge, RangeNotSatisfiable
from reelwright_kit.ids import derived_id, new_id

log = logs.logger(__name__)

MAX_BYTES = 512 * 1024 * 1024


class Library:
    """Keeps files for tenants."""

    def __init__(self, index: AssetIndex, store: FileStore, scratch: Scratch | None = None) -> None:
        self._index = index
        self._store = store
        self._scratch = scratch or Scratch()

    @property
    def index(self) -> AssetIndex:
        """The rows, for those who list and describe files."""
        return self._index

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
        suffix = SUFFIXES.get(measured.media_type, "bin")
        # Named after its content too: a second maker of the same slot must not write over what the first one kept.
        key = f"{tenant}/{sha256[:2]}/{asset}.{sha256[2:18]}.{suffix}"
        await self._store.put(key, path)
        described = {
            "id": asset,
            "tenant": tenant,
            "key": key,
            "filename": filename or f"{asset}.{suffix}",
            "size_bytes": size_bytes,
            "sha256": sha256,
            "title": title,
            "tags": tuple(tags),
            "album": album,
            "job": provenance.job,
            "provenance": asdict(provenance),
        }
        record = await self._index.add(described | asdict(measured))
        if record.key != key:
            await self._store.delete(key)
        return record

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
        await self._store.delete(record.key)

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
