"""Nothing is lost and nothing is made twice when a process dies in the middle of a film; cancelling stops the work."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

import psutil
import pytest

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright_kit.workers.tether import FLAG
from tests.e2e.suite import SERVICES, Client, RunningSuite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]


def doing(stage: str) -> Callable[[jobs.JobEvent], bool]:
    """Whether an event says that some shot's `stage` is under way."""
    return lambda event: (
        event.HasField("part") and event.part.stage == stage and event.part.state == jobs.Job.STATE_RUNNING
    )


MOMENTS: dict[str, Callable[[jobs.JobEvent], bool]] = {
    "llm": lambda event: event.stage == "planning scenes",
    "image": doing("picture"),
    "video": doing("clip"),
    "audio": doing("voice"),
    "story": doing("clip"),
    "envoy": doing("picture"),
    "adapters": doing("picture"),
}
"""When to kill each part: while it is at work."""


@pytest.mark.parametrize("victim", MOMENTS)
def test_a_killed_part_costs_nothing(victim: str, suite: RunningSuite, client: Client) -> None:
    """After kill -9 the film finishes, each child was made once, and the event log has no gap."""
    job = client.film(f"A clockmaker repairs the moon while the {victim} sleeps")
    killed = 0
    events = []
    for event in client.watch(job.id):
        events.append(event)
        if not killed and MOMENTS[victim](event):
            suite.kill(victim)
            killed = event.sequence

    assert killed, "the moment never came"
    assert events[-1].state == jobs.Job.STATE_SUCCEEDED, events[-1].error
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    children = client.children(job.id)
    shots = len(events[-1].result.film.pictures)
    assert {child.state for child in children} == {jobs.Job.STATE_SUCCEEDED}
    assert Counter(child.kind for child in children) == {
        "image": shots, "speech": shots, "video": shots, "music": 1, "film_edit": 1,
    }  # fmt: skip
    assert_made_once(suite, [child.id for child in children], victim)


def assert_made_once(suite: RunningSuite, children: list[str], victim: str) -> None:
    """Every intent is settled; only what the victim had in hand was begun a second time."""
    with suite.database() as database:
        rows = database.execute(
            "select job, intent, state, attempts from reelwright.submissions where job = any(%s)", (children,)
        ).fetchall()
    prefix = {"image": "img_", "video": "vid_", "audio": "aud_"}.get(victim, "none")
    assert {row[2] for row in rows} == {"SETTLED"}
    begun_again = [row for row in rows if row[3] != 1]
    assert all(str(row[0]).startswith(prefix) and row[3] == 2 for row in begun_again), begun_again
    # One process works on at most three jobs at a time.
    assert len(begun_again) <= 3


def test_cancel_stops_the_work_within_two_seconds(suite: RunningSuite, client: Client) -> None:
    """A cancelled film and its children are CANCELLED at once, and two seconds later nobody works on them."""
    job = client.film("A dragon learns to bake bread in the snow", scenes=8, resolution=720)
    for event in client.watch(job.id):
        if MOMENTS["video"](event):
            break

    cancelled = client.jobs.CancelJob(jobs.CancelJobRequest(id=job.id)).job
    began = time.monotonic()
    scratch = suite.data / "scratch"
    while any(scratch.iterdir()):
        assert time.monotonic() - began < 2, list(scratch.iterdir())

    assert cancelled.state == jobs.Job.STATE_CANCELLED
    assert {child.state for child in client.children(job.id)} <= {jobs.Job.STATE_CANCELLED, jobs.Job.STATE_SUCCEEDED}
    events = list(client.watch(job.id))
    assert events[-1].state == jobs.Job.STATE_CANCELLED and events[-1].error.message
    assert [e.sequence for e in events] == list(range(1, len(events) + 1))
    for service in SERVICES:
        left = [child for child in suite.part(service).children() if FLAG not in child.cmdline()]
        assert not left, f"{service} left a process behind"
    again = client.jobs.CancelJob(jobs.CancelJobRequest(id=job.id)).job
    assert again.state == jobs.Job.STATE_CANCELLED and again.latest_sequence == len(events)


def test_parts_that_died_are_well_again(suite: RunningSuite) -> None:
    """All parts run, each as one process."""
    running = [suite.part(name) for name in MOMENTS]

    assert len({process.pid for process in running}) == len(MOMENTS)
    assert all(process.status() != psutil.STATUS_ZOMBIE for process in running)
