"""Places under other skies: space and the bottom of the sea."""

from __future__ import annotations

import math
import random

import numpy as np

from .colours import Colour, as_pixels, mix, rgb
from .noise import fractal
from .places_strange import backcloth
from .scene import Scene
from .shapes import Path, blob, ellipse, limb, points, ribbon, smooth, star
from .terrain import land, roll, scatter
from .trees import rock


def space(scene: Scene) -> None:
    """Nebulae, a ringed planet and cratered ground."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    backcloth(scene, rgb("070a1e"), rgb("141a44"), rgb("2c2a5e"))
    for code, stretch in ((plan.choice(("a03f90", "c0507a")), 1.4), (plan.choice(("2f80a8", "3fa090")), 1.0)):
        cloud = fractal(np.random.default_rng(plan.getrandbits(32)), w, page.height, 3.4, 5, stretch)
        mask = np.clip((cloud - 0.5) * 2.2, 0, 1) ** 1.4 * 0.75
        page.rgb += (as_pixels(rgb(code)) - page.rgb) * mask[..., None]
    for _ in range(int(260 * w / u)):
        x, y, r = plan.uniform(0, w), plan.uniform(0, page.height), u * plan.choice((0.0008, 0.001, 0.0014, 0.0022))
        page.lit(
            ellipse(x, y, r, steps=8), mix((1, 1, 1), rgb(plan.choice(("ffd8a8", "a8d0ff"))), 0.5), plan.uniform(0.4, 1)
        )
        if r > u * 0.002 and plan.random() < 0.4:
            page.lit(star(x, y, r * 4.5, r * 0.5, 4), (1, 1, 1), 0.85)
            page.glow(x, y, r * 12, (0.7, 0.8, 1.0), 0.5)
    scene.check()
    right = plan.random() < 0.5
    _planet(scene, w * (0.76 if right else 0.24), h + (page.height - h) * 0.58, u * 0.19, plan, rings=True)
    _planet(scene, w * (0.16 if right else 0.86), h + (page.height - h) * 0.78, u * 0.06, plan, rings=False)
    _cratered(scene, rgb(plan.choice(("8a7f98", "b0785c", "7f8fa8"))), plan)


def moonscape(scene: Scene) -> None:
    """The grey plains of the moon with the earth above, or the red ones of Mars with two small moons."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    red = "mars" in scene.brief.place_text
    backcloth(scene, rgb("04060f"), rgb("0a0e22"), rgb("2a1c22") if red else rgb("141a30"))
    for _ in range(int(220 * w / u)):
        x, y, r = plan.uniform(0, w), plan.uniform(h * 0.8, page.height), u * plan.choice((0.0008, 0.001, 0.0016))
        page.lit(ellipse(x, y, r, steps=8), (1, 1, 1), plan.uniform(0.35, 1))
    at = plan.choice((0.22, 0.78))
    rise = h + (page.height - h) * plan.uniform(0.45, 0.65)
    if red:
        for dx, r in ((0.0, 0.04), (0.12, 0.024)):
            page.lit(ellipse(w * at + u * dx, rise + u * dx * 0.5, u * r), rgb("d8c8b8"))
    else:
        _earth(scene, w * at, rise, u * 0.12)
    ground = rgb("b8694a") if red else rgb("a3a6b2")
    land(
        scene,
        roll(scene, h + u * 0.02, u * 0.12, 3.2, 5),
        mix(ground, (1, 1, 1), 0.05),
        mix(ground, rgb("18182c"), 0.55),
        0.3,
    )
    _cratered(scene, ground, plan)


def _earth(scene: Scene, x: float, y: float, r: float) -> None:
    sprite = scene.sprite(-1.8, -1.8, 1.8, 1.8, r, tint=False)
    sprite.glow(0, 0, 1.7, rgb("6ab0f0"), 0.5)
    sprite.part(ellipse(0, 0, 1.0, steps=64), rgb("3f8ad8"), 1.5)
    for outline in (
        "-0.62 0.4, -0.2 0.72, 0.1 0.5, -0.1 0.2, -0.3 0.1, -0.42 -0.2, -0.6 0.1",
        "0.2 0.1, 0.6 0.3, 0.72 -0.1, 0.4 -0.5, 0.2 -0.3",
    ):
        sprite.flat(smooth(points(outline), 5), rgb("6ab060"), 0.9)
    for py, half in ((0.32, 0.7), (-0.12, 0.5), (-0.55, 0.6)):
        sprite.flat(
            ribbon([(-half, py), (0, py + 0.08), (half, py - 0.04)], 0.02, 0.02, 6, middle=0.07), (1, 1, 1), 0.75, 0.02
        )
    scene.stand(sprite, x, y)


