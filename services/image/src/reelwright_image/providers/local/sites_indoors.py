"""Rooms of one trade: a clock shop, a workshop, a bakery, a classroom, an office, a hall, a spaceship."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .interiors import lamp, shell, window
from .interiors_home import kitchen
from .scene import Scene
from .shapes import arc, box, ellipse, limb, ribbon, rounded, smooth, star


def clock_shop(scene: Scene) -> None:
    """A clockmaker's room: dials of every size on the wall, a grandfather clock, a bench with gears."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    shell(scene, rgb(plan.choice(("9a7a5c", "7f8a78", "8a6f6a"))), rgb("8a5a3c"), plan, openings=())
    window(scene, w * plan.choice((0.2, 0.8)), h + u * 0.28, u * 0.12)
    for k in range(11):
        x, y = w * (0.06 + 0.088 * k), h + u * (0.12 + 0.36 * ((k * 0.618 + plan.random() * 0.2) % 1))
        _dial(scene, x, y, u * plan.uniform(0.035, 0.075), plan)
    _tall_clock(scene, w * plan.choice((0.1, 0.9)), h - u * 0.16, u * 0.26)
    _bench(scene, h - u * 0.1)
    for _ in range(9):
        _gear(scene, w * plan.uniform(0.28, 0.72), h - u * 0.03, u * plan.uniform(0.016, 0.034), plan)
    lamp(scene, w * 0.5, min(page.height - u * 0.08, h + u * 0.5), u * 0.055)


def _dial(scene: Scene, x: float, y: float, r: float, plan: random.Random) -> None:
    page, rim = scene.page, rgb(plan.choice(("c8963f", "5a3c2c", "3f5a6a", "8a3f38", "d8d0c0")))
    page.part(ellipse(x, y, r * 1.16), rim, 1.1)
    page.flat(ellipse(x, y, r * 0.94), rgb("f6efdc"))
    for k in range(12):
        a = math.radians(30 * k)
        page.flat(ellipse(x + math.cos(a) * r * 0.76, y + math.sin(a) * r * 0.76, r * 0.06, steps=8), rgb("4a3a34"))
    for size, wide in ((0.45, 0.07), (0.7, 0.045)):
        a = plan.uniform(0, 6.28)
        tip = (x + math.cos(a) * r * size, y + math.sin(a) * r * size)
        page.flat(ribbon([(x, y), tip], r * wide, r * wide * 0.5, 1), rgb("2c2428"))


def _tall_clock(scene: Scene, x: float, y: float, half: float) -> None:
    sprite = scene.sprite(-0.6, -0.05, 0.6, 2.5, half)
    wood = rgb("6a4028")
    sprite.part(box(-0.36, 0, 0.36, 0.3), wood, 0.8)
    sprite.part(box(-0.26, 0.28, 0.26, 1.6), wood, 0.8)
    sprite.flat(box(-0.17, 0.4, 0.17, 1.5), rgb("2c2024"))
    sprite.flat(ribbon([(0.0, 1.5), (0.05, 0.7)], 0.014, 0.014, 1), rgb("d8a848"))
    sprite.part(ellipse(0.055, 0.66, 0.1), rgb("e8c050"), 1.2)
    sprite.part(box(-0.38, 1.58, 0.38, 2.2), wood, 0.8)
    sprite.part([(-0.42, 2.2), (0, 2.45), (0.42, 2.2)], wood, 1.0)
    sprite.part(ellipse(0, 1.88, 0.27), rgb("f6efdc"), 0.5)
    sprite.flat(ribbon([(0, 1.88), (0.02, 2.08)], 0.02, 0.012, 1), rgb("2c2428"))
    sprite.flat(ribbon([(0, 1.88), (-0.13, 1.8)], 0.024, 0.014, 1), rgb("2c2428"))
    scene.stand(sprite, x, y)


