"""How accepted work comes to its end: by polls, by time, at once, on command or never."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.background import BackgroundTask

from reelwright_fakes.ledger import State, Submission
from reelwright_fakes.problems import Problem
from reelwright_fakes.vendor import Vendor

if TYPE_CHECKING:
    from reelwright_fakes.stage import Stage
    from reelwright_fakes.world import World

# Unscripted work is seen queued once and running once before it is seen finished.
USUAL_POLLS = 2


class Progress:
    """Moves the submissions of one vendor."""

    def __init__(self, vendor: Vendor, stage: Stage, world: World) -> None:
        self._vendor = vendor
        self._stage = stage
        self._world = world

    async def begin(self, submission: Submission) -> None:
        """What happens before the answer to the submission: timers start, early webhooks go out."""
        scenario = submission.plan.scenario
        if scenario.webhook == "early" and submission.webhook is not None:
            self._end(submission)
            await self._deliver(submission, times=1)
        elif scenario.after_s is not None:
            self._world.start(self._finish_at(submission, submission.at + scenario.after_s))

    def after_answer(self, submission: Submission) -> BackgroundTask | None:
        """What happens once the answer is out: work that nobody paces and that has a webhook finishes."""
        if submission.webhook is None or submission.plan.scenario.paced:
            return None
        return BackgroundTask(self._finish_unasked, submission)

    def poll(self, submission: Submission) -> None:
        """Counts a poll; it may be the one that sees the end."""
        if submission.finished:
            return
        submission.polls += 1
        scenario = submission.plan.scenario
        waits = scenario.outcome == "never" or (scenario.after_s is not None and scenario.after_polls is None)
        polls = USUAL_POLLS if scenario.after_polls is None else scenario.after_polls
        if not waits and submission.polls > polls:
            self.finish(submission)
        elif submission.polls > 1 or polls == 1:
            self._run(submission)

    def finish(self, submission: Submission) -> None:
        """Ends the work as its scenario says, and tells the webhook; does nothing to what has ended."""
        if self._end(submission) and submission.webhook is not None:
            times = {"once": 1, "twice": 2, "forged": 1}.get(submission.plan.scenario.webhook, 0)
            if times:
                self._world.start(self._deliver(submission, times=times))

    def run(self, submission: Submission) -> None:
        """Starts work that starts when it is accepted."""
        self._run(submission)

    def hurry(self, submission: Submission) -> None:
        """Ends work that nobody paces, where the caller will not be there to see it end."""
        if not submission.plan.scenario.paced:
            self.finish(submission)

    async def settle(self, submission: Submission) -> None:
        """For vendors that answer with the result: waits as long as the scenario says, then the work is at its end.

        Raises Problem if it failed.
        """
        if submission.plan.scenario.outcome != "never" and submission.plan.scenario.after_s is None:
            self.finish(submission)
        await self._world.signal.until(lambda: submission.finished)
        if submission.failure is not None:
            raise submission.failure

    def cancel(self, submission: Submission) -> bool:
        """Cancels unfinished work; what had not started is not charged. Answers whether any was left."""
        if submission.finished:
            return False
        if submission.state == "queued":
            submission.billed_micro_usd = 0
        submission.cancelled = True
        self._close(submission, "cancelled")
        return True

    def _end(self, submission: Submission) -> bool:
        if submission.finished:
            return False
        self._run(submission)
        scenario = submission.plan.scenario
        if scenario.outcome == "fail":
            usual = self._vendor.failure(submission)
            code, message = scenario.code or usual.code, scenario.message or usual.message
            submission.failure = Problem(usual.status, code, message, usual.at)
            submission.billed_micro_usd = 0
        self._close(submission, "failed" if submission.failure else "succeeded")
        return True

    def _run(self, submission: Submission) -> None:
        submission.state = "running"
        submission.started_at = submission.started_at or self._world.clock.now()

    def _close(self, submission: Submission, state: State) -> None:
        submission.state, submission.finished_at = state, self._world.clock.now()
        self._world.tell("finished", submission, state)

    async def _finish_at(self, submission: Submission, moment: float) -> None:
        await self._world.clock.reach(moment)
        self.finish(submission)

    async def _finish_unasked(self, submission: Submission) -> None:
        self.finish(submission)

    async def _deliver(self, submission: Submission, *, times: int) -> None:
        forged = submission.plan.scenario.webhook == "forged"
        delivery = self._vendor.delivery(self._stage, submission, forged=forged)
        for _ in range(times if delivery is not None else 0):
            assert delivery is not None and submission.webhook is not None
            await self._world.post(submission, submission.webhook, delivery)
