"""Rooms to live in: the bedroom and the kitchen."""

from __future__ import annotations

import random

from .colours import mix, rgb
from .interiors import lamp, rug, shelf, shell
from .scene import Scene
from .shapes import box, ellipse, limb, points, ribbon, rounded, smooth


def room(scene: Scene) -> None:
    """A bedroom with a quilted bed, a bookshelf, pictures and a rug."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    wall = rgb(plan.choice(("b8c8c4", "e0c0a4", "c0b4d0", "d8c494")))
    shell(scene, wall, rgb("b07f58"), plan)
    for k in range(int(w / (u * 0.09)) + 1):
        page.flat(
            box(k * u * 0.09, h - u * 0.05, k * u * 0.09 + u * 0.03, page.height), mix(wall, (1, 1, 1), 0.3), 0.22
        )
    right = plan.random() < 0.5
    sx = w * 0.09 if right else w * 0.91
    for k in range(3):
        shelf(scene, sx - u * 0.17, sx + u * 0.17, h + u * (0.12 + 0.15 * k), u * 0.12, plan, rgb("8a5a3c"))
    cx = w * (0.5 + plan.uniform(-0.04, 0.04))
    page.part(box(cx - u * 0.07, h + u * 0.3, cx + u * 0.07, h + u * 0.42), rgb("a8784a"), 0.6)
    page.flat(box(cx - u * 0.056, h + u * 0.314, cx + u * 0.056, h + u * 0.406), rgb("a8d0d8"), to=rgb("f0d8a8"))
    page.flat(
        [(cx - u * 0.056, h + u * 0.314), (cx - u * 0.01, h + u * 0.37), (cx + u * 0.056, h + u * 0.314)], rgb("5f8a6a")
    )
    rug(scene, rgb(plan.choice(("a8505a", "4f7f9a", "c08a48"))))
    _bed(scene, w * (0.84 if right else 0.16), h - u * 0.24, u * 0.4, plan, right)
    lamp(scene, w * (0.4 if right else 0.6), min(page.height - u * 0.1, h + u * 0.5), u * 0.06)


def _bed(scene: Scene, x: float, y: float, half: float, plan: random.Random, right: bool) -> None:
    sprite = scene.sprite(-0.8, -0.1, 0.8, 0.9, half)
    sprite.mirror = not right
    quilt = rgb(plan.choice(("5a7fb0", "c8705f", "6a9a78", "8a6aa8")))
    sprite.part(rounded(0.5, 0, 0.62, 0.72, 0.05), rgb("8a5638"), 1.0)
    sprite.part(smooth([(-0.62, 0.3), (0.52, 0.36), (0.52, 0.06), (-0.62, 0.0)], 2), rgb("f2ead8"))
    sprite.part(smooth(points("-0.64 0.36, -0.3 0.4, 0.2 0.38, 0.24 0.05, -0.3 -0.01, -0.66 0.02"), 5), quilt, 1.2)
    for k in range(4):
        for j in range(2):
            tone = mix(quilt, rgb(("f4d890", "f0f0e8", "e89a8a")[(k + j) % 3]), 0.6)
            sprite.part(box(-0.56 + 0.19 * k, 0.06 + 0.15 * j, -0.42 + 0.19 * k, 0.17 + 0.15 * j), tone, 0.5)
    sprite.part(smooth([(0.24, 0.38), (0.3, 0.5), (0.48, 0.5), (0.5, 0.36)], 5), (0.98, 0.96, 0.92), 1.2)
    sprite.part(rounded(-0.72, -0.02, -0.62, 0.44, 0.04), rgb("8a5638"))
    for px in (-0.67, 0.56):
        sprite.part(ellipse(px, 0.48 if px < 0 else 0.76, 0.05), rgb("9a6440"))
    scene.stand(sprite, x, y)


def kitchen(scene: Scene) -> None:
    """A country kitchen: tiles, stove with pots, shelf of jars, hanging pans, table with food."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    wall = rgb(plan.choice(("f0d8a8", "d4e0cc", "f0c8a8")))
    shell(scene, wall, rgb("b8764f"), plan, (0.5,))
    low = h - u * 0.08
    for row in range(3):
        for k in range(int(w / (u * 0.06)) + 1):
            tone = rgb("f4f0e4") if (row + k) % 2 else rgb("7fb0b8")
            page.flat(
                box(
                    k * u * 0.06 + u * 0.002,
                    low + u * (0.1 + 0.06 * row),
                    k * u * 0.06 + u * 0.058,
                    low + u * (0.157 + 0.06 * row),
                ),
                tone,
                0.75,
            )
    counter = rgb("5f8a80")
    page.part(box(-5, low - u * 0.13, w + 5, low + u * 0.1), counter, 0.3, to=mix(counter, (0.1, 0.1, 0.2), 0.3))
    page.part(box(-5, low + u * 0.085, w + 5, low + u * 0.115), rgb("d8b488"), 0.6)
    for k in range(int(w / (u * 0.24)) + 1):
        x = k * u * 0.24 + u * 0.02
        page.part(rounded(x, low - u * 0.11, x + u * 0.2, low + u * 0.06, u * 0.01), mix(counter, (1, 1, 1), 0.1), 0.5)
        page.part(ellipse(x + u * 0.1, low + u * 0.035, u * 0.01), rgb("e8c060"))
    stove = plan.choice((0.2, 0.8))
    _stove(scene, w * stove, low - u * 0.13, u * 0.2, plan)
    other = w * (0.82 if stove < 0.5 else 0.18)
    for k in range(2):
        y = h + u * (0.27 + 0.15 * k)
        page.part(box(other - u * 0.2, y - u * 0.014, other + u * 0.2, y), rgb("9a6844"))
        for j in range(6):
            x = other - u * 0.17 + j * u * 0.066
            tone = rgb(plan.choice(("c8503f", "e8b84a", "6a9a5a", "d8a888", "f0ead8", "8a5a7a")))
            page.part(rounded(x - u * 0.024, y, x + u * 0.024, y + u * plan.uniform(0.06, 0.09), u * 0.012), tone, 1.2)
            page.flat(box(x - u * 0.018, y + u * 0.062, x + u * 0.018, y + u * 0.07), rgb("6a4a38"), 0.6)
    _pans(scene, plan)
    lamp(scene, w * 0.5, min(page.height - u * 0.1, h + u * 0.52), u * 0.06)