def _gear(scene: Scene, x: float, y: float, r: float, plan: random.Random) -> None:
    tone = rgb(plan.choice(("d8a848", "b8bcc4", "c87a48")))
    teeth = [(x + math.cos(a) * r * k, y + r + math.sin(a) * r * k) for a, k in _cogs(10)]
    scene.page.part(teeth, tone, 0.8)
    scene.page.flat(ellipse(x, y + r, r * 0.3), mix(tone, (0.1, 0.05, 0.05), 0.6))


def _cogs(count: int) -> list[tuple[float, float]]:
    turn = 2 * math.pi / (count * 4)
    return [(turn * k, 1.0 if k % 4 < 2 else 0.78) for k in range(count * 4)]


def _bench(scene: Scene, y: float) -> None:
    """A wooden bench along the wall, its top at `y` plus a little."""
    page, u, w = scene.page, scene.layout.unit, scene.layout.width
    page.part(box(w * 0.24, y + u * 0.045, w * 0.76, y + u * 0.07), rgb("b8865a"), 0.6)
    for x in (0.27, 0.73):
        page.part(box(w * x - u * 0.014, y - u * 0.1, w * x + u * 0.014, y + u * 0.045), rgb("7a5236"))


def workshop(scene: Scene) -> None:
    """A workshop: tools on a board, planks, a bench with a vice and paint pots."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    shell(scene, rgb(plan.choice(("a89070", "8a98a0", "a8846a"))), rgb("8a6a4c"), plan, openings=())
    window(scene, w * plan.choice((0.16, 0.84)), h + u * 0.28, u * 0.13)
    page.part(box(w * 0.3, h + u * 0.14, w * 0.7, h + u * 0.42), rgb("c8a070"), 0.4)
    for k in range(7):
        _tool(scene, w * (0.335 + 0.055 * k), h + u * 0.38, u * plan.uniform(0.12, 0.19), k % 4)
    for k in range(5):
        x = w * 0.05 + u * 0.035 * k
        page.part(limb((x, h - u * 0.14), (x + u * 0.05, h + u * 0.3), u * 0.012, u * 0.012), rgb("c08a54"), 0.8)
    _bench(scene, h - u * 0.1)
    for k in range(5):
        x, tone = w * (0.32 + 0.09 * k), rgb(plan.choice(("c8503f", "3f7fc0", "f0c040", "5f9a5a", "f0ead8")))
        page.part(rounded(x, h - u * 0.03, x + u * 0.045, h + u * 0.025, u * 0.006), rgb("b8bcc4"), 1.2)
        page.flat(box(x, h - u * 0.015, x + u * 0.045, h + u * 0.012), tone)
    lamp(scene, w * 0.5, min(page.height - u * 0.08, h + u * 0.54), u * 0.055)


def _tool(scene: Scene, x: float, y: float, long: float, kind: int) -> None:
    page, steel, wood = scene.page, rgb("9aa2ac"), rgb("a8583c")
    page.part(limb((x, y - long), (x, y - long * 0.35), long * 0.05, long * 0.045), wood)
    if kind == 0:
        page.part(box(x - long * 0.2, y - long * 0.36, x + long * 0.2, y - long * 0.18), steel)
    elif kind == 1:
        page.part(limb((x, y - long * 0.4), (x, y), long * 0.025, long * 0.02), steel)
    elif kind == 2:
        blade = [
            (x - long * 0.05, y - long * 0.4),
            (x - long * 0.16, y),
            (x + long * 0.16, y),
            (x + long * 0.05, y - long * 0.4),
        ]
        page.part(blade, steel)
    else:
        page.part(ellipse(x, y - long * 0.2, long * 0.15), steel)
        page.flat(ellipse(x, y - long * 0.12, long * 0.08), rgb("c8a070"))


def bakery(scene: Scene) -> None:
    """A bakery: the kitchen with racks of loaves and a brick oven."""
    kitchen(scene)
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    x = w * 0.5
    for row in range(3):
        y = h + u * (0.17 + 0.12 * row)
        page.part(box(x - u * 0.34, y - u * 0.014, x + u * 0.34, y), rgb("9a6844"))
        for k in range(8):
            px = x - u * 0.29 + u * 0.083 * k
            tone = rgb(plan.choice(("d89a52", "c8843f", "e0b070", "b8743a")))
            page.part(ellipse(px, y + u * 0.026, u * 0.037, u * plan.uniform(0.022, 0.032)), tone, 1.3)
            for d in (-0.012, 0.008):
                page.flat(
                    ribbon([(px + u * d, y + u * 0.045), (px + u * (d + 0.01), y + u * 0.02)], u * 0.002, u * 0.002),
                    rgb("f4dcae"),
                )
    lamp(scene, w * 0.5, min(page.height - u * 0.06, h + u * 0.55), u * 0.06)


def classroom(scene: Scene) -> None:
    """A classroom: a wide blackboard with sums, desks in rows, a globe and pictures."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    shell(scene, rgb(plan.choice(("e8d8a8", "c8d8c0", "d8c8b8"))), rgb("b8845a"), plan, openings=())
    for x in (0.1, 0.9):
        window(scene, w * x, h + u * 0.28, u * 0.13)
    page.part(box(w * 0.5 - u * 0.42, h + u * 0.1, w * 0.5 + u * 0.42, h + u * 0.42), rgb("8a5a3c"), 0.5)
    page.flat(box(w * 0.5 - u * 0.4, h + u * 0.12, w * 0.5 + u * 0.4, h + u * 0.4), rgb("2f5548"))
    for row in range(4):
        x = w * 0.5 - u * 0.34
        while x < w * 0.5 + u * 0.28 and plan.random() < 0.9:
            long = u * plan.uniform(0.03, 0.09)
            y = h + u * (0.35 - 0.055 * row)
            page.lit(
                ribbon([(x, y), (x + long * 0.5, y + u * 0.006), (x + long, y)], u * 0.0025, u * 0.0025),
                (0.94, 0.97, 0.94),
                0.75,
            )
            x += long + u * 0.025
    page.lit(star(w * 0.5 + u * 0.3, h + u * 0.17, u * 0.03, u * 0.012), rgb("f4d860"), 0.8)
    for k in range(5):
        _desk(scene, w * (0.1 + 0.2 * k), h - u * 0.16, u * 0.16)


