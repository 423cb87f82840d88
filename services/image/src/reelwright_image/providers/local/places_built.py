"""Outdoor places made by people: city, village, castle, station."""

from __future__ import annotations

import random

from .buildings import castle, house, skyline
from .colours import Colour, mix, rgb
from .grounds import grass, path, snowy
from .scene import Scene
from .shapes import Path, arc, box, ellipse, points, ribbon, rounded
from .terrain import land, mist, mountains, roll, tufts
from .trees import flowers, round_tree, wood


def village(scene: Scene) -> None:
    """Cottages along a lane that climbs between gardens."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    mountains(scene, h - u * 0.02, u * 0.22, 4, rgb("8497b0"), 0.66, 0.3)
    ground = grass(scene)
    land(scene, roll(scene, h - u * 0.03, u * 0.12, 2.0), mix(ground, rgb("5a9a7a"), 0.3), ground, 0.5)
    wood(scene, h + u * 0.01, u * 0.09, 14, 0.5, plan, "mixed", u * 0.01)
    for x in (0.34, 0.5, 0.63):
        house(scene, w * (x + plan.uniform(-0.03, 0.03)), h + u * plan.uniform(-0.03, 0.0), u * 0.12, plan, 0.42)
    _chapel(scene, w * plan.uniform(0.44, 0.56), h, u * 0.27)
    scene.check()
    land(scene, roll(scene, h - u * 0.14, u * 0.1, 1.5), ground, mix(ground, rgb("3f6a3a"), 0.3), 0.2)
    path(scene, h - u * 0.08, rgb("d8c09a"))
    for x, y, size in ((0.27, 0.09, 0.2), (0.73, 0.09, 0.2), (0.1, 0.17, 0.33), (0.9, 0.18, 0.35)):
        house(scene, w * (x + plan.uniform(-0.025, 0.025)), h - u * y, u * size, plan, 0.1)
        scene.check()
    _fence(scene, h - u * 0.22)
    if not snowy(scene):
        tufts(scene, 0.0, h - u * 0.22, mix(ground, rgb("3a7a3a"), 0.35), 80)
        flowers(scene, 0.0, h - u * 0.24, 36, plan)
    for x in (0.0, 0.98):
        round_tree(scene, w * x, h - u * 0.24, u * plan.uniform(0.42, 0.55), plan, 0.02)


def _chapel(scene: Scene, x: float, y: float, tall: float) -> None:
    sprite = scene.sprite(-0.4, -0.04, 0.4, 1.15, tall)
    wall = rgb("ece2d0")
    sprite.flat(box(-0.3, 0, 0.08, 0.34), wall)
    sprite.part([(-0.34, 0.32), (-0.26, 0.52), (0.04, 0.52), (0.1, 0.32)], rgb("9a5a48"))
    sprite.part(box(0.02, 0, 0.2, 0.62), wall, 0.8)
    sprite.part([(-0.02, 0.6), (0.11, 1.08), (0.24, 0.6)], rgb("6a6a7c"), 1.2)
    sprite.lit(rounded(0.08, 0.4, 0.14, 0.52, 0.03), mix(rgb("4a5868"), scene.palette.warm, scene.palette.dark))
    scene.stand(sprite, x, y, 0.4)


def _fence(scene: Scene, y: float) -> None:
    u, w = scene.layout.unit, scene.layout.width
    tone = scene.veil(rgb("f0e6d4"), 0.05)
    for start, end in ((0.0, 0.3), (0.7, 1.0)):
        for dy in (0.02, 0.042):
            scene.page.flat(box(w * start, y + u * dy, w * end, y + u * (dy + 0.006)), tone, 0.95)
        for k in range(int((end - start) * w / (u * 0.032)) + 1):
            x = w * start + k * u * 0.032
            scene.page.flat(
                [
                    (x, y),
                    (x, y + u * 0.055),
                    (x + u * 0.006, y + u * 0.064),
                    (x + u * 0.012, y + u * 0.055),
                    (x + u * 0.012, y),
                ],
                tone,
            )


def castle_hill(scene: Scene) -> None:
    """A castle on a hill over a moat."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    mountains(scene, h - u * 0.02, u * 0.4, 3, rgb("8a94b4"), 0.62, 0.45)
    mist(scene, h + u * 0.02, u * 0.06, 0.5)
    ground = grass(scene)
    line = roll(scene, h - u * 0.08, u * 0.1, 1.8)
    land(scene, line, mix(ground, rgb("4f8a6a"), 0.3), ground, 0.42)
    wood(scene, h - u * 0.03, u * 0.12, 15, 0.42, plan, "mixed", u * 0.01)
    at = plan.choice((0.5, 0.38, 0.62))
    mound: Path = [
        (w * at - u * 0.75, h - u * 0.14),
        *[(w * at + u * 0.62 * k / 5, h + u * 0.1 * (1 - (k / 5) ** 2) - u * 0.08) for k in range(-5, 6)],
        (w * at + u * 0.75, h - u * 0.14),
    ]
    scene.page.part(mound, ground, 0.4, to=mix(ground, rgb("3a5a3a"), 0.4))
    castle(scene, w * at, h - u * 0.0, u * 0.52, plan, 0.14)
    scene.check()
    land(scene, roll(scene, h - u * 0.25, u * 0.12, 1.3), ground, mix(ground, rgb("2f4f38"), 0.45), 0.06)
    path(scene, h - u * 0.12, rgb("d0b890"))
    for x in (0.03, 0.97):
        round_tree(scene, w * x, h - u * 0.2, u * plan.uniform(0.46, 0.6), plan, 0.03)
    if not snowy(scene):
        tufts(scene, 0.0, h - u * 0.22, mix(ground, rgb("3a6a3a"), 0.3), 90)


