"""What callers order from this service, with everything decided that they left open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

DEFAULT_SCENES = 6
DEFAULT_RESOLUTION = 720
DEFAULT_STYLE = "painterly storybook"
SECONDS_PER_SCENE = 6.5


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
