"""Fish, whales and their company: swimming where there is water, in a bowl or leaping where there is none."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import Point, arc, ellipse, limb, points, ribbon, smooth
from .staging import close_sheet, open_sheet

_WET = ("sea", "underwater", "river", "lighthouse", "sky", "space")


def draw_fish(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a fish or a shark."""
    wet = scene.brief.place in _WET
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.3, 1.4)
    if look.species == "shark":
        _shark(layer, look)
        close_sheet(scene, spot, layer, _depth(scene, tall), 0.0, 0.012)
        return
    if wet:
        _fish(layer, look, 0.0, 0.55, 1.0)
        close_sheet(scene, spot, layer, _depth(scene, tall), 0.0, 0.012)
        return
    layer.lit(ellipse(0, 0.5, 0.5, 0.46), (0.62, 0.82, 0.9), 0.4)
    layer.flat(
        smooth(points("-0.47 0.58, 0.47 0.58, 0.42 0.22, 0.2 0.06, -0.2 0.06, -0.42 0.22"), 6),
        rgb("6fc0d4"),
        0.65,
    )
    _fish(layer, look, 0.0, 0.4, 0.5)
    layer.lit(ribbon(arc(0, 0.5, 0.42, 0.38, 110, 170, 10), 0.014, 0.014, 2, 0.03), (1, 1, 1), 0.75)
    layer.lit(ribbon([(-0.26, 0.9), (0, 0.87), (0.26, 0.9)], 0.018, 0.018), (0.9, 0.97, 1.0), 0.85)
    close_sheet(scene, spot, layer, 0.0, 0.5, 0.01)


def _depth(scene: Scene, tall: float) -> float:
    if scene.brief.place == "underwater" or scene.layout.framing in ("close", "medium"):
        return scene.layout.unit * 0.22 if scene.brief.place == "underwater" else 0.0
    return tall * 0.1


def _fish(layer: Layer, look: Look, x: float, y: float, k: float) -> None:
    coat, fin = look.garment_colour, mix(look.garment_colour, look.second_colour, 0.45)

    def at(path: list[Point]) -> list[Point]:
        return [(x + px * k, y + py * k) for px, py in path]

    layer.part(smooth(at(points("-0.4 0.02, -0.74 0.3, -0.66 0.02, -0.76 -0.26, -0.4 -0.02")), 5), fin, 1.1)
    layer.part(smooth(at([(-0.2, 0.2), (-0.06, 0.46), (0.2, 0.38), (0.3, 0.2)]), 5), fin)
    layer.part(smooth(at([(-0.1, -0.2), (-0.1, -0.4), (0.12, -0.24)]), 5), fin)
    layer.part(
        smooth(
            at(points("-0.48 0, -0.2 0.24, 0.16 0.29, 0.46 0.12, 0.52 -0.02, 0.4 -0.18, 0.1 -0.27, -0.22 -0.2")),
            7,
        ),
        coat,
        1.1,
    )
    for bx in (-0.18, 0.1):
        layer.flat(
            smooth(
                at(
                    [
                        (bx, 0.25),
                        (bx + 0.08, 0.26),
                        (bx + 0.11, 0.0),
                        (bx + 0.07, -0.25),
                        (bx - 0.01, -0.23),
                        (bx + 0.03, 0.0),
                    ]
                ),
                5,
            ),
            mix(look.second_colour, (1, 1, 1), 0.55),
            0.75,
        )
    layer.part(smooth(at([(0.02, -0.02), (-0.16, -0.18), (0.0, -0.2), (0.14, -0.1)]), 5), fin)
    _fish_face(layer, x + 0.34 * k, y + 0.08 * k, k)
    mouth = at([(0.5, -0.06), (0.42, -0.11), (0.36, -0.08)])
    layer.flat(ribbon(mouth, 0.012 * k, 0.012 * k), mix(coat, (0.2, 0, 0), 0.6))


def _fish_face(layer: Layer, x: float, y: float, k: float) -> None:
    layer.flat(ellipse(x, y, 0.085 * k), (1, 1, 1))
    layer.flat(ellipse(x + 0.015 * k, y, 0.055 * k), rgb("1a161c"))
    layer.lit(ellipse(x + 0.035 * k, y + 0.025 * k, 0.02 * k), (1, 1, 1))


