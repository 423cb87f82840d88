"""Rooms to work in: the library and the laboratory."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .interiors import lamp, rug, shelf, shell, window
from .scene import Scene
from .shapes import Path, arc, box, ellipse, limb, ribbon, rounded, smooth


def library(scene: Scene) -> None:
    """Tall shelves on both sides, a ladder, a globe and reading lamps."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    shell(scene, rgb("8a6a58"), rgb("8a5a40"), plan, openings=())
    wood = rgb("6a4028")
    arch: Path = [
        (w * 0.5 - u * 0.19, h - u * 0.08),
        (w * 0.5 - u * 0.19, h + u * 0.3),
        *arc(w * 0.5, h + u * 0.3, u * 0.19, u * 0.2, 180, 0, 16),
        (w * 0.5 + u * 0.19, h - u * 0.08),
    ]
    page.part(arch, rgb("a8805c"), 0.4)
    window(scene, w * 0.5, h + u * 0.2, u * 0.12)
    columns = max(2, round((w / 2 - u * 0.2) / (u * 0.3)))
    for side in (-1, 1):
        wide = (w / 2 - u * 0.2) / columns
        for c in range(columns):
            x0 = w / 2 + side * (u * 0.2 + wide * c)
            left, right = min(x0, x0 + side * wide), max(x0, x0 + side * wide)
            page.part(box(left, h - u * 0.1, right, page.height + 5), mix(wood, (0.05, 0.02, 0.08), 0.35), 0.3)
            rows = int((page.height - h + u * 0.08) / (u * 0.13)) + 1
            for r in range(rows):
                shelf(scene, left + u * 0.012, right - u * 0.012, h - u * 0.06 + r * u * 0.13, u * 0.11, plan, wood)
            page.part(box(left - u * 0.012, h - u * 0.1, left + u * 0.012, page.height + 5), wood, 1.0)
        scene.check()
    _ladder(scene, w * plan.choice((0.22, 0.8)), h - u * 0.14, u * 0.66)
    rug(scene, rgb("8a3a44"))
    _globe(scene, plan)
    for x in (0.34, 0.66):
        lamp(scene, w * x, min(page.height - u * 0.08, h + u * 0.46), u * 0.05)


def _globe(scene: Scene, plan: random.Random) -> None:
    """A globe on its stand."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    gx = w * plan.choice((0.14, 0.88))
    page.part(limb((gx, h * 0.28), (gx, h * 0.28 + u * 0.14), u * 0.01, u * 0.008), rgb("5a3a28"))
    page.part(ellipse(gx, h * 0.28, u * 0.06, u * 0.014), rgb("5a3a28"))
    page.part(ellipse(gx, h * 0.28 + u * 0.2, u * 0.075), rgb("5f9ab0"), 1.4)
    page.flat(
        smooth(
            [
                (gx - u * 0.04, h * 0.28 + u * 0.22),
                (gx, h * 0.28 + u * 0.25),
                (gx + u * 0.03, h * 0.28 + u * 0.2),
                (gx - u * 0.01, h * 0.28 + u * 0.16),
            ],
            5,
        ),
        rgb("c8b870"),
        0.9,
    )


def _ladder(scene: Scene, x: float, y: float, tall: float) -> None:
    page, wood = scene.page, rgb("c08a54")
    top = (x + tall * 0.14, y + tall)
    for dx in (0.0, tall * 0.13):
        page.part(limb((x + dx, y), (top[0] + dx * 0.8, top[1]), tall * 0.012, tall * 0.01), wood)
    for k in range(9):
        t = (k + 0.6) / 9.5
        a = x + (top[0] - x) * t
        page.part(
            limb((a, y + tall * t), (a + tall * 0.13 * (1 - 0.2 * t), y + tall * t), tall * 0.009, tall * 0.009), wood
        )


def laboratory(scene: Scene) -> None:
    """A workshop: machines, gauges, flasks, coils and a blackboard of scribbles."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    wall = rgb(plan.choice(("7f98a0", "8a8fa8", "9a9488")))
    shell(scene, wall, rgb("6f737c"), plan, openings=())
    low = h - u * 0.08
    _machine(scene, w * 0.12, low - u * 0.04, u * 0.2, plan)
    _machine(scene, w * 0.89, low - u * 0.04, u * 0.22, plan)
    _blackboard(scene, plan)
    page.part(box(w * 0.24, low + u * 0.05, w * 0.76, low + u * 0.075), rgb("b8906a"), 0.6)
    for x in (0.26, 0.74):
        page.part(box(w * x - u * 0.012, low - u * 0.12, w * x + u * 0.012, low + u * 0.05), rgb("8a6448"))
    for k in range(6):
        _flask(
            scene,
            w * 0.29 + (w * 0.42) * k / 5,
            low + u * 0.075,
            u * plan.uniform(0.07, 0.12),
            rgb(plan.choice(("5fe08a", "e06ab0", "5fc8f0", "f0c84a", "b07af0"))),
            plan,
        )
    for y in (0.5, 0.545):
        page.part(box(-5, h + u * y, w + 5, h + u * (y + 0.022)), rgb("a8805c") if y < 0.52 else rgb("7a868c"), 1.3)
    lamp(scene, w * 0.5, min(page.height - u * 0.06, h + u * 0.58), u * 0.055)


