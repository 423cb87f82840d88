"""Rooms: bedroom, kitchen, library, laboratory, each with its own furniture, window and lamplight."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .scene import Scene
from .shapes import Path, arc, box, ellipse, limb, ribbon, rounded, smooth, star


def _shell(
    scene: Scene, wall: Colour, floor: Colour, plan: random.Random, window: tuple[float, ...] = (0.3, 0.68)
) -> None:
    """Wall, floor, skirting and a window that shows the hour."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    dusk = mix(wall, rgb("2a2c58"), 0.45 * scene.palette.dark)
    low = h - u * 0.08
    page.lit(box(-5, low, w + 5, page.height + 5), dusk)
    page.flat(box(-5, low, w + 5, page.height + 5), mix(dusk, (1, 1, 1), 0.06), 0.6, to=mix(dusk, (0.2, 0.1, 0.2), 0.2))
    page.flat(box(-5, -5, w + 5, low), floor, to=mix(floor, rgb("2a1c2a"), 0.4))
    for k in range(-9, 10):
        page.flat(
            ribbon([(w / 2 + k * w * 0.075, low), (w / 2 + k * w * 0.2, -5)], u * 0.001, u * 0.0026, 2),
            mix(floor, rgb("2a1818"), 0.5),
            0.6,
        )
    page.flat(box(-5, low, w + 5, low + u * 0.03), mix(wall, (1, 1, 1), 0.4))
    page.flat(box(-5, low - u * 0.012, w + 5, low), mix(floor, (0.1, 0, 0.1), 0.5), 0.5, u * 0.006)
    if window:
        _window(scene, w * plan.choice(window), h + u * 0.3, u * 0.17)


def _window(scene: Scene, x: float, y: float, r: float) -> None:
    page, palette = scene.page, scene.palette
    page.part(box(x - r * 1.1, y - r * 1.2, x + r * 1.1, y + r * 1.2), rgb("e8dcc8"), 0.5)
    pane = box(x - r * 0.97, y - r * 1.07, x + r * 0.97, y + r * 1.07)
    page.lit(pane, palette.top)
    tint = page.lighting.tint
    page.flat(
        pane,
        (palette.top[0] / tint[0], palette.top[1] / tint[1], palette.top[2] / tint[2]),
        to=(palette.low[0] / tint[0], palette.low[1] / tint[1], palette.low[2] / tint[2]),
    )
    if palette.dark > 0.6:
        page.lit(ellipse(x + r * 0.4, y + r * 0.5, r * 0.2), palette.glow)
        page.glow(x + r * 0.4, y + r * 0.5, r * 0.7, palette.glow, 0.5)
        for dx, dy in ((-0.6, 0.7), (-0.3, 0.2), (-0.7, -0.1), (0.1, 0.85), (0.7, 0.0)):
            page.lit(star(x + dx * r, y + dy * r, r * 0.05, r * 0.016, 4), (1, 1, 1), 0.9)
    else:
        page.lit(
            smooth(
                [
                    (x - r * 0.9, y - r),
                    (x - r * 0.9, y - r * 0.5),
                    (x - r * 0.3, y - r * 0.3),
                    (x + r * 0.3, y - r * 0.55),
                    (x + r * 0.9, y - r * 0.35),
                    (x + r * 0.9, y - r),
                ],
                4,
            ),
            mix(palette.haze, rgb("4f8a5a"), 0.5),
        )
        beam: Path = [(x - r, y + r), (x + r, y + r), (x + r * 1.6, -5), (x - r * 2.8, -5)]
        page.lit(beam, palette.glow, 0.12, r * 0.12)
    if scene.brief.weather in ("rain", "storm", "snow"):
        rng = random.Random(int(scene.brush.integers(1 << 30)))
        for _ in range(40):
            px, py = x + rng.uniform(-0.92, 0.92) * r, y + rng.uniform(-1, 1) * r
            drop = (
                ellipse(px, py, r * 0.02)
                if scene.brief.weather == "snow"
                else ribbon([(px, py), (px - r * 0.02, py - r * 0.1)], r * 0.007, r * 0.007, 1)
            )
            page.lit(drop, (0.92, 0.96, 1.0), 0.7)
    for bar in (
        box(x - r * 0.03, y - r * 1.1, x + r * 0.03, y + r * 1.1),
        box(x - r, y - r * 0.03, x + r, y + r * 0.03),
    ):
        page.flat(bar, rgb("e8dcc8"))
    page.part(box(x - r * 1.22, y - r * 1.3, x + r * 1.22, y - r * 1.16), rgb("d8c8b0"))


