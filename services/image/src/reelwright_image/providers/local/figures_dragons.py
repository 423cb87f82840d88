"""Dragons with wings and dinosaurs without."""

from __future__ import annotations

import itertools
import math

from .colours import Colour, luma, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import Path, Point, ellipse, limb, points, ribbon, smooth
from .staging import close_sheet, open_sheet


def draw_dragon(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a dragon with wings, or a long-necked dinosaur without."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.3, 1.4)
    coat = look.garment_colour
    far, belly = mix(coat, (0.05, 0.05, 0.15), 0.35), mix(coat, rgb("f4e4b0"), 0.7)
    winged = look.species != "dinosaur"
    if winged:
        _dragon_wing(layer, (0.0, 0.5), 0.18, mix(look.second_colour, (0, 0, 0.15), 0.3), far)
    tail = [(-0.18, 0.24), (-0.5, 0.1), (-0.8, 0.12), (-0.98, 0.32)]
    layer.part(ribbon(tail, 0.16, 0.015), coat, 1.1)
    layer.part([(-1.06, 0.28), (-0.98, 0.5), (-0.88, 0.3)], look.second_colour)
    layer.part(ellipse(0.08, 0.19, 0.26, 0.12), far)
    for x in (0.28, -0.06):
        layer.part([limb((x, 0.26), (x + 0.04, 0.06), 0.1, 0.06), ellipse(x + 0.07, 0.035, 0.09, 0.04)], far)
    neck = [(0.16, 0.4), (0.36, 0.56), (0.34, 0.76), (0.42, 0.86)]
    layer.part(
        [
            smooth(points("-0.3 0.26, -0.18 0.48, 0.1 0.56, 0.32 0.44, 0.3 0.2, 0.06 0.12, -0.2 0.14"), 7),
            ribbon(neck, 0.17, 0.09),
        ],
        coat,
        1.2,
    )
    layer.flat(ribbon([(0.1, 0.22), (0.26, 0.28), (0.42, 0.5), (0.42, 0.72)], 0.05, 0.03), belly, 0.95)
    _scales(look, belly, layer, x)
    for x in (0.2, -0.16):
        layer.part([limb((x, 0.26), (x + 0.03, 0.06), 0.12, 0.07), ellipse(x + 0.06, 0.035, 0.1, 0.042)], coat, 1.1)
        for k in range(3):
            layer.part(ellipse(x + 0.08 + 0.04 * k, 0.018, 0.018, 0.014), rgb("f0e6d0"))
    if winged:
        _dragon_wing(layer, (-0.04, 0.46), 0.0, look.second_colour, coat)
    _dragon_head(layer, look, gesture, coat, belly)
    lift = tall * 0.4 if gesture == "fly" and winged and scene.layout.framing not in ("close", "medium") else 0.0
    close_sheet(scene, spot, layer, lift, 0.75, 0.01)


def _scales(look: Look, belly: Colour, layer: Layer, x: float) -> None:
    """Belly folds and the spines along the back."""
    for k in range(6):
        t = k / 5
        x, y = 0.1 + 0.33 * t, 0.19 + 0.5 * t**1.3
        layer.flat(
            ribbon([(x - 0.02, y + 0.02), (x + 0.06, y - 0.01)], 0.004, 0.004), mix(belly, (0.4, 0.2, 0.1), 0.4), 0.7
        )
    for k in range(8):
        t = k / 7
        x, y = (
            (0.26 - 0.62 * t, 0.82 - 0.62 * t + 0.12 * math.sin(3 * t))
            if k < 4
            else (-0.1 - 0.14 * (k - 3), 0.42 - 0.07 * (k - 3))
        )
        layer.part([(x - 0.05, y - 0.04), (x - 0.02, y + 0.09), (x + 0.04, y)], look.second_colour)


def _dragon_wing(layer: Layer, root: Point, shift: float, skin: Colour, bone: Colour) -> None:
    x, y = root
    tips = [
        (x - 0.2 + shift, y + 0.6),
        (x - 0.62 + shift, y + 0.56),
        (x - 0.8 + shift, y + 0.22),
        (x - 0.52 + shift, y + 0.06),
    ]
    web: Path = [(x + 0.06, y)]
    web.append(tips[0])
    for a, b in itertools.pairwise(tips):
        web += [((a[0] + b[0]) / 2 * 0.8 + x * 0.2, (a[1] + b[1]) / 2 * 0.84 + y * 0.16), b]
    web.append((x - 0.16, y - 0.06))
    layer.part(web, skin, 0.9)
    for tip in tips:
        layer.part(limb((tips[0][0] * 0.4 + x * 0.6, tips[0][1] * 0.4 + y * 0.6), tip, 0.022, 0.008), bone)
    layer.part(limb((x, y), tips[0], 0.045, 0.016), bone)


def _dragon_head(layer: Layer, look: Look, gesture: str, coat: Colour, belly: Colour) -> None:
    x, y = 0.46, 0.9
    for dx in (-0.1, 0.0):
        if look.species != "dinosaur":
            layer.part(
                ribbon([(x + dx - 0.02, y + 0.08), (x + dx - 0.1, y + 0.2), (x + dx - 0.08, y + 0.3)], 0.03, 0.006),
                rgb("f0e0b8"),
            )
    roar = gesture in ("argue", "fly")
    layer.part([ellipse(x, y, 0.16, 0.14), limb((x + 0.06, y - 0.03), (x + 0.27, y - 0.05), 0.11, 0.075)], coat, 1.1)
    if roar:
        layer.part(limb((x + 0.06, y - 0.11), (x + 0.24, y - 0.17), 0.045, 0.03), mix(coat, (0, 0, 0), 0.15))
        for k in range(5):
            layer.glow(x + 0.4 + 0.08 * k, y - 0.16 - 0.02 * k, 0.1 + 0.02 * k, rgb("ff9a3a"), 0.85)
            layer.lit(
                ellipse(x + 0.38 + 0.07 * k, y - 0.15 - 0.02 * k, 0.05 + 0.014 * k, 0.035),
                mix(rgb("ffd860"), rgb("ff7a2a"), k / 4),
                0.7,
                0.015,
            )
    else:
        layer.flat(
            ribbon([(x + 0.33, y - 0.06), (x + 0.2, y - 0.11), (x + 0.04, y - 0.08)], 0.007, 0.007),
            mix(coat, (0, 0, 0), 0.6),
        )
    layer.flat(ellipse(x + 0.3, y - 0.01, 0.014), mix(coat, (0, 0, 0), 0.6))
    if gesture == "sleep":
        layer.flat(
            ribbon([(x + 0.0, y + 0.04), (x + 0.05, y + 0.01), (x + 0.1, y + 0.04)], 0.009, 0.009), rgb("1a141a")
        )
    else:
        layer.flat(ellipse(x + 0.05, y + 0.04, 0.048, 0.056), rgb("fbf4d8") if luma(coat) < 0.8 else rgb("e8d8a0"))
        layer.flat(ellipse(x + 0.062, y + 0.04, 0.026, 0.044), rgb("1a141a"))
        layer.lit(ellipse(x + 0.07, y + 0.06, 0.012), (1, 1, 1))
    layer.part(
        smooth([(x - 0.1, y + 0.04), (x - 0.26, y + 0.12), (x - 0.22, y - 0.02), (x - 0.1, y - 0.06)], 4),
        look.second_colour,
    )
