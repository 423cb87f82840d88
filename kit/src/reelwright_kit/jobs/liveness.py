"""Finds replicas that are gone for good by their missing advisory locks, so that a peer takes over their jobs."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import psycopg

from reelwright_kit import logs
from reelwright_kit.database import LOST, connect_alone
from reelwright_kit.errors import CannotStart

log = logs.logger(__name__)

TakeOver = Callable[[list[str]], Awaitable[None]]

_PENDING = """
select distinct executor_id from dbos.workflow_status
where status = 'PENDING' and application_name = %s and executor_id <> %s
"""
_HELD = """
select (classid::bigint << 32) | objid::bigint from pg_locks
where locktype = 'advisory' and objsubid = 1 and granted
  and database = (select oid from pg_database where datname = current_database())
"""


class IdentityTaken(CannotStart):
    """Another live process has this executor id; sharing one would run paid steps twice."""


def lock_key(app: str, executor: str) -> int:
    """The advisory lock an executor holds while it lives."""
    return int.from_bytes(hashlib.sha256(f"{app}\0{executor}".encode()).digest()[:8], "big", signed=True)


class LivenessWatch:
    """Holds this executor's lock and watches those of its peers."""

    def __init__(self, url: str, app: str, executor: str, grace_s: float, every_s: float = 1.0) -> None:
        self._url = url
        self._app = app
        self._executor = executor
        self._grace_s = grace_s
        self._every_s = every_s
        self._connection: psycopg.AsyncConnection[tuple[object, ...]] | None = None
        self._missing_since: dict[str, float] = {}

    async def claim(self) -> None:
        """Takes the lock; raises IdentityTaken when a live process has it."""
        connection = await connect_alone(self._url)
        key = lock_key(self._app, self._executor)
        row = await (await connection.execute("select pg_try_advisory_lock(%s)", (key,))).fetchone()
        if not row or not row[0]:
            await connection.close()
            raise IdentityTaken(f"REELWRIGHT_EXECUTOR_ID: {self._executor} is in use by a live {self._app} process")
        self._connection = connection
        # After an outage every lock is gone for a moment: nobody has been missing before this connection began.
        self._missing_since = {}

    @contextlib.asynccontextmanager
    async def running(self, take_over: TakeOver) -> AsyncIterator[None]:
        """Watches while the block runs, then gives the lock back."""
        task = asyncio.create_task(self._watch(take_over), name="liveness")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            if self._connection:
                await self._connection.close()

    async def _watch(self, take_over: TakeOver) -> None:
        while True:
            await asyncio.sleep(self._every_s)
            try:
                if self._connection is None or self._connection.closed:
                    await self.claim()
                if gone := await self._gone():
                    await take_over(gone)
            except (*LOST, IdentityTaken) as error:
                log.warning("liveness_interrupted", error=str(error))
                if self._connection:
                    await self._connection.close()

    async def _gone(self) -> list[str]:
        assert self._connection is not None
        peers = [str(row[0]) async for row in await self._connection.execute(_PENDING, (self._app, self._executor))]
        held = {row[0] async for row in await self._connection.execute(_HELD)} if peers else set()
        now = time.monotonic()
        missing = [peer for peer in peers if lock_key(self._app, peer) not in held]
        self._missing_since = {peer: self._missing_since.get(peer, now) for peer in missing}
        return [peer for peer, since in self._missing_since.items() if now - since >= self._grace_s]
