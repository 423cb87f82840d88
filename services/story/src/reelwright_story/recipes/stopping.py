"""A film that may not spend more: what there is of it, what is left to make, and how it can go on."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from reelwright_kit.errors import AppError
from reelwright_kit.jobs.model import JobRecord
from reelwright_kit.money.amounts import dollars
from reelwright_story.errors import FilmStopped

CEILING, BUDGET = "COST_CEILING", "BUDGET_EXHAUSTED"
MONEY = (CEILING, BUDGET)
"""Reasons for which a step is refused although nothing is wrong with it."""


def is_for_money(error: AppError) -> bool:
    """Whether a step was refused because it would cost too much."""
    return error.reason in MONEY


@dataclass
class Tally:
    """What there is of a film."""

    shots: int = 0
    """How many it has; 0 before it is planned."""
    music: bool = True
    """Whether it gets music."""
    made: dict[str, set[int]] = field(default_factory=lambda: {"picture": set(), "voice": set(), "clip": set()})
    """Which shots have their picture, voice and clip, counted from 0."""
    has_music: bool = False

    def there(self) -> str:
        """What there is, as a clause."""
        if not self.shots:
            return "nothing of it is there yet"
        what = "clip" if len(self.made["clip"]) == self.shots else "picture"
        return f"{len(self.made[what])} of {self.shots} shots have their {what}s"

    def left(self) -> str:
        """What is left to make, as a list."""
        if not self.shots:
            return "everything from the plan on"
        every = set(range(self.shots))
        parts = [f"{what}s of {_shots(every - have)}" for what, have in self.made.items() if have != every]
        parts += ["music"] if self.music and not self.has_music else []
        return _listed([*parts, "the edit"])


@contextlib.contextmanager
def explained(job: JobRecord, tally: Tally) -> Iterator[None]:
    """Turns the refusal of a step for want of money into the end of the film, which says how it can go on."""
    try:
        yield
    except AppError as error:
        if not is_for_money(error):
            raise
        raise _stopped(job, tally, error) from error


def _stopped(job: JobRecord, tally: Tally, refusal: AppError) -> FilmStopped:
    left = tally.left()
    there = f"{tally.there()}; {left} {'are' if ' and ' in left else 'is'} left."
    about = f"{there[0].upper()}{there[1:]}"
    if refusal.reason == BUDGET:
        advice = "Retry the job when there is budget for it: what is there is kept."
        return FilmStopped(refusal, f"{refusal.message} {about} {advice}", left=left)
    # Above this film is a ceiling that is not its own to raise.
    if refusal.metadata.get("job") not in ("", None, job.id):
        return FilmStopped(refusal, f"{refusal.message} {about}", left=left)
    enough = max(job.estimated_micros, sum(_micros(refusal, name) for name in ("settled", "held", "needed")))
    ceiling = f"max_cost_micros of at least {enough} ({dollars(enough)})"
    advice = f"Retry the job with {ceiling}: what is there is kept and not paid again."
    return FilmStopped(refusal, f"{refusal.message} {about} {advice}", left=left, retry_with_micros=enough)


def _micros(refusal: AppError, name: str) -> int:
    return int(refusal.metadata.get(f"{name}_micros", 0))


def _shots(numbers: Collection[int]) -> str:
    """Shots by the numbers that people give them: `shots 1, 3 and 5 to 6`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and runs[-1][-1] == number:
            runs[-1][-1] = number + 1
        else:
            runs.append([number + 1, number + 1])
    said = [str(first) if first == last else f"{first} to {last}" for first, last in runs]
    return f"{'shot' if len(numbers) == 1 else 'shots'} {_listed(said)}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
