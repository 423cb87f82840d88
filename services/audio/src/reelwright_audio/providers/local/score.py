"""Writes the notes: form, motif, accompaniment, and an ending that falls on the last bar."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .harmony import Chord, chord, chord_notes, nearest, voice_lead
from .melody import Line, Sung, invent
from .styles import Part, Style

_FORM = (("A", 0.62), ("A'", 0.75), ("B", 1.0), ("A''", 0.9))


@dataclass(frozen=True)
class Note:
    """One note of one player."""

    instrument: str
    start_s: float
    seconds: float
    midi: int
    strength: float
    """0 to about 1, the part's level included."""
    pan: float


@dataclass(frozen=True)
class Bar:
    """One bar of the form."""

    start_s: float
    phrase: str
    """intro, A, A', B, A'' or end."""
    place: int
    """Within the phrase, from 0."""
    chord: Chord
    intensity: float


@dataclass(frozen=True)
class Score:
    """A finished composition."""

    notes: tuple[Note, ...]
    tempo_bpm: float
    beats: int
    tonic: int
    bars: tuple[Bar, ...]

    @property
    def bar_s(self) -> float:
        """Length of a bar in seconds."""
        return 60.0 / self.tempo_bpm * self.beats


def write(style: Style, duration_s: float, seed: int) -> Score:
    """Composes in `style`: the final chord sounds on the last bar line and rings until `duration_s`."""
    dice = random.Random(seed)
    tempo = dice.uniform(*style.tempo_bpm)
    tonic = dice.choice(style.tonics)
    ring_s = min(style.ring_s, 0.4 * duration_s)
    bar_s = 60.0 / tempo * style.beats
    count = max(0, round((duration_s - ring_s) / bar_s))
    if count:
        bar_s = (duration_s - ring_s) / count
    bars = _form(style, count, bar_s, dice)
    writer = _Writer(style, tonic, bar_s / style.beats, duration_s, dice)
    notes = tuple(sorted(writer.notes(bars), key=lambda note: (note.start_s, note.instrument, note.midi)))
    return Score(notes, 60.0 * style.beats / bar_s, style.beats, tonic, tuple(bars))


