"""Makes raw synthetic speech pleasant: 48 kHz, softer highs, a small room, an even level."""

from __future__ import annotations

import functools
import math

import numpy as np
import numpy.typing as npt

from .filters import bell, coloured, convolve, fade, fft_size, high_shelf, low_cut, room
from .sound import RATE, Samples

PEAK = 10.0 ** (-3.0 / 20.0)
_FADE_S = 0.010
_ROOM_LEVEL = 0.16
_REFLECTIONS = ((0.0071, 0.16), (0.0113, -0.12), (0.0179, 0.10), (0.0263, -0.07), (0.0351, 0.05))


def master(raw: npt.NDArray[np.float32], rate: int, *, lead_s: float, tail_s: float) -> Samples:
    """Mono speech at `rate` Hz as finished mono samples at 48 kHz, peaking at -3 dBFS.

    `lead_s` and `tail_s` seconds of room are added before and after.
    """
    frames = round(len(raw) * RATE / rate) + round((lead_s + tail_s) * RATE)
    padded = np.concatenate([np.zeros(round(lead_s * rate), np.float32), _levelled(raw, rate)])
    samples = _resampled(padded, rate, frames)
    convolve(samples, _space())
    samples *= np.float32(PEAK / np.max(np.abs(samples), initial=1e-9))
    fade(samples, _FADE_S, _FADE_S)
    return samples


def _levelled(raw: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.float32]:
    """Loud syllables a little softer, by the square root of how far the slow level is above its average."""
    half = rate // 16
    energy = np.cumsum(np.pad(raw.astype(np.float64) ** 2, (half + 1, half)))
    level = np.sqrt(np.maximum((energy[2 * half :] - energy[: -2 * half])[: len(raw)] / (2 * half), 1e-7))
    average = level[level > 0.1 * level.max(initial=0.0)].mean()
    return np.asarray(raw * np.minimum(1.0, np.sqrt(average / level)), np.float32)


def _resampled(raw: npt.NDArray[np.float32], rate: int, frames: int) -> Samples:
    """`raw` at 48 kHz, band-limited, padded to `frames`."""
    step = math.gcd(rate, RATE)
    groups = fft_size(-(-frames // (RATE // step)) + 1)
    size_in, size_out = groups * (rate // step), groups * (RATE // step)
    narrow = np.fft.rfft(raw, size_in)[:-1]
    spectrum = np.zeros(size_out // 2 + 1, narrow.dtype)
    spectrum[: len(narrow)] = narrow * (size_out / size_in)
    return np.asarray(np.fft.irfft(spectrum, size_out)[:frames], np.float32)


@functools.cache
def _space() -> Samples:
    """The impulse response of the room and the equaliser together."""
    echo = _ROOM_LEVEL * room(0.32, 11, darkness_hz=3200.0, delay_s=0.018)
    space = echo.copy()
    space[0] += 1.0
    for delay_s, gain in _REFLECTIONS:
        space[int(delay_s * RATE)] += gain
    return coloured(
        space,
        lambda hz: low_cut(hz, 80.0),
        lambda hz: bell(hz, 190.0, 2.0, 0.8),
        lambda hz: bell(hz, 3100.0, -3.5, 0.9),
        lambda hz: high_shelf(hz, 5500.0, -6.0),
    )
