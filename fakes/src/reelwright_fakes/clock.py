"""The time of the fake: the wall clock plus what control advanced it by."""

from __future__ import annotations

import time

from reelwright_fakes.signal import Signal


class Clock:
    """Seconds since 1970. Whatever the fake delays waits on this clock, so a test advances it and never sleeps."""

    def __init__(self, signal: Signal) -> None:
        self._signal = signal
        self._ahead_s = 0.0

    def now(self) -> float:
        """Seconds since 1970, as the fake sees it."""
        return time.time() + self._ahead_s

    def advance(self, seconds: float) -> None:
        """Moves the time forward for everybody who waits."""
        self._ahead_s += seconds
        self._signal.ring()

    def rewind(self) -> None:
        """Back to the wall clock."""
        self._ahead_s = 0.0

    async def reach(self, moment: float) -> None:
        """Waits until it is `moment`, by the wall clock or because somebody advanced the time."""
        while not self._signal.closed and (remaining := moment - self.now()) > 0:
            await self._signal.until(lambda: self.now() >= moment, timeout_s=remaining)
