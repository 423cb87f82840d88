"""Runs jobs durably on DBOS: recovers them after a crash, takes over those of lost replicas, stops cancelled ones."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

import psycopg
import sqlalchemy
from dbos import DBOS, DBOSConfig, DBOSPortableJSONSerializer

from reelwright_kit import caller, logs, telemetry
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, Code, Failure, JobNotFound
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.liveness import LivenessWatch
from reelwright_kit.jobs.model import JobRecord, Json, State
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Submissions
from reelwright_kit.jobs.work import Work

log = logs.logger(__name__)

Runner = Callable[[Work], Awaitable[Json]]


@dataclass(frozen=True)
class Queue:
    """Where jobs of one provider wait. Parents and children wait in different queues, or they block each other."""

    name: str
    worker_concurrency: int
    """How many jobs of this queue one process runs at a time."""
    global_concurrency: int | None = None
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
    ) -> None:
        self._settings = settings
        self._store = store
        self._submissions = submissions
        self._queues = queues
        self._runners = runners
        self._running: dict[str, tuple[str, asyncio.Task[None]]] = {}
        self._closing = False
        feed.on_state(self._on_state, self._stop_ended)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Works on jobs while the block runs. Jobs in flight at its end go on in the next process."""
        settings = self._settings
        watch = LivenessWatch(settings.database_url, settings.app, settings.executor_id, settings.takeover_grace_s)
        await watch.claim()
        sqlalchemy.event.listen(sqlalchemy.Engine, "handle_error", _call_it_lost)
        DBOS.workflow(name="job", max_recovery_attempts=100)(self._workflow())
        DBOS(config=self._config())
        DBOS.launch()
        for queue in self._queues:
            await DBOS.register_queue_async(
                queue.name,
                worker_concurrency=queue.worker_concurrency,
                global_concurrency=queue.global_concurrency,
                polling_interval_sec=queue.polling_interval_s,
                on_conflict="always_update",
            )
        try:
            async with watch.running(self._take_over):
                yield
        finally:
            await self._interrupt()
            await asyncio.to_thread(DBOS.destroy)

    async def _interrupt(self) -> None:
        """Stops what runs and leaves it as it is: the next process goes on where the last finished step ended."""
        self._closing = True
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=self._settings.interrupt_s)

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

    def _workflow(self) -> Callable[[str, str], Awaitable[None]]:
        # A plain function: the library treats bound methods as members of a configured class.
        async def job(tenant: str, job_id: str) -> None:
            await self._run(tenant, job_id)

        return job

    async def _run(self, tenant: str, job_id: str) -> None:
        task = asyncio.ensure_future(self._perform(tenant, job_id))
        # Before the first look at the job: a cancellation must find the task whenever it comes.
        self._running[job_id] = (tenant, task)
        try:
            await task
        except asyncio.CancelledError:
            if self._closing or not await outlasting(lambda: self._store.ended(tenant, job_id)):
                raise
            log.info("job_stopped", job=job_id)
        finally:
            self._running.pop(job_id, None)

    async def _perform(self, tenant: str, job_id: str) -> None:
        try:
            record = await outlasting(lambda: self._store.begin(tenant, job_id))
        except JobNotFound:
            # Deleted while it waited.
            return
        if record.state.final:
            return
        caller.become(caller.Caller(tenant, job_id))
        usual = await outlasting(lambda: self._store.usual_seconds(tenant, record.kind, record.model))
        with telemetry.span(f"job {record.kind}", job=record.id, trace_parent=record.trace):
            await self._work(Work(record, self._store, self._submissions, usual))

    async def _work(self, work: Work) -> None:
        record = work.job
        try:
            result = await self._runners[record.kind](work)
        except AppError as error:
            await self._fail(record, error)
        except Exception as error:
            log.exception("job_crashed", job=record.id, kind=record.kind, error=type(error).__name__)
            await self._fail(record, Unexpected(record.id))
        else:
            await outlasting(lambda: self._store.finish(record.tenant, record.id, State.SUCCEEDED, result=result))
            log.info("job_succeeded", job=record.id, kind=record.kind)

    async def _fail(self, record: JobRecord, error: AppError) -> None:
        failure = Failure.of(error)
        kept = {**vars(failure), "metadata": dict(failure.metadata)}
        await outlasting(lambda: self._store.finish(record.tenant, record.id, State.FAILED, error=kept))
        log.warning("job_failed", job=record.id, kind=record.kind, reason=error.reason)

    def _on_state(self, job: str, state: State) -> None:
        if state is State.CANCELLED and job in self._running:
            self._running[job][1].cancel()

    async def _stop_ended(self) -> None:
        """Stops tasks whose jobs have ended while nobody listened."""
        for job, (tenant, task) in list(self._running.items()):
            if await self._store.ended(tenant, job):
                task.cancel()

    async def _take_over(self, executors: list[str]) -> None:
        handles = await asyncio.to_thread(DBOS._recover_pending_workflows, executors)
        log.warning("jobs_taken_over", executors=executors, jobs=len(handles))


def _call_it_lost(error: sqlalchemy.ExceptionContext) -> None:
    """Marks a refused connection as lost: the workflow library waits for lost ones and knows them by TCP's words."""
    if error.connection is None and isinstance(error.original_exception, psycopg.OperationalError):
        error.is_disconnect = True


class Unexpected(AppError):
    """Something nobody foresaw; the details are in the log."""

    code = Code.INTERNAL

    def __init__(self, job: str) -> None:
        super().__init__("Something unexpected went wrong with this job; its id finds it in the logs.", job=job)
