"""The object store: bytes by key, in a local directory, S3 or Azure; whole objects only."""

from __future__ import annotations

import asyncio
import contextlib
import urllib.parse
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

import obstore
from obstore.exceptions import BaseError, GenericError
from obstore.store import AzureStore, LocalStore, ObjectStore, S3Store

from reelwright_kit import logs
from reelwright_kit.assets import s3
from reelwright_kit.assets.directory import leftovers, secured
from reelwright_kit.assets.disposition import content_disposition
from reelwright_kit.errors import PartUnavailable

log = logs.logger(__name__)

PIECE_BYTES = 1 << 20
STRETCH_PIECES = 8
"""Pieces that are asked for at once where each question is a journey."""
PAGE = 500

STORE_URLS = "file:///path, s3://bucket or az://container"


@dataclass(frozen=True)
class Label:
    """What an object says of itself to whoever opens its address."""

    media_type: str
    filename: str


@dataclass(frozen=True)
class Stored:
    """An object as a list shows it."""

    key: str
    size_bytes: int
    change_time: datetime


class FileStore(Protocol):
    """Keeps whole objects under keys."""

    async def put(self, key: str, path: Path, label: Label | None = None) -> None:
        """Stores the file at `path`; readers see all of it or nothing."""

    def read(self, key: str, offset: int, length: int) -> AsyncIterator[bytes]:
        """The bytes from `offset`, `length` of them, in pieces of at most 1 MiB."""

    async def has(self, key: str) -> bool:
        """Whether there is such an object."""

    async def delete(self, key: str) -> None:
        """Removes an object; one that is gone already is no error."""

    def listed(self, before: datetime) -> AsyncIterator[Sequence[Stored]]:
        """Every object last changed before this time, in pages of at most 500 and in no order."""

    async def address(self, key: str, lifetime_s: float) -> str:
        """An address that works that long, for whoever has it; empty where the store has none to give."""

    async def clear(self, before: datetime) -> int:
        """Removes what puts that were killed before this time left behind; returns how many that were."""


class ObjectFileStore:
    """A FileStore on obstore."""

    def __init__(self, store: ObjectStore, stretch_pieces: int = 1) -> None:
        self._store = store
        self._stretch_bytes = stretch_pieces * PIECE_BYTES

    async def put(self, key: str, path: Path, label: Label | None = None) -> None:
        await obstore.put_async(self._store, key, path)

    async def read(self, key: str, offset: int, length: int) -> AsyncIterator[bytes]:
        end = offset + length
        while offset < end:
            stop = min(offset + self._stretch_bytes, end)
            stretch = memoryview(await obstore.get_range_async(self._store, key, start=offset, end=stop))
            if not stretch:
                raise EOFError(f"{key} ends at {offset} and not at {end}")
            for start in range(0, len(stretch), PIECE_BYTES):
                yield bytes(stretch[start : start + PIECE_BYTES])
            offset += len(stretch)

    async def has(self, key: str) -> bool:
        try:
            await obstore.head_async(self._store, key)
        except FileNotFoundError:
            return False
        return True

    async def delete(self, key: str) -> None:
        with contextlib.suppress(FileNotFoundError):
            await obstore.delete_async(self._store, key)

    async def listed(self, before: datetime) -> AsyncIterator[Sequence[Stored]]:
        async for page in obstore.list(self._store, chunk_size=PAGE):
            found = (Stored(one["path"], one["size"], one["last_modified"]) for one in page)
            yield [one for one in found if one.change_time < before]

    async def address(self, key: str, lifetime_s: float) -> str:
        return ""

    async def clear(self, before: datetime) -> int:
        return 0


class DirectoryFileStore(ObjectFileStore):
    """A FileStore in a directory of this machine, which survives a power cut."""

    def __init__(self, directory: Path) -> None:
        super().__init__(LocalStore(directory, mkdir=True))
        self._directory = directory

    async def put(self, key: str, path: Path, label: Label | None = None) -> None:
        with _stored():
            await super().put(key, path)
            await asyncio.to_thread(secured, self._directory, key)

    async def clear(self, before: datetime) -> int:
        return await asyncio.to_thread(leftovers, self._directory, before)


class RemoteFileStore(ObjectFileStore):
    """A FileStore on a server, which hands out its objects itself; PartUnavailable while it cannot be reached."""

    def __init__(self, store: S3Store | AzureStore, shown: S3Store | AzureStore) -> None:
        super().__init__(store, STRETCH_PIECES)
        self._shown = shown

    async def put(self, key: str, path: Path, label: Label | None = None) -> None:
        told = {}
        if label:
            disposition = content_disposition(label.filename, label.media_type)
            told = {"Content-Type": label.media_type, "Content-Disposition": disposition}
        with _stored():
            await obstore.put_async(self._store, key, path, attributes=told)

    async def read(self, key: str, offset: int, length: int) -> AsyncIterator[bytes]:
        with _reached():
            async for piece in super().read(key, offset, length):
                yield piece

    async def has(self, key: str) -> bool:
        with _reached():
            return await super().has(key)

    async def delete(self, key: str) -> None:
        with _reached():
            await super().delete(key)

    async def listed(self, before: datetime) -> AsyncIterator[Sequence[Stored]]:
        with _reached():
            async for page in super().listed(before):
                yield page

    async def address(self, key: str, lifetime_s: float) -> str:
        with _reached():
            return await obstore.sign_async(self._shown, "GET", key, timedelta(seconds=lifetime_s))


@contextlib.contextmanager
def _stored() -> Iterator[None]:
    """Whatever keeps a file from being stored, a full disk or a key that was changed, may be mended."""
    try:
        yield
    except (BaseError, OSError) as error:
        log.warning("store_unreachable", cause=str(error).partition("\n")[0])
        raise PartUnavailable("object store") from error


@contextlib.contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except GenericError as error:
        log.warning("store_unreachable", cause=str(error).partition("\n")[0])
        raise PartUnavailable("object store") from error


def open_store(url: str, access: s3.S3Access | None = None) -> FileStore:
    """The store that `url` names, see `STORE_URLS`; Azure's credentials come from the environment."""
    parts = urllib.parse.urlsplit(url)
    prefix = parts.path.strip("/")
    if parts.scheme == "file":
        return DirectoryFileStore(Path(urllib.parse.unquote(parts.path)))
    access = access or s3.S3Access()
    if parts.scheme == "s3":
        return RemoteFileStore(s3.reach(parts.netloc, prefix, access), s3.show(parts.netloc, prefix, access))
    if parts.scheme == "az":
        container = AzureStore(parts.netloc, prefix=prefix or None, retry_config=s3.RETRIES)
        return RemoteFileStore(container, container)
    raise ValueError(f"{url!r} is none of {STORE_URLS}")
