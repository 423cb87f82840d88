"""The bytes of an answer as they come; what came before the answer broke off is given before that is said."""

from __future__ import annotations

from typing import Any, cast

import aiohttp


class Arriving:
    """Iterates over what has come each time. The library alone would forget what nobody had read before the break."""

    def __init__(self, content: aiohttp.StreamReader) -> None:
        self._content = content
        self._broken: BaseException | None = None

    def __aiter__(self) -> Arriving:
        return self

    async def __anext__(self) -> bytes:
        if self._broken:
            raise self._broken
        broken = self._content.exception()
        piece = self._left(broken) if broken else await self._content.readany()
        if not piece:
            raise StopAsyncIteration
        return piece

    def _left(self, broken: BaseException) -> bytes:
        """What had come before the answer broke off; raises that when there is no more."""
        self._broken = broken
        # The reader gives what it has when it does not know of a failure.
        self._content.set_exception(cast(Any, None))
        piece = self._content.read_nowait()
        if not piece:
            raise broken
        return piece
