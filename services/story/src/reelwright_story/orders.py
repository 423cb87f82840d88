"""What callers order from this service, with everything decided that they left open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

DEFAULT_SCENES = 6
DEFAULT_RESOLUTION = 720
DEFAULT_STYLE = "painterly storybook"
SECONDS_PER_SCENE = 6.5

TITLE_S = 3.0
LEAD_S = 1.5
"""How much longer a clip is than what is said over it."""
SHORTEST_CLIP_S, LONGEST_CLIP_S = 4.0, 30.0
LONGEST_MUSIC_S = 600.0
"""What CreateMusic takes; the edit repeats it under a longer film."""


@dataclass(frozen=True)
class Models:
    """Which model does what; empty means the service's default."""

    text: str = ""
    image: str = ""
    video: str = ""
    speech: str = ""
    music: str = ""


@dataclass(frozen=True)
class FilmOrder:
    """A film to be made."""

    prompt: str
    scenes: int
    seconds: float
    seed: int
    aspect_ratio: str = "16:9"
    resolution: int = DEFAULT_RESOLUTION
    language: str = ""
    style: str = DEFAULT_STYLE
    voice: str = ""
    music: bool = True
    models: Models = field(default_factory=Models)

    def frame_size(self) -> tuple[int, int]:
        """Width and height of its pictures in pixels, both even."""
        across, down = (int(part) for part in self.aspect_ratio.split(":"))
        short = self.resolution
        wide, high = (short * across / down, short) if across >= down else (short, short * down / across)
        return round(wide / 2) * 2, round(high / 2) * 2


def scenes_for(scenes: int, seconds: float) -> int:
    """How many scenes a film gets: as asked, or as many as fit the wished length, or six."""
    if scenes:
        return scenes
    if seconds:
        return min(max(round(seconds / SECONDS_PER_SCENE), 4), 60)
    return DEFAULT_SCENES


def seed_of(prompt: str) -> int:
    """The seed of a prompt that came without one."""
    return int.from_bytes(hashlib.sha256(prompt.encode()).digest()[:4], "big")


def clip_seconds(order: FilmOrder, shots: int, voice_s: float) -> float:
    """How long a clip is: what is said over it decides, or the wished length of the film when that is longer."""
    share = (order.seconds - TITLE_S) / shots
    return round(min(max(voice_s + LEAD_S, share, SHORTEST_CLIP_S), LONGEST_CLIP_S), 2)


def music_seconds(clips_s: float) -> float:
    """How long the music of a film is whose clips are `clips_s` long in all."""
    return min(TITLE_S + clips_s, LONGEST_MUSIC_S)
