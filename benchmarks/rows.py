"""What a benchmark says: rows of figures, for people as a table and for programs as lines of JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from rich.table import Table

FEW = 100
"""Samples of which one in a hundred says nothing."""


@dataclass(frozen=True)
class Row:
    """One result; `figures` are by names that end in their unit, like `p50_ms`."""

    bench: str
    case: str
    samples: int
    figures: Mapping[str, float]
    share: float | None = None
    """How much of the limit that was measured in the same run; of the waiting, how many times the limit's."""

    def line(self) -> str:
        """The row as one line of JSON."""
        figures = {name: round(value, 3) for name, value in self.figures.items()}
        share = None if self.share is None else round(self.share, 3)
        return msgspec.json.encode(replace(self, figures=figures, share=share)).decode()


def waited(bench: str, case: str, seconds: Sequence[float], limit: Row | None = None) -> Row:
    """A row of waiting times, with how many times that of `limit` their median is; of few, the shortest and no p99."""
    known = {"min": min(seconds), "p50": percentile(seconds, 50), "p99": percentile(seconds, 99), "max": max(seconds)}
    left_out = "p99" if len(seconds) < FEW else "min"
    figures = {f"{name}_ms": value * 1000 for name, value in known.items() if name != left_out}
    share = figures["p50_ms"] / limit.figures["p50_ms"] if limit else None
    return Row(bench, case, len(seconds), figures, share)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest of `values` that at least so many percent are not above."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(percent * 10) // 1000) - 1)]


def table(rows: Sequence[Row]) -> Table:
    """The rows as people read them."""
    shown = Table(box=None, pad_edge=False)
    for heading in ("bench", "case", "samples", "result", "of limit"):
        shown.add_column(heading, justify="right" if heading in ("samples", "of limit") else "left", overflow="fold")
    for row in rows:
        result = ", ".join(_figure(name, value) for name, value in row.figures.items())
        share = "" if row.share is None else f"{row.share:.2f}"
        shown.add_row(row.bench, row.case, str(row.samples), result, share)
    return shown


def _figure(name: str, value: float) -> str:
    what, _, unit = name.rpartition("_")
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if unit == "x" or value < 1 else 1
    number = f"{value:,.{digits}f}"
    return f"{number} {what.replace('_', ' ')}/s" if unit == "s" else f"{what} {number} {unit}"
