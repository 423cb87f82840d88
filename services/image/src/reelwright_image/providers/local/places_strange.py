"""Places without ground or sky as we know them: space, underwater, the sky itself, caves, the stage."""

from __future__ import annotations

import math
import random

import numpy as np

from .colours import Colour, as_pixels, mix, rgb
from .noise import fractal
from .scene import Scene
from .shapes import Path, blob, box, ellipse, limb, ribbon, smooth, star
from .sky import puff
from .terrain import land, roll, scatter
from .trees import rock


def _backcloth(scene: Scene, top: Colour, middle: Colour, low: Colour) -> None:
    page = scene.page
    t = np.linspace(0, 1, page.height, dtype=np.float32)
    shades = np.stack([as_pixels(top), as_pixels(middle), as_pixels(low)])
    column = np.stack([np.interp(t, [0.0, 0.55, 1.0], shades[:, i]) for i in range(3)], axis=1)
    page.rgb[:] = column.astype(np.float32)[:, None, :]


def space(scene: Scene) -> None:
    """Nebulae, a ringed planet and cratered ground."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    _backcloth(scene, rgb("070a1e"), rgb("141a44"), rgb("2c2a5e"))
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
    ground = rgb(plan.choice(("8a7f98", "b0785c", "7f8fa8")))
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
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    dark = scene.palette.dark
    _backcloth(
        scene,
        mix(rgb("7fdce0"), rgb("1c4a78"), dark * 0.85),
        mix(rgb("2f9ab8"), rgb("12305c"), dark * 0.85),
        mix(rgb("135a86"), rgb("0a1c40"), dark * 0.8),
    )
    for k in range(8):
        x = w * (k + plan.random()) / 8
        beam: Path = [
            (x, page.height + 5),
            (x + u * 0.06, page.height + 5),
            (x + u * plan.uniform(-0.1, 0.3), h * 0.4),
            (x - u * plan.uniform(0.1, 0.3), h * 0.4),
        ]
        page.lit(beam, (0.85, 1.0, 0.95), 0.13 * (1 - 0.5 * dark), u * 0.02)
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


def sky(scene: Scene) -> None:
    """High above the land: seas of cloud and small floating islands."""
    u, w, h = scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    for x, y, r in ((0.17, 0.36, 0.11), (0.84, 0.48, 0.08)):
        _isle(scene, w * (x + plan.uniform(-0.04, 0.04)), h + u * y, u * r, plan)
    for row in range(4):
        y, size = h - u * (0.02 + 0.13 * row), u * (0.12 + 0.09 * row)
        count = int(w / (size * 1.25)) + 2
        for k in range(count):
            puff(
                scene,
                scene.page,
                w * (k + plan.uniform(0.2, 0.8)) / count,
                y + u * plan.uniform(-0.03, 0.03) - size * 0.3,
                size * plan.uniform(0.8, 1.25),
                plan,
                0.4 - 0.12 * row,
            )
        scene.check()
    for _ in range(9):
        x, y, s = plan.uniform(0.1, 0.9) * w, h + u * plan.uniform(0.1, 0.5), u * plan.uniform(0.008, 0.018)
        bird = [
            (x - s, y + s * 0.4),
            (x - s * 0.4, y + s * 0.5),
            (x, y),
            (x + s * 0.4, y + s * 0.5),
            (x + s, y + s * 0.4),
        ]
        scene.page.flat(ribbon(bird, s * 0.02, s * 0.02, 5, middle=s * 0.14), scene.veil(rgb("3a3f58"), 0.3))


def _isle(scene: Scene, x: float, y: float, r: float, plan: random.Random) -> None:
    sprite = scene.sprite(-1.2, -1.3, 1.2, 1.2, r)
    sprite.part(
        smooth([(-1, 0), (-0.6, -0.35), (-0.3, -0.8), (0.05, -1.15), (0.3, -0.7), (0.62, -0.4), (1, 0)], 5),
        rgb("8a6a58"),
        1.0,
    )
    sprite.part(
        smooth([(-1.06, 0.02), (-0.5, 0.16), (0.3, 0.2), (1.06, 0.02), (0.6, -0.12), (0, -0.06), (-0.6, -0.14)], 6),
        rgb("6fae58"),
        1.0,
    )
    for dx, s in ((-0.4, 0.5), (0.3, 0.66)):
        sprite.part(limb((dx, 0.08), (dx, 0.34), 0.05, 0.04), rgb("6a4a38"))
        sprite.part(blob(dx, 0.34 + s * 0.45, s * 0.42, s * 0.42, plan, 0.1), rgb("4f9a5a"), 1.2)
    scene.stand(sprite, x, y, 0.3)


def cave(scene: Scene) -> None:
    """A cavern with a mouth of daylight or a lamp-lit vault, crystals and stone teeth."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    night = scene.palette.dark > 0.7
    stone = rgb("5a5470")
    _backcloth(scene, rgb("1a1830"), rgb("38345a"), rgb("2a2640"))
    glow = rgb("4fc8d8") if night else mix(scene.palette.low, (1, 0.95, 0.8), 0.4)
    cx, cy = w * plan.uniform(0.4, 0.6), h + u * 0.2
    for k in range(4):
        r = u * (0.66 - 0.13 * k)
        wall = _rim_of_stone(cx, cy, r * 1.3, r * 0.9, plan)
        page.lit(wall, mix(rgb("2c2848"), glow, 0.06 + 0.13 * k), 1.0, u * 0.003)
        page.glow(cx, cy, r * 1.5, glow, 0.14)
    page.lit(_rim_of_stone(cx, cy, u * 0.2, u * 0.19, plan), mix(glow, (1, 1, 1), 0.3), 0.95, u * 0.005)
    page.glow(cx, cy, u * 0.8, glow, 0.5)
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
    scene.check()
    land(scene, roll(scene, h - u * 0.2, u * 0.12, 2.2, 4), mix(stone, glow, 0.25), rgb("241f38"), 0.0)
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
    for _ in range(11):
        x, y = (
            w * plan.choice((plan.uniform(0.02, 0.3), plan.uniform(0.7, 0.98))),
            (h - u * 0.16) * plan.uniform(0.2, 1.0),
        )
        _crystal(scene, x, y, u * plan.uniform(0.04, 0.11), rgb(plan.choice(("6ff0e0", "b08af8", "7fb8ff"))), plan)


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
    _backcloth(scene, rgb("1c1430"), rgb("4a2a5a"), rgb("8a4a6a"))
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
    for x, tone in ((0.3, "fff0c0"), (0.5, "ffd8e8"), (0.7, "c0e8ff")):
        beam: Path = [
            (w * x - u * 0.03, top),
            (w * x + u * 0.03, top),
            (w * 0.5 + (x - 0.5) * w * 0.5 + u * 0.22, h * 0.36),
            (w * 0.5 + (x - 0.5) * w * 0.5 - u * 0.22, h * 0.36),
        ]
        page.lit(beam, rgb(tone), 0.17, u * 0.02)
        page.lit(ellipse(w * 0.5 + (x - 0.5) * w * 0.5, h * 0.36, u * 0.24, u * 0.055), rgb(tone), 0.3, u * 0.015)
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
