"""The state of one picture while it is painted: page, palette, layout and dice."""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .brief import Brief
from .colours import Colour, luma, mix, times
from .composition import Layout
from .layer import Layer, Lighting, View
from .palette import Palette


@dataclass(frozen=True)
class Scene:
    """What every painter of a place, a thing or a figure gets."""

    page: Layer
    palette: Palette
    layout: Layout
    brief: Brief
    brush: np.random.Generator
    """Dice of this very picture: textures, drops, leaves."""
    plan: random.Random
    """Dice of the place: where hills and houses stand, equal for every picture of it."""
    sun: tuple[float, float]
    """Sun or moon in pixels, y up."""
    check: Callable[[], None]
    """Raises Stopped when the caller lost interest; called between layers."""

    def lighting(self, *, softness: float = 1.0) -> Lighting:
        """Light for things on the page; `softness` below 1 weakens the modelling shade."""
        palette = self.palette
        shade = mix((1.0, 1.0, 1.0), palette.shade, 0.8 * softness)
        # Things keep more of their own colour than the land does, so that a yellow coat stays yellow at dusk.
        grey = luma(palette.tint)
        tint = mix(mix(palette.tint, (grey, grey, grey), 0.45), (1.0, 1.0, 1.0), 0.3 * palette.dark)
        return Lighting(self.page.lighting.toward, tint, shade, palette.glow, palette.rim, palette.rim_strength)

    def veil(self, colour: Colour, distance: float) -> Colour:
        """A material as the page shows it at a distance, undoing the page's own tint so that it may be applied."""
        seen = self.palette.far(colour, distance)
        tint = self.page.lighting.tint
        return seen[0] / tint[0], seen[1] / tint[1], seen[2] / tint[2]

    def sprite(self, x0: float, y0: float, x1: float, y1: float, scale: float, tint: bool = True) -> Layer:
        """An empty layer for a thing: a box in its own units at `scale` pixels per unit."""
        light = self.lighting()
        if not tint:
            light = Lighting(light.toward, (1.0, 1.0, 1.0), light.shade, light.glint, light.rim, light.rim_strength)
        return Layer(View(x0, y0, x1, y1, scale), light)

    def stand(self, sprite: Layer, x: float, y: float, distance: float = 0.0) -> None:
        """Puts a sprite on the page with its own origin at (x, y) pixels, y up, veiled by the air between."""
        view = sprite.view
        left = round(x + view.left * view.scale)
        top = round(self.page.height - (y + view.top * view.scale))
        self.page.stamp(sprite, left, top, self.palette.haze, distance)

    def shadow(self, x: float, y: float, width: float, strength: float = 0.45) -> None:
        """A soft contact shadow on the ground, leaning away from the light."""
        lx, _ = self.page.lighting.toward
        reach = -lx * width * 0.5
        shade = times(self.palette.shade, (0.55, 0.55, 0.65))
        points = [
            (x + reach * 0.5 + math.cos(a) * width * 0.62, y + math.sin(a) * width * 0.11)
            for a in np.linspace(0, 2 * math.pi, 28)
        ]
        self.page.darken(points, shade, strength, max(1.0, width * 0.05))


def dice(text: str) -> int:
    """A stable 63-bit number for a text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
