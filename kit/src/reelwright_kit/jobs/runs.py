"""The runs of jobs in this process: performed, stopped when their job ends elsewhere, withdrawn from providers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from dbos._error import DBOSWorkflowConflictIDError

from reelwright_kit import caller, logs, telemetry
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, Failure, JobCancelled, JobNotFound, Unexpected
from reelwright_kit.jobs.commission import Unreachable
from reelwright_kit.jobs.model import JobRecord, Json, State
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Standing, Submission, Submissions, Superseded
from reelwright_kit.jobs.work import HandOvers, Work

log = logs.logger(__name__)

Runner = Callable[[Work], Awaitable[Json]]
Canceller = Callable[[Json], Awaitable[bool]]
"""Asks a provider to stop the work of a ticket; whether nothing will be charged for it."""

WITHDRAWAL_TRIES = 5


@dataclass(frozen=True)
class _Running:
    tenant: str
    job: str
    run: int
    task: asyncio.Task[None]


class Runs:
    """What this process works on."""

    def __init__(
        self,
        store: JobStore,
        submissions: Submissions,
        runners: Mapping[str, Runner],
        cancellers: Mapping[str, Canceller],
    ) -> None:
        self._store = store
        self._submissions = submissions
        self._runners = runners
        self._cancellers = cancellers
        self._hand_overs = HandOvers()
        self._running: dict[tuple[str, int], _Running] = {}
        self._checks: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def closing(self) -> bool:
        """Whether this process begins nothing any more."""
        return self._closing

    async def run(self, tenant: str, job: str, run: int) -> None:
        """Works on one run of a job until it ends, whoever ends it."""
        if self._closing:
            # Left as it is: the next process begins it.
            raise asyncio.CancelledError
        task = asyncio.ensure_future(self._perform(tenant, job, run))
        # Before the first look at the job: a cancellation must find the task whenever it comes.
        self._running[job, run] = _Running(tenant, job, run, task)
        try:
            await task
        except asyncio.CancelledError:
            if self._closing or not await outlasting(lambda: self._store.ended(tenant, job, run)):
                raise
            await self._withdraw_if_cancelled(tenant, job, run)
            log.info("job_stopped", job=job)
        finally:
            self._running.pop((job, run), None)

    def on_state(self, job: str, state: State) -> None:
        """Hears of every job's state; a run whose job was cancelled is stopped."""
        if state is State.CANCELLED:
            for running in [one for one in self._running.values() if one.job == job]:
                # Asked again, because the job may be in another run by now.
                check = asyncio.ensure_future(self._stop_if_ended(running))
                self._checks.add(check)
                check.add_done_callback(self._checks.discard)

    async def stop_ended(self) -> None:
        """Stops runs whose jobs have ended while nobody listened."""
        for running in list(self._running.values()):
            await self._stop_if_ended(running)

    async def close(self, hand_over_s: float, interrupt_s: float) -> None:
        """Stops what runs and leaves it as it is: the next process goes on where the last finished step ended."""
        self._closing = True
        # All at once, or one whose answer has come would submit its next piece while the others are waited for.
        self._hand_overs.patience_s = hand_over_s
        tasks = [running.task for running in self._running.values()]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=interrupt_s)
        # A process that goes before the answers that providers owe have come would never know them.
        await self._hand_overs.settled(hand_over_s)
        if tasks:
            await asyncio.wait(tasks, timeout=interrupt_s)

    async def _stop_if_ended(self, running: _Running) -> None:
        if await outlasting(lambda: self._store.ended(running.tenant, running.job, running.run)):
            running.task.cancel()

    async def _perform(self, tenant: str, job: str, run: int) -> None:
        try:
            record = await outlasting(lambda: self._store.begin(tenant, job, run))
        except JobNotFound:
            # Deleted while it waited.
            return
        if record.run != run or record.state.final:
            if record.state is State.CANCELLED and record.run == run:
                await self._withdraw(tenant, job)
            return
        caller.become(caller.Caller(tenant, record.id, key=record.key, job=record.id))
        usual = await outlasting(lambda: self._store.usual_seconds(tenant, record.kind, record.model))
        with telemetry.span(f"job {record.kind}", job=record.id, trace_parent=record.trace):
            await self._work(Work(record, self._store, self._submissions, self._hand_overs, usual))

    async def _work(self, work: Work) -> None:
        record = work.job
        try:
            result = await self._runners[record.kind](work)
        except (Superseded, DBOSWorkflowConflictIDError):
            log.warning("job_taken_over_by_another", job=record.id)
        except AppError as error:
            await self._fail(record, error)
        except Exception as error:
            log.exception("job_crashed", job=record.id, kind=record.kind, error=type(error).__name__)
            await self._fail(record, Unexpected(job=record.id))
        else:
            finish = self._store.finish
            await outlasting(lambda: finish(record.tenant, record.id, State.SUCCEEDED, result=result, run=record.run))
            log.info("job_succeeded", job=record.id, kind=record.kind)

    async def _fail(self, record: JobRecord, error: AppError) -> None:
        kept = Failure.of(error).kept()
        finish = self._store.finish
        await outlasting(lambda: finish(record.tenant, record.id, State.FAILED, error=kept, run=record.run))
        log.warning("job_failed", job=record.id, kind=record.kind, reason=error.reason)

    async def _withdraw_if_cancelled(self, tenant: str, job: str, run: int) -> None:
        """A job that failed, or is in another run by now, may still need what the provider does."""
        with contextlib.suppress(JobNotFound):
            record = await outlasting(lambda: self._store.get(tenant, job))
            if record.state is State.CANCELLED and record.run == run:
                await self._withdraw(tenant, job)

    async def _withdraw(self, tenant: str, job: str) -> None:
        """Asks providers to stop what they still do for a cancelled job."""
        for submission in await outlasting(lambda: self._submissions.of(tenant, job)):
            if submission.state is Standing.SUBMITTED and submission.provider in self._cancellers:
                await self._book_withdrawal(submission, free=await self._withdrawn(submission))
            elif submission.under_way:
                # Whoever asked has died with the answer.
                await self._doubt(submission)

    async def _doubt(self, submission: Submission) -> None:
        record = await outlasting(lambda: self._store.get(submission.tenant, submission.job))
        await outlasting(lambda: self._submissions.doubt(record, submission.intent, submission.owner))

    async def _book_withdrawal(self, submission: Submission, *, free: bool) -> None:
        failure = Failure.of(JobCancelled(submission.job)).kept()
        record = await outlasting(lambda: self._store.get(submission.tenant, submission.job))
        await outlasting(lambda: self._submissions.fail(record, submission.intent, failure, charge=not free))

    async def _withdrawn(self, submission: Submission) -> bool:
        delay_s = 0.2
        for _ in range(WITHDRAWAL_TRIES):
            try:
                return await self._cancellers[submission.provider](submission.ticket or {})
            except Unreachable as error:
                log.warning("withdrawal_failed", job=submission.job, provider=submission.provider, cause=str(error))
            await asyncio.sleep(delay_s)
            delay_s *= 3
        return False
