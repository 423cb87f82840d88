"""Enclosed places: the cave and the stage."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .places_strange import backcloth
from .scene import Scene
from .shapes import Path, box, ellipse, ribbon, smooth, star
from .terrain import land, roll


def cave(scene: Scene) -> None:
    """A cavern with a mouth of daylight or a lamp-lit vault, crystals and stone teeth."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    night = scene.palette.dark > 0.7
    stone = rgb("5a5470")
    backcloth(scene, rgb("1a1830"), rgb("38345a"), rgb("2a2640"))
    glow = rgb("4fc8d8") if night else mix(scene.palette.low, (1, 0.95, 0.8), 0.4)
    cx, cy = w * plan.uniform(0.4, 0.6), h + u * 0.2
    for k in range(4):
        r = u * (0.66 - 0.13 * k)
        wall = _rim_of_stone(cx, cy, r * 1.3, r * 0.9, plan)
        page.lit(wall, mix(rgb("2c2848"), glow, 0.06 + 0.13 * k), 1.0, u * 0.003)
        page.glow(cx, cy, r * 1.5, glow, 0.14)
    page.lit(_rim_of_stone(cx, cy, u * 0.2, u * 0.19, plan), mix(glow, (1, 1, 1), 0.3), 0.95, u * 0.005)
    page.glow(cx, cy, u * 0.8, glow, 0.5)
    _stalactites(scene, glow, plan, stone)
    scene.check()
    land(scene, roll(scene, h - u * 0.2, u * 0.12, 2.2, 4), mix(stone, glow, 0.25), rgb("241f38"), 0.0)
    _stalagmites(scene, plan, stone)
    for _ in range(11):
        x, y = (
            w * plan.choice((plan.uniform(0.02, 0.3), plan.uniform(0.7, 0.98))),
            (h - u * 0.16) * plan.uniform(0.2, 1.0),
        )
        _crystal(scene, x, y, u * plan.uniform(0.04, 0.11), rgb(plan.choice(("6ff0e0", "b08af8", "7fb8ff"))), plan)


def _stalactites(scene: Scene, glow: Colour, plan: random.Random, stone: Colour) -> None:
    """Two rows of stone teeth hanging from above."""
    page, u, w = scene.page, scene.layout.unit, scene.layout.width
    for depth in (0.5, 0.0):
        colour = mix(mix(stone, glow, depth * 0.6), rgb("14122a"), 0.35 - depth * 0.4)
        for k in range(15):
            x = w * (k + plan.uniform(0, 1)) / 15
            side = abs(x / w - 0.5) * 2
            long = u * (0.08 + 0.3 * side**1.5) * plan.uniform(0.6, 1.3) * (1 - depth * 0.3)
            top = scene.layout.height + 5.0
            half = long * 0.22
            page.part(
                [
                    (x - half, top),
                    (x - half * 0.4, top - long * 0.6),
                    (x, top - long),
                    (x + half * 0.4, top - long * 0.55),
                    (x + half, top),
                ],
                colour,
                0.9,
            )