def _lamp(scene: Scene, x: float, y: float, r: float) -> None:
    """A hanging lamp with its light."""
    page, warm = scene.page, scene.palette.warm
    page.flat(box(x - r * 0.04, y, x + r * 0.04, page.height + 5), rgb("3a2c30"))
    page.part(
        smooth(
            [
                (x - r, y - r * 0.2),
                (x - r * 0.6, y + r * 0.5),
                (x, y + r * 0.75),
                (x + r * 0.6, y + r * 0.5),
                (x + r, y - r * 0.2),
            ],
            5,
        ),
        rgb("c86a48"),
        1.2,
    )
    page.lit(ellipse(x, y - r * 0.22, r * 0.85, r * 0.14), mix(warm, (1, 1, 1), 0.5))
    page.glow(x, y - r * 0.3, r * 7, warm, 0.34 + 0.3 * scene.palette.dark)


def _shelf(scene: Scene, x0: float, x1: float, y: float, tall: float, plan: random.Random, wood: Colour) -> None:
    """One shelf of books and trinkets between x0 and x1."""
    page = scene.page
    page.part(box(x0, y - tall * 0.09, x1, y), wood, 0.5)
    x = x0 + tall * 0.08
    while x < x1 - tall * 0.16:
        wide, high = tall * plan.uniform(0.07, 0.17), tall * plan.uniform(0.55, 0.86)
        roll = plan.random()
        if roll < 0.1:
            page.part(
                ellipse(x + tall * 0.16, y + tall * 0.2, tall * 0.15, tall * 0.2),
                rgb(plan.choice(("5f9aa0", "c8784a", "d8b858"))),
                1.2,
            )
            x += tall * 0.36
            continue
        tone = rgb(plan.choice(("a8483c", "3f6a8a", "c8963f", "4f7a58", "7a4f7a", "d8c8a8", "2f4f58", "b8683f")))
        lean = high * 0.12 if roll > 0.92 else 0.0
        spine: Path = [(x, y), (x + wide, y), (x + wide + lean, y + high), (x + lean, y + high)]
        page.part(spine, tone, 0.7)
        page.flat(
            [
                (x + lean * 0.75, y + high * 0.75),
                (x + wide + lean * 0.75, y + high * 0.75),
                (x + wide + lean * 0.82, y + high * 0.82),
                (x + lean * 0.82, y + high * 0.82),
            ],
            mix(tone, rgb("f0d890"), 0.6),
            0.8,
        )
        x += wide + tall * 0.012 + lean


def _rug(scene: Scene, colour: Colour) -> None:
    u, w, h = scene.layout.unit, scene.layout.width, scene.layout.horizon
    for k, tone in enumerate((colour, mix(colour, (1, 0.95, 0.85), 0.55), mix(colour, (0.2, 0.1, 0.2), 0.2))):
        scene.page.flat(ellipse(w / 2, h * 0.3, u * (0.5 - 0.07 * k), u * (0.13 - 0.022 * k)), tone)


