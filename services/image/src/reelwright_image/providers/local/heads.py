"""The frame a head is drawn in: half a head height is 1, tilted with the body."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .colours import Colour
from .layer import Layer
from .poses import Bones
from .shapes import Path, Point


@dataclass(frozen=True)
class Head:
    """Maps head units onto the body's sheet."""

    layer: Layer
    bones: Bones

    def at(self, path: Sequence[Point]) -> Path:
        """Head units to body units, tilted with the head."""
        (hx, hy), h, angle = self.bones.head, self.bones.half, math.radians(self.bones.tilt)
        c, s = math.cos(angle), math.sin(angle)
        return [(hx + (x * c - y * s) * h, hy + (x * s + y * c) * h) for x, y in path]

    def part(self, path: Sequence[Point], colour: Colour, depth: float = 1.0) -> None:
        """A rounded shape in head units."""
        self.layer.part(self.at(path), colour, depth)

    def flat(self, path: Sequence[Point], colour: Colour, opacity: float = 1.0, soft: float = 0.0) -> None:
        """A plain shape in head units."""
        self.layer.flat(self.at(path), colour, opacity, soft * self.bones.half)
