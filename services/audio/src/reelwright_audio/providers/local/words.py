"""Finds the words of a text and when each is heard, from eSpeak's marks and the energy of the sound."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from .espeak import Mark

_BREAKS = re.compile(r"[\s\u2012-\u2015\u2026\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f|]+|-{2,}|\.{2,}")
_KEPT = frozenset("%&#@")
# Han, kana and Thai are written without spaces: there eSpeak's own division into words is the only one.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_AUDIBLE = 0.02
_FRAME_S = 0.005


@dataclass(frozen=True)
class Span:
    """`text[start:end]` is heard from `start_s` to `end_s`."""

    start: int
    end: int
    start_s: float
    end_s: float


@dataclass(frozen=True)
class _Group:
    """Neighbouring words of which eSpeak marked the first only, as it runs "of the" together."""

    words: tuple[tuple[int, int], ...]
    sample: int


def timed(text: str, marks: list[Mark], wave: npt.NDArray[np.float32], rate: int) -> list[Span]:
    """The words of `text` with their times in the mono `wave`, in order, never overlapping."""
    heard = [mark for mark in marks if mark.kind == "word"]
    groups = _groups(_words(text, {mark.position for mark in heard}), heard)
    limits = [*(group.sample for group in groups), len(wave)][1:]
    audible = _audible(wave, rate)
    return [
        span
        for group, limit in zip(groups, limits, strict=True)
        for span in _shared_out(group, *_trimmed(group.sample / rate, limit / rate, audible))
    ]


def _words(text: str, marked: set[int]) -> list[tuple[int, int]]:
    breaks = [(0, 0), *(match.span() for match in _BREAKS.finditer(text)), (len(text), len(text))]
    between = [(before[1], after[0]) for before, after in itertools.pairwise(breaks)]
    pieces = [piece for start, end in between for piece in _divided(text, start, end, marked)]
    return [word for word in (_bare(text, *piece) for piece in pieces) if word[0] < word[1]]


def _divided(text: str, start: int, end: int, marked: set[int]) -> Iterator[tuple[int, int]]:
    inside = range(start + 1, end) if _UNSPACED.search(text, start, end) else range(0)
    yield from itertools.pairwise([start, *(position for position in inside if position in marked), end])


def _bare(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and _is_punctuation(text[start]):
        start += 1
    while end > start and _is_punctuation(text[end - 1]):
        end -= 1
    return start, end


def _is_punctuation(character: str) -> bool:
    return unicodedata.category(character)[0] in "PZC" and character not in _KEPT


def _groups(words: list[tuple[int, int]], heard: list[Mark]) -> list[_Group]:
    """`words` behind their marks; a mark before the first letter, on a quote say, counts for the word that follows."""
    found: list[_Group] = []
    ends = [0, *(end for _, end in words)]
    for index, word in enumerate(words):
        samples = [mark.sample for mark in heard if ends[index] <= mark.position < word[1]]
        if samples or not found:
            floor = found[-1].sample if found else 0
            found.append(_Group((word,), max(floor, min(samples, default=0))))
        else:
            found[-1] = _Group((*found[-1].words, word), found[-1].sample)
    return found


def _audible(wave: npt.NDArray[np.float32], rate: int) -> npt.NDArray[np.bool_]:
    width = int(rate * _FRAME_S)
    frames = wave[: len(wave) // width * width].reshape(-1, width)
    level = np.sqrt(np.mean(frames * frames, axis=1))
    return np.asarray(level > _AUDIBLE * np.max(level, initial=0.0))


def _trimmed(start_s: float, end_s: float, audible: npt.NDArray[np.bool_]) -> tuple[float, float]:
    first = int(start_s / _FRAME_S)
    loud = np.flatnonzero(audible[first : int(end_s / _FRAME_S)])
    if len(loud) == 0:
        return start_s, end_s
    return max(start_s, (first + int(loud[0])) * _FRAME_S), min(end_s, (first + int(loud[-1]) + 1) * _FRAME_S)


def _shared_out(group: _Group, start_s: float, end_s: float) -> Iterator[Span]:
    """The time of the group by the lengths of its words."""
    lengths = [end - start for start, end in group.words]
    reached = [sum(lengths[:count]) / sum(lengths) for count in range(len(lengths) + 1)]
    for (start, end), (before, after) in zip(group.words, itertools.pairwise(reached), strict=True):
        yield Span(start, end, start_s + before * (end_s - start_s), start_s + after * (end_s - start_s))