def _stalagmites(scene: Scene, plan: random.Random, stone: Colour) -> None:
    """Stone teeth growing from the ground."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    for side in (-1, 1):
        for k in range(5):
            x = w * (0.5 + side * (0.3 + 0.06 * k))
            tall = u * plan.uniform(0.1, 0.26)
            y = (h - u * 0.2) * plan.uniform(0.3, 0.95)
            page.part(
                [
                    (x - tall * 0.25, y),
                    (x - tall * 0.08, y + tall * 0.6),
                    (x, y + tall),
                    (x + tall * 0.1, y + tall * 0.55),
                    (x + tall * 0.26, y),
                ],
                mix(stone, rgb("14122a"), 0.25),
                1.1,
            )


def _rim_of_stone(x: float, y: float, rx: float, ry: float, plan: random.Random) -> Path:
    """A jagged opening in rock."""
    rim: Path = []
    for k in range(26):
        a = 2 * math.pi * k / 26
        r = plan.uniform(0.82, 1.1)
        rim.append((x + rx * r * math.cos(a), y + ry * r * math.sin(a)))
    return rim


def _crystal(scene: Scene, x: float, y: float, tall: float, colour: Colour, plan: random.Random) -> None:
    page = scene.page
    page.glow(x, y + tall * 0.5, tall * 2.2, colour, 0.45)
    for lean, k in ((-0.45, 0.65), (0.4, 0.75), (0.0, 1.0)):
        tip = (x + lean * tall * k, y + tall * k)
        half = tall * 0.13
        page.lit(
            [
                (x + lean * tall * 0.2 - half, y),
                (tip[0] - half * 0.9, tip[1] - half * 1.6),
                tip,
                (tip[0], tip[1] - half * 1.6),
                (x + lean * tall * 0.2, y),
            ],
            mix(colour, (1, 1, 1), 0.4),
            0.95,
        )
        page.lit(
            [
                (x + lean * tall * 0.2, y),
                (tip[0], tip[1] - half * 1.6),
                tip,
                (tip[0] + half * 0.9, tip[1] - half * 1.4),
                (x + lean * tall * 0.2 + half, y),
            ],
            mix(colour, (0.1, 0.1, 0.4), 0.3),
            0.95,
        )


def stage(scene: Scene) -> None:
    """A theatre stage with red curtains, footlights and beams."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    top = scene.layout.height
    backcloth(scene, rgb("1c1430"), rgb("4a2a5a"), rgb("8a4a6a"))
    for _ in range(30):
        x, y = plan.uniform(0.1, 0.9) * w, h + plan.uniform(0.1, 0.9) * (top - h)
        page.lit(star(x, y, u * 0.012, u * 0.004), (1.0, 0.92, 0.7), 0.5)
    page.lit(ellipse(w * 0.5, h + u * 0.28, u * 0.17), rgb("f8ecc0"), 0.9)
    page.glow(w * 0.5, h + u * 0.28, u * 0.5, rgb("f8dca0"), 0.5)
    floor = rgb("a8683f")
    page.flat(box(-5, -5, w + 5, h - u * 0.06), floor, to=mix(floor, rgb("3a1c20"), 0.5))
    for k in range(-10, 11):
        page.flat(
            ribbon([(w / 2 + k * w * 0.055, h - u * 0.06), (w / 2 + k * w * 0.14, -5)], u * 0.001, u * 0.0026, 2),
            rgb("5a3020"),
            0.6,
        )
    _spotlights(scene, top)
    scene.check()
    red = rgb("a82c3a")
    for side in (-1, 1):
        for k in range(5):
            x = w * 0.5 + side * (w * 0.5 - k * u * 0.055)
            fold = [
                (x - u * 0.045, top + 5),
                (x + u * 0.045, top + 5),
                (x + u * 0.04 + side * u * 0.01 * k, h * 0.42),
                (x - u * 0.04 + side * u * 0.01 * k, h * 0.4),
            ]
            page.part(fold, mix(red, (0.2, 0.0, 0.1), 0.08 * k), 1.6)
    _valance(scene, red, top, x)


def _spotlights(scene: Scene, top: float) -> None:
    """Three beams and their pools on the boards."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    for x, tone in ((0.3, "fff0c0"), (0.5, "ffd8e8"), (0.7, "c0e8ff")):
        beam: Path = [
            (w * x - u * 0.03, top),
            (w * x + u * 0.03, top),
            (w * 0.5 + (x - 0.5) * w * 0.5 + u * 0.22, h * 0.36),
            (w * 0.5 + (x - 0.5) * w * 0.5 - u * 0.22, h * 0.36),
        ]
        page.lit(beam, rgb(tone), 0.17, u * 0.02)
        page.lit(ellipse(w * 0.5 + (x - 0.5) * w * 0.5, h * 0.36, u * 0.24, u * 0.055), rgb(tone), 0.3, u * 0.015)


def _valance(scene: Scene, red: Colour, top: float, x: float) -> None:
    """The scalloped curtain above and the footlights below."""
    page, u, w = scene.page, scene.layout.unit, scene.layout.width
    count = int(w / (u * 0.19)) + 2
    for k in range(count):
        x = w * (k + 0.5) / count
        page.part(
            smooth(
                [
                    (x - u * 0.12, top + 10),
                    (x + u * 0.12, top + 10),
                    (x + u * 0.1, top - u * 0.07),
                    (x, top - u * 0.13),
                    (x - u * 0.1, top - u * 0.07),
                ],
                5,
            ),
            red,
            1.5,
        )
        page.flat(
            ribbon(
                [(x - u * 0.1, top - u * 0.07), (x, top - u * 0.13), (x + u * 0.1, top - u * 0.07)],
                u * 0.006,
                u * 0.006,
            ),
            rgb("e8b848"),
        )
    for k in range(count * 2):
        x = w * (k + 0.5) / (count * 2)
        page.glow(x, u * 0.02, u * 0.1, rgb("ffd080"), 0.5)
        page.part(ellipse(x, u * 0.005, u * 0.03, u * 0.022), rgb("5a3a30"))
