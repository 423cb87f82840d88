"""Five hundred streams at once, a third of which nobody reads to their end: no call is left open, no memory is lost."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.conformance.conftest import WAYS, WITHIN
from tests.conformance.crowd import LEAVING, STREAMS, one_round, open_house

SECONDS = float(os.environ.get("REELWRIGHT_SOAK_SECONDS") or 0)
"""How long rounds follow each other; one is made in any case."""

pytestmark = [pytest.mark.long, pytest.mark.timeout(SECONDS + 240)]

WARM_UP = 3
"""Rounds after which a process has what it needs for so many calls at once; what the allocator keeps it has then."""
ENOUGH = 10
"""Rounds after them without which a line through them says nothing."""
GROWTH_MIB = 16.0
"""How much a process may grow, by the line through all rounds, from the first to the last.

In ten rounds 1,660 calls are left: if only the state of these stayed, some 20 KiB each, it would be 33 MiB. Measured
over 14 rounds beside much else: -1 to +7 MiB, and up to 6 either way from one round to the next.
"""


@pytest.mark.parametrize("way", WAYS)
async def test_streams_that_are_left_are_over(tmp_path: Path, database_url: str, way: str) -> None:
    """Each round no call stays open at the vendor, the books know every one, and no process grows with the rounds."""
    until = time.monotonic() + SECONDS
    sizes: dict[str, list[float]] = {}
    async with open_house(tmp_path, database_url, within=way == WITHIN) as house:
        while True:
            await one_round(house)
            for name, mib in house.resident_mib().items():
                sizes.setdefault(name, []).append(mib)
            if time.monotonic() > until:
                break

    told = {name: grown(series) for name, series in sizes.items()}
    rounds = len(next(iter(sizes.values())))
    print(f"\n{way}: {rounds} rounds of {STREAMS} streams, {LEAVING} of them left half-way")
    for name, series in sizes.items():
        print(f"  {name}: {', '.join(f'{mib:.0f}' for mib in series)} MiB; by the line {told[name]:+.1f} MiB")
    assert max(told.values()) < GROWTH_MIB


def grown(series: Sequence[float]) -> float:
    """MiB between the ends of the line through all rounds after the warm-up; 0 when they are too few."""
    warm = series[WARM_UP:]
    if len(warm) < ENOUGH:
        return 0.0
    slope = statistics.linear_regression(range(len(warm)), warm).slope
    return slope * (len(warm) - 1)
