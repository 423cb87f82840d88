"""Composes and plays a quiet piece of music in a mood, exactly as long as asked."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from reelwright_kit import lexicon

from .filters import bell, coloured, convolve, fade, high_shelf, low_cut, room
from .instruments import play
from .score import Note, Score, write
from .sound import RATE, Samples, Sound
from .stopping import ProgressReport, StopCheck, never, stop_if, unheard
from .styles import STYLES, Style

MOODS: tuple[str, ...] = tuple(STYLES)

SHORTEST_S, LONGEST_S = 1.0, 600.0
_LOUDNESS = 10.0 ** (-24.0 / 20.0)
_CEILING = 10.0 ** (-12.0 / 20.0)
_FADE_IN_S = 0.02
_LONGEST_FADE_S = 3.5
_EAR_DISTANCE_S = 0.0004
_BLOCK = 1 << 20
_NOTES_PER_REPORT = 32
_SHARE_OF_PLAYING = 0.8

_WORDS = {
    word: mood
    for mood, words in {
        "tender": "tender|soft|warm|calm|romantic|intimate|acoustic|sweet|peaceful|suave|calme|ruhig",
        "tense": "tense|suspense|suspenseful|dark|thriller|horror|scary|ominous|nervous|oscuro|sombre|düster",
        "playful": "playful|happy|upbeat|cheerful|quirky|fun|bouncy|comedy|alegre|joyeux|fröhlich",
        "melancholy": "melancholy|melancholic|sorrow|nostalgic|rain|blue|mournful|melancólico|traurig",
        "wondrous": "wondrous|ethereal|ambient|space|dreamy|floating|sparkling|stars|etéreo|céleste",
        "epic": "epic|heroic|orchestral|cinematic|trailer|drums|triumphant|épico|épique|episch",
        "neutral": "neutral|corporate|background|lofi|documentary|explainer",
    }.items()
    for word in words.split("|")
}
"""What people write about music, on top of the lexicon's words about stories."""


def mood_of(prompt: str) -> str:
    """The mood that most words of `prompt` speak for, the one named first of equals; neutral when none does."""
    # English first: "solo" and "alt" are moods in other languages, but not in "a solo piano".
    mentions = _moods(lexicon.find(prompt, "en")) or _moods(lexicon.find(prompt))
    named = {(one.start, one.concept) for one in mentions}
    words = ((match.start(), _WORDS.get(match.group())) for match in re.finditer(r"\w+", prompt.lower()))
    named |= {(start, mood) for start, mood in words if mood}
    votes = Counter(mood for _, mood in sorted(named))
    return votes.most_common(1)[0][0] if votes else "neutral"


def _moods(mentions: tuple[lexicon.Mention, ...]) -> list[lexicon.Mention]:
    return [one for one in mentions if one.kind == "mood" and one.concept in STYLES]


def compose(
    mood: str, *, duration_s: float, seed: int, progress: ProgressReport = unheard, should_stop: StopCheck = never
) -> Sound:
    """A piece in one of `MOODS`, stereo at 48 kHz, `duration_s` (1 to 600) long to the sample.

    It lies under a voice: about -24 dBFS RMS and no peak above -12 dBFS. The same arguments give the same samples.
    `progress` hears fractions from 0 to 1. Raises ValueError on an unknown mood or a duration out of range, Stopped.
    """
    if mood not in STYLES:
        raise ValueError(f"mood must be one of {', '.join(MOODS)}, not {mood!r}")
    if not SHORTEST_S <= duration_s <= LONGEST_S:
        raise ValueError(f"duration_s must be between {SHORTEST_S:g} and {LONGEST_S:g}, not {duration_s}")
    style = STYLES[mood]
    score = write(style, duration_s, seed)
    mix = _played(score, round(duration_s * RATE), progress, should_stop)
    for side in (0, 1):
        convolve(mix[:, side], _hall(style, side), should_stop)
        progress(_SHARE_OF_PLAYING + 0.08 * (side + 1))
    _level(mix)
    fade(mix, _FADE_IN_S, min(0.35 * duration_s, _LONGEST_FADE_S))
    progress(1.0)
    return Sound(mix, RATE)


def _played(score: Score, frames: int, progress: ProgressReport, should_stop: StopCheck) -> Samples:
    """All notes, dry, shape (frames, 2)."""
    mix = np.zeros((frames, 2), np.float32)
    known: dict[tuple[str, int, float], Samples] = {}
    for index, note in enumerate(score.notes):
        if index % _NOTES_PER_REPORT == 0:
            stop_if(should_stop)
            progress(_SHARE_OF_PLAYING * index / len(score.notes))
        key = (note.instrument, note.midi, round(note.seconds, 2))
        if key not in known:
            known[key] = play(*key)
        _place(mix, known[key], note)
    return mix


def _place(mix: Samples, sounded: Samples, note: Note) -> None:
    """Adds a note at its place; the far ear hears it softer and a hair later."""
    angle = (note.pan + 1.0) * np.pi / 4.0
    start = round(note.start_s * RATE)
    for side, gain in ((0, np.cos(angle)), (1, np.sin(angle))):
        away = note.pan if side == 0 else -note.pan
        first = start + round(max(0.0, away) * _EAR_DISTANCE_S * RATE)
        part = mix[first : first + len(sounded), side]
        part += sounded[: len(part)] * np.float32(gain * note.strength)


def _hall(style: Style, side: int) -> Samples:
    """The impulse response of one side of the room, with less of what a voice on top needs for itself."""
    impulse = np.float32(style.wetness) * room(style.room_s, 20 + side, delay_s=0.016 + 0.003 * side)
    impulse[0] += 1.0
    return coloured(
        impulse,
        lambda hz: low_cut(hz, 38.0),
        lambda hz: bell(hz, 2300.0, -3.0, 0.7),
        lambda hz: high_shelf(hz, 7500.0, -3.0),
    )


def _level(mix: Samples) -> None:
    """Brings `mix` to a bed's loudness in place, the few peaks above three quarters of the ceiling bent below it."""
    blocks = [mix[start : start + _BLOCK] for start in range(0, len(mix), _BLOCK)]
    power = sum(float(np.sum(block * block, dtype=np.float64)) for block in blocks) / mix.size
    knee = np.float32(0.75 * _CEILING)
    left = np.float32(_CEILING) - knee
    for block in blocks:
        np.multiply(block, np.float32(_LOUDNESS / math.sqrt(power + 1e-12)), out=block)
        loud = np.abs(block) > knee
        block[loud] = np.sign(block[loud]) * (knee + left * np.tanh((np.abs(block[loud]) - knee) / left))
