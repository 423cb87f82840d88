"""Runs benchmarks by name, or all of them; prints a table and appends JSON lines to a file."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path


def main() -> None:
    """Measures what is asked for; the numbers are shown and judged by nobody."""
    # Before gRPC is imported: it complains about the processes started here, none of which forks to use it.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    from benchmarks.programme import BENCHES, ON_DEMAND, run  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="benchmarks", description="Measures the suite on this machine.")
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which, of {', '.join(BENCHES)}; none: all but {', '.join(ON_DEMAND)}"
    )
    parser.add_argument("--out", type=Path, default=Path("out/bench.jsonl"), help="file for JSON lines (%(default)s)")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHES]
    if unknown:
        parser.error(f"there is no {unknown[0]}; there are {', '.join(BENCHES)}")
    every = [name for name in BENCHES if name not in ON_DEMAND]
    asyncio.run(run(options.names or every, options.out))


if __name__ == "__main__":
    main()