def _shark(layer: Layer, look: Look) -> None:
    coat = look.garment_colour
    layer.part(smooth(points("-0.7 0.5, -1.1 0.82, -0.98 0.5, -1.05 0.24, -0.68 0.42"), 5), coat)
    layer.part([(-0.1, 0.66), (0.0, 0.98), (0.18, 0.68)], coat)
    layer.part(
        smooth(points("-0.8 0.48, -0.3 0.66, 0.3 0.7, 0.8 0.54, 0.86 0.46, 0.5 0.32, -0.2 0.32"), 7),
        coat,
        1.2,
    )
    layer.flat(smooth(points("-0.5 0.42, 0.2 0.42, 0.78 0.46, 0.45 0.33, -0.2 0.33"), 6), (0.95, 0.96, 0.97), 0.8, 0.02)
    layer.part([(0.2, 0.4), (0.0, 0.12), (0.36, 0.36)], mix(coat, (0, 0, 0.1), 0.15))
    layer.flat(ellipse(0.6, 0.56, 0.03), rgb("1a161c"))
    layer.flat(ribbon([(0.8, 0.44), (0.66, 0.4), (0.52, 0.42)], 0.012, 0.012), rgb("3a2a30"))
    for k in range(3):
        layer.flat(
            ribbon([(0.36 + 0.05 * k, 0.58), (0.34 + 0.05 * k, 0.5), (0.36 + 0.05 * k, 0.42)], 0.006, 0.006),
            mix(coat, (0, 0, 0.1), 0.5),
        )


