"""One bell for the whole server: whoever waits for something looks again when it rings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Signal:
    """Rung from the server's own loop only; once closed, every wait ends."""

    def __init__(self) -> None:
        self._bell = asyncio.Event()
        self.closed = False

    def ring(self) -> None:
        """Lets everyone who waits look again."""
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()

    def close(self) -> None:
        """Ends every wait, now and later, so that a server that stops does not hang on a held answer."""
        self.closed = True
        self.ring()

    async def until(self, met: Callable[[], bool], *, timeout_s: float | None = None) -> bool:
        """Waits until `met()`; answers whether it is, which it may not be after `timeout_s` or once closed."""
        try:
            async with asyncio.timeout(timeout_s):
                while not met() and not self.closed:
                    await self._bell.wait()
        except TimeoutError:
            return met()
        return met()