def _cratered(scene: Scene, ground: Colour, plan: random.Random) -> None:
    """Two rolling plains with craters."""
    page, u, h = scene.page, scene.layout.unit, scene.layout.horizon
    land(
        scene,
        roll(scene, h - u * 0.04, u * 0.09, 2.4, 4),
        mix(ground, (1, 1, 1), 0.12),
        mix(ground, rgb("20203f"), 0.4),
        0.2,
    )
    line = roll(scene, h - u * 0.2, u * 0.09, 1.4, 3)
    land(scene, line, mix(ground, (1, 1, 1), 0.2), mix(ground, rgb("20203f"), 0.5), 0.0)
    for x, y, near in scatter(scene, plan, 10, u * 0.01, h - u * 0.2):
        r = u * (0.02 + 0.05 * near)
        page.flat(ellipse(x, y, r, r * 0.3), scene.veil(mix(ground, (0.05, 0.05, 0.15), 0.5), 0.05), 0.75)
        page.flat(ellipse(x, y - r * 0.06, r * 0.86, r * 0.2), scene.veil(mix(ground, (1, 1, 1), 0.12), 0.05), 0.7)


def _planet(scene: Scene, x: float, y: float, r: float, plan: random.Random, rings: bool) -> None:
    sprite = scene.sprite(-2.1, -1.15, 2.1, 1.15, r, tint=False)
    colour = rgb(plan.choice(("e8a060", "5fa8c8", "c86a8a", "9a80d0")))
    sprite.glow(0, 0, 1.4, colour, 0.35)
    halo = [(math.cos(a) * 1.85, math.sin(a) * 0.42 + math.cos(a) * 0.2) for a in np.linspace(0, 2 * math.pi, 60)]
    if rings:
        sprite.lit(ribbon(halo[:31], 0.12, 0.12, 1), mix(colour, (1, 0.9, 0.8), 0.5), 0.75)
    sprite.part(ellipse(0, 0, 1.0, steps=64), colour, 1.5)
    for k in range(5):
        py = -0.7 + 0.34 * k
        half = math.sqrt(max(0.02, 1 - py * py)) * 0.96
        band: Path = [(-half, py), (-half * 0.3, py + 0.08), (half * 0.4, py - 0.03), (half, py + 0.03)]
        sprite.flat(
            ribbon(band, 0.02, 0.02, 6, middle=0.07),
            mix(colour, (1, 1, 1) if k % 2 else (0.2, 0.1, 0.3), 0.25),
            0.5,
            0.015,
        )
    if rings:
        sprite.lit(ribbon(halo[30:], 0.12, 0.12, 1), mix(colour, (1, 0.9, 0.8), 0.5), 0.85)
    scene.stand(sprite, x, y)


def underwater(scene: Scene) -> None:
    """A reef with light from above, fish shoals, kelp and coral."""
    u, w, h = scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    dark = scene.palette.dark
    backcloth(
        scene,
        mix(rgb("7fdce0"), rgb("1c4a78"), dark * 0.85),
        mix(rgb("2f9ab8"), rgb("12305c"), dark * 0.85),
        mix(rgb("135a86"), rgb("0a1c40"), dark * 0.8),
    )
    _sunbeams(scene, dark, plan)
    veil = rgb("3f9ab0") if dark < 0.5 else rgb("1c4a70")
    for base, height, distance in ((0.06, 0.3, 0.72), (-0.06, 0.22, 0.5)):
        land(
            scene,
            roll(scene, h + u * base - u * 0.1, u * height, 3.0, 4),
            mix(rgb("4a7f88"), veil, 0.6),
            mix(rgb("2f5f70"), veil, 0.5),
            distance,
        )
    _shoal(scene, plan)
    scene.check()
    sand = rgb("d8cf9e")
    land(scene, roll(scene, h - u * 0.28, u * 0.1, 1.6, 2), mix(sand, veil, 0.2), mix(sand, rgb("2f5a78"), 0.55), 0.1)
    for k in range(13):
        x = w * (k + plan.uniform(0.1, 0.9)) / 13
        edge = abs(x / w - 0.5) * 2
        _kelp(
            scene, x, (h - u * 0.24) * plan.uniform(0.6, 1.0), u * (0.12 + 0.34 * edge) * plan.uniform(0.7, 1.1), plan
        )
    for x in (0.06, 0.17, 0.3, 0.72, 0.84, 0.95):
        _coral(scene, w * x, (h - u * 0.26) * plan.uniform(0.35, 0.9), u * plan.uniform(0.09, 0.17), plan)
    for x, y, near in scatter(scene, plan, 7, u * 0.01, h - u * 0.28):
        rock(scene, x, y, u * (0.04 + 0.07 * near), plan, rgb("6a7f88"))
    _bubbles(scene, plan, x, y)


