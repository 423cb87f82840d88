"""Jobs as a table of 80 columns, which is also what a pipe gets."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_kit.money.amounts import dollars


def jobs_table(found: Sequence[pb.Job]) -> Table:
    """One row for each job. Where any has cost money, its cost takes the place of the stage."""
    paid = any(money(job.cost) for job in found)
    # Without lines between columns it fits.
    table = Table(box=None, pad_edge=False)
    for heading in ("job", "kind", "state", "%", "cost" if paid else "stage", "created"):
        right = heading in ("%", "cost")
        table.add_column(heading, no_wrap=heading != "stage", justify="right" if right else "left")
    for job in found:
        state = pb.Job.State.Name(job.state).removeprefix("STATE_")
        created = job.create_time.ToDatetime().strftime("%m-%d %H:%M")
        told = money(job.cost) if paid else job.stage
        table.add_row(job.id, job.kind, state, f"{job.percent:.0f}", told, created)
    return table


def money(cost: pb.Cost) -> str:
    """What was paid and what is held, in dollars; `~` says that some is only held yet. Empty when it is nothing."""
    micros = cost.settled_micros + cost.reserved_micros
    if not micros:
        return ""
    return f"{'~' if cost.reserved_micros else ''}{dollars(micros)}"
