"""How the whole suite is: its parts, the providers they can use, the limits that hold; no value of a setting."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from urllib.parse import urlsplit

from reelwright_kit import database
from reelwright_kit.assets.library import MAX_BYTES
from reelwright_kit.assets.probe import MAX_PIXELS
from reelwright_kit.assets.references import MAX_INLINE_BYTES
from reelwright_kit.assets.store import FileStore
from reelwright_kit.database import LOST, Pool
from reelwright_kit.errors import AppError
from reelwright_kit.fetching import MAX_FETCH_BYTES
from reelwright_kit.pages import MAX_PAGE_SIZE
from reelwright_kit.presence import FRESH_S, Facts, present
from reelwright_kit.settings import ServiceSettings

SERVICES = ("audio", "image", "llm", "story", "video")
STORES = {"file": "A directory.", "s3": "S3.", "az": "Azure Blob Storage."}
AWAY = "It does not answer."
UNKNOWN = "Not known while the database does not answer."
SILENT = f"None of its processes has been heard of for {FRESH_S:.0f} seconds."
PATIENCE_S = 2.0
"""How long the store is waited for."""
NO_FILE = "environment/nothing"
"""A key that nothing is kept under; a store that says so answers."""


@dataclass(frozen=True)
class Part:
    """How a part is."""

    name: str
    ready: bool
    detail: str = ""


@dataclass(frozen=True)
class Provider:
    """Whether a service can use a provider."""

    service: str
    name: str
    missing: tuple[str, ...]
    """Names of the settings that are not set in one of its processes or more."""


@dataclass(frozen=True)
class Seen:
    """The suite as it is now."""

    version: str
    auth: str
    parts: Sequence[Part]
    """By name."""
    providers: Sequence[Provider]
    """By service and name; of services that are there."""
    limits: Mapping[str, int]


class Environment:
    """Looks at the suite from one of its processes."""

    def __init__(self, settings: ServiceSettings, pool: Pool, files: FileStore) -> None:
        self._settings = settings
        self._pool = pool
        self._files = files

    async def look(self) -> Seen:
        """How everything is; a part that does not answer is said to be so, and is no failure."""
        heard, store = await asyncio.gather(self._heard(), self._store())
        parts = [Part("database", heard is not None, "" if heard is not None else AWAY), store]
        parts += [_service(name, heard) for name in SERVICES]
        return Seen(
            metadata.version("reelwright-kit"),
            self._settings.auth,
            sorted(parts, key=lambda part: part.name),
            _providers(heard or {}),
            self._limits(),
        )

    async def _heard(self) -> Mapping[str, Sequence[Facts]] | None:
        """The processes that are there; None while the database is away."""
        if not await database.answers(self._pool):
            return None
        try:
            return await present(self._pool)
        except LOST:
            return None

    async def _store(self) -> Part:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._files.has(NO_FILE)
        except (AppError, TimeoutError):
            return Part("store", False, AWAY)
        return Part("store", True, STORES[urlsplit(self._settings.store_url).scheme])

    def _limits(self) -> Mapping[str, int]:
        kept = {
            "upload_bytes": MAX_BYTES,
            "fetch_bytes": MAX_FETCH_BYTES,
            "inline_bytes": MAX_INLINE_BYTES,
            "picture_pixels": MAX_PIXELS,
            "page_items": MAX_PAGE_SIZE,
            "request_id_seconds": round(self._settings.request_id_hours * 3600),
        }
        # Where it is 0 nothing is removed, so there is no such limit.
        retention = round(self._settings.task_retention_hours * 3600)
        return kept | ({"task_retention_seconds": retention} if retention else {})


def _service(name: str, heard: Mapping[str, Sequence[Facts]] | None) -> Part:
    if heard is None:
        return Part(name, False, UNKNOWN)
    processes = len(heard.get(name, ()))
    if not processes:
        return Part(name, False, SILENT)
    return Part(name, True, f"{processes} process{'es' if processes > 1 else ''}.")


def _providers(heard: Mapping[str, Sequence[Facts]]) -> list[Provider]:
    """A provider is missing what any process of the service misses: a call may meet that one."""
    missing: dict[tuple[str, str], dict[str, None]] = {}
    for service, processes in heard.items():
        for facts in processes:
            for name, names in facts.providers.items():
                missing.setdefault((service, name), {}).update(dict.fromkeys(names))
    return [Provider(service, name, tuple(names)) for (service, name), names in sorted(missing.items())]