def _sunbeams(scene: Scene, dark: float, plan: random.Random) -> None:
    """Light falling through the surface."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    for k in range(8):
        x = w * (k + plan.random()) / 8
        beam: Path = [
            (x, page.height + 5),
            (x + u * 0.06, page.height + 5),
            (x + u * plan.uniform(-0.1, 0.3), h * 0.4),
            (x - u * plan.uniform(0.1, 0.3), h * 0.4),
        ]
        page.lit(beam, (0.85, 1.0, 0.95), 0.13 * (1 - 0.5 * dark), u * 0.02)


def _bubbles(scene: Scene, plan: random.Random, x: float, y: float) -> None:
    """Bubbles on their way up."""
    page, u, w = scene.page, scene.layout.unit, scene.layout.width
    for _ in range(40):
        x, y, r = plan.uniform(0, w), plan.uniform(0.1, 1) * page.height, u * plan.uniform(0.002, 0.009)
        page.lit(ellipse(x, y, r), (0.85, 0.98, 1.0), 0.28)
        page.lit(ellipse(x - r * 0.3, y + r * 0.3, r * 0.3, steps=8), (1, 1, 1), 0.8)


def _shoal(scene: Scene, plan: random.Random) -> None:
    u, w = scene.layout.unit, scene.layout.width
    for code in ("f4c04a", "f0845a", "e8e8f0"):
        cx, cy = plan.uniform(0.15, 0.85) * w, scene.layout.horizon + u * plan.uniform(0.1, 0.4)
        way = plan.choice((-1, 1))
        for _ in range(11):
            x, y, s = cx + plan.gauss(0, 0.09) * u, cy + plan.gauss(0, 0.035) * u, u * plan.uniform(0.012, 0.02)
            tone = scene.veil(rgb(code), 0.25)
            scene.page.flat(ellipse(x, y, s, s * 0.42, steps=16), tone)
            scene.page.flat(
                [(x - way * s * 0.8, y), (x - way * s * 1.5, y + s * 0.45), (x - way * s * 1.5, y - s * 0.45)], tone
            )


def _kelp(scene: Scene, x: float, y: float, tall: float, plan: random.Random) -> None:
    green = scene.veil(mix(rgb("2f8a6a"), rgb("7fae4a"), plan.random()), 0.15)
    sway = plan.uniform(-0.1, 0.1) * tall
    points = [(x, y), (x + sway, y + tall * 0.35), (x - sway, y + tall * 0.7), (x + sway * 1.4, y + tall)]
    scene.page.flat(ribbon(points, tall * 0.035, tall * 0.004, middle=tall * 0.045), green)
    for k in range(5):
        t = 0.2 + 0.15 * k
        px = x + sway * math.sin(t * 6)
        scene.page.flat(
            ellipse(
                px + (tall * 0.05) * (1 if k % 2 else -1),
                y + tall * t,
                tall * 0.065,
                tall * 0.02,
                30 if k % 2 else 150,
                14,
            ),
            green,
        )


def _coral(scene: Scene, x: float, y: float, size: float, plan: random.Random) -> None:
    colour = rgb(plan.choice(("f07f6a", "e85f90", "f2b24a", "b07fd8", "f4a8b8")))
    sprite = scene.sprite(-0.8, -0.05, 0.8, 1.2, size)
    if plan.random() < 0.5:
        for angle in (-55, -28, 0, 26, 52):
            a = math.radians(angle + plan.uniform(-8, 8))
            tip = (math.sin(a) * 0.85, math.cos(a) * 0.95)
            mid = (math.sin(a) * 0.4, math.cos(a) * 0.5)
            sprite.part(
                [ribbon([(0, 0), mid, tip], 0.1, 0.055), limb(mid, (mid[0] + 0.22, mid[1] + 0.3), 0.055, 0.045)],
                colour,
                1.2,
            )
    else:
        for px, py, r in ((-0.3, 0.22, 0.28), (0.3, 0.2, 0.3), (0, 0.42, 0.34)):
            sprite.part(blob(px, py, r, r * 0.85, plan, 0.08), colour, 1.3)
            for _ in range(7):
                sprite.flat(
                    ellipse(px + plan.uniform(-0.2, 0.2), py + plan.uniform(-0.15, 0.2), 0.03, steps=8),
                    mix(colour, (1, 1, 1), 0.5),
                    0.7,
                )
    scene.stand(sprite, x, y, 0.08)