def room(scene: Scene) -> None:
    """A bedroom with a quilted bed, a bookshelf, pictures and a rug."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    wall = rgb(plan.choice(("b8c8c4", "e0c0a4", "c0b4d0", "d8c494")))
    _shell(scene, wall, rgb("b07f58"), plan)
    for k in range(int(w / (u * 0.09)) + 1):
        page.flat(
            box(k * u * 0.09, h - u * 0.05, k * u * 0.09 + u * 0.03, page.height), mix(wall, (1, 1, 1), 0.3), 0.22
        )
    right = plan.random() < 0.5
    sx = w * 0.09 if right else w * 0.91
    for k in range(3):
        _shelf(scene, sx - u * 0.17, sx + u * 0.17, h + u * (0.12 + 0.15 * k), u * 0.12, plan, rgb("8a5a3c"))
    cx = w * (0.5 + plan.uniform(-0.04, 0.04))
    page.part(box(cx - u * 0.07, h + u * 0.3, cx + u * 0.07, h + u * 0.42), rgb("a8784a"), 0.6)
    page.flat(box(cx - u * 0.056, h + u * 0.314, cx + u * 0.056, h + u * 0.406), rgb("a8d0d8"), to=rgb("f0d8a8"))
    page.flat(
        [(cx - u * 0.056, h + u * 0.314), (cx - u * 0.01, h + u * 0.37), (cx + u * 0.056, h + u * 0.314)], rgb("5f8a6a")
    )
    _rug(scene, rgb(plan.choice(("a8505a", "4f7f9a", "c08a48"))))
    _bed(scene, w * (0.84 if right else 0.16), h - u * 0.24, u * 0.4, plan, right)
    _lamp(scene, w * (0.4 if right else 0.6), min(page.height - u * 0.1, h + u * 0.5), u * 0.06)


def _bed(scene: Scene, x: float, y: float, half: float, plan: random.Random, right: bool) -> None:
    sprite = scene.sprite(-0.8, -0.1, 0.8, 0.9, half)
    sprite.mirror = not right
    quilt = rgb(plan.choice(("5a7fb0", "c8705f", "6a9a78", "8a6aa8")))
    sprite.part(rounded(0.5, 0, 0.62, 0.72, 0.05), rgb("8a5638"), 1.0)
    sprite.part(smooth([(-0.62, 0.3), (0.52, 0.36), (0.52, 0.06), (-0.62, 0.0)], 2), rgb("f2ead8"))
    sprite.part(
        smooth([(-0.64, 0.36), (-0.3, 0.4), (0.2, 0.38), (0.24, 0.05), (-0.3, -0.01), (-0.66, 0.02)], 5), quilt, 1.2
    )
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
    _shell(scene, wall, rgb("b8764f"), plan, (0.5,))
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
    _lamp(scene, w * 0.5, min(page.height - u * 0.1, h + u * 0.52), u * 0.06)


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


def library(scene: Scene) -> None:
    """Tall shelves on both sides, a ladder, a globe and reading lamps."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    _shell(scene, rgb("8a6a58"), rgb("8a5a40"), plan, window=())
    wood = rgb("6a4028")
    arch: Path = [
        (w * 0.5 - u * 0.19, h - u * 0.08),
        (w * 0.5 - u * 0.19, h + u * 0.3),
        *arc(w * 0.5, h + u * 0.3, u * 0.19, u * 0.2, 180, 0, 16),
        (w * 0.5 + u * 0.19, h - u * 0.08),
    ]
    page.part(arch, rgb("a8805c"), 0.4)
    _window(scene, w * 0.5, h + u * 0.2, u * 0.12)
    columns = max(2, round((w / 2 - u * 0.2) / (u * 0.3)))
    for side in (-1, 1):
        wide = (w / 2 - u * 0.2) / columns
        for c in range(columns):
            x0 = w / 2 + side * (u * 0.2 + wide * c)
            left, right = min(x0, x0 + side * wide), max(x0, x0 + side * wide)
            page.part(box(left, h - u * 0.1, right, page.height + 5), mix(wood, (0.05, 0.02, 0.08), 0.35), 0.3)
            rows = int((page.height - h + u * 0.08) / (u * 0.13)) + 1
            for r in range(rows):
                _shelf(scene, left + u * 0.012, right - u * 0.012, h - u * 0.06 + r * u * 0.13, u * 0.11, plan, wood)
            page.part(box(left - u * 0.012, h - u * 0.1, left + u * 0.012, page.height + 5), wood, 1.0)
        scene.check()
    _ladder(scene, w * plan.choice((0.22, 0.8)), h - u * 0.14, u * 0.66)
    _rug(scene, rgb("8a3a44"))
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
    for x in (0.34, 0.66):
        _lamp(scene, w * x, min(page.height - u * 0.08, h + u * 0.46), u * 0.05)


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
    _shell(scene, wall, rgb("6f737c"), plan, window=())
    low = h - u * 0.08
    _machine(scene, w * 0.12, low - u * 0.04, u * 0.2, plan)
    _machine(scene, w * 0.89, low - u * 0.04, u * 0.22, plan)
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
    _lamp(scene, w * 0.5, min(page.height - u * 0.06, h + u * 0.58), u * 0.055)


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
