"""Repeatable chance: noise textures, and random numbers as a function of where and when, without any state."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def scatter(seed: int, salt: int, index: npt.ArrayLike, turn: npt.ArrayLike = 0) -> Numbers:
    """Uniform numbers in 0..1, one for each (index, turn); the same arguments give the same numbers."""
    # The mixing wraps around on purpose.
    with np.errstate(over="ignore"):
        mixed = np.asarray(index, np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed = mixed + np.asarray(turn).astype(np.int64).astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F)
        mixed = mixed ^ np.uint64((seed * 0x165667B19E3779F9 + salt * 0x27D4EB2F165667C5) % 2**64)
        for shift in (30, 27):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(0xBF58476D1CE4E5B9)
    return ((mixed ^ (mixed >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) / 2.0**53


def soft_noise(
    seed: int, height: int, width: int, grain: float, stretch: float = 1.0, contrast: float = 1.0
) -> npt.NDArray[np.float32]:
    """Cloudy noise in 0..1 that tiles on all sides; its features are `grain` pixels high, `stretch` times as wide."""
    rng = np.random.default_rng(seed)
    spectrum = np.fft.rfft2(rng.standard_normal((height, width), np.float32))
    down = np.fft.fftfreq(height)[:, None] * grain
    across = np.fft.rfftfreq(width)[None, :] * grain * stretch
    distance = np.sqrt(down**2 + across**2)
    noise = np.fft.irfft2(spectrum * np.exp(-((distance * 1.4) ** 1.2)), s=(height, width))
    noise = (noise - noise.mean()) / (noise.std() + 1e-9)
    return np.asarray(np.clip(0.5 + noise * 0.22 * contrast, 0, 1), np.float32)


def pulse(seed: int, salt: int, t: float) -> float:
    """A restless value around 0, about -1..1, like a flame in a draught."""
    phases = scatter(seed, salt, np.arange(4)) * 2 * np.pi
    return float(
        0.45 * np.sin(2.1 * t + phases[0])
        + 0.3 * np.sin(5.3 * t + phases[1])
        + 0.2 * np.sin(9.7 * t + phases[2])
        + 0.15 * np.sin(17.1 * t + phases[3])
    )
