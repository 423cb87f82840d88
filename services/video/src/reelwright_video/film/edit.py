"""The edit decision list: what a film is made of, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

TRANSITIONS = ("crossfade", "fade_black", "wipe", "cut")

Word = tuple[str, float, float]
"""A spoken word with the seconds at which it starts and ends in its audio file."""


@dataclass(frozen=True)
class TitleCard:
    """The opening card; text over a blurred picture, or over a gradient when there is none."""

    title: str
    subtitle: str
    duration_s: float
    picture: Path | None


@dataclass(frozen=True)
class Line:
    """The narration of one clip."""

    text: str
    audio: Path
    words: tuple[Word, ...]
    """May be empty; then the text is spread evenly over the time the voice is heard."""


@dataclass(frozen=True)
class Clip:
    """One shot of the film."""

    video: Path
    duration_s: float | None
    """Seconds wanted of the clip; None is all of it. A longer narration stretches the clip."""
    line: Line | None
    transition: str
    """How the film comes into this clip: one of `TRANSITIONS`."""
    transition_s: float


@dataclass(frozen=True)
class Film:
    """Everything a film is composed of."""

    width: int
    """Pixels, even."""
    height: int
    fps: int
    title: TitleCard | None
    clips: tuple[Clip, ...]
    music: Path | None
    music_gain_db: float
    """Level of the music relative to the voice, before the voice ducks it."""
    end_fade_s: float
    language: str
    """BCP 47 tag of the narration; it labels the subtitle and audio tracks."""
    loudness_lufs: float = -16.0
    metadata: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Composed:
    """A finished film."""

    duration_s: float
    srt: str
    lines: tuple[tuple[float, float, str], ...]
    """(start_s, end_s, text) of each narration line, as heard."""
    loudness_lufs: float
    """Integrated loudness, ITU-R BS.1770; -70 for silence."""
    loudness_range_lu: float
    true_peak_dbfs: float
