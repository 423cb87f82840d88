"""What the command shows of jobs: the whole log, also of one that was run again, with places in queues and money."""

from __future__ import annotations

import io

import pytest
from google.protobuf import duration_pb2
from rich.console import Console

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_cli.connection import connected
from reelwright_cli.following import JobView, show_to_success
from reelwright_cli.listing import jobs_table, money
from reelwright_cli.suite.trouble import Trouble
from tests.gateway.suite import Event, Log, Memory, start_service

WIDTH = 80
HELD = pb.Cost(estimated_micros=41_000, reserved_micros=41_000)
PAID = pb.Cost(estimated_micros=41_000, settled_micros=41_100)


def paper() -> Console:
    """A console that is no terminal, as wide as a pipe."""
    return Console(file=io.StringIO(), width=WIDTH)


def written(console: Console) -> str:
    """What is on it."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


async def shown(log: Log, memory: Memory) -> str:
    """What `jobs watch` says of a job."""
    service, console = await start_service("image", memory), paper()
    try:
        async with connected(f"127.0.0.1:{service.port}") as suite:
            await show_to_success(suite, log.job, console, "image")
    finally:
        await service.server.stop(None)
    return written(console)


async def test_a_job_that_was_run_again_is_shown_beyond_its_first_end() -> None:
    memory = Memory()
    log = memory.job("img_again")
    await log.add(Event.TYPE_STATE, stage="failed", state=pb.Job.STATE_FAILED)
    await log.add(Event.TYPE_STATE, stage="queued", state=pb.Job.STATE_QUEUED)
    await log.add(Event.TYPE_COST, stage="queued", cost=PAID)
    await log.add(Event.TYPE_STATE, stage="succeeded", state=pb.Job.STATE_SUCCEEDED, percent=100)

    lines = (await shown(log, memory)).splitlines()

    assert [line.split()[1] for line in lines] == ["failed", "queued", "succeeded"]
    assert lines[-1].endswith("$0.0411")


async def test_a_job_that_came_to_nothing_is_trouble_with_the_reason() -> None:
    memory = Memory()
    log = memory.job("img_failed")
    await log.add(Event.TYPE_STATE, state=pb.Job.STATE_FAILED, error={"message": "fal: said no"})

    with pytest.raises(Trouble, match="the image is FAILED: fal: said no"):
        await shown(log, memory)


@pytest.mark.parametrize(("ahead", "said"), [(0, "queued at Replicate, next"), (12, "queued at Replicate, 12 ahead")])
def test_the_longest_note_stays_on_one_line_of_a_terminal(ahead: int, said: str) -> None:
    console = Console(file=io.StringIO(), width=WIDTH, force_terminal=True, color_system=None)
    view = JobView(console, "image")
    view.hear(Event(type=Event.TYPE_COST, cost=HELD, stage="queued"))
    eta = duration_pb2.Duration(seconds=65)
    with view.live():
        view.hear(
            Event(type=Event.TYPE_PROGRESS, stage="queued at Replicate", queue_position=ahead, percent=1, eta=eta)
        )

    line = next(line for line in reversed(written(console).splitlines()) if "queued at" in line)
    line = line.removeprefix("\x1b[2K")
    assert f"{said}  65 s to go  ~$0.041" in line and len(line.rstrip()) <= WIDTH


@pytest.mark.parametrize(("cost", "said"), [(pb.Cost(), ""), (HELD, "~$0.041"), (PAID, "$0.0411")])
def test_money_says_what_is_only_held(cost: pb.Cost, said: str) -> None:
    assert money(cost) == said


def test_large_sums_are_said_to_the_millionth() -> None:
    assert money(pb.Cost(settled_micros=1_234_567_890)) == "$1,234.56789"


@pytest.mark.parametrize("cost", [pb.Cost(), PAID, pb.Cost(settled_micros=99_990_000, reserved_micros=1)])
def test_a_list_of_jobs_fits_eighty_columns(cost: pb.Cost) -> None:
    console, name = paper(), "img_01m7xhjxvyztc6zd8pte8hbvra"
    waiting = pb.Job(id=name, kind="image", state=pb.Job.STATE_QUEUED, stage="queued")
    ended = pb.Job(id=name, kind="speech", state=pb.Job.STATE_SUCCEEDED, percent=100, stage="succeeded", cost=cost)

    console.print(jobs_table([waiting, ended]))

    lines = written(console).splitlines()
    assert len(lines) == 3 and all(len(line) <= WIDTH for line in lines)
    assert lines[2].startswith(f"{name}  speech  SUCCEEDED  100") and "…" not in written(console)
    assert ("cost" in lines[0]) == bool(money(cost))
