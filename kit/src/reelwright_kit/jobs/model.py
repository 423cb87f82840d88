"""What a job is at rest: its record, its events and what admission needs to know."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]

CHANNEL = "reelwright_jobs"
"""Every event is announced here as `<job> <sequence> <state> <tenant>`."""


class State(enum.StrEnum):
    """Where a job stands; the last three are final."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def final(self) -> bool:
        """Whether the job has ended."""
        return self in (State.SUCCEEDED, State.FAILED, State.CANCELLED)


@dataclass(frozen=True)
class NewJob:
    """What admission needs to know of a job."""

    prefix: str
    """Prefix of its id, for example `img`."""
    kind: str
    queue: str
    app: str
    """Durable-workflow application that runs it: the service's name."""
    request: Json
    digest: bytes
    """Hash of the request without its request id: what "the same body" means."""
    model: str = ""
    request_id: str = ""
    parent: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    webhook: str = ""
    max_cost_micros: int | None = None
    estimated_micros: int = 0
    """What it is expected to cost with all below it; held from its admission on."""
    in_parts: bool = False
    """It is made by jobs of its own, so that it may begin under a ceiling below its estimate and stop there."""
    key: str = ""
    """Who pays; children are paid by whoever pays for what they are part of."""
    trace: str = ""
    """W3C traceparent of the call that created it."""

    @property
    def reserve_micros(self) -> int:
        """What is held for it from the beginning: what it is expected to cost, or all that it may."""
        ceiling = self.max_cost_micros
        return self.estimated_micros if ceiling is None else min(self.estimated_micros, ceiling)


@dataclass(frozen=True)
class JobRecord:
    """One row of reelwright.jobs."""

    id: str
    tenant: str
    kind: str
    queue: str
    state: State
    request: Json
    create_time: datetime
    result: Json | None = None
    error: Json | None = None
    percent: float = 0.0
    stage: str = ""
    model: str = ""
    request_id: str = ""
    parent: str | None = None
    labels: dict[str, str] = field(default_factory=dict)
    webhook: str = ""
    trace: str = ""
    latest_sequence: int = 0
    estimated_micros: int = 0
    reserved_micros: int = 0
    settled_micros: int = 0
    max_cost_micros: int | None = None
    start_time: datetime | None = None
    end_time: datetime | None = None
    eta_time: datetime | None = None
    app: str = ""
    key: str = ""
    """Id of the key that pays; empty while keys are off."""
    pool_micros: int = 0
    """What of the reserve no submission and no child has taken yet."""
    run: int = 1
    """Which run of the job this is: a retry begins another."""

    @property
    def workflow(self) -> str:
        """Id of the durable workflow of this run."""
        return workflow_id(self.id, self.run)


def workflow_id(job: str, run: int) -> str:
    """Id of the durable workflow that is the `run`-th run of `job`, counted from 1."""
    return job if run == 1 else f"{job}.{run}"


@dataclass(frozen=True)
class EventRecord:
    """One row of reelwright.job_events; `body` holds the JobEvent's other fields as proto JSON."""

    job: str
    sequence: int
    time: datetime
    type: str
    body: Json

    @property
    def final(self) -> bool:
        """Whether the log ends here."""
        return self.type == "STATE" and State(self.body["state"].removeprefix("STATE_")).final


@dataclass(frozen=True)
class JobFilter:
    """Which jobs to list; empty fields do not filter."""

    kind: str = ""
    states: tuple[State, ...] = ()
    parent: str = ""
    top_level: bool = False
    label: str = ""
    prefixes: tuple[str, ...] = ()
    """Of the ids of jobs, four characters each."""
