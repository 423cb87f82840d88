"""A job on the terminal: one bar for the whole, one for each of its parts, plain lines where there is no terminal."""

from __future__ import annotations

import contextlib

from rich.console import Console, Group
from rich.live import Live
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_cli.connection import Suite
from reelwright_cli.listing import money
from reelwright_cli.suite.trouble import Trouble
from reelwright_kit.jobs.following import follow

PLAIN_EVERY_PERCENT = 5


class JobView:
    """Shows events as they come."""

    def __init__(self, console: Console, title: str) -> None:
        self._console = console
        self._whole = Progress(
            # With a short bar, the longest note fits 80 columns.
            TextColumn("[bold]{task.description}"),
            BarColumn(14),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._parts = Progress(
            TextColumn("  {task.description:<28.28}"),
            BarColumn(16),
            TaskProgressColumn(),
            TextColumn("{task.fields[note]}"),
        )
        self._task = self._whole.add_task(title, total=100, note="")
        self._rows: dict[str, TaskID] = {}
        self._plain = not console.is_terminal
        self._said = ("", -float(PLAIN_EVERY_PERCENT))
        self._cost = ""

    def live(self) -> contextlib.AbstractContextManager[object]:
        """Shows the bars while the block runs."""
        if self._plain:
            return contextlib.nullcontext()
        return Live(Group(self._whole, self._parts), console=self._console, refresh_per_second=8)

    def hear(self, event: pb.JobEvent) -> None:
        """Takes in an event."""
        if event.HasField("part"):
            self._hear_part(event.part)
        if event.HasField("cost"):
            self._cost = money(event.cost)
        note = self._note(event)
        self._whole.update(self._task, completed=event.percent, note=note)
        if self._plain and event.type in (pb.JobEvent.TYPE_STATE, pb.JobEvent.TYPE_PROGRESS):
            self._say_plainly(event, note)

    def _note(self, event: pb.JobEvent) -> str:
        place = ""
        if event.HasField("queue_position"):
            place = f", {event.queue_position} ahead" if event.queue_position else ", next"
        eta = f"{event.eta.ToTimedelta().total_seconds():.0f} s to go" if event.HasField("eta") else ""
        return "  ".join(said for said in (event.stage + place, eta, self._cost) if said)

    def _hear_part(self, part: pb.JobPart) -> None:
        if part.key not in self._rows:
            self._rows[part.key] = self._parts.add_task(part.title, total=100, note="")
        state = pb.Job.State.Name(part.state).removeprefix("STATE_").lower()
        self._parts.update(self._rows[part.key], completed=part.percent, note=f"{part.stage} {state}")
        if self._plain and part.state == pb.Job.STATE_SUCCEEDED:
            self._console.print(f"       {part.key}  {part.title}: {part.stage} done", highlight=False)

    def _say_plainly(self, event: pb.JobEvent, note: str) -> None:
        stage, percent = self._said
        if event.stage != stage or event.percent - percent >= PLAIN_EVERY_PERCENT:
            self._said = (event.stage, event.percent)
            said = f"  {event.message}" if event.message else ""
            self._console.print(f"{event.percent:5.1f}%  {note}{said}", highlight=False)


async def show(suite: Suite, job: str, console: Console, title: str) -> pb.JobEvent:
    """Shows a job until it ends; returns its last event."""
    view, last = JobView(console, title), pb.JobEvent()
    with view.live():
        async with contextlib.aclosing(follow(suite.jobs, job)) as events:
            async for event in events:
                view.hear(event)
                last = event
    return last


async def show_to_success(suite: Suite, job: str, console: Console, title: str) -> pb.JobEvent:
    """Shows a job until it ends; raises Trouble, with the reason, unless it SUCCEEDED."""
    last = await show(suite, job, console, title)
    if last.state != pb.Job.STATE_SUCCEEDED:
        state = pb.Job.State.Name(last.state).removeprefix("STATE_")
        raise Trouble(f"the {title.lower()} is {state}: {last.error.message}")
    return last
