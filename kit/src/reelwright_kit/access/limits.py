"""Calls per minute of a key over all replicas: a sliding window in the database, of which processes take shares."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field

from reelwright_kit import caller
from reelwright_kit.access.errors import RateLimited
from reelwright_kit.access.model import Identity
from reelwright_kit.database import Pool

WINDOW_S = 60.0
STATEMENTS_PER_MINUTE = 600
"""A process takes so many calls at a time that the database is asked about ten times in a second for a key."""
MOST_KEYS = 10_000

_TAKE = """
with clock as (
  select date_trunc('minute', clock_timestamp()) as minute,
         extract(epoch from clock_timestamp() - date_trunc('minute', clock_timestamp()))::float as elapsed),
old as (
  select key, greatest(known.minute, clock.minute) as minute,
    -- Another process may be in the next minute already while this statement waited for the row.
    case when known.minute > clock.minute then 0 else elapsed end as elapsed,
    case when known.minute >= clock.minute then used else 0 end as used,
    case when known.minute >= clock.minute then used_before
         when known.minute = clock.minute - interval '1 minute' then used else 0 end as used_before
  from reelwright.key_minutes known, clock where key = %(key)s for update of known),
given as (
  select *, greatest(0, least(%(wanted)s, floor(%(limit)s - used - used_before * (1 - elapsed / 60))))::bigint as taken
  from old)
update reelwright.key_minutes mine set minute = given.minute, used = given.used + taken, used_before = given.used_before
from given where mine.key = given.key
returning taken, mine.used, mine.used_before, elapsed
"""
_BEGIN = """
insert into reelwright.key_minutes (key, minute, used, used_before)
values (%(key)s, date_trunc('minute', clock_timestamp()), 0, 0) on conflict (key) do nothing
"""


@dataclass(frozen=True)
class Window:
    """What was counted for a key, `elapsed_s` seconds into the present minute."""

    limit: int
    used: int
    used_before: int
    """In the minute before, of which as much counts as of it lies in the last 60 seconds."""
    elapsed_s: float

    @property
    def remaining(self) -> int:
        """Calls that may still be made now."""
        weight = 1 - self.elapsed_s / WINDOW_S
        return max(0, math.floor(self.limit - self.used - self.used_before * weight))

    @property
    def reset_s(self) -> float:
        """Seconds until nothing counts any more, if nobody calls."""
        if self.used:
            return 2 * WINDOW_S - self.elapsed_s
        return WINDOW_S - self.elapsed_s if self.used_before else 0.0

    @property
    def retry_after_s(self) -> float:
        """Seconds until a call may be made, if nobody else makes one."""
        if self.used < self.limit:
            return max(0.0, _fades_to(self.used_before, self.limit - self.used - 1) - self.elapsed_s)
        return WINDOW_S - self.elapsed_s + _fades_to(self.used, self.limit - 1)


def _fades_to(counted: int, room: int) -> float:
    """How far into the next minute `counted` calls of a minute have faded to `room`, in seconds."""
    return 0.0 if counted <= room else WINDOW_S * (1 - room / counted)


@dataclass
class _Share:
    """What this process has taken of a key's calls and not made yet."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    window: Window = Window(0, 0, 0, 0.0)
    seen: float = 0.0
    """When the window was read, in seconds of the event loop's clock."""
    left: int = 0
    over_until: float = 0.0
    """Before this there is certainly nothing to take."""


class RateLimits:
    """Lets the calls of limited keys through."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._shares: dict[str, _Share] = {}

    async def admit(self, identity: Identity) -> None:
        """Counts a call and tells its caller what is left; raises RateLimited."""
        limit = identity.requests_per_minute
        if not limit:
            return
        share = self._share(identity.key)
        async with share.lock:
            now = asyncio.get_running_loop().time()
            if share.window.limit != limit or now - share.seen >= WINDOW_S - share.window.elapsed_s:
                # What was taken of one minute's calls is worth nothing in the next.
                share.left, share.over_until = 0, 0.0
            if not share.left and now >= share.over_until:
                await self._take(identity.key, limit, share, now)
            if not share.left:
                _tell(share, now)
                raise RateLimited(limit, max(0.001, share.over_until - now))
            share.left -= 1
            _tell(share, now)

    def _share(self, key: str) -> _Share:
        if key not in self._shares and len(self._shares) >= MOST_KEYS:
            del self._shares[next(iter(self._shares))]
        return self._shares.setdefault(key, _Share())

    async def _take(self, key: str, limit: int, share: _Share, now: float) -> None:
        values = {"key": key, "limit": limit, "wanted": max(1, limit // STATEMENTS_PER_MINUTE)}
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_TAKE, values)).fetchone()
            if row is None:
                await connection.execute(_BEGIN, values)
                row = await (await connection.execute(_TAKE, values)).fetchone()
        assert row is not None
        share.window = Window(limit, row["used"], row["used_before"], row["elapsed"])
        share.seen, share.left = now, row["taken"]
        share.over_until = 0.0 if share.left else now + share.window.retry_after_s


def _tell(share: _Share, now: float) -> None:
    window = share.window
    caller.tell("x-ratelimit-limit-requests", str(window.limit))
    caller.tell("x-ratelimit-remaining-requests", str(window.remaining + share.left))
    caller.tell("x-ratelimit-reset-requests", f"{max(0.0, window.reset_s - (now - share.seen)):.1f}s")
