"""The plan of a film: outline, scenes and shots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import msgspec

Text = Annotated[str, msgspec.Meta(min_length=1)]


@dataclass(frozen=True)
class Character:
    """Somebody in the film; `look` is repeated word for word in every picture."""

    name: Text
    role: str
    look: Text


@dataclass(frozen=True)
class Outline:
    """What the film is about."""

    title: Text
    logline: str
    language: Text
    genre: str
    mood: str
    setting: str
    style: str
    characters: tuple[Character, ...]
    beats: tuple[str, ...]
    music: str


@dataclass(frozen=True)
class Scene:
    """One scene."""

    number: int
    title: Text
    summary: str
    place: str
    time_of_day: str
    weather: str
    mood: str
    characters: tuple[str, ...]
    objects: tuple[str, ...]


@dataclass(frozen=True)
class Shot:
    """One shot: what is seen, how the camera moves, what is said."""

    scene: int
    framing: str
    camera_move: str
    action: str
    image_prompt: Text
    motion_prompt: Text
    narration: Text


@dataclass(frozen=True)
class Storyboard:
    """The whole plan."""

    outline: Outline
    scenes: tuple[Scene, ...]
    shots: tuple[Shot, ...]

    def scene_of(self, shot: Shot) -> Scene:
        """The scene a shot belongs to."""
        return next(scene for scene in self.scenes if scene.number == shot.scene)
