"""What an overlay knows: the stage it lives on, and the moment it is drawn for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from reelwright_video.film.picture import Picture
from reelwright_video.providers.local.lens import Lens, View


@dataclass(frozen=True)
class Stage:
    """The frame an overlay is made for."""

    width: int
    height: int
    seed: int
    wind: float
    """0 calm .. 1 strong."""
    brightness: float
    """Mean luma of the picture, 16..235."""

    @property
    def scale(self) -> float:
        """Size of things relative to a frame whose shorter side is 720."""
        return min(self.width, self.height) / 720


@dataclass(frozen=True)
class Moment:
    """One frame to be drawn."""

    t: float
    """Seconds from the start of the clip."""
    lens: Lens
    view: View


class Living(Protocol):
    """Something that moves in the picture."""

    def draw(self, frame: Picture, moment: Moment) -> None:
        """Draws itself into the frame."""
        ...
