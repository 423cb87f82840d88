"""Colour arithmetic in linear 0..1 triples: mixing, tinting, hue shifts, hex notation."""

from __future__ import annotations

import colorsys
from typing import Any

import numpy as np
import numpy.typing as npt

Colour = tuple[float, float, float]
Pixels = npt.NDArray[np.floating[Any]]
"""Float picture data; kept in float32 on the page."""


def rgb(code: str) -> Colour:
    """`"ff8800"` as a colour."""
    return int(code[0:2], 16) / 255, int(code[2:4], 16) / 255, int(code[4:6], 16) / 255


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """`a` with `share` (0..1) of `b`."""
    return (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share)


def times(a: Colour, b: Colour) -> Colour:
    """Light `a` through filter `b`."""
    return a[0] * b[0], a[1] * b[1], a[2] * b[2]


def dim(a: Colour, factor: float) -> Colour:
    """`a` brighter or darker by a factor, clipped to 1."""
    return min(1.0, a[0] * factor), min(1.0, a[1] * factor), min(1.0, a[2] * factor)


def luma(a: Colour) -> float:
    """How bright `a` looks, 0..1."""
    return 0.3 * a[0] + 0.59 * a[1] + 0.11 * a[2]


def shift(a: Colour, *, hue: float = 0.0, saturation: float = 1.0, value: float = 1.0) -> Colour:
    """`a` turned by `hue` (fraction of the wheel) and scaled in saturation and value."""
    h, s, v = colorsys.rgb_to_hsv(*(min(1.0, max(0.0, c)) for c in a))
    return colorsys.hsv_to_rgb((h + hue) % 1.0, min(1.0, s * saturation), min(1.0, v * value))


def as_pixels(a: Colour) -> Pixels:
    """`a` as a float32 array of shape (3,)."""
    return np.asarray(a, dtype=np.float32)
