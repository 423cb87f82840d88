"""Tone curves, room echoes and convolution for the local engines, all by FFT."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from .sound import RATE, Samples
from .stopping import StopCheck, never, stop_if

Curve = npt.NDArray[np.complex64]


def fft_size(minimum: int) -> int:
    """The smallest power of two, or three times one, that is at least `minimum`."""
    power = 1 << max(minimum - 1, 1).bit_length()
    return power * 3 // 4 if power * 3 // 4 >= minimum else power


def frequencies(size: int, rate: int = RATE) -> npt.NDArray[np.float64]:
    """The frequencies in Hz of the bins of a real FFT of `size`, never quite zero."""
    bins = np.asarray(np.fft.rfftfreq(size, 1.0 / rate), np.float64)
    bins[0] = 1e-3
    return bins


# The curves are responses of analogue filters: causal with minimum phase, so nothing rings ahead of an attack.
def low_cut(hz: npt.NDArray[np.float64], corner_hz: float) -> Curve:
    """A second-order high-pass."""
    s = 1j * hz / corner_hz
    return np.asarray(s * s / (s * s + 1.414 * s + 1.0), np.complex64)


def high_cut(hz: npt.NDArray[np.float64], corner_hz: float) -> Curve:
    """A second-order low-pass."""
    s = 1j * hz / corner_hz
    return np.asarray(1.0 / (s * s + 1.414 * s + 1.0), np.complex64)


def bell(hz: npt.NDArray[np.float64], centre_hz: float, gain_db: float, q: float) -> Curve:
    """Raises or lowers a band around `centre_hz`."""
    amount = 10.0 ** (gain_db / 40.0)
    s = 1j * hz / centre_hz
    return np.asarray((s * s + s * amount / q + 1.0) / (s * s + s / (amount * q) + 1.0), np.complex64)


def high_shelf(hz: npt.NDArray[np.float64], corner_hz: float, gain_db: float) -> Curve:
    """Raises or lowers all above `corner_hz`."""
    root = 10.0 ** (gain_db / 40.0)
    s = 1j * hz / corner_hz
    return np.asarray((1.0 + s * root) / (1.0 + s / root), np.complex64)


def room(seconds: float, seed: int, *, darkness_hz: float = 4500.0, delay_s: float = 0.012) -> Samples:
    """The echo of a room without its direct sound: noise that dies by 60 dB in `seconds`, with an energy of one."""
    count = int(seconds * RATE)
    time = np.arange(count) / RATE
    noise = np.random.default_rng(seed).standard_normal(count) * 10.0 ** (-3.0 * time / seconds)
    noise *= np.minimum(1.0, time / 0.006)
    size = fft_size(count * 2)
    dark = np.fft.irfft(np.fft.rfft(noise, size) * high_cut(frequencies(size), darkness_hz), size)[:count]
    late = np.concatenate([np.zeros(int(delay_s * RATE)), dark])
    return np.asarray(late / np.sqrt(np.sum(late**2)), np.float32)


def coloured(impulse: Samples, *curves: Callable[[npt.NDArray[np.float64]], Curve]) -> Samples:
    """`impulse` sent through `curves`, a quarter of a second longer."""
    size = fft_size(len(impulse) + RATE // 4)
    spectrum = np.fft.rfft(impulse, size)
    for curve in curves:
        spectrum = spectrum * curve(frequencies(size))
    return np.asarray(np.fft.irfft(spectrum, size)[: len(impulse) + RATE // 4], np.float32)


def convolve(samples: Samples, impulse: Samples, should_stop: StopCheck = never) -> None:
    """Replaces the mono `samples` by their convolution with `impulse`, cut to the same length; raises Stopped.

    In blocks, so that ten minutes need little memory beside the sound itself.
    """
    size = fft_size(len(impulse) + min(7 * len(impulse), len(samples)))
    block = size - len(impulse) + 1
    response = np.fft.rfft(impulse, size)
    carried: npt.NDArray[np.floating] = np.zeros(len(impulse) - 1)
    for start in range(0, len(samples), block):
        stop_if(should_stop)
        part = samples[start : start + block]
        wet = np.fft.irfft(np.fft.rfft(part, size) * response, size)
        wet[: len(carried)] += carried
        carried = wet[block:].copy()
        samples[start : start + block] = wet[: len(part)]


def fade(samples: Samples, in_s: float, out_s: float) -> None:
    """Puts raised-cosine fades on both ends, in place; the first and the last frame become silent."""
    for seconds, part in ((in_s, samples), (out_s, samples[::-1])):
        count = min(len(part), max(2, int(seconds * RATE)))
        ramp = (0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, count))).astype(np.float32)
        part[:count] *= ramp if part.ndim == 1 else ramp[:, None]
