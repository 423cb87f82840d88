"""Chords from Roman numerals, scales, and voicings that move as little as possible."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

MODES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
}

_MAJOR_STEPS = dict(zip(("I", "II", "III", "IV", "V", "VI", "VII"), MODES["major"], strict=True))
_NUMERAL = re.compile(r"(?P<accidental>[b#]?)(?P<numeral>[IV]+|[iv]+)(?P<kind>.*)")
_ADDED = {
    "": (),
    "7": (10,),
    "maj7": (11,),
    "add9": (14,),
    "9": (10, 14),
    "6": (9,),
}


@dataclass(frozen=True)
class Chord:
    """A chord relative to the tonic of its key."""

    root: int
    """Semitones above the tonic, 0 to 11."""
    intervals: tuple[int, ...]
    """Semitones above the root, the root's 0 first."""

    @property
    def classes(self) -> tuple[int, ...]:
        """The chord's notes as semitones above the tonic, 0 to 11, root first."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)


@functools.cache
def chord(symbol: str) -> Chord:
    """The chord a Roman numeral means, such as `I`, `iv`, `bVI`, `V7`, `iio`, `Iadd9`, `Vsus4`; ValueError if none."""
    match = _NUMERAL.fullmatch(symbol)
    if match is None:
        raise ValueError(f"no chord {symbol!r}")
    numeral, kind = match["numeral"], match["kind"]
    root = (_MAJOR_STEPS[numeral.upper()] + {"": 0, "b": -1, "#": 1}[match["accidental"]]) % 12
    if kind in ("sus4", "sus2", "o"):
        return Chord(root, {"sus4": (0, 5, 7), "sus2": (0, 2, 7), "o": (0, 3, 6)}[kind])
    third = 4 if numeral.isupper() else 3
    return Chord(root, (0, third, 7, *_ADDED[kind]))


def ladder(tonic: int, mode: str, over: Chord, low: int, high: int) -> tuple[int, ...]:
    """The MIDI notes from `low` to `high` a melody may use over a chord: the scale, bent to the chord's own notes."""
    foreign = {one for one in over.classes if one not in MODES[mode]}
    clashing = {(one + step) % 12 for one in foreign for step in (-1, 1)} - set(over.classes)
    allowed = (set(MODES[mode]) | foreign) - clashing
    return tuple(note for note in range(low, high + 1) if (note - tonic) % 12 in allowed)


def chord_notes(tonic: int, over: Chord, low: int, high: int) -> tuple[int, ...]:
    """Every MIDI note of the chord from `low` to `high`."""
    return tuple(note for note in range(low, high + 1) if (note - tonic) % 12 in over.classes)


def nearest(note: float, choices: tuple[int, ...]) -> int:
    """The choice closest to `note`, the lower one of two."""
    return min(choices, key=lambda choice: (abs(choice - note), choice))


def voice_lead(tonic: int, over: Chord, before: tuple[int, ...], centre: int) -> tuple[int, ...]:
    """The chord in close position, with the inversion and octave that moves least from `before`, around `centre`."""
    classes = sorted({(tonic + one) % 12 for one in over.classes})
    candidates: list[tuple[int, ...]] = []
    for turn in range(len(classes)):
        turned = classes[turn:] + [one + 12 for one in classes[:turn]]
        octaves = range(centre // 12 - 2, centre // 12 + 2)
        candidates.extend(tuple(one + 12 * octave for one in turned) for octave in octaves)
    return min(candidates, key=lambda notes: _strain(notes, before, centre))


def _strain(notes: tuple[int, ...], before: tuple[int, ...], centre: int) -> float:
    off_centre = abs(sum(notes) / len(notes) - centre)
    if not before:
        return off_centre
    moved = sum(min(abs(note - old) for old in before) for note in notes) / len(notes)
    return moved + 0.35 * off_centre
