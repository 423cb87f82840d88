"""The object store: bytes by key, in a local directory, S3 or Azure; whole objects only."""

from __future__ import annotations

import urllib.parse
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import AzureStore, LocalStore, ObjectStore, S3Store

PIECE_BYTES = 1 << 20

STORE_URLS = "file:///path, s3://bucket or az://container"


class FileStore(Protocol):
    """Keeps whole objects under keys."""

    async def put(self, key: str, path: Path) -> None:
        """Stores the file at `path`; readers see all of it or nothing."""

    def read(self, key: str, offset: int, length: int) -> AsyncIterator[bytes]:
        """The bytes from `offset`, `length` of them, in pieces of at most 1 MiB."""

    async def delete(self, key: str) -> None:
        """Removes an object; one that is gone already is no error."""


class ObjectFileStore:
    """A FileStore on obstore."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    async def put(self, key: str, path: Path) -> None:
        await obstore.put_async(self._store, key, path)

    async def read(self, key: str, offset: int, length: int) -> AsyncIterator[bytes]:
        end = offset + length
        while offset < end:
            piece = await obstore.get_range_async(self._store, key, start=offset, end=min(offset + PIECE_BYTES, end))
            yield bytes(piece)
            offset += len(piece)

    async def delete(self, key: str) -> None:
        try:
            await obstore.delete_async(self._store, key)
        except FileNotFoundError:
            return


def open_store(url: str) -> FileStore:
    """The store that `url` names, see `STORE_URLS`; credentials come from the environment."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "file":
        path = urllib.parse.unquote(parts.path)
        return ObjectFileStore(LocalStore(path, mkdir=True))
    if parts.scheme == "s3":
        return ObjectFileStore(S3Store(parts.netloc, prefix=parts.path.strip("/") or None))
    if parts.scheme == "az":
        return ObjectFileStore(AzureStore(parts.netloc, prefix=parts.path.strip("/") or None))
    raise ValueError(f"{url!r} is none of {STORE_URLS}")
