"""The players: each makes one note as mono samples at 48 kHz out of sines, a wavetable or noise."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .filters import coloured, high_cut, low_cut
from .sound import RATE, Samples

_TABLE = 4096
_HIGHEST_HZ = 9000.0


@dataclass(frozen=True)
class Partial:
    """One sine of a struck or plucked sound."""

    ratio: float
    """Frequency over that of the note."""
    level: float
    decay_s: float
    """Time to fall by 60 dB, for a note of 262 Hz; higher notes are shorter."""


@dataclass(frozen=True)
class Struck:
    """A sound that is set off once and dies away by itself."""

    partials: tuple[Partial, ...]
    attack_s: float
    release_s: float
    knock: float = 0.0
    """Level of the noise of the hammer or the finger."""
    knock_hz: float = 900.0

    def note(self, hz: float, seconds: float) -> Samples:
        """One note, with its release after `seconds`."""
        longest = max(partial.decay_s for partial in self.partials) * _shorter(hz)
        count = int(min(seconds + self.release_s, longest) * RATE)
        time = np.asarray(np.arange(count) / RATE, np.float32)
        out = np.zeros(count, np.float32)
        for index, partial in enumerate(self.partials):
            if hz * partial.ratio < _HIGHEST_HZ:
                out += _dying_sine(time, hz * partial.ratio, partial, _shorter(hz), index)
        if self.knock:
            burst = _knock(self.knock_hz)[:count]
            out[: len(burst)] += self.knock * burst
        return _released(_attacked(out, self.attack_s), min(seconds, longest), self.release_s)


@dataclass(frozen=True)
class Held:
    """A sound that is sustained by a bow, by breath or by a circuit."""

    harmonics: tuple[float, ...]
    """Levels from the fundamental up."""
    attack_s: float
    release_s: float
    detunes_cents: tuple[float, ...] = (0.0,)
    vibrato_cents: float = 0.0
    vibrato_hz: float = 5.2
    swell: float = 0.0
    """How much of the level comes only towards the middle of the note."""

    def note(self, hz: float, seconds: float) -> Samples:
        """One note of `seconds` and its release."""
        count = int((seconds + self.release_s) * RATE)
        time = np.arange(count, dtype=np.float64) / RATE
        table = _wavetable(self.harmonics[: max(1, int(_HIGHEST_HZ / hz))])
        bend = self._vibrato(time)
        out = np.zeros(count, np.float32)
        for index, cents in enumerate(self.detunes_cents):
            turns = time * (hz * 2.0 ** (cents / 1200.0)) + bend * hz + 0.37 * index
            out += table[(turns * _TABLE).astype(np.int64) & (_TABLE - 1)]
        out *= (1.0 - self.swell * np.cos(np.pi * np.minimum(time / max(seconds, 0.1), 1.0)) ** 2).astype(np.float32)
        out /= len(self.detunes_cents)
        return _released(_attacked(out, self.attack_s), seconds, self.release_s)

    def _vibrato(self, time: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turns to add per Hz of the note; it begins a little after the note."""
        depth = (2.0 ** (self.vibrato_cents / 1200.0) - 1.0) / (2.0 * np.pi * self.vibrato_hz)
        grown = np.clip((time - 0.25) / 0.6, 0.0, 1.0)
        return np.asarray(depth * grown * np.sin(2.0 * np.pi * self.vibrato_hz * time))


@dataclass(frozen=True)
class Beaten:
    """A drum or a shaker: falling pitch and noise."""

    tone: float
    noise: float
    noise_hz: tuple[float, float]
    """The band of the noise."""
    seconds: float
    noise_s: float
    attack_s: float = 0.002

    def note(self, hz: float, seconds: float) -> Samples:
        """One hit; `seconds` does not matter."""
        time = np.asarray(np.arange(int(self.seconds * RATE)) / RATE, np.float32)
        fall = np.float32(hz) * (time + 0.035 * (1.0 - np.exp(-time / 0.035)))
        out = self.tone * np.sin(2.0 * np.pi * fall) * np.exp(-6.9 * time / self.seconds)
        burst = _noise_band(*self.noise_hz, len(time)) * np.exp(-6.9 * time / self.noise_s)
        hit = _attacked(np.asarray(out + self.noise * burst, np.float32), self.attack_s)
        return _released(hit, self.seconds * 0.8, self.seconds * 0.2)


def _partials(levels: Sequence[float], decay_s: float, damping: float, stretch: float = 0.0) -> tuple[Partial, ...]:
    """Harmonics of a string with some stiffness: the higher, the sharper and the shorter."""
    return tuple(
        Partial(number * (1.0 + stretch * number * number), level, decay_s / (1.0 + damping * (number - 1)))
        for number, level in enumerate(levels, start=1)
    )


def _bowed(count: int, slope: float, body: Sequence[tuple[int, float]]) -> tuple[float, ...]:
    """A saw-like row of harmonics falling with `slope`, with some of them raised by the body of the instrument."""
    raised = dict(body)
    return tuple(raised.get(number, 1.0) / number**slope for number in range(1, count + 1))


