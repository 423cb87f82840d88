"""What a job's code holds while it runs: its record, durable steps, and the ways to say how far it is."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Concatenate, ParamSpec, TypeVar

from dbos import DBOS

from reelwright_kit import telemetry
from reelwright_kit.database import outlasting
from reelwright_kit.errors import AppError, Code, Failure
from reelwright_kit.jobs.model import JobRecord, Json
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.jobs.submissions import Submissions

Result = TypeVar("Result")
P = ParamSpec("P")

MIN_INTERVAL_S = 0.25
"""Progress of one job is recorded at most this often; an event costs milliseconds."""


class RecordedFailure(AppError):
    """A failure that a step ended with, raised again from its record."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message, (), **failure.metadata)
        self.code = Code(failure.code)
        self.reason = failure.reason
        self.domain = failure.domain


class Work:
    """One run of one job."""

    def __init__(
        self, record: JobRecord, store: JobStore, submissions: Submissions, usual_seconds: float | None
    ) -> None:
        self.job = record
        self._store = store
        self._submissions = submissions
        self._usual_seconds = usual_seconds
        self._begun = time.monotonic()
        self._last_said = 0.0
        self._percent = record.percent
        self._stage = record.stage

    async def step(self, name: str, body: Callable[[], Awaitable[Json]]) -> Json:
        """Runs `body` once over all runs of this job; its result, or its failure, is remembered.

        A body that meets a database that is away is run again when it is back.
        """

        async def recorded() -> Json:
            with telemetry.span(f"{self.job.kind} {name}", job=self.job.id):
                try:
                    return {"value": await outlasting(body)}
                except AppError as error:
                    return {"failure": vars(Failure.of(error)) | {"metadata": dict(error.metadata)}}

        outcome = await DBOS.run_step_async({"name": name}, recorded)
        if "failure" in outcome:
            raise RecordedFailure(Failure(**outcome["failure"]))
        value: Json = outcome["value"]
        return value

    async def progress(self, percent: float, stage: str, message: str = "") -> None:
        """Says how far the job is; calls that come too soon after another one are left out, unless the stage is new."""
        percent = min(max(percent, self._percent), 99.0)
        now = time.monotonic()
        if stage == self._stage and (now - self._last_said < MIN_INTERVAL_S or percent - self._percent < 1):
            return
        self._percent, self._stage, self._last_said = percent, stage, now
        body: Json = {"message": message} if message else {}
        if (eta_s := self._remaining_seconds(percent)) is not None:
            body["eta"] = f"{eta_s:.3f}s"
        await self._say("PROGRESS", body, percent=percent, stage=stage)

    async def part(self, key: str, title: str, stage: str, state: str, percent: float, job: str = "") -> None:
        """Says how far one part of the job is, such as one scene of a film."""
        part = {"key": key, "title": title, "stage": stage, "state": f"STATE_{state}", "percent": percent, "job": job}
        await self._say("PART", {"part": part})

    async def preview(self, asset: Json, message: str = "") -> None:
        """Shows a file that can be looked at before the job is done."""
        await self._say("PREVIEW", {"preview": asset, "message": message})

    async def intend(self, intent: str, provider: str, model: str) -> None:
        """Writes down that `provider` is about to be asked for `intent`."""
        await outlasting(lambda: self._submissions.intend(self.job, intent, provider, model))

    async def settle(self, intent: str) -> None:
        """Writes down that what was asked for has arrived and is kept."""
        await outlasting(lambda: self._submissions.settle(self.job, intent))

    async def in_thread(
        self, compute: Callable[Concatenate[Callable[[], bool], P], Result], *args: P.args, **kwargs: P.kwargs
    ) -> Result:
        """Runs `compute(should_stop, ...)` in a thread; a cancelled job waits until the thread has stopped."""
        stop = threading.Event()
        thread = asyncio.ensure_future(asyncio.to_thread(compute, stop.is_set, *args, **kwargs))
        try:
            return await asyncio.shield(thread)
        except asyncio.CancelledError:
            stop.set()
            while not thread.done():
                # Also when cancelled again: its files must not be taken from a thread that still writes them.
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.wait({thread})
            if not thread.cancelled():
                thread.exception()
            raise

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
        await outlasting(lambda: self._store.append(self.job.tenant, self.job.id, event_type, body, **moved))

    def _remaining_seconds(self, percent: float) -> float | None:
        """From how long such jobs took before; from this one's own pace where that is not known or proved wrong."""
        elapsed = time.monotonic() - self._begun
        pace = elapsed * (100 - percent) / percent if percent >= 5 else None
        if self._usual_seconds is None:
            return pace
        left = self._usual_seconds * (100 - percent) / 100
        return left if pace is None else (left + pace) / 2
