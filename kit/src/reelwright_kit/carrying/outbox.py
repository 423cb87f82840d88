"""Frames that wait to be sent: all that are there go out together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Generic, TypeVar

from reelwright_kit.carrying.frames import MESSAGE_BYTES, packed

Frame = TypeVar("Frame")


class Outbox(Generic[Frame]):
    """One end of a stream writes what is put here."""

    def __init__(self) -> None:
        self._frames: list[Frame] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self._leaving: asyncio.Future[None] | None = None
        self._waiting: asyncio.Future[None] | None = None
        self._closed = False

    def put(self, frame: Frame, size: int = 0) -> None:
        """Sends a frame, soon; `size` is that of its body, and of its metadata."""
        self._frames.append(frame)
        self._sizes.append(size)
        self._bytes += size
        self._wake()

    async def left(self) -> None:
        """Returns when the next message has been taken from here."""
        self._leaving = self._leaving or asyncio.get_running_loop().create_future()
        await asyncio.shield(self._leaving)

    def close(self) -> None:
        """Ends the messages behind what has been put."""
        self._closed = True
        self._wake()

    def drop(self) -> list[Frame]:
        """Ends the messages at once; returns what none has taken."""
        frames, self._frames = self._frames, []
        self.close()
        return frames

    async def messages(self) -> AsyncGenerator[bytes]:
        """The messages to send; the next one is made when the one before was sent."""
        while True:
            if self._frames:
                yield packed(self._take())
            elif self._closed:
                return
            else:
                self._waiting = asyncio.get_running_loop().create_future()
                await self._waiting

    def _wake(self) -> None:
        waiting = self._waiting
        if waiting is not None:
            self._waiting = None
            if not waiting.done():
                waiting.set_result(None)

    def _take(self) -> list[Frame]:
        if self._leaving:
            self._leaving.set_result(None)
            self._leaving = None
        frames, sizes = self._frames, self._sizes
        if self._bytes <= MESSAGE_BYTES:
            self._frames, self._sizes, self._bytes = [], [], 0
            return frames
        count = taken = 0
        for size in sizes:
            if count and taken + size > MESSAGE_BYTES:
                break
            count, taken = count + 1, taken + size
        self._frames, self._sizes, self._bytes = frames[count:], sizes[count:], self._bytes - taken
        return frames[:count]