def _desk(scene: Scene, x: float, y: float, wide: float) -> None:
    page, wood = scene.page, rgb("c8935c")
    for side in (-1, 1):
        page.part(
            limb((x + side * wide * 0.4, y), (x + side * wide * 0.36, y + wide * 0.42), wide * 0.025, wide * 0.025),
            rgb("5f6a78"),
        )
    page.part(rounded(x - wide * 0.5, y + wide * 0.4, x + wide * 0.5, y + wide * 0.5, wide * 0.03), wood, 0.7)
    page.part(box(x - wide * 0.2, y + wide * 0.5, x + wide * 0.08, y + wide * 0.56), rgb("a8483c"), 0.6)


def office(scene: Scene) -> None:
    """An office: a wide window on the town, desks with screens, shelves of folders and a plant."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    shell(scene, rgb(plan.choice(("c8d0d4", "d8d4c4", "c4ccd8"))), rgb("8f8a94"), plan, openings=())
    for x in (0.26, 0.5, 0.74):
        window(scene, w * x, h + u * 0.28, u * 0.15)
    for k in range(4):
        x = w * (0.14 + 0.24 * k)
        page.part(box(x - u * 0.15, h - u * 0.06, x + u * 0.15, h - u * 0.04), rgb("d8b48a"), 0.6)
        for side in (-1, 1):
            page.part(
                box(x + side * u * 0.13 - u * 0.006, h - u * 0.17, x + side * u * 0.13 + u * 0.006, h - u * 0.06),
                rgb("6a707c"),
            )
        page.part(rounded(x - u * 0.06, h - u * 0.015, x + u * 0.06, h + u * 0.07, u * 0.008), rgb("3a4250"), 0.7)
        page.lit(box(x - u * 0.052, h - u * 0.007, x + u * 0.052, h + u * 0.062), mix(rgb("8ac8e0"), (1, 1, 1), 0.3))
        page.part(box(x - u * 0.008, h - u * 0.04, x + u * 0.008, h - u * 0.014), rgb("3a4250"))
    _plant(scene, w * plan.choice((0.04, 0.96)), h - u * 0.15, u * 0.3)
    lamp(scene, w * 0.38, min(page.height - u * 0.04, h + u * 0.56), u * 0.05)
    lamp(scene, w * 0.62, min(page.height - u * 0.04, h + u * 0.56), u * 0.05)


def _plant(scene: Scene, x: float, y: float, tall: float) -> None:
    for k in range(7):
        a = math.radians(40 + 17 * k)
        tip = (x + math.cos(a) * tall * 0.5, y + tall * (0.35 + 0.6 * math.sin(a)))
        scene.page.part(
            ribbon([(x, y + tall * 0.25), tip], tall * 0.02, tall * 0.01, 4, middle=tall * 0.07), rgb("4f9a5a")
        )
    scene.page.part(
        [
            (x - tall * 0.16, y + tall * 0.3),
            (x + tall * 0.16, y + tall * 0.3),
            (x + tall * 0.11, y),
            (x - tall * 0.11, y),
        ],
        rgb("c8704a"),
    )


def hall(scene: Scene) -> None:
    """A great hall: columns, a shining floor; paintings and show cases, or banners and a throne."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    royal = any(word in scene.brief.place_text for word in ("throne", "castle", "great hall", "ballroom"))
    wall = rgb("9a8478") if royal else rgb(plan.choice(("8a5a5c", "5f7480", "7a6a8a")))
    shell(scene, wall, rgb("b8a890"), plan, openings=())
    low = h - u * 0.08
    for row in range(5):
        for k in range(-8, 9):
            t0, t1 = (row / 5) ** 1.5, ((row + 1) / 5) ** 1.5
            if (row + k) % 2:
                continue
            y0, y1 = low * (1 - t0), low * (1 - t1)
            x0, x1 = (k * w * 0.075, (k + 1) * w * 0.075)
            near, far = 1 + 2.0 * t1, 1 + 2.0 * t0
            tile = [(w / 2 + x0 * far, y0), (w / 2 + x1 * far, y0), (w / 2 + x1 * near, y1), (w / 2 + x0 * near, y1)]
            page.flat(tile, rgb("6a5a58"), 0.35)
    for k, x in enumerate((0.2, 0.36, 0.5, 0.64, 0.8)):
        (_banner if royal else _painting)(scene, w * x, h + u * (0.3 + 0.02 * (k % 2)), u * 0.085, plan)
    for x in (0.03, 0.28, 0.72, 0.97):
        _column(scene, w * x, low - u * 0.02, u * 0.035)
    if royal:
        _throne(scene, w * 0.5, low - u * 0.03, u * 0.3)
    else:
        for x in (0.14, 0.86):
            _show_case(scene, w * x, low - u * 0.1, u * 0.2, plan)