INSTRUMENTS: dict[str, Struck | Held | Beaten] = {
    "felt_piano": Struck(
        _partials((1.0, 0.42, 0.20, 0.085, 0.05, 0.022, 0.012), 5.2, 0.55, 0.00035),
        0.007,
        0.35,
        knock=0.05,
        knock_hz=420,
    ),
    "electric_piano": Struck(
        (Partial(1, 1.0, 4.5), Partial(2, 0.16, 2.4), Partial(3, 0.05, 1.2), Partial(14.0, 0.025, 0.35)), 0.004, 0.25
    ),
    "celesta": Struck(
        (Partial(1, 1.0, 2.6), Partial(2, 0.10, 1.5), Partial(4.02, 0.16, 0.8), Partial(8.1, 0.03, 0.25)),
        0.002,
        0.6,
        knock=0.02,
        knock_hz=2500,
    ),
    "marimba": Struck(
        (Partial(1, 1.0, 1.1), Partial(3.93, 0.22, 0.35), Partial(9.6, 0.05, 0.12)),
        0.002,
        0.3,
        knock=0.09,
        knock_hz=700,
    ),
    "pizzicato": Struck(
        _partials((1.0, 0.62, 0.40, 0.24, 0.17, 0.10, 0.07, 0.04), 0.95, 0.6), 0.002, 0.12, knock=0.10, knock_hz=1100
    ),
    "spiccato": Struck(
        _partials((1.0, 0.7, 0.5, 0.32, 0.24, 0.16, 0.10, 0.07), 0.8, 0.18), 0.018, 0.12, knock=0.05, knock_hz=1500
    ),
    "dark_bass": Struck(_partials((1.0, 0.40, 0.12, 0.05), 2.6, 0.5), 0.008, 0.12),
    "warm_pad": Held(_bowed(8, 2.1, ()), 0.9, 1.1, (-5.0, 0.0, 6.0), swell=0.15),
    "airy_pad": Held((1.0, 0.30, 0.22, 0.10, 0.09, 0.03, 0.03), 1.2, 1.6, (-7.0, 1.0, 8.0), swell=0.25),
    "strings": Held(
        _bowed(18, 1.25, ((2, 1.3), (3, 1.25), (7, 0.5))), 0.45, 0.7, (-9.0, -3.0, 3.0, 8.0), 6.0, 4.6, swell=0.4
    ),
    "cello": Held(_bowed(16, 1.3, ((2, 1.5), (3, 1.2), (5, 1.4), (6, 0.6))), 0.13, 0.28, (0.0,), 17.0, 5.1, swell=0.3),
    "horn": Held((1.0, 0.75, 0.42, 0.22, 0.12, 0.06, 0.035, 0.02), 0.09, 0.3, (-2.0, 2.0), 6.0, 4.8, swell=0.25),
    "tick": Beaten(0.25, 0.8, (1800.0, 6000.0), 0.12, 0.05),
    "shaker": Beaten(0.0, 1.0, (4500.0, 9000.0), 0.12, 0.09, attack_s=0.018),
    "taiko": Beaten(1.0, 0.35, (60.0, 700.0), 0.95, 0.22),
}


def play(instrument: str, midi: int, seconds: float) -> Samples:
    """One note of `instrument` with a peak near 1; `seconds` is how long it is held, its release comes on top."""
    return INSTRUMENTS[instrument].note(440.0 * 2.0 ** ((midi - 69) / 12.0), seconds)


def _shorter(hz: float) -> float:
    return float(np.clip((262.0 / hz) ** 0.45, 0.45, 1.9))


def _dying_sine(
    time: npt.NDArray[np.float32], hz: float, partial: Partial, shorter: float, index: int
) -> npt.NDArray[np.float32]:
    heard = time[: int(partial.decay_s * shorter * RATE)]
    envelope = partial.level * np.exp(heard * np.float32(-6.9 / (partial.decay_s * shorter)))
    sine = np.zeros_like(time)
    sine[: len(heard)] = envelope * np.sin(heard * np.float32(2.0 * np.pi * hz) + np.float32(0.7 * index))
    return sine


def _attacked(samples: Samples, seconds: float) -> Samples:
    count = min(len(samples), int(seconds * RATE))
    samples[:count] *= np.sin(np.linspace(0.0, np.pi / 2, count, dtype=np.float32)) ** 2
    return samples


def _released(samples: Samples, held_s: float, release_s: float) -> Samples:
    start = max(0, min(int(held_s * RATE), len(samples) - int(0.01 * RATE)))
    tail = samples[start:]
    tail *= np.cos(np.linspace(0.0, np.pi / 2, len(tail), dtype=np.float32)) ** 2
    return samples


@functools.cache
def _wavetable(harmonics: tuple[float, ...]) -> Samples:
    spectrum = np.zeros(_TABLE // 2 + 1, np.complex128)
    phases = np.exp(1j * 2.4 * np.arange(len(harmonics)) ** 2)
    spectrum[1 : len(harmonics) + 1] = np.array(harmonics) * phases
    wave = np.fft.irfft(spectrum, _TABLE)
    return np.asarray(wave / np.max(np.abs(wave)), np.float32)


@functools.cache
def _knock(hz: float) -> Samples:
    time = np.arange(int(0.06 * RATE)) / RATE
    return np.asarray(_noise_band(60.0, hz, len(time)) * np.exp(-time / 0.010), np.float32)


@functools.cache
def _noise_band(low_hz: float, high_hz: float, count: int) -> Samples:
    seed = int.from_bytes(hashlib.sha256(f"{low_hz} {high_hz}".encode()).digest()[:4])
    noise = np.random.default_rng(seed).standard_normal(count).astype(np.float32)
    band = coloured(noise, lambda hz: low_cut(hz, low_hz), lambda hz: high_cut(hz, high_hz))[:count]
    return np.asarray(band / np.max(np.abs(band)), np.float32)
