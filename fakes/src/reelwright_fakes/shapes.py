"""Turns an aspect ratio into pixels."""

from __future__ import annotations

import math
import re

_RATIO = re.compile(r"(\d{1,2}):(\d{1,2})$")
STEP = 16


def size_for(ratio: str, pixels: int = 1024 * 1024) -> tuple[int, int] | None:
    """Width and height of about `pixels`, both divisible by 16, or None for what is not like `16:9`."""
    found = _RATIO.match(ratio)
    if found is None or "0" in found.groups():
        return None
    wide, high = int(found.group(1)), int(found.group(2))
    width = math.sqrt(pixels * wide / high)
    return max(STEP, round(width / STEP) * STEP), max(STEP, round(width * high / wide / STEP) * STEP)
