"""Loudness by ITU-R BS.1770: measuring it, and bringing a mix to a target without clipping."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from reelwright_video.film.media import SAMPLE_RATE, Sound

SILENCE_LUFS = -70.0
CEILING_DBFS = -2.2
"""True-peak limit of the mix; AAC adds a little, and the film must stay below -1.5."""
LOUDEST_GAIN_DB = 36.0
BLOCK = 48
_CHUNK = SAMPLE_RATE


@dataclass(frozen=True)
class Loudness:
    """What a meter shows for a whole programme."""

    integrated_lufs: float
    range_lu: float
    true_peak_dbfs: float


def measure(sound: Sound) -> Loudness:
    """Integrated loudness, loudness range and true peak; `SILENCE_LUFS` when nothing passes the gate."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        sample_rate=SAMPLE_RATE, format="fltp", layout="stereo", time_base=Fraction(1, SAMPLE_RATE)
    )
    meter = graph.add("ebur128", "metadata=1:peak=true")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    last: dict[str, str] = {}
    for start in range(0, sound.shape[1], _CHUNK):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[:, start : start + _CHUNK]), "fltp", "stereo")
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, start, Fraction(1, SAMPLE_RATE)
        graph.push(frame)
        last = _drain(graph) or last
    graph.push(None)
    last = _drain(graph) or last
    return Loudness(
        max(SILENCE_LUFS, float(last.get("lavfi.r128.I", SILENCE_LUFS))),
        float(last.get("lavfi.r128.LRA", 0.0)),
        decibels(float(np.max(true_peaks(sound), initial=0.0))),
    )


def _drain(graph: av.filter.Graph) -> dict[str, str]:
    last: dict[str, str] = {}
    while True:
        try:
            last = graph.pull().metadata or last
        except (BlockingIOError, EOFError):
            return last


def normalise(sound: Sound, target_lufs: float) -> tuple[Sound, Loudness]:
    """Brings a mix to the target within a few tenths of a unit and its true peaks under the ceiling."""
    before = measure(sound)
    if before.integrated_lufs <= SILENCE_LUFS + 1:
        return sound, before
    gain_db = 0.0
    measured, level = before, sound
    for _ in range(4):
        gain_db = min(LOUDEST_GAIN_DB, gain_db + target_lufs - measured.integrated_lufs)
        level = limited(sound * np.float32(10 ** (gain_db / 20)))
        measured = measure(level)
        if abs(measured.integrated_lufs - target_lufs) < 0.25 or gain_db >= LOUDEST_GAIN_DB:
            break
    return level, measured


def limited(sound: Sound) -> Sound:
    """Turns the level down softly around every peak that would exceed the ceiling."""
    peaks = true_peaks(sound)
    ceiling = 10 ** (CEILING_DBFS / 20)
    if peaks.max(initial=0.0) <= ceiling:
        return sound
    gain = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    # The lowest gain of a window, then the mean over the same window, is smooth and never too high at its centre.
    reach = 12
    padded = np.pad(gain, reach + 1, mode="edge")
    lowest = np.lib.stride_tricks.sliding_window_view(padded, 2 * (reach + 1) + 1).min(axis=1)
    smooth = np.lib.stride_tricks.sliding_window_view(np.pad(lowest, reach, mode="edge"), 2 * reach + 1).mean(axis=1)
    centres = (np.arange(len(smooth)) + 0.5) * BLOCK
    curve = np.interp(np.arange(sound.shape[1]), centres, smooth).astype(np.float32)
    return np.asarray(sound * curve, np.float32)


def true_peaks(sound: Sound) -> npt.NDArray[np.float64]:
    """The highest level in each block of 48 samples, looked at between the samples too (4 times oversampled)."""
    length = -(-sound.shape[1] // BLOCK) * BLOCK
    highest = np.zeros(length, np.float32)
    for channel in sound:
        np.maximum(highest[: len(channel)], np.abs(channel), out=highest[: len(channel)])
        for phase in (0.25, 0.5, 0.75):
            between = np.convolve(channel, _interpolator(phase), mode="same")
            np.maximum(highest[: len(channel)], np.abs(between)[: len(channel)], out=highest[: len(channel)])
    return highest.reshape(-1, BLOCK).max(axis=1).astype(np.float64) if length else np.zeros(0)


def _interpolator(phase: float) -> npt.NDArray[np.float32]:
    """A windowed sinc that reads `phase` of a sample further on."""
    taps = np.arange(-8, 9) - phase
    kernel = np.sinc(taps) * np.cos(np.pi * taps / 18) ** 2
    return np.asarray(kernel / kernel.sum(), np.float32)


def decibels(level: float) -> float:
    """Full scale is 0; silence is -120."""
    return max(-120.0, 20 * float(np.log10(max(level, 1e-6))))
