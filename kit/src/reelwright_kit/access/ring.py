"""The keys that this process has met: a look-up is a dictionary's, a revocation is heard of at once."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright_kit import logs
from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.model import CHANNEL, Identity
from reelwright_kit.access.sessions import Sessions
from reelwright_kit.access.statements import KNOWN, USED
from reelwright_kit.database import LOST, Pool, connect_alone
from reelwright_kit.errors import PartUnavailable

log = logs.logger(__name__)

CONFIRM_EVERY_S = 2.0
TRUST_S = 5.0
"""A key that was not confirmed for so long is read again before it opens anything."""
UNKNOWN_S = 2.0
"""How long a secret that opens nothing is not asked for again."""
MOST_UNKNOWN = 4096
READERS = 2
"""Secrets this process has not met are looked up so many at a time, so that guessing leaves the database alone."""
IDLE_S = 600.0
"""A key that is not used for so long is forgotten until it comes again."""
NOTE_USE_EVERY_S = 60.0


@dataclass
class _Entry:
    identity: Identity
    ends: float
    """When it expires, in seconds of the event loop's clock."""
    confirmed: float
    used: float
    noted: float = 0.0
    """When its use was last written down."""


class KeyRing:
    """Knows callers by the hash of their secret."""

    def __init__(self, url: str, pool: Pool, sessions: Sessions) -> None:
        self._url = url
        self._pool = pool
        self._sessions = sessions
        self._entries: dict[bytes, _Entry] = {}
        self._unknown: dict[bytes, float] = {}
        self._readers = asyncio.Semaphore(READERS)
        self._news = asyncio.Event()

    async def identify(self, digest: bytes) -> Identity:
        """Whom the secret with this hash stands for; raises KeyInvalid, and PartUnavailable where nobody can tell."""
        now = _now()
        entry = self._entries.get(digest)
        if entry is None or now - entry.confirmed > TRUST_S:
            entry = await self._read(digest)
        if entry is None or entry.ends <= now:
            raise KeyInvalid
        entry.used = now
        return entry.identity

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Confirms keys and hears of revocations while the block runs."""
        tasks = [
            asyncio.create_task(self._listen_for_ever(), name="key-news"),
            asyncio.create_task(self._confirm_for_ever(), name="key-ring"),
        ]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, digest: bytes) -> _Entry | None:
        """Asks the database, unless somebody has just done so."""
        asked = _now()
        if self._unknown.get(digest, 0.0) > asked:
            return None
        async with self._readers:
            entry = self._entries.get(digest)
            if (entry and entry.confirmed >= asked) or digest in self._unknown:
                return entry
            try:
                await self._confirm([digest])
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)
                raise PartUnavailable("database") from error
        if digest not in self._entries:
            self._remember_unknown(digest)
        return self._entries.get(digest)

    def _remember_unknown(self, digest: bytes) -> None:
        if len(self._unknown) >= MOST_UNKNOWN:
            # The oldest: dictionaries keep the order in which things came.
            del self._unknown[next(iter(self._unknown))]
        self._unknown[digest] = _now() + UNKNOWN_S

    async def _confirm(self, digests: Sequence[bytes]) -> None:
        """Reads these again; what does not open anything any more is forgotten, and its calls end."""
        asked = _now()
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(KNOWN, {"hashes": list(digests)})).fetchall()
        found = {bytes(row["hash"]): row for row in rows}
        for digest in digests:
            if row := found.get(digest):
                self._keep(digest, row, asked)
            else:
                self._forget(digest)

    def _keep(self, digest: bytes, row: Mapping[str, Any], asked: float) -> None:
        identity = Identity(
            row["tenant"],
            row["key"],
            frozenset(row["scopes"]),
            requests_per_minute=row["requests_per_minute"],
            credential=digest,
        )
        ends = float("inf") if row["ends_in_s"] is None else _now() + row["ends_in_s"]
        known = self._entries.get(digest)
        used, noted = (known.used, known.noted) if known else (asked, 0.0)
        self._entries[digest] = _Entry(identity, ends, asked, used, noted)

    def _forget(self, digest: bytes) -> None:
        entry = self._entries.pop(digest, None)
        if entry is not None:
            ended = self._sessions.end(digest)
            log.info("key_ended", key=entry.identity.key, calls_ended=ended)

    async def _confirm_for_ever(self) -> None:
        while True:
            with contextlib.suppress(TimeoutError):
                # Not wait_for, which may take a cancellation for the news that came with it, and go on for ever.
                async with asyncio.timeout(CONFIRM_EVERY_S):
                    await self._news.wait()
            self._news.clear()
            self._drop_what_is_over()
            try:
                if self._entries:
                    await self._confirm(list(self._entries))
                    await self._note_uses()
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)
            except Exception as error:
                log.exception("key_ring_crashed", error=type(error).__name__)

    def _drop_what_is_over(self) -> None:
        now = _now()
        for digest, entry in list(self._entries.items()):
            if entry.ends <= now:
                self._forget(digest)
            elif now - entry.used > IDLE_S and not self._sessions.has(digest):
                del self._entries[digest]
        for digest in [digest for digest, until in self._unknown.items() if until <= now]:
            del self._unknown[digest]

    async def _note_uses(self) -> None:
        now = _now()
        fresh = [
            entry
            for entry in self._entries.values()
            if entry.used > entry.noted and (not entry.noted or now - entry.noted > NOTE_USE_EVERY_S)
        ]
        if not fresh:
            return
        async with self._pool.connection() as connection:
            await connection.execute(USED, {"keys": [entry.identity.key for entry in fresh]})
        for entry in fresh:
            entry.noted = now

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with await connect_alone(self._url) as connection:
                    await connection.execute(f"listen {CHANNEL}".encode())
                    self._news.set()
                    async for _ in connection.notifies():
                        self._unknown.clear()
                        self._news.set()
            except LOST as error:
                log.warning("key_news_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)


def _now() -> float:
    return asyncio.get_running_loop().time()
