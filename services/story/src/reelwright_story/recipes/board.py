"""How far a film is: the progress of every shot's picture, voice and clip, rolled up into the film's own."""

from __future__ import annotations

import time

from reelwright_kit.jobs.model import EventRecord, State
from reelwright_kit.jobs.work import Work
from reelwright_story.recipes.stopping import Tally

WEIGHTS = {"picture": 0.35, "voice": 0.1, "clip": 0.55}
"""Share of each task in the work of a shot."""

MIN_INTERVAL_S = 0.5


class ShotBoard:
    """Tells the watchers of a film about its shots, from `low` to `high` percent of the film."""

    def __init__(self, work: Work, titles: list[str], low: float, high: float, tally: Tally) -> None:
        self.tally = tally
        """What is there of the film."""
        self._work = work
        self._titles = titles
        self._low, self._high = low, high
        self._done = [dict.fromkeys(WEIGHTS, 0.0) for _ in titles]
        self._said: dict[tuple[int, str], tuple[str, float]] = {}

    async def announce(self) -> None:
        """Names every shot, so that watchers know at once what is to come."""
        for number, title in enumerate(self._titles):
            await self._work.part(f"shot-{number + 1}", title, "waiting", State.QUEUED.value, 0)

    async def hear(self, number: int, task: str, event: EventRecord) -> None:
        """Takes in an event of the child that does `task` for shot `number`, counted from 0."""
        state = State(event.body["state"].removeprefix("STATE_"))
        percent = float(event.body["percent"])
        self._done[number][task] = percent / 100
        if self._is_news(number, task, state):
            await self._work.part(
                f"shot-{number + 1}", self._titles[number], task, state.value, self._percent(number), event.job
            )
        await self._work.progress(self._overall(), "shooting")

    def _is_news(self, number: int, task: str, state: State) -> bool:
        last_state, last_time = self._said.get((number, task), ("", 0.0))
        now = time.monotonic()
        if state.value == last_state and now - last_time < MIN_INTERVAL_S:
            return False
        self._said[number, task] = (state.value, now)
        return True

    def _percent(self, number: int) -> float:
        return round(100 * sum(WEIGHTS[task] * share for task, share in self._done[number].items()), 1)

    def _overall(self) -> float:
        shares = [self._percent(number) for number in range(len(self._titles))]
        return self._low + (self._high - self._low) * sum(shares) / (100 * len(shares))
