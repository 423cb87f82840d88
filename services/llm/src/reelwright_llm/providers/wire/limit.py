"""Asks one provider only so much at a time; as many more wait, and the rest are sent away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from reelwright_llm.errors import ProviderLimited
from reelwright_llm.providers.wire.http import Wire

RETRY_AFTER_S = 1.0


class LimitedWire:
    """Passes on at most `limit` calls at a time, in the order they came, and lets at most `limit` wait."""

    def __init__(self, wire: Wire, limit: int) -> None:
        self.provider = wire.provider
        self._wire = wire
        self._limit = limit
        self._places = asyncio.Semaphore(limit)
        self._here = 0

    async def post(self, path: str, body: Any) -> Any:
        self._enter()
        try:
            async with self._places:
                return await self._wire.post(path, body)
        finally:
            self._here -= 1

    async def stream(self, path: str, body: Any) -> AsyncGenerator[bytes]:
        self._enter()
        try:
            async with self._places, aclosing(self._wire.stream(path, body)) as events:
                async for data in events:
                    yield data
        finally:
            self._here -= 1

    def _enter(self) -> None:
        if self._here >= 2 * self._limit:
            cause = f"{self._limit} calls are running and as many are waiting"
            raise ProviderLimited(self.provider, cause, RETRY_AFTER_S)
        self._here += 1
