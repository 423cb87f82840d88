"""The mix: voices in their places, music that makes room for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reelwright_video.film.media import SAMPLE_RATE, Sound

LEVEL_DBFS = -20.0
"""Both voice and music are brought to this mean level before the music's own gain."""
DUCK_DB = -10.0
ATTACK_S = 0.15
RELEASE_S = 0.6
CONTROL_HZ = 100
MUSIC_FADE_IN_S = 1.2
MUSIC_FADE_OUT_S = 2.5
LOOP_CROSSFADE_S = 1.5


@dataclass(frozen=True)
class Voice:
    """One narration line, ready to be laid on the film."""

    sound: Sound
    heard: tuple[float, float]
    """Seconds of its own time at which it starts and stops being audible."""


def voice(sound: Sound) -> Voice:
    """Levels a narration and cuts the silence after its last word."""
    heard = audible(sound)
    kept = sound[:, : int((heard[1] + 0.15) * SAMPLE_RATE)]
    return Voice(levelled(kept), heard)


def audible(sound: Sound) -> tuple[float, float]:
    """Seconds between which a sound is louder than 40 dB under its peak; all of it when it is silent."""
    level = _envelope(sound)
    loud = np.nonzero(level > max(1e-4, 0.01 * level.max(initial=0.0)))[0]
    if not len(loud):
        return 0.0, sound.shape[1] / SAMPLE_RATE
    return float(loud[0]) / CONTROL_HZ, min(sound.shape[1] / SAMPLE_RATE, float(loud[-1] + 1) / CONTROL_HZ)


def levelled(sound: Sound) -> Sound:
    """A sound whose audible part has the common mean level."""
    level = _envelope(sound)
    loud = level[level > 0.05 * level.max(initial=0.0)]
    if not len(loud) or level.max() < 1e-4:
        return sound
    power = float(np.sqrt(np.mean(loud**2)))
    return sound * np.float32(10 ** (LEVEL_DBFS / 20) / power)


def mix(voices: Sequence[tuple[float, Voice]], music: Sound | None, gain_db: float, duration_s: float) -> Sound:
    """Voices at their start seconds over ducked music; silence when there is neither."""
    total = np.zeros((2, round(duration_s * SAMPLE_RATE)), np.float32)
    for start_s, line in voices:
        first = round(start_s * SAMPLE_RATE)
        piece = line.sound[:, : max(0, total.shape[1] - first)]
        total[:, first : first + piece.shape[1]] += piece
    if music is None or not music.shape[1]:
        return total
    bed = _bed(levelled(music), total.shape[1])
    bed *= duck_curve(total) * np.float32(10 ** (gain_db / 20))
    total += bed
    return total


def duck_curve(voices: Sound) -> npt.NDArray[np.float32]:
    """Gain of the music for each sample: down just before a voice, up slowly after it."""
    level = _envelope(voices)
    speaking = level > 10 ** ((LEVEL_DBFS - 24) / 20)
    # Looking ahead by the attack time, so that the first word is not covered.
    ahead = int(ATTACK_S * CONTROL_HZ)
    speaking = np.convolve(speaking, np.ones(ahead + 1))[ahead : ahead + len(level)] > 0
    gain_db = np.zeros(len(level))
    now = 0.0
    down, up = (1 - np.exp(-2.3 / (seconds * CONTROL_HZ)) for seconds in (ATTACK_S, RELEASE_S))
    for step, busy in enumerate(speaking):
        goal = DUCK_DB if busy else 0.0
        now += (goal - now) * (down if busy else up)
        gain_db[step] = now
    centres = (np.arange(len(gain_db)) + 0.5) * SAMPLE_RATE / CONTROL_HZ
    smooth = np.interp(np.arange(voices.shape[1]), centres, gain_db) if len(gain_db) else np.zeros(voices.shape[1])
    return (10 ** (smooth / 20)).astype(np.float32)


def _bed(music: Sound, length: int) -> Sound:
    """Music for exactly `length` samples: repeated with crossfades when short, faded at both ends."""
    bed = music[:, :length]
    cross = min(int(LOOP_CROSSFADE_S * SAMPLE_RATE), music.shape[1] // 3)
    ramp = np.sin(np.linspace(0, np.pi / 2, max(1, cross), dtype=np.float32))
    while bed.shape[1] < length:
        joint = bed[:, bed.shape[1] - len(ramp) :] * ramp[::-1] + music[:, : len(ramp)] * ramp
        bed = np.concatenate((bed[:, : bed.shape[1] - len(ramp)], joint, music[:, len(ramp) :]), axis=1)[:, :length]
    return bed * _fades(length)


def _fades(length: int) -> npt.NDArray[np.float32]:
    seconds = np.arange(length, dtype=np.float32) / SAMPLE_RATE
    whole = length / SAMPLE_RATE
    rise = np.clip(seconds / min(MUSIC_FADE_IN_S, whole / 3 + 1e-3), 0, 1)
    fall = np.clip((whole - seconds) / min(MUSIC_FADE_OUT_S, whole / 3 + 1e-3), 0, 1)
    curve = np.sin(np.minimum(rise, fall) * np.pi / 2) ** 2
    return curve.astype(np.float32)


def _envelope(sound: Sound) -> npt.NDArray[np.float64]:
    """Mean level of each hundredth of a second."""
    size = SAMPLE_RATE // CONTROL_HZ
    count = -(-sound.shape[1] // size)
    power = np.zeros(count * size, np.float32)
    power[: sound.shape[1]] = np.mean(sound**2, axis=0)
    return np.asarray(np.sqrt(power.reshape(count, size).mean(axis=1, dtype=np.float64)))