def _form(style: Style, count: int, bar_s: float, dice: random.Random) -> list[Bar]:
    """`count` bars and the final one; phrases of four after an introduction that takes up the odd bars."""
    verses, bridge = dice.sample(style.verses, len(style.verses)), dice.choice(style.bridges)
    intro = 0 if count < 8 else 2 + (count - 2) % 4
    bars: list[Bar] = []
    for index in range(count):
        place = index - intro
        name, intensity = ("intro", min(0.4 + 0.05 * index, 0.55)) if place < 0 else _FORM[place // 4 % len(_FORM)]
        symbols = bridge if name == "B" else verses[max(0, place) // 16 % len(verses)]
        bars.append(Bar(index * bar_s, name, place % 4 if place >= 0 else index, chord(symbols[place % 4]), intensity))
    if bars:
        before = bars[-1]
        bars[-1] = Bar(before.start_s, before.phrase, before.place, chord(style.cadence[0]), 0.62)
    return [*bars, Bar(count * bar_s, "end", 0, chord(style.cadence[1]), 0.6)]


class _Writer:
    """Gives every player the notes of every bar."""

    def __init__(self, style: Style, tonic: int, beat_s: float, duration_s: float, dice: random.Random) -> None:
        self._style, self._tonic, self._beat_s, self._duration_s = style, tonic, beat_s, duration_s
        self._dice = dice
        self._voicing: tuple[int, ...] = ()
        self._line = Line(style, tonic, invent(style, dice))
        self._sung: tuple[Sung, ...] = ()
        self._broken = dice.choice((style.arpeggio, style.arpeggio[:1] + style.arpeggio[:0:-1]))
        self._figures = {
            "chords": self._chords,
            "arpeggio": self._arpeggio,
            "bass": self._bass,
            "pulse": self._pulse,
            "offbeat": self._offbeat,
            "ticks": self._ticks,
            "drums": self._drums,
            "melody": self._melody,
            "sparkle": self._sparkle,
        }

    def notes(self, bars: list[Bar]) -> list[Note]:
        """All notes of all parts."""
        written: list[Note] = []
        for bar in bars:
            self._voicing = voice_lead(self._tonic, bar.chord, self._voicing, 60)
            if bar.phrase not in ("intro", "end"):
                self._sung = self._line.bar(bar.phrase, bar.place, bar.chord)
            for part in self._style.parts:
                if bar.intensity >= part.enters:
                    written += self._final(part, bar) if bar.phrase == "end" else self._figures[part.plays](part, bar)
        return written

    def _note(
        self, part: Part, bar: Bar, beat: float, beats: float, midi: int, weight: float = 1.0, aside: float = 0.0
    ) -> Note:
        """A note at `beat` of the bar, as a person would play it."""
        late = self._style.swing * 0.5 if beat % 1 == 0.5 else 0.0
        loose = max(-2.0, min(2.0, self._dice.gauss(0.0, 1.0))) * self._style.looseness_s
        start_s = max(0.0, bar.start_s + (beat + late) * self._beat_s + loose)
        seconds = min(beats * self._beat_s, self._duration_s - start_s)
        strength = part.level * weight * (0.5 + 0.5 * bar.intensity) * self._dice.uniform(0.9, 1.06)
        return Note(part.instrument, start_s, seconds, midi + 12 * part.octave, strength, part.pan + aside)

    def _final(self, part: Part, bar: Bar) -> list[Note]:
        """The last chord, or its root, or nothing from the players who only keep time."""
        beats = (self._duration_s - bar.start_s) / self._beat_s
        if part.plays in ("ticks", "sparkle", "offbeat"):
            return []
        if part.plays == "drums":
            return [self._note(part, bar, 0, 2, 40)]
        if part.plays == "melody":
            goal = chord_notes(self._tonic, Chord(bar.chord.root, (0,)), 55, 90)
            return [self._note(part, bar, 0, beats, nearest(self._style.melody_centre, goal), 0.9)]
        if part.plays in ("bass", "pulse"):
            return [self._note(part, bar, 0, beats, self._root(bar))]
        rolled = 0.12 if part.plays == "arpeggio" else 0.0
        return [self._note(part, bar, rolled * index, beats, note, 0.8) for index, note in enumerate(self._voicing)]

    def _root(self, bar: Bar) -> int:
        return nearest(40, chord_notes(self._tonic, Chord(bar.chord.root, (0,)), 31, 48))

    def _chords(self, part: Part, bar: Bar) -> list[Note]:
        held = self._style.beats + 0.35
        return [
            self._note(part, bar, 0, held, note, aside=0.3 * (index % 3 - 1))
            for index, note in enumerate(self._voicing)
        ]

    def _arpeggio(self, part: Part, bar: Bar) -> list[Note]:
        rungs = (*self._voicing, *(note + 12 for note in self._voicing))
        pattern = self._broken
        eighths = range(self._style.beats * 2)
        thin = bar.phrase == "intro"
        return [
            self._note(part, bar, eighth / 2, 1.4, rungs[pattern[eighth % len(pattern)]], 1.0 if eighth == 0 else 0.75)
            for eighth in eighths
            if not thin or eighth % 2 == 0
        ]

    def _bass(self, part: Part, bar: Bar) -> list[Note]:
        root, beats = self._root(bar), self._style.beats
        first = self._note(part, bar, 0, beats / 2 if beats == 4 else beats, root)
        if beats != 4:
            return [first]
        fifth = root + 7 if (bar.chord.root + 7) % 12 in bar.chord.classes else root
        return [first, self._note(part, bar, 2, 2, fifth if fifth < 50 else fifth - 12, 0.75)]

    def _pulse(self, part: Part, bar: Bar) -> list[Note]:
        root = self._root(bar)
        accents = (1.0, 0.5, 0.62, 0.5, 0.8, 0.5, 0.62, 0.56)
        return [self._note(part, bar, eighth / 2, 0.45, root, accents[eighth]) for eighth in range(8)]

    def _offbeat(self, part: Part, bar: Bar) -> list[Note]:
        upper = self._voicing[-2:]
        return [self._note(part, bar, beat, 0.4, note) for beat in (1, 3) for note in upper]

    def _ticks(self, part: Part, bar: Bar) -> list[Note]:
        return [
            self._note(part, bar, eighth / 2, 0.2, 84, 1.0 if eighth % 4 == 2 else 0.55)
            for eighth in range(self._style.beats * 2)
        ]

    def _drums(self, part: Part, bar: Bar) -> list[Note]:
        hits = [(0.0, 40, 1.0), (1.5, 43, 0.55), (2.0, 40, 0.8), (3.0, 47, 0.5), (3.5, 45, 0.6)]
        if bar.place == 3 and bar.intensity > 0.7:
            hits = [
                *hits[:3],
                *((2.5 + quarter / 4, 45 + quarter % 2 * 2, 0.4 + 0.1 * quarter) for quarter in range(6)),
            ]
        return [self._note(part, bar, beat, 1, midi, weight) for beat, midi, weight in hits]

    def _sparkle(self, part: Part, bar: Bar) -> list[Note]:
        if bar.place % 2 == 0:
            return []
        rungs = self._voicing
        return [self._note(part, bar, 2 + index / 4, 1, rungs[index % len(rungs)], 1 - index / 8) for index in range(6)]

    def _melody(self, part: Part, bar: Bar) -> list[Note]:
        return [self._note(part, bar, sung.beat, sung.beats, sung.midi) for sung in self._sung]