def draw_whale(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a whale, dolphin, seal or turtle."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.4, 1.6)
    lift = scene.layout.unit * 0.14 if scene.brief.place == "underwater" else 0.0
    if look.species == "turtle":
        _turtle(layer, look)
    elif look.species == "dolphin":
        _dolphin(layer, look)
        lift += tall * 0.25
    else:
        _whale(layer, look, spout=scene.brief.place != "underwater")
    shade = 0.0 if scene.brief.place in _WET else 0.8
    close_sheet(scene, spot, layer, lift, shade, 0.01)
    if scene.brief.place in ("sea", "lighthouse", "river") and look.species != "turtle":
        _surface(scene, spot, tall)


def _surface(scene: Scene, spot: Spot, tall: float) -> None:
    rng = random.Random(int(scene.brush.integers(1 << 30)))
    foam = scene.veil((0.95, 0.98, 1.0), 0.05)
    for _ in range(26):
        x = spot.x + rng.uniform(-0.95, 0.95) * tall
        y = spot.y + rng.uniform(-0.02, 0.05) * tall
        scene.page.flat(ellipse(x, y, tall * rng.uniform(0.03, 0.12), tall * rng.uniform(0.006, 0.016)), foam, 0.6)


def _whale(layer: Layer, look: Look, spout: bool) -> None:
    coat = look.garment_colour
    layer.part(
        smooth(
            points("-0.78 0.3, -1 0.56, -1.26 0.82, -1.04 0.86, -0.92 0.72, -0.76 0.92, -0.62 0.8, -0.74 0.56"),
            6,
        ),
        coat,
        1.1,
    )
    layer.part(
        smooth(
            points(
                "-0.98 0.6, -0.6 0.36, -0.2 0.62, 0.3 0.74, 0.8 0.62, 0.98 0.34, 0.86 0.1, 0.4 0, -0.3 0.02, -0.8 0.24"
            ),
            8,
        ),
        coat,
        1.2,
    )
    layer.part(
        smooth(points("-0.4 0.06, 0.1 0.2, 0.6 0.22, 0.95 0.28, 0.86 0.1, 0.4 0, -0.2 0"), 7),
        mix(coat, (0.95, 0.97, 1.0), 0.72),
        0.8,
    )
    for k in range(5):
        layer.flat(
            ribbon(
                [(0.84 - 0.02 * k, 0.22 - 0.04 * k), (0.4, 0.17 - 0.035 * k), (-0.05 + 0.03 * k, 0.1 - 0.02 * k)],
                0.006,
                0.006,
            ),
            mix(coat, (0.2, 0.3, 0.5), 0.3),
            0.6,
        )
    layer.part(smooth([(0.34, 0.2), (0.12, -0.04), (0.0, 0.0), (0.12, 0.2)], 5), mix(coat, (0, 0, 0.1), 0.2))
    _whale_face(layer, coat, 1.7 if look.age == "baby" else 1.15)
    if spout:
        _spout(layer)


def _spout(layer: Layer) -> None:
    """The jet from the blow hole."""
    for side in (-1, 1):
        layer.lit(
            ribbon(
                [(0.4, 0.74), (0.4 + side * 0.04, 1.05), (0.4 + side * 0.22, 1.2), (0.4 + side * 0.3, 1.02)],
                0.025,
                0.05,
                8,
            ),
            (0.9, 0.97, 1.0),
            0.75,
        )
        for k in range(5):
            layer.lit(ellipse(0.4 + side * (0.18 + 0.05 * k), 1.2 - 0.05 * k * k, 0.02), (0.95, 0.99, 1.0), 0.8)


def _whale_face(layer: Layer, coat: Colour, k: float) -> None:
    """An eye, `k` times the usual size, and a smile."""
    layer.flat(ellipse(0.64, 0.36, 0.045 * k), (1, 1, 1))
    layer.flat(ellipse(0.65, 0.36, 0.034 * k), rgb("17141c"))
    layer.lit(ellipse(0.66, 0.36 + 0.015 * k, 0.013 * k), (1, 1, 1))
    layer.flat(ellipse(0.68, 0.27, 0.05, 0.03), rgb("f0909a"), 0.35, 0.02)
    layer.flat(ribbon([(0.96, 0.29), (0.8, 0.25), (0.68, 0.28)], 0.008, 0.008), mix(coat, (0, 0, 0.1), 0.55))


def _dolphin(layer: Layer, look: Look) -> None:
    coat = look.garment_colour
    layer.part(smooth(points("-0.72 0.1, -1 0.06, -0.92 -0.04, -0.78 -0.02, -0.74 -0.06, -0.62 0.06"), 5), coat)
    layer.part([(-0.08, 0.66), (-0.2, 0.92), (0.18, 0.7)], coat)
    layer.part(
        smooth(
            points(
                "-0.8 0.06, -0.5 0.42, 0 0.7, 0.5 0.62, 0.74 0.44, 0.98 0.34, 0.74 0.3, 0.4 0.3, -0.1 0.34, -0.5 0.2"
            ),
            8,
        ),
        coat,
        1.2,
    )
    layer.flat(
        smooth(points("-0.3 0.3, 0.2 0.38, 0.7 0.36, 0.92 0.34, 0.5 0.3, 0 0.33"), 6),
        (0.95, 0.97, 1.0),
        0.85,
    )
    layer.part([(0.22, 0.36), (0.06, 0.1), (0.36, 0.32)], mix(coat, (0, 0, 0.1), 0.2))
    layer.flat(ellipse(0.6, 0.48, 0.032), rgb("17141c"))
    layer.lit(ellipse(0.61, 0.49, 0.01), (1, 1, 1))


def _turtle(layer: Layer, look: Look) -> None:
    coat = look.garment_colour
    for x, d in ((-0.4, -0.18), (0.36, 0.2)):
        layer.part(limb((x, 0.26), (x + d, 0.06), 0.14, 0.09), coat)
    layer.part(limb((0.5, 0.36), (0.84, 0.54), 0.12, 0.17), coat)
    layer.part(
        [(-0.62, 0.26), *arc(0, 0.26, 0.62, 0.56, 180, 0, 18), (0.62, 0.26), (0, 0.18)],
        mix(coat, rgb("5a4426"), 0.5),
        1.3,
    )
    for k in range(5):
        a = math.radians(25 + 32 * k)
        layer.part(
            smooth(
                [
                    (0.4 * math.cos(a) + 0.11 * math.cos(b), 0.3 + 0.34 * math.sin(a) + 0.1 * math.sin(b))
                    for b in (0.5, 1.6, 2.6, 3.7, 4.7, 5.8)
                ],
                3,
            ),
            mix(coat, rgb("8a7038"), 0.6),
        )
    layer.flat(ellipse(0.9, 0.6, 0.045, 0.055), rgb("17141c"))
    layer.lit(ellipse(0.915, 0.62, 0.018), (1, 1, 1))
    layer.flat(ribbon([(0.84, 0.46), (0.92, 0.44), (0.99, 0.48)], 0.01, 0.01), mix(coat, (0, 0, 0), 0.6))
