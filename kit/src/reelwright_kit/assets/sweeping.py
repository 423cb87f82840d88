"""The round that removes orphans: hourly, in one process at a time, whichever of all services that is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from reelwright_kit import logs
from reelwright_kit.assets.orphans import Orphans, attempted
from reelwright_kit.database import LOST, connect_alone

log = logs.logger(__name__)

SWEEP_LOCK = 0x7377656570
"""Advisory lock of the process that goes the rounds."""
EVERY_S = 3600.0
FIRST_S = 60.0
"""After the start, so that a process that is started again and again does not begin each time."""
CANDIDATE_S = 30.0
"""How often the others look whether the process that goes the rounds is gone."""
ROWS_EVERY = 24
"""Rounds: rows are looked at in the first one and every so many, as each costs a question to the store."""


class Sweeping:
    """Goes the rounds as long as this process has the lock, and tries for it otherwise."""

    def __init__(
        self,
        url: str,
        orphans: Orphans,
        *,
        every_s: float = EVERY_S,
        first_s: float = FIRST_S,
        candidate_s: float = CANDIDATE_S,
    ) -> None:
        self._url = url
        self._orphans = orphans
        self._every_s = every_s
        self._first_s = first_s
        self._candidate_s = candidate_s

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Goes the rounds while the block runs."""
        task = asyncio.create_task(self._for_ever(), name="orphans")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _for_ever(self) -> None:
        await asyncio.sleep(self._first_s)
        while True:
            try:
                await self.lead()
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)
            except Exception as error:
                # The service goes on: what is left over can wait for somebody to read this.
                log.exception("orphans_crashed", error=type(error).__name__)
            await asyncio.sleep(self._candidate_s)

    async def lead(self) -> None:
        """Goes the rounds for as long as the lock's connection lives; returns at once when another has the lock."""
        connection = await connect_alone(self._url)
        async with connection:
            row = await (await connection.execute("select pg_try_advisory_lock(%s)", (SWEEP_LOCK,))).fetchone()
            if not row or not row[0]:
                return
            number = 0
            while True:
                await attempted(self._orphans, rows=number % ROWS_EVERY == 0)
                number += 1
                await asyncio.sleep(self._every_s)
                # Raises when the connection, and with it the lock, is gone.
                await connection.execute("select 1")
