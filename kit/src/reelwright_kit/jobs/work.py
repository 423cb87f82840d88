"""What a job's code holds while it runs: its record, durable steps, and the ways to say how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

from dbos import DBOS

from reelwright_kit import telemetry
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, Code, Failure
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import OWN, Submissions, Units, Wish
from reelwright_kit.threads import in_thread

Result = TypeVar("Result")
P = ParamSpec("P")

LAST_WORD_S = 5.0
"""How long a cancelled job waits for the answer to a submission; the request is broken off then."""

MIN_INTERVAL_S = 0.25
"""Progress of one job is recorded at most this often; an event costs milliseconds."""


class RecordedFailure(AppError):
    """A failure that a step ended with, raised again from its record."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, (), **failure.metadata)
        self.code = Code(failure.code)
        self.reason = failure.reason
        self.domain = failure.domain


class HandOvers:
    """Submissions of this process whose answers are on their way."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()
        self.patience_s = LAST_WORD_S
        """How long one whose job is interrupted is waited for."""

    def begin(self, hand_over: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Starts one."""
        task = asyncio.ensure_future(hand_over)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def settled(self, timeout_s: float) -> None:
        """Waits until none is left, or so many seconds."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=timeout_s)


class Work:
    """One run of one job."""

    def __init__(
        self,
        record: JobRecord,
        store: JobStore,
        submissions: Submissions,
        hand_overs: HandOvers,
        usual_seconds: float | None,
    ) -> None:
        self.job = record
        self.submissions = submissions
        self._store = store
        self._hand_overs = hand_overs
        self._usual_seconds = usual_seconds
        self._begun = time.monotonic()
        self._last_said = 0.0
        self._percent = record.percent
        self._stage = record.stage
        self._queue_position: int | None = None

    async def step(self, name: str, body: Callable[[], Awaitable[Json]]) -> Json:
        """Runs `body` once over all runs of this job; its result, or its failure, is remembered.

        A body that meets a database that is away is run again when it is back.
        """

        async def recorded() -> Json:
            with telemetry.span(f"{self.job.kind} {name}", job=self.job.id):
                try:
                    return {"value": await outlasting(body)}
                except AppError as error:
                    return {"failure": Failure.of(error).kept()}

        outcome = await DBOS.run_step_async({"name": name}, recorded)
        if "failure" in outcome:
            raise RecordedFailure(Failure(**outcome["failure"]))
        value: Json = outcome["value"]
        return value

    async def progress(
        self, percent: float, stage: str, message: str = "", *, queue_position: int | None = None
    ) -> None:
        """Says how far the job is; calls that come too soon after another one are left out, unless the stage is new.

        `queue_position` is how many are before it at the provider.
        """
        percent = min(max(percent, self._percent), 99.0)
        now = time.monotonic()
        same = stage == self._stage and queue_position == self._queue_position
        if same and (now - self._last_said < MIN_INTERVAL_S or percent - self._percent < 1):
            return
        self._percent, self._stage, self._queue_position, self._last_said = percent, stage, queue_position, now
        body: Json = {"message": message} if message else {}
        if queue_position is not None:
            body["queue_position"] = queue_position
        await self._say("PROGRESS", body, percent=percent, stage=stage, eta_s=self._remaining_seconds(percent))

    async def part(self, key: str, title: str, stage: str, state: str, percent: float, job: str = "") -> None:
        """Says how far one part of the job is, such as one scene of a film."""
        part = {"key": key, "title": title, "stage": stage, "state": f"STATE_{state}", "percent": percent, "job": job}
        await self._say("PART", {"part": part})

    async def preview(self, asset: Json, message: str = "") -> None:
        """Shows a file that can be looked at before the job is done."""
        await self._say("PREVIEW", {"preview": asset, "message": message})

    async def intend(self, intent: str, provider: str, model: str) -> None:
        """Writes down what an engine of our own is about to make; it may be made again and costs nothing."""
        wish = Wish(intent, provider, model, repeatable=True)
        await outlasting(lambda: self.submissions.intend(self.job, wish, OWN))

    async def settle(self, intent: str, micros: int = 0, units: Units | None = None) -> None:
        """Writes down that what was asked for is kept, what it cost in millionths of a US dollar, and how much."""
        await outlasting(lambda: self.submissions.settle(self.job, intent, micros, units=units))

    async def handing_over(self, hand_over: Coroutine[Any, Any, Result]) -> Result:
        """Runs what must not be interrupted: until a provider's answer is written down, nobody else can know it.

        A cancelled job waits a few seconds for it; a process that ends waits longer.
        """
        task = self._hand_overs.begin(hand_over)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=self._hand_overs.patience_s)
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()
            raise

    async def in_thread(
        self, compute: Callable[Concatenate[Callable[[], bool], P], Result], *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Runs `compute(should_stop, ...)` in a thread; a cancelled job waits until the thread has stopped."""
        return await in_thread(compute, *args, **kwargs)

    @contextlib.contextmanager
    def reporting(self, low: float, high: float, stage: str) -> Iterator[Callable[[float], None]]:
        """A function for threads: fractions 0 to 1 given to it become progress from `low` to `high` percent."""
        loop = asyncio.get_running_loop()
        pending: set[asyncio.Task[None]] = set()

        def say(fraction: float) -> None:
            # One report on its way at a time: a slow database must not pile them up.
            if not pending:
                task = loop.create_task(self.progress(low + (high - low) * fraction, stage))
                pending.add(task)
                task.add_done_callback(pending.discard)

        def say_soon(fraction: float) -> None:
            loop.call_soon_threadsafe(say, fraction)

        try:
            yield say_soon
        finally:
            for task in pending:
                task.cancel()

    async def _say(self, event_type: str, body: Json, **moved: Any) -> None:
        job = self.job
        await outlasting(lambda: self._store.append(job.tenant, job.id, event_type, body, run=job.run, **moved))

    def _remaining_seconds(self, percent: float) -> float | None:
        """From how long such jobs took before; from this one's own pace where that is not known or proved wrong."""
        elapsed = time.monotonic() - self._begun
        pace = elapsed * (100 - percent) / percent if percent >= 5 else None
        if self._usual_seconds is None:
            return pace
        left = self._usual_seconds * (100 - percent) / 100
        return left if pace is None else (left + pace) / 2
