"""Decides when everything happens: shots, transitions and voices on one clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright_video.film.edit import Clip, Film

VOICE_LEAD_S = 0.4
"""Silence between the end of a transition and the voice."""
VOICE_TAIL_S = 0.35
SLOWEST = 1 / 1.6
"""A clip is slowed at most this much for its narration; then its last frame stands."""


@dataclass(frozen=True)
class Shot:
    """A clip in its place; seconds of the film unless said otherwise."""

    start_s: float
    duration_s: float
    pace: float
    """Seconds of footage per second of film."""
    transition: str
    transition_s: float
    voice_start_s: float | None

    @property
    def overlap_s(self) -> float:
        """How long this shot and the one before are both seen."""
        return self.transition_s if self.transition in ("crossfade", "wipe") else 0.0

    @property
    def end_s(self) -> float:
        """When the shot is gone."""
        return self.start_s + self.duration_s


@dataclass(frozen=True)
class Timeline:
    """The whole film."""

    title_s: float
    shots: tuple[Shot, ...]
    end_fade_s: float
    duration_s: float


def plan(film: Film, footage_s: Sequence[float], voice_s: Sequence[float]) -> Timeline:
    """Places every clip, given how long its footage and its narration last (0 where it has none)."""
    title_s = max(0.0, film.title.duration_s) if film.title else 0.0
    wanted = [_wanted(clip, length) for clip, length in zip(film.clips, footage_s, strict=True)]
    changes = _transitions(film.clips, wanted, title_s)
    fade_s = min(max(0.0, film.end_fade_s), 0.5 * (wanted[-1] if wanted else title_s))
    shots: list[Shot] = []
    clock = title_s
    for number, clip in enumerate(film.clips):
        kind, seconds = changes[number]
        lead = _inside(kind, seconds) + VOICE_LEAD_S
        leaving = _inside(*changes[number + 1]) if number + 1 < len(changes) else fade_s
        voice = voice_s[number]
        needed = lead + voice + VOICE_TAIL_S + leaving if clip.line else 0.0
        duration = max(wanted[number], needed)
        pace = max(SLOWEST, min(footage_s[number], duration) / duration) if needed > wanted[number] else 1.0
        shared = seconds if kind in ("crossfade", "wipe") and clock > 0 else 0.0
        start = clock - shared
        shots.append(Shot(start, duration, pace, kind, seconds, start + lead if clip.line else None))
        clock = start + duration
    return Timeline(title_s, tuple(shots), fade_s, clock)


def _wanted(clip: Clip, footage_s: float) -> float:
    return footage_s if clip.duration_s is None else min(max(0.1, clip.duration_s), footage_s)


def _transitions(clips: Sequence[Clip], wanted: Sequence[float], title_s: float) -> list[tuple[str, float]]:
    """Kind and length of the way into each clip, at most half of the shorter neighbour."""
    changes: list[tuple[str, float]] = []
    before = title_s
    for number, clip in enumerate(clips):
        room = min(wanted[number], before) / 2 if before > 0 else wanted[number] / 2
        seconds = 0.0 if clip.transition == "cut" else min(max(0.0, clip.transition_s), room)
        # Nothing to cross from at the very start: the film then opens from black.
        opening = before <= 0 and clip.transition != "cut"
        changes.append(("fade_black" if opening else clip.transition, seconds))
        before = wanted[number]
    return changes


def _inside(kind: str, seconds: float) -> float:
    """How much of a transition lies within a shot beside it."""
    return seconds / 2 if kind == "fade_black" else seconds