def station(scene: Scene) -> None:
    """A platform with a train, an iron roof and a clock."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    skyline(scene, h - u * 0.03, u * 0.26, 12, 0.66, plan)
    land(scene, roll(scene, h - u * 0.06, u * 0.05, 2.0), rgb("8a9a78"), rgb("7a7a70"), 0.4)
    mist(scene, h, u * 0.05, 0.4)
    _train(scene, w * 0.5, h - u * 0.15, u, rgb(plan.choice(("a8402f", "2f5f6a", "3f6a4a"))))
    scene.check()
    page, stone = scene.page, rgb("e2e6ec") if snowy(scene) else rgb("b8a48c")
    page.flat(
        box(-5, -5, w + 5, h - u * 0.19), scene.veil(stone, 0.06), to=scene.veil(mix(stone, rgb("4a4048"), 0.4), 0)
    )
    page.flat(box(-5, h - u * 0.205, w + 5, h - u * 0.19), scene.veil(rgb("e8d060"), 0.05))
    for k in range(-6, 7):
        page.flat(
            ribbon([(w / 2 + k * w * 0.1, h - u * 0.21), (w / 2 + k * w * 0.3, -5)], u * 0.001, u * 0.002, 2),
            scene.veil(rgb("6a5a50"), 0),
            0.5,
        )
    _canopy(scene)


def _train(scene: Scene, x: float, y: float, u: float, coat: Colour) -> None:
    """A carriage row behind a steam locomotive."""
    sprite = scene.sprite(-1.6, -0.05, 1.6, 0.75, u * 0.62)
    dark = rgb("2c2c36")
    for k in range(3):
        left = -1.6 + 0.72 * k
        sprite.part(rounded(left, 0.09, left + 0.68, 0.46, 0.04), coat, 0.7)
        sprite.part(rounded(left - 0.01, 0.43, left + 0.69, 0.5, 0.035), mix(coat, (0.1, 0.1, 0.1), 0.5))
        sprite.flat(box(left, 0.2, left + 0.68, 0.22), rgb("e8d8a8"))
        for j in range(5):
            pane = rounded(left + 0.05 + 0.125 * j, 0.27, left + 0.135 + 0.125 * j, 0.4, 0.015)
            sprite.lit(pane, mix(rgb("8aa4b4"), scene.palette.warm, 0.25 + 0.65 * scene.palette.dark), 0.95)
        for axle in (0.12, 0.26, 0.44, 0.58):
            sprite.part(ellipse(left + axle, 0.07, 0.06), dark, 1.2)
    sprite.part(rounded(0.6, 0.1, 0.85, 0.55, 0.03), coat, 0.8)
    sprite.lit(box(0.65, 0.34, 0.8, 0.48), mix(rgb("8aa4b4"), scene.palette.warm, 0.3 + 0.6 * scene.palette.dark))
    sprite.part(rounded(0.82, 0.14, 1.36, 0.4, 0.1), mix(coat, dark, 0.55), 1.4)
    sprite.part(points("1.18 0.38, 1.16 0.56, 1.13 0.6, 1.31 0.6, 1.28 0.56, 1.26 0.38"), dark, 1.2)
    sprite.part(ellipse(0.98, 0.42, 0.06, 0.07), rgb("d8a848"))
    sprite.lit(ellipse(1.38, 0.3, 0.045), rgb("fff0b8"))
    sprite.glow(1.4, 0.3, 0.22, rgb("ffe8a0"), 0.7)
    sprite.part([(1.32, 0.14), (1.54, 0.02), (1.3, 0.02)], rgb("a03a30"))
    for axle in (0.72, 0.92, 1.1, 1.28):
        sprite.part(ellipse(axle, 0.08, 0.085), dark, 1.2)
        sprite.flat(ellipse(axle, 0.08, 0.05), rgb("a8402f"))
    sprite.flat(box(0.7, 0.07, 1.3, 0.09), rgb("8a8f98"))
    for k in range(6):
        sprite.flat(
            ellipse(1.2 - 0.16 * k, 0.66 + 0.03 * k, 0.08 + 0.018 * k, 0.05 + 0.012 * k),
            (0.96, 0.95, 0.95),
            0.62 - 0.08 * k,
            0.03,
        )
    scene.stand(sprite, x, y, 0.06)


def _canopy(scene: Scene) -> None:
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    top = min(scene.layout.height * 0.97, h + u * 0.52)
    iron = rgb("3f5a5c")
    page = scene.page
    for x in (0.06, 0.94):
        page.part(box(w * x - u * 0.012, h - u * 0.28, w * x + u * 0.012, top), iron, 1.4)
        page.part(box(w * x - u * 0.022, h - u * 0.29, w * x + u * 0.022, h - u * 0.25), iron)
        for side in (-1, 1):
            page.part(
                ribbon(
                    [
                        (w * x, top - u * 0.2),
                        (w * x + side * u * 0.06, top - u * 0.06),
                        (w * x + side * u * 0.18, top - u * 0.01),
                    ],
                    u * 0.008,
                    u * 0.006,
                ),
                iron,
            )
    page.flat(
        box(-5, top, w + 5, scene.layout.height + 5), scene.veil(rgb("4a5560"), 0.04), to=scene.veil(rgb("2f3a44"), 0.0)
    )
    for k in range(int(w / (u * 0.06)) + 2):
        x = k * u * 0.06
        page.flat([(x, top), (x + u * 0.06, top), (x + u * 0.03, top - u * 0.035)], scene.veil(rgb("d8cbb0"), 0.05))
    cx, cy, r = w * 0.27, top - u * 0.13, u * 0.065
    page.part(box(cx - u * 0.005, cy, cx + u * 0.005, top), iron)
    page.part(ellipse(cx, cy, r * 1.15), iron)
    page.lit(ellipse(cx, cy, r), mix(rgb("efe8d8"), scene.palette.warm, 0.3 * scene.palette.dark))
    for a in range(12):
        (px, py), (qx, qy) = (
            arc(cx, cy, r * 0.82, r * 0.82, 30 * a, 30 * a + 1, 1)[0],
            arc(cx, cy, r * 0.92, r * 0.92, 30 * a, 30 * a + 1, 1)[0],
        )
        page.flat(ribbon([(px, py), (qx, qy)], r * 0.03, r * 0.03, 1), rgb("2c2a30"))
    page.flat(ribbon([(cx, cy), (cx + r * 0.4, cy + r * 0.35)], r * 0.06, r * 0.03, 1), rgb("2c2a30"))
    page.flat(ribbon([(cx, cy), (cx - r * 0.1, cy + r * 0.75)], r * 0.045, r * 0.02, 1), rgb("2c2a30"))