def _blackboard(scene: Scene, plan: random.Random) -> None:
    """A blackboard of scribbles."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    bx, by = w * 0.5, h + u * 0.3
    page.part(box(bx - u * 0.25, by - u * 0.14, bx + u * 0.25, by + u * 0.15), rgb("8a5a3c"), 0.5)
    page.flat(box(bx - u * 0.235, by - u * 0.125, bx + u * 0.235, by + u * 0.135), rgb("2f4f48"))
    for _ in range(7):
        x, y = bx + plan.uniform(-0.19, 0.14) * u, by + plan.uniform(-0.08, 0.1) * u
        page.lit(
            ribbon(
                [(x, y), (x + u * 0.02, y + u * 0.02), (x + u * 0.05, y - u * 0.015), (x + u * 0.07, y + u * 0.01)],
                u * 0.0016,
                u * 0.0016,
            ),
            (0.92, 0.96, 0.92),
            0.6,
        )
    page.lit(
        ribbon([*ellipse(bx + u * 0.14, by + u * 0.03, u * 0.045, steps=24)], u * 0.0016, u * 0.0016, 1),
        (0.92, 0.96, 0.92),
        0.6,
    )


def _flask(scene: Scene, x: float, y: float, tall: float, colour: Colour, plan: random.Random) -> None:
    page, r = scene.page, tall * 0.4
    page.glow(x, y + r, tall, colour, 0.3)
    page.lit(
        [
            (x - tall * 0.09, y + tall),
            (x - tall * 0.09, y + tall * 0.6),
            (x - r, y),
            (x + r, y),
            (x + tall * 0.09, y + tall * 0.6),
            (x + tall * 0.09, y + tall),
        ],
        (0.85, 0.95, 1.0),
        0.4,
    )
    page.lit(
        [
            (x - r * 0.6, y + tall * 0.28),
            (x - r * 0.92, y + tall * 0.02),
            (x + r * 0.92, y + tall * 0.02),
            (x + r * 0.6, y + tall * 0.28),
        ],
        colour,
        0.92,
    )
    for k in range(3):
        page.lit(ellipse(x + plan.uniform(-0.1, 0.1) * tall, y + tall * (1.05 + 0.12 * k), tall * 0.04), colour, 0.7)


def _machine(scene: Scene, x: float, y: float, half: float, plan: random.Random) -> None:
    sprite = scene.sprite(-0.9, -0.05, 0.9, 2.6, half)
    coat = rgb(plan.choice(("5f7a80", "8a6a54", "66708a")))
    sprite.part(rounded(-0.7, 0, 0.7, 1.9, 0.1), coat, 0.6)
    sprite.part(rounded(-0.5, 1.2, 0.5, 1.72, 0.06), rgb("1f2c34"), 0.5)
    wave = [(-0.45 + 0.09 * k, 1.46 + 0.14 * math.sin(k * 1.4)) for k in range(11)]
    sprite.lit(ribbon(wave, 0.016, 0.016), rgb("6ff0b0"))
    sprite.glow(0, 1.46, 0.8, rgb("6ff0b0"), 0.3)
    for k in range(3):
        cx = -0.4 + 0.4 * k
        sprite.part(ellipse(cx, 0.86, 0.17), rgb("e8e0cc"), 0.6)
        a = plan.uniform(0.3, 2.8)
        sprite.flat(
            ribbon([(cx, 0.86), (cx + 0.12 * math.cos(a), 0.86 + 0.12 * math.sin(a))], 0.018, 0.008, 1), rgb("c0402f")
        )
        tone = rgb(plan.choice(("ff6a4a", "ffd04a", "5af0a0")))
        sprite.lit(ellipse(cx, 0.5, 0.07), tone)
        sprite.glow(cx, 0.5, 0.26, tone, 0.5)
    sprite.part(ribbon([(0.5, 1.85), (0.56, 2.3), (0.3, 2.45), (0.3, 2.6)], 0.09, 0.09), rgb("a8805c"), 1.3)
    for k in range(5):
        sprite.part(ellipse(-0.35, 1.96 + 0.1 * k, 0.17, 0.06), rgb("c88a4a"), 1.3)
    sprite.lit(ellipse(-0.35, 2.5, 0.1), rgb("a8e0ff"))
    sprite.glow(-0.35, 2.5, 0.5, rgb("8ad0ff"), 0.7)
    scene.stand(sprite, x, y)
