"""Invents a motif of two bars and leads it through the phrases of a piece."""

from __future__ import annotations

import random
from dataclasses import dataclass

from .harmony import Chord, chord_notes, ladder, nearest
from .styles import Rhythm, Style

_LOWEST, _HIGHEST = 52, 96
_WIDEST_LEAP = 9


@dataclass(frozen=True)
class Motif:
    """The idea a piece is made of."""

    rhythm: Rhythm
    steps: tuple[int, ...]
    """Steps of the scale from the centre of the melody, one per note."""
    answer: int
    """By how many steps the second half of a phrase moves the motif."""


@dataclass(frozen=True)
class Sung:
    """One note of the melody within its bar, in beats."""

    beat: float
    beats: float
    midi: int


def invent(style: Style, dice: random.Random) -> Motif:
    """A motif in the manner of `style`: mostly steps, now and then a leap, turning back before it runs away."""
    rhythm = dice.choice(style.rhythms)
    steps = [dice.choice((0, 2, 4))]
    direction = dice.choice((-1, 1))
    for _ in rhythm[1:]:
        if dice.random() < 0.3 or abs(steps[-1]) > 4:
            direction = -1 if steps[-1] > 1 else 1
        steps.append(steps[-1] + direction * dice.choice((1, 1, 1, style.leap)))
    return Motif(rhythm, tuple(steps), dice.choice((-2, -1, 1, 2)))


class Line:
    """The melody, bar by bar; it remembers its last note so that it moves on from there."""

    def __init__(self, style: Style, tonic: int, motif: Motif) -> None:
        self._style, self._tonic, self._motif = style, tonic, motif
        self._last: int | None = None

    def bar(self, phrase: str, place: int, over: Chord) -> tuple[Sung, ...]:
        """The notes of bar `place` (0 to 3) of the phrase A, A', B or A''."""
        figure = self._figure(place % 2)
        if place == 3 and phrase in ("A", "A''"):
            figure = [*figure[:-2], (figure[-1][0] if len(figure) > 1 else 0.0, 2.5, 0)]
        if place == 1 and phrase == "A'":
            figure = _ornamented(figure)
        sung = []
        for beat, beats, step in figure:
            self._last = self._pitch(self._varied(step, phrase, place), beat % 2 == 0 or beats >= 2, over)
            sung.append(Sung(beat, beats, self._last))
        return tuple(sung)

    def _figure(self, half: int) -> list[tuple[float, float, int]]:
        first = half * self._style.beats
        pairs = zip(self._motif.rhythm, self._motif.steps, strict=True)
        return [
            (beat - first, beats, step) for (beat, beats), step in pairs if first <= beat < first + self._style.beats
        ]

    def _varied(self, step: int, phrase: str, place: int) -> int:
        """A states, A' answers the other way round, B turns the motif upside down higher up, A'' climbs to its end."""
        answer = self._motif.answer if place >= 2 else 0
        return {"A": step + answer, "A'": step - answer, "B": 4 - step + answer, "A''": step + abs(answer)}[phrase]

    def _pitch(self, step: int, strong: bool, over: Chord) -> int:
        """On strong beats one of the chord's own notes, else any of the scale; no stuck notes, no wide leaps."""
        rungs = ladder(self._tonic, self._style.mode, over, _LOWEST, _HIGHEST)
        own = chord_notes(self._tonic, over, _LOWEST, _HIGHEST)
        middle = rungs.index(nearest(self._style.melody_centre - 2, rungs))
        plain = rungs[max(0, min(len(rungs) - 1, middle + step))]
        note = nearest(plain, own) if strong else plain
        if self._last is None:
            return note
        if note == self._last and plain != note and not strong:
            note = plain
        if abs(note - self._last) > _WIDEST_LEAP:
            note = nearest((note + self._last) / 2, own)
        return note


def _ornamented(figure: list[tuple[float, float, int]]) -> list[tuple[float, float, int]]:
    """The longest note becomes a turn: itself, its upper neighbour, and itself again."""
    longest = max(range(len(figure)), key=lambda index: figure[index][1], default=-1)
    if longest < 0 or figure[longest][1] < 1.5:
        return figure
    beat, beats, step = figure[longest]
    turn = [(beat, beats / 2, step), (beat + beats / 2, 0.5, step + 1), (beat + beats / 2 + 0.5, beats / 2 - 0.5, step)]
    return [*figure[:longest], *(one for one in turn if one[1] > 0.2), *figure[longest + 1 :]]