def _stove(scene: Scene, x: float, y: float, half: float, plan: random.Random) -> None:
    sprite = scene.sprite(-0.75, -0.05, 0.75, 2.9, half)
    iron = rgb("3f4450")
    sprite.part([(-0.62, 2.9), (-0.5, 1.9), (0.5, 1.9), (0.62, 2.9)], rgb("c8a078"), 1.0)
    sprite.part(box(-0.66, 1.82, 0.66, 1.93), rgb("a87848"))
    sprite.part(rounded(-0.6, 0, 0.6, 1.16, 0.05), iron, 0.7)
    sprite.part(rounded(-0.44, 0.2, 0.44, 0.8, 0.06), rgb("2a2c34"), 0.5)
    sprite.lit(rounded(-0.36, 0.28, 0.36, 0.72, 0.05), rgb("ff9a4a"), 0.85, 0.02)
    sprite.glow(0, 0.5, 0.9, rgb("ff9a4a"), 0.5)
    for k in range(4):
        sprite.part(ellipse(-0.36 + 0.24 * k, 0.96, 0.05), rgb("e0d8c8"))
    sprite.part(box(-0.66, 1.14, 0.66, 1.2), rgb("5a6070"))
    for px, tone in ((-0.28, "c8563f"), (0.3, "4f86a0")):
        sprite.part(rounded(px - 0.2, 1.2, px + 0.2, 1.5, 0.06), rgb(tone), 1.3)
        sprite.part(box(px - 0.22, 1.48, px + 0.22, 1.53), mix(rgb(tone), (1, 1, 1), 0.25))
        sprite.part(ellipse(px, 1.57, 0.04), rgb("2a2c34"))
        for k in range(3):
            wisp = [
                (px - 0.1 + 0.1 * k, 1.6),
                (px - 0.04 + 0.1 * k, 1.75),
                (px - 0.12 + 0.1 * k, 1.88),
                (px - 0.05 + 0.1 * k, 2.05),
            ]
            sprite.lit(ribbon(wisp, 0.025, 0.012), (1, 1, 1), 0.35, 0.02)
    scene.stand(sprite, x, y)


def _pans(scene: Scene, plan: random.Random) -> None:
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    y = min(page.height - u * 0.04, h + u * 0.56)
    x0 = w * 0.5 - u * 0.42
    page.part(box(x0, y, x0 + u * 0.26, y + u * 0.01), rgb("4a3c38"))
    for k in range(4):
        x, r = x0 + u * (0.03 + 0.07 * k), u * plan.uniform(0.022, 0.034)
        page.part(limb((x, y), (x, y - u * 0.06), u * 0.004, u * 0.004), rgb("5a4038"))
        page.part(ellipse(x, y - u * 0.06 - r, r), rgb(plan.choice(("c8784a", "5a6070", "d89a5a"))), 1.3)
