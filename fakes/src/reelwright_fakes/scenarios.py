"""Scripts: which submission meets which fault, outcome and pace."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Annotated, Literal

import msgspec

FaultKind = Literal[
    "status", "refuse", "drop", "hold", "reset", "truncate", "drip", "slow", "malformed", "expired",
]  # fmt: skip
Place = Literal["submit", "poll", "result", "cancel", "download"]
Outcome = Literal["succeed", "fail", "never"]
Finish = Literal["length", "content_filter"]
WebhookScript = Literal["once", "early", "twice", "forged", "never"]
Positive = Annotated[int, msgspec.Meta(ge=1)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing that goes wrong, at one place, `times` times (null: always).

    Faults at `submit` are counted per scenario, because a retry is a new submission; all others per submission.
    """

    kind: FaultKind
    at: Place | None = None
    times: Positive | None = 1
    status: Annotated[int, msgspec.Meta(ge=400, le=599)] = 500
    code: str | None = None
    message: str | None = None
    retry_after_s: Seconds | None = None
    piece_bytes: Positive = 64
    after_pieces: Positive = 1
    every_s: Seconds = 1.0

    @property
    def place(self) -> Place:
        """Where it strikes: what was said, else where this kind belongs."""
        return self.at or ("download" if self.kind in {"truncate", "expired"} else "submit")


class Match(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Which submissions a scenario governs: those that agree with everything given; `nth` counts those, from 1."""

    vendor: str | None = None
    operation: str | None = None
    prompt: str | None = None
    nth: Positive | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What happens to the submissions it matches. All defaults: success at the vendor's usual pace."""

    match: Match = Match()
    faults: tuple[Fault, ...] = ()
    outcome: Outcome = "succeed"
    after_polls: Annotated[int, msgspec.Meta(ge=0)] | None = None
    after_s: Seconds | None = None
    code: str | None = None
    message: str | None = None
    webhook: WebhookScript = "once"
    # What text vendors answer.
    text: str | None = None
    chunks: Positive | None = None
    calls: Positive | None = None
    finish: Finish | None = None

    @property
    def paced(self) -> bool:
        """Whether it says itself when the work is finished."""
        return self.after_polls is not None or self.after_s is not None or self.outcome == "never"


class Budget:
    """How often each fault of a scenario has struck."""

    def __init__(self) -> None:
        self._struck: Counter[int] = Counter()

    def take(self, faults: tuple[Fault, ...], place: Place, *, hold: bool) -> Fault | None:
        """The first fault of this place that is not used up yet; it is used by this."""
        for index, fault in enumerate(faults):
            fits = fault.place == place and (fault.kind == "hold") == hold
            if fits and (fault.times is None or self._struck[index] < fault.times):
                self._struck[index] += 1
                return fault
        return None


@dataclass(frozen=True)
class Plan:
    """The scenario of one submission, and what remains of its faults."""

    scenario: Scenario
    shared: Budget = field(default_factory=Budget)
    own: Budget = field(default_factory=Budget)

    def take(self, place: Place, *, hold: bool = False) -> Fault | None:
        """The fault that strikes this request, if any."""
        budget = self.shared if place == "submit" else self.own
        return budget.take(self.scenario.faults, place, hold=hold)


class _Posted:
    def __init__(self, number: int, scenario: Scenario) -> None:
        self.number = number
        self.scenario = scenario
        self.budget = Budget()
        self.seen = 0

    @property
    def before_reading(self) -> bool:
        """Whether it must strike before the body is read, and so cannot know the prompt."""
        return self.scenario.match.prompt is None and any(fault.kind == "refuse" for fault in self.scenario.faults)

    def governs(self, vendor: str, operation: str, prompt: str) -> bool:
        match = self.scenario.match
        if match.vendor not in (None, vendor) or match.operation not in (None, operation):
            return False
        if match.prompt is not None and match.prompt not in prompt:
            return False
        self.seen += 1
        return match.nth is None or match.nth == self.seen


class Scenarios:
    """The posted scenarios, first match wins; and those that prompts carry themselves."""

    def __init__(self) -> None:
        self._posted: list[_Posted] = []
        self._spoken: dict[tuple[str, str], Budget] = {}
        self._numbers = 0

    def add(self, scenario: Scenario) -> int:
        """Posts a scenario behind those already there; answers its number."""
        self._numbers += 1
        self._posted.append(_Posted(self._numbers, scenario))
        return self._numbers

    def remove(self, number: int) -> bool:
        """Takes one back; answers whether it was there."""
        before = len(self._posted)
        self._posted = [posted for posted in self._posted if posted.number != number]
        return len(self._posted) < before

    def all(self) -> dict[int, Scenario]:
        """The posted scenarios by number."""
        return {posted.number: posted.scenario for posted in self._posted}

    def clear(self) -> None:
        """Forgets everything."""
        self._posted.clear()
        self._spoken.clear()

    def refuses(self, vendor: str, operation: str) -> bool:
        """Whether the connection is to be closed before the request's body is read."""
        for posted in self._posted:
            if posted.before_reading and posted.governs(vendor, operation, ""):
                return _refusal(posted.budget, posted.scenario) is not None
        return False

    def plan(self, vendor: str, operation: str, prompt: str, *, spoken: Scenario | None, intent: str) -> Plan:
        """The plan for a submission; what the prompt itself says goes before what was posted."""
        if spoken is not None:
            return Plan(spoken, self._spoken.setdefault((prompt, intent), Budget()))
        for posted in self._posted:
            if not posted.before_reading and posted.governs(vendor, operation, prompt):
                return Plan(posted.scenario, posted.budget)
        return Plan(Scenario())


def _refusal(budget: Budget, scenario: Scenario) -> Fault | None:
    refusals = tuple(fault for fault in scenario.faults if fault.kind == "refuse")
    return budget.take(refusals, "submit", hold=False)
