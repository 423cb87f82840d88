"""Aspect ratios and resolutions as pixels."""

from __future__ import annotations

DEFAULT_RESOLUTION = 720
DEFAULT_FPS = 24


def frame_size(aspect_ratio: str, resolution: int) -> tuple[int, int]:
    """Width and height in pixels, both even, of a frame whose shorter side has `resolution` pixels."""
    across, down = (int(part) for part in aspect_ratio.split(":"))
    short = resolution or DEFAULT_RESOLUTION
    if across >= down:
        return _even(short * across / down), short
    return short, _even(short * down / across)


def _even(length: float) -> int:
    # Half-resolution colour planes need even sides.
    return round(length / 2) * 2
