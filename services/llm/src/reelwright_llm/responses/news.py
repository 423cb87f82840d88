"""Hears what is new of responses, wherever they are made: one LISTEN connection per process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator

from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit import logs
from reelwright_kit.database import LOST, connect_alone, outlasting
from reelwright_llm.responses.store import CHANNEL, ResponseStore

log = logs.logger(__name__)

Listener = Callable[[str, str], None]


class News:
    """Hands out the events of responses as they are recorded."""

    def __init__(self, url: str, store: ResponseStore) -> None:
        self._url = url
        self._store = store
        self._watchers: dict[str, set[asyncio.Event]] = {}
        self._listener: Listener = lambda response, state: None
        self._listening = asyncio.Event()

    def on_change(self, listener: Listener) -> None:
        """Calls `listener` with the id and the state of every response of which something is new."""
        self._listener = listener

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens while the block runs; the block starts once listening has begun."""
        task = asyncio.create_task(self._listen_for_ever(), name="response-news")
        try:
            await self._listening.wait()
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def watch(self, tenant: str, response: str, after: int = -1) -> AsyncGenerator[list[pb.ResponseEvent]]:
        """The events after number `after`, recorded and new ones, until the last; raises ResponseNotFound."""
        with self._watching(response) as changed:
            while True:
                changed.clear()
                last = after
                told, ended = await outlasting(lambda: self._store.events(tenant, response, last))  # noqa: B023
                if told:
                    after = told[-1].sequence
                    yield told
                if ended:
                    return
                await changed.wait()

    @contextlib.contextmanager
    def _watching(self, response: str) -> Iterator[asyncio.Event]:
        changed = asyncio.Event()
        watchers = self._watchers.setdefault(response, set())
        watchers.add(changed)
        try:
            yield changed
        finally:
            watchers.discard(changed)
            if not watchers and self._watchers.get(response) is watchers:
                del self._watchers[response]

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except LOST as error:
                log.warning("response_news_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        async with await connect_alone(self._url) as connection:
            await connection.execute(f"listen {CHANNEL}".encode())
            self._listening.set()
            # What was announced while nobody listened is found by looking.
            for response in list(self._watchers):
                self._wake(response)
            async for notice in connection.notifies():
                response, _, state = notice.payload.partition(" ")
                self._wake(response)
                self._listener(response, state)

    def _wake(self, response: str) -> None:
        for changed in self._watchers.get(response, ()):
            changed.set()
