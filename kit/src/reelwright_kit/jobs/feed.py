"""The live side of the event log: one LISTEN connection per process, one reader per watched job, any number of watchers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator

import psycopg

from reelwright_kit import logs
from reelwright_kit.database import LOST, outlasting
from reelwright_kit.jobs.model import EventRecord, JobRecord, State
from reelwright_kit.jobs.store import CHANNEL, JobStore

log = logs.logger(__name__)

StateWatcher = Callable[[str, State], None]


class _Topic:
    """The events of one watched job, kept in memory while somebody watches."""

    def __init__(self, job: str) -> None:
        self.job = job
        self.watchers = 0
        self.events: list[EventRecord] = []
        self.announced = 0
        self.changed = asyncio.Event()
        self.reading = asyncio.Lock()

    def announce(self, sequence: int) -> None:
        self.announced = max(self.announced, sequence)
        self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()

    async def read(self, store: JobStore) -> None:
        async with self.reading:
            known = len(self.events)
            while fresh := await outlasting(lambda: store.events(self.job, len(self.events))):
                self.events.extend(fresh)
            if len(self.events) > known:
                self.wake()


class JobFeed:
    """Hands out job events as they are recorded, wherever the job runs."""

    def __init__(self, url: str, store: JobStore) -> None:
        self._url = url
        self._store = store
        self._topics: dict[str, _Topic] = {}
        self._state_watchers: list[StateWatcher] = []
        self._listening = asyncio.Event()

    def on_state(self, watcher: StateWatcher) -> None:
        """Calls `watcher` for every announced event of any job with the job's state."""
        self._state_watchers.append(watcher)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listens while the block runs; the block starts once listening has begun."""
        task = asyncio.create_task(self._listen_for_ever(), name="job-feed")
        try:
            await self._listening.wait()
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def watch(self, job: str, after: int = 0) -> AsyncIterator[EventRecord]:
        """The events after sequence number `after`, recorded and new ones, ending with the final one."""
        with self._topic(job) as topic:
            while True:
                changed = topic.changed
                if len(topic.events) <= max(after, topic.announced - 1):
                    await topic.read(self._store)
                for event in topic.events[after:]:
                    yield event
                    after = event.sequence
                    if event.final:
                        return
                if len(topic.events) <= after:
                    await changed.wait()

    async def wait(self, tenant: str, job: str, timeout_s: float) -> JobRecord:
        """The job once it has ended, or as it is after `timeout_s` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                async with contextlib.aclosing(self.watch(job)) as events:
                    async for _ in events:
                        pass
        return await self._store.get(tenant, job)

    @contextlib.contextmanager
    def _topic(self, job: str) -> Iterator[_Topic]:
        topic = self._topics.setdefault(job, _Topic(job))
        topic.watchers += 1
        try:
            yield topic
        finally:
            topic.watchers -= 1
            if not topic.watchers:
                self._topics.pop(job, None)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except LOST as error:
                log.warning("job_feed_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        async with await psycopg.AsyncConnection.connect(self._url, autocommit=True, connect_timeout=3) as connection:
            await connection.execute(f"listen {CHANNEL}".encode())
            self._listening.set()
            # Whatever was announced while nobody listened is found by reading again.
            for topic in list(self._topics.values()):
                topic.announce(len(topic.events) + 1)
            async for notice in connection.notifies():
                self._dispatch(notice.payload)

    def _dispatch(self, payload: str) -> None:
        job, sequence, state = payload.split(" ")
        if topic := self._topics.get(job):
            topic.announce(int(sequence))
        for watcher in self._state_watchers:
            watcher(job, State(state))
