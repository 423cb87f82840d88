"""Every submission the server has seen, what it cost, and how often each wish was paid for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

import msgspec

from reelwright_fakes.problems import Problem
from reelwright_fakes.scenarios import Plan

State = Literal["rejected", "queued", "running", "succeeded", "failed", "cancelled"]
TERMINAL = frozenset({"rejected", "succeeded", "failed", "cancelled"})


class Entry(msgspec.Struct, frozen=True):
    """One line of the ledger. `provider_id` is None for what was rejected; `at` is the fake's time, seconds.

    `closed` says that the caller went away before the end. `path` (with its query), `headers` (without keys), `key_in`
    (the header that a key was in) and `body` are what text vendors were asked; others leave them empty.
    """

    order: int
    vendor: str
    operation: str
    model: str
    intent: str
    provider_id: str | None
    state: State
    status: int | None
    cancelled: bool
    polls: int
    billed_micro_usd: int
    at: float
    closed: bool = False
    path: str = ""
    headers: dict[str, str] = {}
    key_in: str = ""
    body: dict[str, Any] | None = None


class Total(msgspec.Struct, frozen=True):
    """What one intent led to: all attempts, those accepted, and their cost."""

    attempts: int = 0
    accepted: int = 0
    billed_micro_usd: int = 0


class Bill(msgspec.Struct, frozen=True):
    """Micro-USD in all and by vendor."""

    total_micro_usd: int
    by_vendor: dict[str, int]


class Book(msgspec.Struct, frozen=True):
    """The ledger as control hands it out."""

    submissions: list[Entry]
    intents: dict[str, Total]


@dataclass
class Submission:
    """One piece of work at a vendor, from the moment it was accepted (or rejected)."""

    order: int
    vendor: str
    operation: str
    intent: str
    plan: Plan
    at: float
    model: str = ""
    provider_id: str | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    material: Any = None
    webhook: str | None = None
    base_url: str = ""
    state: State = "queued"
    status: int | None = None
    cancelled: bool = False
    polls: int = 0
    billed_micro_usd: int = 0
    started_at: float | None = None
    finished_at: float | None = None
    failure: Problem | None = None
    outputs: list[str] = field(default_factory=list)
    abides: bool = False
    closed: bool = False
    path: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    key_in: str = ""
    body: dict[str, Any] | None = None

    @property
    def finished(self) -> bool:
        """Whether its state can no longer change."""
        return self.state in TERMINAL

    @property
    def id(self) -> str:
        """The vendor's id of accepted work; raises LookupError for what was rejected."""
        if self.provider_id is None:
            raise LookupError("a rejected submission has no id")
        return self.provider_id

    def entry(self) -> Entry:
        """Its line in the ledger."""
        return Entry(**{name: getattr(self, name) for name in Entry.__struct_fields__})


class Ledger:
    """All submissions since the last reset, in the order of their arrival."""

    def __init__(self) -> None:
        self.submissions: list[Submission] = []

    def open(self, vendor: str, operation: str, intent: str, *, plan: Plan, at: float) -> Submission:
        """A new line; the caller fills it in."""
        submission = Submission(len(self.submissions) + 1, vendor, operation, intent, plan, at)
        self.submissions.append(submission)
        return submission

    def holds(self, submission: Submission) -> bool:
        """Whether it was opened since the last reset."""
        return any(line is submission for line in reversed(self.submissions))

    def find(self, vendor: str, provider_id: str) -> Submission | None:
        """The vendor's work with this id."""
        for submission in self.submissions:
            if submission.vendor == vendor and submission.provider_id == provider_id:
                return submission
        return None

    def accepted(self, vendor: str | None = None) -> list[Submission]:
        """What was accepted, of one vendor or all."""
        return [
            submission
            for submission in self.submissions
            if submission.provider_id is not None and vendor in (None, submission.vendor)
        ]

    def book(self) -> Book:
        """Every line, and the totals per intent."""
        totals: dict[str, Total] = {}
        for line in self.submissions:
            sofar = totals.get(line.intent, Total())
            totals[line.intent] = Total(
                sofar.attempts + 1,
                sofar.accepted + (line.provider_id is not None),
                sofar.billed_micro_usd + line.billed_micro_usd,
            )
        return Book([line.entry() for line in self.submissions], totals)

    def bill(self) -> Bill:
        """What everything cost."""
        by_vendor: dict[str, int] = {}
        for line in self.submissions:
            by_vendor[line.vendor] = by_vendor.get(line.vendor, 0) + line.billed_micro_usd
        return Bill(sum(by_vendor.values()), by_vendor)

    def clear(self) -> None:
        """Forgets everything."""
        self.submissions.clear()
