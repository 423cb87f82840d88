"""What was used, as a table of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_kit.money.amounts import dollars


def usage_table(answer: pb.GetUsageResponse, groups: Sequence[str]) -> Table:
    """A row for each group and one for all; long names are folded so that 80 columns are enough."""
    table = Table(box=None, pad_edge=False, show_footer=bool(groups))
    for number, heading in enumerate(groups):
        table.add_column(heading, "" if number else "all", overflow="fold", no_wrap=heading == "day")
    total = answer.total
    table.add_column("work", f"{total.requests:,}", justify="right", no_wrap=True)
    table.add_column("made", made(total), overflow="fold")
    table.add_column("cost", dollars(total.cost_micros), justify="right", no_wrap=True)
    for row in answer.rows or ([] if groups else [total]):
        names = [escape(row.group[name]) for name in groups]
        table.add_row(*names, f"{row.requests:,}", made(row), dollars(row.cost_micros))
    return table


def made(row: pb.UsageRow) -> str:
    """Amounts in words; only those that there are."""
    amounts = (
        (f"{row.images:,} pictures", row.images),
        (f"{row.seconds:,.1f} s", row.seconds),
        (f"{row.characters:,} characters", row.characters),
        (f"{row.input_tokens:,} + {row.output_tokens:,} tokens", row.input_tokens + row.output_tokens),
    )
    return ", ".join(said for said, amount in amounts if amount)
