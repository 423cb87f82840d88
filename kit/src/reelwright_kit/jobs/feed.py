"""The live side of the event log: one LISTEN connection per process, one reader per watched job, many watchers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator

from reelwright_kit import logs
from reelwright_kit.database import LOST, connect_alone, outlasting
from reelwright_kit.errors import JobNotFound
from reelwright_kit.jobs.model import CHANNEL, EventRecord, JobRecord, State
from reelwright_kit.jobs.store import JobStore

log = logs.logger(__name__)

StateWatcher = Callable[[str, State], None]
Resumed = Callable[[], Awaitable[None]]

BATCH = 500
"""Events read at a time."""


class _Topic:
    """The events of one watched job, kept in memory while somebody watches."""

    def __init__(self, tenant: str, job: str) -> None:
        self.tenant = tenant
        self.job = job
        self.watchers = 0
        self.events: list[EventRecord] = []
        self.stale = True
        """There may be more in the database."""
        self.changed = asyncio.Event()
        self._reading = asyncio.Lock()

    @property
    def ended(self) -> bool:
        return bool(self.events) and self.events[-1].final

    def announce(self, sequence: int) -> None:
        if sequence > len(self.events):
            self.expire()

    def expire(self) -> None:
        self.stale = True
        self.changed.set()
        self.changed = asyncio.Event()

    async def read(self, store: JobStore) -> None:
        """Reads what is new; watchers that come together share one reading."""
        async with self._reading:
            if not self.stale:
                return
            self.stale = False
            try:
                await outlasting(lambda: self._read(store))
            except BaseException:
                # A watcher that leaves in the middle of reading leaves the rest to the next one.
                self.stale = True
                raise

    async def _read(self, store: JobStore) -> None:
        known = len(self.events)
        while fresh := await store.events(self.tenant, self.job, len(self.events), BATCH):
            self.events.extend(fresh)
            if len(fresh) < BATCH:
                return
        if len(self.events) == known and not await store.exists(self.tenant, self.job):
            raise JobNotFound(self.job)


class JobFeed:
    """Hands out job events as they are recorded, wherever the job runs."""

    def __init__(self, url: str, store: JobStore) -> None:
        self._url = url
        self._store = store
        self._topics: dict[tuple[str, str], _Topic] = {}
        self._state_watchers: list[StateWatcher] = []
        self._resumed: list[Resumed] = []
        self._listening = asyncio.Event()

    def on_state(self, watcher: StateWatcher, resumed: Resumed) -> None:
        """Calls `watcher` for every announced event of any job with the job's state.

        `resumed` is called whenever listening has begun: what was announced before that was heard by nobody.
        """
        self._state_watchers.append(watcher)
        self._resumed.append(resumed)

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

    async def watch(self, tenant: str, job: str, after: int = 0) -> AsyncGenerator[EventRecord]:
        """The events after sequence number `after`, recorded and new ones, ending with the final one.

        Raises JobNotFound when the job is deleted before its end was seen.
        """
        with self._topic(tenant, job) as topic:
            while True:
                changed = topic.changed
                await topic.read(self._store)
                for event in topic.events[after:]:
                    yield event
                    after = event.sequence
                if topic.ended and after >= len(topic.events):
                    return
                if after >= len(topic.events) and not topic.stale:
                    await changed.wait()

    async def wait(self, tenant: str, job: str, timeout_s: float) -> JobRecord:
        """The job once it has ended, or as it is after `timeout_s` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                async with contextlib.aclosing(self.watch(tenant, job)) as events:
                    async for _ in events:
                        pass
        return await self._store.get(tenant, job)

    @contextlib.contextmanager
    def _topic(self, tenant: str, job: str) -> Iterator[_Topic]:
        topic = self._topics.setdefault((tenant, job), _Topic(tenant, job))
        topic.watchers += 1
        try:
            yield topic
        finally:
            topic.watchers -= 1
            if not topic.watchers:
                self._topics.pop((tenant, job), None)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen()
            except LOST as error:
                log.warning("job_feed_lost", error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _listen(self) -> None:
        async with await connect_alone(self._url) as connection:
            await connection.execute(f"listen {CHANNEL}".encode())
            self._listening.set()
            # Whatever was announced while nobody listened is found by reading again.
            for topic in list(self._topics.values()):
                topic.expire()
            for resumed in self._resumed:
                await resumed()
            async for notice in connection.notifies():
                self._dispatch(notice.payload)

    def _dispatch(self, payload: str) -> None:
        job, sequence, state, tenant = payload.split(" ", 3)
        if topic := self._topics.get((tenant, job)):
            topic.announce(int(sequence))
        for watcher in self._state_watchers:
            watcher(job, State(state))
