"""Tasks that belong together: all of them or none, and whoever waits hears of the first failure itself."""

from __future__ import annotations

import asyncio
from typing import Any


class Gathering(asyncio.TaskGroup):
    """A task group that raises the first failure itself: callers react to failures, not to groups of them."""

    async def __aexit__(self, *raised: Any) -> None:
        try:
            await super().__aexit__(*raised)
        except BaseExceptionGroup as group:
            raise group.exceptions[0] from None