def _column(scene: Scene, x: float, y: float, half: float) -> None:
    page, stone = scene.page, mix(rgb("e0d8c8"), rgb("3a3c60"), 0.4 * scene.palette.dark)
    page.part(box(x - half, y, x + half, page.height + 5), stone, 1.3)
    for d in (-0.5, 0.0, 0.5):
        page.flat(
            box(x + half * (d - 0.06), y, x + half * (d + 0.06), page.height), mix(stone, (0.2, 0.15, 0.25), 0.4), 0.5
        )
    page.part(box(x - half * 1.4, y - half * 0.7, x + half * 1.4, y + half * 0.3), stone, 0.8)


def _painting(scene: Scene, x: float, y: float, r: float, plan: random.Random) -> None:
    page, tall = scene.page, plan.uniform(0.9, 1.3)
    page.part(box(x - r * 1.12, y - r * (tall + 0.12), x + r * 1.12, y + r * (tall + 0.12)), rgb("d8a848"), 1.0)
    top, low = plan.choice((("6fb0d8", "5a9a5a"), ("e8a060", "7a4a6a"), ("30406a", "d8c48a"), ("a8c8b8", "c8705a")))
    page.flat(box(x - r, y - r * tall, x + r, y + r * tall), rgb(top))
    hill = smooth(
        [
            (x - r, y - r * tall),
            (x - r, y - r * 0.1),
            (x - r * 0.2, y + r * 0.2),
            (x + r, y - r * 0.3),
            (x + r, y - r * tall),
        ],
        4,
    )
    page.flat([(min(max(px, x - r), x + r), max(py, y - r * tall)) for px, py in hill], rgb(low))
    page.lit(ellipse(x + r * 0.4, y + r * 0.5, r * 0.2), rgb("fbeec0"), 0.9)
    page.glow(x, y + r * 1.3, r * 1.6, scene.palette.warm, 0.25)


