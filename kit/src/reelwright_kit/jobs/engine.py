"""Runs jobs durably on DBOS: recovers them after a crash, takes over those of lost replicas, stops cancelled ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import psycopg
import sqlalchemy
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from reelwright_kit import logs
from reelwright_kit.database import LOST
from reelwright_kit.errors import Failure, Unexpected
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.liveness import LivenessWatch
from reelwright_kit.jobs.model import State
from reelwright_kit.jobs.runs import Canceller, Runner, Runs
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Submissions

log = logs.logger(__name__)

MEND_EVERY_S = 30.0

RECOVERIES = 100
"""A job whose process died so often while it ran is given up: it is probably what kills them."""


@dataclass(frozen=True)
class Queue:
    """Where jobs of one provider wait. Parents and children wait in different queues, or they block each other."""

    name: str
    worker_concurrency: int
    """How many jobs of this queue one process runs at a time."""
    global_concurrency: int | None = None
    """How many run at a time in all processes together."""
    per_minute: int | None = None
    """How many begin in a minute in all processes together."""
    polling_interval_s: float = 0.2


@dataclass(frozen=True)
class EngineSettings:
    """What the engine needs to know of its process."""

    app: str
    executor_id: str
    database_url: str
    takeover_grace_s: float = 5.0
    interrupt_s: float = 5.0
    """How long jobs get to notice that the process ends."""
    hand_over_s: float = 150.0
    """How long submissions in flight get for their answer when the process ends."""
    max_threads: int = 16


class Engine:
    """The durable-workflow runtime of one service process; there can be only one in a process."""

    def __init__(
        self,
        settings: EngineSettings,
        store: JobStore,
        submissions: Submissions,
        feed: JobFeed,
        queues: tuple[Queue, ...],
        runners: Mapping[str, Runner],
        cancellers: Mapping[str, Canceller] | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._queues = queues
        self._runs = Runs(store, submissions, runners, cancellers or {})
        feed.on_state(self._runs.on_state, self._runs.stop_ended)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Works on jobs while the block runs. Jobs in flight at its end go on in the next process."""
        settings = self._settings
        watch = LivenessWatch(settings.database_url, settings.app, settings.executor_id, settings.takeover_grace_s)
        await watch.claim()
        sqlalchemy.event.listen(sqlalchemy.Engine, "handle_error", _call_it_lost)
        DBOS.workflow(name="job", max_recovery_attempts=RECOVERIES)(self._workflow())
        dbos = DBOS(config=self._config())
        DBOS.launch()
        for queue in self._queues:
            await DBOS.register_queue_async(
                queue.name,
                worker_concurrency=queue.worker_concurrency,
                global_concurrency=queue.global_concurrency,
                limiter={"limit": queue.per_minute, "period": 60.0} if queue.per_minute else None,
                polling_interval_sec=queue.polling_interval_s,
                on_conflict="always_update",
            )
        mending = asyncio.create_task(self._mend_for_ever(), name="mending")
        try:
            async with watch.running(self._take_over):
                try:
                    yield
                finally:
                    # What waits in the queues is for the peers: this one would keep it until it ends, minutes perhaps.
                    for event in dbos.background_thread_stop_events:
                        event.set()
                    # While this one is alive: peers would take its jobs for lost, and their submissions for unknown.
                    await self._runs.close(settings.hand_over_s, settings.interrupt_s)
        finally:
            mending.cancel()
            await asyncio.to_thread(DBOS.destroy)

    def _config(self) -> DBOSConfig:
        settings = self._settings
        return DBOSConfig(
            name=settings.app,
            # Fixed, or every deploy would strand the jobs in flight; raised only together with a migration of those.
            application_version=f"{settings.app}-1",
            executor_id=settings.executor_id,
            system_database_url=settings.database_url,
            serializer=DBOSPortableJSONSerializer(),
            sys_db_pool_size=6,
            max_executor_threads=settings.max_threads,
            log_level="WARNING",
        )

    def _workflow(self) -> Callable[[str, str, int], Awaitable[None]]:
        # A plain function: the library treats bound methods as members of a configured class. The run has a default
        # for those that were enqueued before there was one.
        async def job(tenant: str, job_id: str, run: int = 1) -> None:
            await self._runs.run(tenant, job_id, run)

        return job

    async def _mend_for_ever(self) -> None:
        while True:
            try:
                await self.mend()
            except LOST as error:
                log.warning("database_unreachable", error=type(error).__name__)
            except Exception as error:
                # Whoever mends goes on: nobody would miss it.
                log.exception("mending_crashed", error=type(error).__name__)
            await asyncio.sleep(MEND_EVERY_S)

    async def mend(self) -> None:
        """Ends jobs whose workflow has ended without them, so that none stays RUNNING for ever; frees left reserves."""
        for record in await self._store.stranded(self._settings.app):
            log.error("job_stranded", job=record.id, run=record.run)
            failure = Failure.of(Unexpected(job=record.id)).kept()
            await self._store.finish(record.tenant, record.id, State.FAILED, error=failure, run=record.run)
        if left := await self._store.free_left_pools():
            log.warning("reserves_left_over", jobs=left)

    async def _take_over(self, executors: list[str]) -> None:
        if self._runs.closing:
            # What is taken now would only be left again.
            return
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, executors)
        log.warning("jobs_taken_over", executors=executors, jobs=len(handles))


def _call_it_lost(error: sqlalchemy.ExceptionContext) -> None:
    """Marks a refused connection as lost: the workflow library waits for lost ones and knows them by TCP's words."""
    if error.connection is None and isinstance(error.original_exception, psycopg.OperationalError):
        error.is_disconnect = True
