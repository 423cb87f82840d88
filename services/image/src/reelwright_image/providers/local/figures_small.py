"""Figures of simple shape: snowmen, scarecrows, octopuses, crabs, worms and snakes."""

from __future__ import annotations

import math
from collections.abc import Callable

from .colours import mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import Point, arc, box, ellipse, limb, points, ribbon, smooth
from .staging import close_sheet, open_sheet

_DARK = rgb("241c22")


def draw_small(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws one of the simple figures, by its species."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.1, 1.3)
    _PAINTERS[look.species](layer, look, gesture)
    swims = look.species == "octopus" and scene.brief.place == "underwater"
    close_sheet(scene, spot, layer, tall * 0.4 if swims else 0.0, 0.0 if swims else 0.4, 0.012)


def _face(layer: Layer, gesture: str, at: Point, r: float) -> None:
    """Two round eyes and a mouth, `r` apart."""
    x, y = at
    for side in (-1, 1):
        ex = x + side * r * 0.6
        if gesture in ("sleep", "hug"):
            layer.flat(ribbon(arc(ex, y, r * 0.28, r * 0.2, 200, 340, 8), r * 0.06, r * 0.06), _DARK)
            continue
        layer.flat(ellipse(ex, y, r * 0.27, r * 0.34), (1, 1, 1))
        layer.flat(ellipse(ex + r * 0.06, y, r * 0.17, r * 0.24), _DARK)
        layer.lit(ellipse(ex + r * 0.12, y + r * 0.1, r * 0.07), (1, 1, 1))
    sad = gesture in ("cry", "argue")
    span = (20, 160) if sad else (200, 340)
    lower = y - r * (0.95 if sad else 0.5)
    layer.flat(ribbon(arc(x, lower, r * 0.42, r * 0.3, *span, 10), r * 0.06, r * 0.06), _DARK)


def _snowman(layer: Layer, look: Look, gesture: str) -> None:
    snow = look.garment_colour
    up = gesture in ("wave", "dance", "argue", "point", "hug", "run")
    for side in (-1, 1):
        tip = (side * 0.42, 0.78 if up else 0.46)
        layer.part(limb((side * 0.14, 0.56), tip, 0.018, 0.012), rgb("6a4630"))
        layer.part(limb(tip, (tip[0] + side * 0.07, tip[1] + 0.04), 0.01, 0.006), rgb("6a4630"))
    for y, r in ((0.2, 0.25), (0.52, 0.19), (0.8, 0.15)):
        layer.part(ellipse(0, y, r, r * 0.95), snow, 1.3)
    for y in (0.5, 0.6):
        layer.flat(ellipse(0.04, y, 0.02), _DARK)
    layer.part(smooth(points("-0.17 0.68, 0.02 0.63, 0.2 0.68, 0.19 0.75, 0.02 0.7, -0.16 0.75"), 5), look.scarf_colour)
    layer.part(points("0.1 0.68, 0.17 0.68, 0.19 0.46, 0.11 0.45"), look.scarf_colour)
    _face(layer, gesture, (0.03, 0.84), 0.1)
    layer.part(points("0.02 0.82, 0.03 0.77, 0.2 0.78"), rgb("ee8a34"))
    layer.part(box(-0.15, 0.91, 0.15, 0.935), rgb("2c2a34"))
    layer.part(box(-0.1, 0.93, 0.1, 1.07), rgb("2c2a34"))
    layer.flat(box(-0.1, 0.935, 0.1, 0.965), look.hat_colour)


def _scarecrow(layer: Layer, look: Look, gesture: str) -> None:
    straw, coat = look.garment_colour, look.second_colour
    layer.part(limb((0, 0.0), (0, 0.5), 0.02, 0.02), rgb("7a5236"))
    raised = 0.12 if gesture in ("wave", "dance", "argue", "hug") else 0.0
    for side in (-1, 1):
        layer.part(limb((0, 0.66), (side * 0.34, 0.64 + raised), 0.05, 0.045), coat)
        for k in (-1, 0, 1):
            layer.part(limb((side * 0.34, 0.64 + raised), (side * 0.45, 0.64 + raised + 0.035 * k), 0.01, 0.005), straw)
    layer.part(points("-0.12 0.72, 0.12 0.72, 0.17 0.26, 0.06 0.3, 0 0.24, -0.07 0.3, -0.17 0.26"), coat, 1.1)
    layer.part(box(-0.05, 0.36, 0.05, 0.46), look.scarf_colour, 0.5)
    for k in range(5):
        layer.part(limb((-0.08 + 0.04 * k, 0.74), (-0.12 + 0.06 * k, 0.67), 0.012, 0.006), straw)
    layer.part(ellipse(0.01, 0.84, 0.125, 0.13), mix(straw, (1, 0.95, 0.85), 0.45), 1.1)
    _face(layer, gesture, (0.03, 0.87), 0.085)
    layer.part(points("0.02 0.84, 0.05 0.84, 0.035 0.8"), rgb("c8643a"))
    layer.part(ellipse(0.0, 0.93, 0.2, 0.03), mix(straw, rgb("6a4a2a"), 0.35))
    layer.part(
        smooth(points("-0.12 0.94, -0.08 1.06, 0.02 1.1, 0.1 1.04, 0.12 0.94"), 5), mix(straw, rgb("6a4a2a"), 0.35)
    )


def _octopus(layer: Layer, look: Look, gesture: str) -> None:
    skin = look.garment_colour
    lively = gesture in ("dance", "wave", "argue", "play", "run")
    for k in range(6):
        x = -0.25 + 0.1 * k
        out = (k - 2.5) * 0.16
        tip = (x + out * 1.9, 0.3 if lively and k in (0, 5) else 0.04)
        arm = [(x, 0.44), (x + out * 0.6, 0.2), (x + out * 1.3, 0.05), tip]
        layer.part(ribbon(arm, 0.075, 0.025), mix(skin, (0, 0, 0.1), 0.12 * (k % 2)), 1.1)
    layer.part(
        smooth(points("-0.28 0.4, -0.34 0.7, -0.2 0.98, 0.04 1.04, 0.26 0.94, 0.36 0.68, 0.28 0.4"), 7), skin, 1.2
    )
    for x, y in ((-0.18, 0.84), (-0.08, 0.92), (-0.2, 0.72)):
        layer.flat(ellipse(x, y, 0.03), mix(skin, (1, 1, 1), 0.4), 0.7)
    _face(layer, gesture, (0.04, 0.66), 0.18)


def _crab(layer: Layer, look: Look, gesture: str) -> None:
    shell = look.garment_colour
    for side in (-1, 1):
        for k in range(3):
            knee = (side * (0.5 + 0.06 * k), 0.34 - 0.07 * k)
            layer.part(ribbon([(side * 0.3, 0.26), knee, (side * (0.56 + 0.1 * k), 0.0)], 0.03, 0.014), shell)
        high = 0.2 if gesture in ("dance", "wave", "argue", "hug") else 0.0
        claw = (side * 0.62, 0.56 + high)
        layer.part(limb((side * 0.34, 0.36), claw, 0.05, 0.05), shell)
        layer.part([ellipse(*claw, 0.14, 0.12), ellipse(claw[0] - side * 0.04, claw[1] + 0.12, 0.05, 0.1)], shell, 1.2)
        layer.part(limb((side * 0.12, 0.5), (side * 0.13, 0.66), 0.02, 0.02), shell)
    layer.part(smooth(points("-0.42 0.28, -0.3 0.5, 0 0.57, 0.3 0.5, 0.42 0.28, 0.24 0.12, -0.24 0.12"), 7), shell, 1.2)
    _face(layer, gesture, (0.0, 0.42), 0.17)


def _worm(layer: Layer, look: Look, gesture: str) -> None:
    skin = look.garment_colour
    wave = 0.05 if gesture in ("run", "dance", "walk") else 0.0
    body = [(-0.6, 0.06), (-0.34, 0.12 + wave), (-0.08, 0.08), (0.14, 0.14), (0.24, 0.36), (0.38, 0.6)]
    layer.part(ribbon(body, 0.06, 0.13, 10), skin, 1.2)
    for k in range(7):
        a = -0.5 + 0.11 * k
        layer.flat(limb((a, 0.03), (a + 0.01, 0.17), 0.008, 0.008), mix(skin, (0.3, 0.05, 0.15), 0.35), 0.5)
    layer.part(ellipse(0.4, 0.68, 0.17, 0.16), mix(skin, (1, 1, 1), 0.08), 1.2)
    if look.species == "snake":
        layer.flat(ribbon([(0.55, 0.64), (0.66, 0.62), (0.72, 0.65)], 0.01, 0.006), rgb("c8403f"))
        for k in range(5):
            layer.flat(ellipse(-0.42 + 0.13 * k, 0.12 + 0.01 * math.sin(k), 0.035, 0.03), look.second_colour, 0.8)
    _face(layer, gesture, (0.44, 0.71), 0.11)


_PAINTERS: dict[str, Callable[[Layer, Look, str], None]] = {
    "snowman": _snowman,
    "scarecrow": _scarecrow,
    "octopus": _octopus,
    "crab": _crab,
    "worm": _worm,
    "snake": _worm,
}
SMALL = frozenset(_PAINTERS)
"""The species drawn here."""