def _banner(scene: Scene, x: float, y: float, r: float, plan: random.Random) -> None:
    cloth = rgb(plan.choice(("a8323c", "2f4f8a", "6a3f8a")))
    flag = [
        (x - r * 0.7, y + r * 1.8),
        (x + r * 0.7, y + r * 1.8),
        (x + r * 0.7, y - r),
        (x, y - r * 1.6),
        (x - r * 0.7, y - r),
    ]
    scene.page.part(flag, cloth, 0.8)
    scene.page.flat(star(x, y + r * 0.4, r * 0.36, r * 0.16), rgb("f0c850"))


def _throne(scene: Scene, x: float, y: float, tall: float) -> None:
    page = scene.page
    page.part(box(x - tall * 0.55, y - tall * 0.1, x + tall * 0.55, y), rgb("8a2f38"), 0.6)
    page.part(rounded(x - tall * 0.25, y, x + tall * 0.25, y + tall, tall * 0.08), rgb("d8a848"), 1.0)
    page.part(
        rounded(x - tall * 0.18, y + tall * 0.05, x + tall * 0.18, y + tall * 0.9, tall * 0.06), rgb("a8323c"), 0.8
    )
    for side in (-1, 1):
        page.part(ellipse(x + side * tall * 0.2, y + tall * 1.03, tall * 0.05), rgb("f0c850"))


def _show_case(scene: Scene, x: float, y: float, tall: float, plan: random.Random) -> None:
    page = scene.page
    page.part(box(x - tall * 0.34, y, x + tall * 0.34, y + tall * 0.55), rgb("5a4648"), 0.7)
    gem = rgb(plan.choice(("5fd0e8", "f0c850", "e0607a", "7ae09a")))
    page.lit(star(x, y + tall * 0.78, tall * 0.14, tall * 0.07, 6), gem, 0.95)
    page.glow(x, y + tall * 0.8, tall * 0.6, gem, 0.5)
    page.lit(box(x - tall * 0.3, y + tall * 0.55, x + tall * 0.3, y + tall * 1.1), (0.8, 0.92, 1.0), 0.2)
    page.lit(
        ribbon([(x - tall * 0.2, y + tall * 1.0), (x - tall * 0.08, y + tall * 0.7)], tall * 0.01, tall * 0.01, 1),
        (1, 1, 1),
        0.6,
    )


