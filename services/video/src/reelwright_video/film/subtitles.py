"""Subtitles: narration cut into readable cues that appear when the words are heard."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelwright_video.film.edit import Word

LINE_WIDTH = 42
TAIL_S = 0.3
GAP_S = 0.04
SHORTEST_S = 0.9


@dataclass(frozen=True)
class Cue:
    """One subtitle; `text` has one or two lines."""

    start_s: float
    end_s: float
    text: str


def cues(text: str, words: Sequence[Word], heard: tuple[float, float], voice_start_s: float) -> list[Cue]:
    """The cues of one narration line; `heard` is when its audio file starts and stops being audible."""
    parts = _parts(text)
    if not parts:
        return []
    clock = _Clock(words, heard)
    length = sum(len(part.strip()) for part in parts) or 1
    found: list[Cue] = []
    spoken = 0
    for chunk in _chunks(tuple(parts)):
        size = sum(len(part.strip()) for part in chunk)
        start, end = clock.at(spoken / length, opening=True), clock.at((spoken + size) / length, opening=False)
        found.append(Cue(voice_start_s + start, voice_start_s + end + TAIL_S, _two_lines(chunk)))
        spoken += size
    return found


def settle(found: Sequence[Cue], film_s: float) -> list[Cue]:
    """Cues in order, long enough to read where there is room, never overlapping and inside the film."""
    ordered = sorted(found, key=lambda cue: cue.start_s)
    limits = [*(cue.start_s - GAP_S for cue in ordered[1:]), film_s][: len(ordered)]
    settled = [
        replace(cue, end_s=min(max(cue.end_s, cue.start_s + SHORTEST_S), limit))
        for cue, limit in zip(ordered, limits, strict=True)
    ]
    return [cue for cue in settled if cue.end_s > cue.start_s]


def srt(found: Sequence[Cue]) -> str:
    """The cues as a SubRip file."""
    blocks = (f"{n}\n{_stamp(cue.start_s)} --> {_stamp(cue.end_s)}\n{cue.text}\n" for n, cue in enumerate(found, 1))
    return "\n".join(blocks)


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02},{rest % 1000:03}"


class _Clock:
    """Turns a share of the text into seconds of the audio file."""

    def __init__(self, words: Sequence[Word], heard: tuple[float, float]) -> None:
        spoken = [word for word in words if word[0].strip() and word[2] >= word[1]] or [("-", *heard)]
        total = sum(len(word[0].strip()) for word in spoken)
        self._marks: list[tuple[float, float, float, float]] = []
        done = 0
        for word, start, end in spoken:
            size = len(word.strip())
            self._marks.append((done / total, (done + size) / total, start, end))
            done += size

    def at(self, share: float, opening: bool) -> float:
        """Seconds at a share of the letters; `opening` looks forward from a word's edge, otherwise back."""
        slack = 0.5 / 1000 if opening else -0.5 / 1000
        for first, last, start, end in self._marks:
            if share + slack < last or last >= 1.0:
                within = min(1.0, max(0.0, (share - first) / (last - first)))
                return start + (end - start) * within
        return self._marks[-1][3]


def _parts(text: str) -> list[str]:
    """Words with their trailing space; scripts written without spaces give single characters."""
    parts: list[str] = []
    for word in " ".join(text.split()).split(" "):
        pieces = (
            re.findall(r".[、。，！？」』）]*", word)
            if _wide(word)
            else [word[i : i + LINE_WIDTH] for i in range(0, len(word), LINE_WIDTH)]
        )
        parts += [*pieces[:-1], pieces[-1] + " "] if pieces else []
    return parts


def _wide(text: str) -> bool:
    return any(unicodedata.east_asian_width(char) in "WF" for char in text)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text.strip())


def _chunks(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The cheapest way to cut: few cues, of even length, ending where a sentence or clause ends."""

    @functools.cache
    def best(start: int) -> tuple[float, int]:
        if start == len(parts):
            return 0.0, start
        options = []
        for stop in range(start + 1, len(parts) + 1):
            chunk = parts[start:stop]
            if stop > start + 1 and not _fits(chunk):
                break
            options.append((_cost(chunk) + best(stop)[0], stop))
        return min(options)

    # Filling the table from the end keeps the recursion one level deep, however long the narration.
    for start in range(len(parts), -1, -1):
        best(start)
    chunks: list[tuple[str, ...]] = []
    start = 0
    while start < len(parts):
        stop = best(start)[1]
        chunks.append(parts[start:stop])
        start = stop
    return chunks


def _fits(chunk: Sequence[str]) -> bool:
    return all(_width(line) <= LINE_WIDTH for line in _two_lines(chunk).split("\n"))


def _cost(chunk: Sequence[str]) -> float:
    text = "".join(chunk).strip()
    ending = 0.0 if re.search(r"[.!?…。！？][\"'”’»)]*$", text) else 0.45 if re.search(r"[,;:—–、，]$", text) else 1.3
    return 1.0 + ending + ((_width(text) - 56) / 56) ** 2


def _two_lines(chunk: Sequence[str]) -> str:
    text = "".join(chunk).strip()
    if _width(text) <= LINE_WIDTH:
        return text
    splits = [("".join(chunk[:at]).strip(), "".join(chunk[at:]).strip()) for at in range(1, len(chunk))]
    upper, lower = min(splits, key=lambda split: _imbalance(*split), default=(text, ""))
    return f"{upper}\n{lower}".strip()


def _imbalance(upper: str, lower: str) -> float:
    clause = 5 if upper.endswith((",", ";", ":", ".", "!", "?", "—")) else 0
    excess = max(0, _width(upper) - LINE_WIDTH, _width(lower) - LINE_WIDTH)
    return excess * 100 + abs(_width(upper) - _width(lower)) - clause
