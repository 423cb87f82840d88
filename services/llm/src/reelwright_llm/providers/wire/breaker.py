"""Leaves a provider alone for a while after it failed several times in a row."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from typing import Any

from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.providers.wire.http import Refusal, Wire


class BreakerWire:
    """Passes calls on until `failures` in a row failed; then refuses for `pause_s` seconds, then lets one try.

    A failure is an answer of 500 or above, a broken connection or a silence; what a provider refuses is none.
    """

    def __init__(self, wire: Wire, failures: int, pause_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.provider = wire.provider
        self._wire = wire
        self._most = failures
        self._pause_s = pause_s
        self._clock = clock
        self._failed = 0
        self._open_until = 0.0

    async def post(self, path: str, body: Any) -> Any:
        self._admit()
        try:
            answer = await self._wire.post(path, body)
        except (ProviderBusy, Refusal) as error:
            self._learn(error)
            raise
        self._failed = 0
        return answer

    async def stream(self, path: str, body: Any) -> AsyncGenerator[bytes]:
        self._admit()
        try:
            async with aclosing(self._wire.stream(path, body)) as events:
                async for data in events:
                    self._failed = 0
                    yield data
        except (ProviderBusy, Refusal) as error:
            self._learn(error)
            raise
        self._failed = 0

    def _learn(self, error: ProviderBusy | Refusal) -> None:
        if isinstance(error, Refusal) and error.status < 500:
            self._failed = 0
        else:
            self._count()

    def _admit(self) -> None:
        now = self._clock()
        if self._failed < self._most:
            return
        if now < self._open_until:
            left = self._open_until - now
            error = ProviderBusy(self.provider, f"failed {self._failed} times in a row and is left alone for a while")
            error.retry_after_s = round(left, 3)
            raise error
        # Who comes while this one tries is refused.
        self._open_until = now + self._pause_s

    def _count(self) -> None:
        self._failed += 1
        if self._failed >= self._most:
            self._open_until = self._clock() + self._pause_s
