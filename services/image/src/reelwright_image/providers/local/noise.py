"""Smooth randomness: cloud-like fields, ridge lines and paper grain, all from a given generator."""

from __future__ import annotations

import numpy as np
from PIL import Image

from .colours import Pixels

Generator = np.random.Generator


def field(rng: Generator, width: int, height: int, cells: float, stretch: float = 1.0) -> Pixels:
    """Smooth noise of shape (height, width) in 0..1; about `cells` bumps across the width, `stretch` times wider."""
    nx = max(2, round(cells))
    ny = max(2, round(cells * height / width * stretch))
    coarse = Image.fromarray(rng.random((ny + 3, nx + 3), dtype=np.float32), "F")
    # Half a cell is left out on each side so that the resampling edge is never seen.
    grown = coarse.resize((width, height), Image.Resampling.BICUBIC, box=(1.0, 1.0, nx + 2.0, ny + 2.0))
    return np.clip(np.asarray(grown, dtype=np.float32), 0.0, 1.0)


def fractal(
    rng: Generator, width: int, height: int, cells: float, octaves: int = 4, stretch: float = 1.0, gain: float = 0.5
) -> Pixels:
    """Several octaves of `field`, normalised to about 0..1."""
    small = max(1, min(4, width // 300))
    w, h = max(8, width // small), max(8, height // small)
    total = np.zeros((h, w), dtype=np.float32)
    weight, amplitude = 0.0, 1.0
    for octave in range(octaves):
        total += amplitude * field(rng, w, h, cells * 2**octave, stretch)
        weight += amplitude
        amplitude *= gain
    total /= weight
    if (w, h) != (width, height):
        grown = Image.fromarray(total, "F").resize((width, height), Image.Resampling.BICUBIC)
        total = np.asarray(grown, dtype=np.float32)
    level: Pixels = np.clip((total - 0.5) * 1.7 + 0.5, 0.0, 1.0)
    return level


def ridge(rng: Generator, width: int, bumps: float, octaves: int = 5, gain: float = 0.5, sharp: bool = False) -> Pixels:
    """A ridge line: `width` values in 0..1. `sharp` folds it into alpine peaks."""
    x = np.linspace(0.0, 1.0, width, dtype=np.float32)
    total = np.zeros(width, dtype=np.float32)
    amplitude, weight, count = 1.0, 0.0, bumps
    for _ in range(octaves):
        knots = max(3, int(count) + 2)
        values = rng.random(knots, dtype=np.float32)
        total += amplitude * _cosine(values, x * (knots - 1) + 0.0, folded=sharp)
        weight += amplitude
        amplitude *= gain
        count *= 2.1
    total /= weight
    low, high = float(total.min()), float(total.max())
    level: Pixels = (total - low) / np.float32(max(1e-6, high - low))
    return level


def _cosine(values: Pixels, at: Pixels, *, folded: bool) -> Pixels:
    index = np.minimum(at.astype(np.int32), len(values) - 2)
    t = at - index
    if not folded:
        t = (1 - np.cos(t * np.pi)) / 2
    mixed = values[index] * (1 - t) + values[index + 1] * t
    level: Pixels = mixed.astype(np.float32)
    return level
