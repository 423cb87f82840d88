"""The benchmarks by name, and how they are run one after the other."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from rich.console import Console

from benchmarks import accept, chat, fan_out, first_event, machine, resume
from benchmarks.rows import Row, table

Measure = Callable[[], AsyncIterator[Row]]

BENCHES: dict[str, Measure] = {
    "accept": accept.measure,
    "first-event": first_event.measure,
    "fan-out": fan_out.measure,
    "resume": resume.measure,
    "chat": chat.measure,
}

ON_DEMAND = ("chat",)
"""Not run with the others: it takes as long as all of them, and fetches programs of others."""


async def run(names: Sequence[str], out: Path) -> None:
    """Runs the named benchmarks, prints their rows and writes them to `out` below a line about the machine."""
    console, rows, began = Console(width=140), list[Row](), time.monotonic()
    about = machine.described(Path(tempfile.gettempdir()))
    console.print("\n".join(f"{name + ':':<13}{value}" for name, value in about.items()), highlight=False)
    out.parent.mkdir(parents=True, exist_ok=True)
    with out.open("a") as lines:
        print(json.dumps({"machine": about, "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}), file=lines)
        for name in names:
            console.print(f"\n{name} ...", highlight=False)
            async for row in BENCHES[name]():
                rows.append(row)
                print(row.line(), file=lines, flush=True)
    console.print(table(rows))
    console.print(f"\n{time.monotonic() - began:.0f} s; the same as JSON lines: {out}", highlight=False)
