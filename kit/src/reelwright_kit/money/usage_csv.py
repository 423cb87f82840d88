"""What was used, as CSV that a spreadsheet may open."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from decimal import Decimal

from reelwright.admin.v1 import admin_service_pb2 as pb
from reelwright_kit.money.amounts import decimal_of

COUNTS = ("requests", "input_tokens", "output_tokens", "images", "seconds", "characters")
FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")


def usage_csv(answer: pb.GetUsageResponse, groups: Sequence[str]) -> str:
    """A line of headings and one for each group: its names first, its cost last, in US dollars and in millionths."""
    paper = io.StringIO()
    # Texts are quoted always: else a carriage return in one would begin a row.
    writer = csv.writer(paper, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow([*groups, *COUNTS, "cost_usd", "cost_micros"])
    for row in answer.rows:
        names = [harmless(row.group[name]) for name in groups]
        counts = [getattr(row, name) for name in COUNTS]
        writer.writerow([*names, *counts, Decimal(decimal_of(row.cost_micros)), row.cost_micros])
    return paper.getvalue()


def harmless(cell: str) -> str:
    """A text that no spreadsheet takes for a formula; models and keys may be called anything."""
    return f"'{cell}" if cell.startswith(FORMULA_BEGINS) else cell
