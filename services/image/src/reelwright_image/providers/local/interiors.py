"""Rooms: bedroom, kitchen, library, laboratory, each with its own furniture, window and lamplight."""

from __future__ import annotations

import random

from .colours import Colour, mix, rgb
from .layer import Layer
from .palette import Palette
from .scene import Scene
from .shapes import Path, box, ellipse, ribbon, smooth, star


def shell(
    scene: Scene, wall: Colour, floor: Colour, plan: random.Random, openings: tuple[float, ...] = (0.3, 0.68)
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
    if openings:
        window(scene, w * plan.choice(openings), h + u * 0.3, u * 0.17)


def window(scene: Scene, x: float, y: float, r: float) -> None:
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
    _outside(scene, x, y, r, page, palette)
    for bar in (
        box(x - r * 0.03, y - r * 1.1, x + r * 0.03, y + r * 1.1),
        box(x - r, y - r * 0.03, x + r, y + r * 0.03),
    ):
        page.flat(bar, rgb("e8dcc8"))
    page.part(box(x - r * 1.22, y - r * 1.3, x + r * 1.22, y - r * 1.16), rgb("d8c8b0"))


def _outside(scene: Scene, x: float, y: float, r: float, page: Layer, palette: Palette) -> None:
    """The hour and the weather seen through a pane."""
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


def lamp(scene: Scene, x: float, y: float, r: float) -> None:
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


def shelf(scene: Scene, x0: float, x1: float, y: float, tall: float, plan: random.Random, wood: Colour) -> None:
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


def rug(scene: Scene, colour: Colour) -> None:
    u, w, h = scene.layout.unit, scene.layout.width, scene.layout.horizon
    for k, tone in enumerate((colour, mix(colour, (1, 0.95, 0.85), 0.55), mix(colour, (0.2, 0.1, 0.2), 0.2))):
        scene.page.flat(ellipse(w / 2, h * 0.3, u * (0.5 - 0.07 * k), u * (0.13 - 0.022 * k)), tone)
