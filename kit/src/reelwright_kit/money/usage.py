"""Calls that are no jobs, in the usage report: those that matter are written at once, the others soon and together."""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections import deque
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import msgspec

from reelwright_kit import caller, logs
from reelwright_kit.database import LOST, Pool

log = logs.logger(__name__)

FLUSH_EVERY_S = 1.0
FLUSH_AT = 500
KEPT_AT_MOST = 100_000
"""Rows that wait for a database that is away; the oldest are dropped then."""
LAST_TRY_S = 10.0
"""How long a process that ends waits for the database."""

_COLUMNS = "time, tenant, key, job, kind, provider, model, requests, input_tokens, output_tokens, cost_micros"
_COPY = f"copy reelwright.usage ({_COLUMNS}) from stdin".encode()


class Use(msgspec.Struct, frozen=True):
    """One call of a model, for whoever made it."""

    kind: str
    """`text`, `embedding` or `moderation`."""
    provider: str
    model: str
    tenant: str
    key: str
    job: str
    input_tokens: int = 0
    output_tokens: int = 0
    cost_micros: int = 0
    time: datetime = msgspec.field(default_factory=lambda: datetime.now(UTC))
    requests: int = 1

    @classmethod
    def of_caller(
        cls, kind: str, provider: str, model: str, input_tokens: int, output_tokens: int, cost_micros: int
    ) -> Use:
        """A call by the current caller."""
        who = caller.current()
        return cls(kind, provider, model, who.tenant, who.key, who.job, input_tokens, output_tokens, cost_micros)

    @property
    def row(self) -> tuple[object, ...]:
        """As the table has it."""
        return (self.time, *self.whose, self.requests, self.input_tokens, self.output_tokens, self.cost_micros)

    @property
    def whose(self) -> tuple[str, ...]:
        """All but the time and the numbers."""
        return (self.tenant, self.key, self.job, self.kind, self.provider, self.model)

    def plus(self, other: Use) -> Use:
        """Both as one, at the time of this."""
        return msgspec.structs.replace(
            self,
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cost_micros=self.cost_micros + other.cost_micros,
            requests=self.requests + other.requests,
        )


class UsageRecorder:
    """Writes calls down without letting them wait for the database."""

    def __init__(self, pool: Pool, every_s: float = FLUSH_EVERY_S, kept_at_most: int = KEPT_AT_MOST) -> None:
        self._pool = pool
        self._every_s = every_s
        self._kept_at_most = kept_at_most
        self._waiting: deque[Use] = deque()
        self._due = asyncio.Event()
        self._ending = False
        self._writing = asyncio.Lock()

    async def record(self, use: Use) -> None:
        """Writes a call down: at once for a job or when it cost money, else soon; never fails."""
        if not (use.job or use.cost_micros):
            self._keep([use])
            return
        try:
            await self._write([use])
        except LOST as error:
            log.warning("database_unreachable", error=type(error).__name__)
            self._keep([use])

    async def flush(self) -> None:
        """Writes what waits now; what a database that is away does not take waits on."""
        async with self._writing:
            # What comes meanwhile is for the next time: else a busy process would write all the time, a little each.
            for _ in range(math.ceil(len(self._waiting) / FLUSH_AT)):
                batch = [self._waiting.popleft() for _ in range(min(FLUSH_AT, len(self._waiting)))]
                try:
                    await self._write(batch)
                except BaseException:
                    self._keep_again(batch)
                    raise

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Writes every second while the block runs, and the rest at its end."""
        flushing = asyncio.create_task(self._flush_for_ever(), name="usage")
        try:
            yield
        finally:
            # Not cancelled: nobody would know whether what is being written arrived.
            self._ending = True
            self._due.set()
            await flushing
            await self._flush_at_last()

    async def _flush_for_ever(self) -> None:
        while not self._ending:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._every_s):
                    await self._due.wait()
            self._due.clear()
            try:
                await self.flush()
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__, waiting=len(self._waiting))

    async def _flush_at_last(self) -> None:
        try:
            async with asyncio.timeout(LAST_TRY_S):
                await self.flush()
        except (TimeoutError, *LOST) as error:
            log.error("usage_lost", rows=len(self._waiting), error=type(error).__name__)

    def _keep(self, uses: Sequence[Use]) -> None:
        self._waiting.extend(uses)
        self._drop_oldest()
        if len(self._waiting) >= FLUSH_AT:
            self._due.set()

    def _keep_again(self, uses: Sequence[Use]) -> None:
        self._waiting.extendleft(reversed(uses))
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        dropped = max(len(self._waiting) - self._kept_at_most, 0)
        for _ in range(dropped):
            self._waiting.popleft()
        if dropped:
            log.error("usage_dropped", rows=dropped)

    async def _write(self, uses: Sequence[Use]) -> None:
        async with (
            self._pool.connection() as connection,
            connection.transaction(),
            connection.cursor() as cursor,
            cursor.copy(_COPY) as copy,
        ):
            for use in _together(uses):
                await copy.write_row(use.row)


def _together(uses: Sequence[Use]) -> list[Use]:
    """The uses of one second that differ in nothing but their numbers as one; what they sum up to stays the same."""
    sums: dict[tuple[object, ...], Use] = {}
    for use in uses:
        alike = (use.time.replace(microsecond=0), *use.whose)
        known = sums.get(alike)
        sums[alike] = use if known is None else known.plus(use)
    return list(sums.values())