def spaceship(scene: Scene) -> None:
    """A cabin with a wide window on the stars and panels of lights."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan = random.Random(scene.plan.random())
    shell(scene, rgb("8f9ab0"), rgb("5f6880"), plan, openings=())
    glass = rounded(w * 0.5 - u * 0.5, h + u * 0.06, w * 0.5 + u * 0.5, h + u * 0.46, u * 0.16)
    page.part(rounded(w * 0.5 - u * 0.53, h + u * 0.03, w * 0.5 + u * 0.53, h + u * 0.49, u * 0.18), rgb("c8d0dc"), 0.8)
    page.lit(glass, rgb("0c1130"))
    for _ in range(60):
        x, y = w * 0.5 + plan.uniform(-0.42, 0.42) * u, h + plan.uniform(0.1, 0.42) * u
        page.lit(ellipse(x, y, u * plan.uniform(0.001, 0.003), steps=8), (1, 1, 1), plan.uniform(0.5, 1))
    px = w * 0.5 + plan.choice((-0.22, 0.22)) * u
    page.lit(ellipse(px, h + u * 0.26, u * 0.1), rgb(plan.choice(("5fa8e0", "e0a060", "c87aa0"))))
    page.lit(smooth(arc(px, h + u * 0.26, u * 0.1, u * 0.1, 90, 270, 12), 2), (1, 1, 1), 0.15)
    for k in range(12):
        x = w * (0.04 + 0.084 * k)
        page.part(rounded(x, h - u * 0.1, x + u * 0.1, h - u * 0.01, u * 0.01), rgb("4a5268"), 0.6)
        for j in range(3):
            tone: Colour = rgb(plan.choice(("ff6a5a", "5af0a0", "ffd05a", "6ac8ff")))
            page.lit(ellipse(x + u * (0.025 + 0.025 * j), h - u * 0.045, u * 0.007), tone)
            page.glow(x + u * (0.025 + 0.025 * j), h - u * 0.045, u * 0.03, tone, 0.4)


def rain_window(scene: Scene) -> None:
    """A great window with running drops, a lit street blurred behind it and a lamp on the sill."""
    page, u, w, h = scene.page, scene.layout.unit, scene.layout.width, scene.layout.horizon
    plan, rng = random.Random(scene.plan.random()), random.Random(int(scene.brush.integers(1 << 30)))
    palette = scene.palette
    page.lit(box(-5, -5, w + 5, page.height + 5), mix(palette.middle, palette.low, 0.4))
    for k in range(9):
        x, tall = w * (k + 0.5) / 9, u * plan.uniform(0.25, 0.6)
        page.lit(
            box(x - w * 0.06, 0, x + w * 0.06, h * 0.5 + tall), mix(palette.haze, rgb("3a4460"), 0.5), 0.8, u * 0.012
        )
        page.glow(x, h * 0.4 + tall * plan.uniform(0.2, 0.8), u * 0.12, palette.warm, 0.35 + 0.4 * palette.dark)
    for _ in range(150):
        x, y, r = rng.uniform(0, w), rng.uniform(h * 0.4, page.height), u * rng.uniform(0.004, 0.013)
        page.lit(ellipse(x, y, r, r * 1.25, steps=14), mix(palette.low, (1, 1, 1), 0.35), 0.5)
        page.lit(ellipse(x - r * 0.3, y + r * 0.4, r * 0.3, steps=8), (1, 1, 1), 0.85)
        if rng.random() < 0.2:
            page.lit(
                ribbon([(x, y), (x + r * 0.4, y + r * 12), (x, y + r * 24)], r * 0.5, r * 0.1), (0.9, 0.95, 1.0), 0.28
            )
    frame = mix(rgb("d8c8b0"), rgb("3a3550"), 0.5 * palette.dark)
    for x in (0.0, 0.5, 1.0):
        page.part(box(w * x - u * 0.022, 0, w * x + u * 0.022, page.height + 5), frame, 0.8)
    page.part(box(-5, h + u * 0.2, w + 5, h + u * 0.23), frame, 0.8)
    page.part(box(-5, -5, w + 5, h * 0.36), mix(frame, rgb("6a4a38"), 0.4), 0.5)
    for k, tone in enumerate(("c8704a", "5f8a9a")):
        _plant(scene, w * (0.16 + 0.68 * k), h * 0.34, u * 0.2)
        page.glow(w * (0.3 + 0.4 * k), h * 0.4, u * 0.2, rgb(tone), 0.1)
