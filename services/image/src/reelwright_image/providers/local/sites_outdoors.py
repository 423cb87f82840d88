"""Particular places outdoors: the moon, a harbour, pyramids, a stadium, a farm, a road, a crowd under umbrellas."""

from __future__ import annotations

import random

from .buildings import house
from .colours import mix, rgb
from .grounds import grass, snowy
from .places_deep import moonscape
from .places_nature import desert, meadow
from .places_town import city
from .places_water import SEA
from .scene import Scene
from .shapes import box, ellipse, limb, ribbon, rounded, smooth
from .terrain import land, mountains, roll
from .trees import round_tree, wood
from .water import swell, water


def moon(scene: Scene) -> None:
    """The ground of the moon or of Mars under a black sky."""
    moonscape(scene)


def harbour(scene: Scene) -> None:
    """A harbour: warehouses across the water, moored boats, a stone quay with bollards and crates."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan, page = random.Random(scene.plan.random()), scene.page
    mountains(scene, h - u * 0.02, u * 0.16, 4, rgb("8497ac"), 0.65, 0.2)
    x = -0.02
    while x < 1.0:
        x += _warehouse(scene, w * x, h - u * 0.01, u * plan.uniform(0.12, 0.22), plan) / w
    water(scene, h, 0.0, SEA, 0.6)
    scene.check()
    swell(scene, h - u * 0.05, u * 0.08, SEA)
    for k, at in enumerate((0.14, 0.42, 0.8)):
        _moored(
            scene, w * (at + plan.uniform(-0.04, 0.04)), h * (0.72 - 0.07 * (k % 2)), u * plan.uniform(0.22, 0.3), plan
        )
    top = max(h * 0.5, min(scene.layout.feet + u * 0.06, h * 0.7))
    stone = rgb("e0e6ee") if snowy(scene) else rgb("a39a90")
    page.flat(box(-5, -5, w + 5, top), scene.veil(stone, 0.06), to=scene.veil(mix(stone, rgb("4a4450"), 0.45), 0.0))
    page.flat(box(-5, top - u * 0.018, w + 5, top), scene.veil(mix(stone, (1, 1, 1), 0.35), 0.05))
    for row in range(4):
        y = top * (1 - ((row + 0.6) / 4) ** 1.3)
        page.flat(box(-5, y - u * 0.0016, w + 5, y), scene.veil(rgb("5a545c"), 0.05), 0.5)
    for at in (0.06, 0.34, 0.66, 0.94):
        page.part(
            rounded(w * at - u * 0.02, top - u * 0.03, w * at + u * 0.02, top + u * 0.03, u * 0.01), rgb("3a4048"), 1.2
        )
    _crates(scene, w * plan.choice((0.08, 0.92)), top - u * 0.06, u * 0.1, plan)


def _warehouse(scene: Scene, x: float, y: float, tall: float, plan: random.Random) -> float:
    """A gabled store house; returns its width in pixels."""
    wide, wall = tall * plan.uniform(0.7, 1.2), rgb(plan.choice(("a85a48", "8a6a58", "5f7a88", "c08a5a", "7a8a78")))
    sprite = scene.sprite(-0.1, -0.05, 1.4, 1.4, tall)
    k = wide / tall
    sprite.flat(box(0, 0, k, 0.72), wall, to=mix(wall, (0.15, 0.1, 0.2), 0.3))
    sprite.part([(-0.03, 0.7), (k / 2, 1.0), (k + 0.03, 0.7)], mix(wall, rgb("3a3440"), 0.55))
    for row in range(2):
        for j in range(3):
            px, py = k * (0.14 + 0.28 * j), 0.16 + 0.28 * row
            pane = box(px, py, px + k * 0.16, py + 0.16)
            glow = scene.palette.dark > 0.2 and plan.random() < 0.6
            (sprite.lit if glow else sprite.flat)(pane, scene.palette.warm if glow else rgb("44566a"))
    scene.stand(sprite, x, y, 0.35)
    return wide


def _moored(scene: Scene, x: float, y: float, tall: float, plan: random.Random) -> None:
    sprite = scene.sprite(-0.7, -0.2, 0.7, 1.15, tall)
    hull = rgb(plan.choice(("c8483f", "3f6f9a", "4f8a5a", "e0a63a")))
    sprite.part(limb((0.0, 0.1), (0.0, 1.05), 0.014, 0.01), rgb("6a4a38"))
    sprite.flat(ribbon([(0.0, 1.0), (0.5, 0.14)], 0.004, 0.004, 1), rgb("4a4040"))
    sprite.part(smooth([(0.03, 0.3), (0.05, 0.95), (0.12, 0.6), (0.1, 0.3)], 4), rgb("e8e0cc"))
    sprite.part(rounded(-0.36, 0.1, -0.08, 0.34, 0.03), rgb("f0e8d8"), 0.8)
    sprite.flat(box(-0.31, 0.2, -0.13, 0.29), rgb("4f6a80"))
    sprite.part(smooth([(-0.56, 0.16), (0.62, 0.2), (0.44, -0.08), (-0.44, -0.08)], 3), hull, 1.1)
    sprite.flat(ribbon([(-0.54, 0.13), (0.58, 0.16)], 0.014, 0.014, 1), rgb("f4efe2"))
    scene.stand(sprite, x, y, 0.1)


def _crates(scene: Scene, x: float, y: float, size: float, plan: random.Random) -> None:
    for dx, dy in ((-0.55, 0.0), (0.5, 0.0), (0.0, 0.95)):
        left, low = x + dx * size, y + dy * size
        scene.page.part(box(left - size / 2, low, left + size / 2, low + size * 0.92), rgb("b8865a"), 0.6)
        for k in (0.3, 0.6):
            scene.page.flat(
                box(left - size / 2, low + size * k, left + size / 2, low + size * (k + 0.02)), rgb("7a5234"), 0.8
            )
    scene.page.part(
        ellipse(x - size * plan.choice((-1.4, 1.4)), y + size * 0.12, size * 0.3, size * 0.12), rgb("c8a868")
    )


def pyramids(scene: Scene) -> None:
    """Pyramids in the desert, the nearest one stepped and half built."""
    desert(scene)
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    stone = rgb("e0bd84")
    for at, tall, far in ((0.2, 0.26, 0.5), (0.78, 0.34, 0.35), (0.5, 0.44, 0.2)):
        x, t = w * (at + plan.uniform(-0.04, 0.04)), u * tall
        base = h - u * 0.05
        scene.page.flat([(x - t, base), (x, base + t * 1.15), (x + t, base)], scene.veil(stone, far))
        scene.page.flat(
            [(x + t * 0.22, base), (x, base + t * 1.15), (x + t, base)], scene.veil(mix(stone, rgb("7a5a4a"), 0.5), far)
        )
        for k in range(1, 9):
            y, half = base + t * 1.15 * k / 9, t * (1 - k / 9)
            scene.page.flat(
                box(x - half, y - u * 0.0014, x + half, y), scene.veil(mix(stone, rgb("6a4a3a"), 0.5), far), 0.5
            )
    dune = roll(scene, h - u * 0.1, u * 0.05, 1.6)
    land(scene, dune, rgb("e8c48c"), rgb("c89a62"), 0.06)


def pitch(scene: Scene) -> None:
    """A playing field with stands full of people, floodlights, lines and a goal."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan, page = random.Random(scene.plan.random()), scene.page
    page.flat(
        box(-5, h - u * 0.02, w + 5, h + u * 0.2), scene.veil(rgb("6f7688"), 0.2), to=scene.veil(rgb("4f5566"), 0.1)
    )
    for row in range(6):
        for k in range(int(w / (u * 0.03)) + 1):
            x, y = k * u * 0.03 + plan.uniform(0, 0.012) * u, h + u * (0.01 + 0.03 * row)
            tone = rgb(plan.choice(("c8503f", "f0d0a0", "3f7fc0", "f4f0e8", "e0a63a", "4f8a5a")))
            page.flat(ellipse(x, y + u * 0.008, u * 0.009, u * 0.012, steps=10), scene.veil(tone, 0.25))
    page.flat(box(-5, h - u * 0.035, w + 5, h - u * 0.005), scene.veil(rgb("e8e4da"), 0.1))
    field = grass(scene)
    for k in range(9):
        a, b = (k / 9) ** 1.6, ((k + 1) / 9) ** 1.6
        tone = field if k % 2 else mix(field, rgb("3f7a3a"), 0.35)
        page.flat(
            box(-5, (h - u * 0.03) * (1 - b) - 1, w + 5, (h - u * 0.03) * (1 - a)), scene.veil(tone, 0.12 * (1 - a))
        )
    white = scene.veil((1, 1, 1), 0.0)
    page.flat(ribbon([(w * 0.5, h - u * 0.03), (w * 0.5, -5)], u * 0.004, u * 0.012, 1), white, 0.8)
    page.flat(
        ribbon(
            [*ellipse(w * 0.5, h * 0.42, u * 0.3, u * 0.08), (w * 0.5 + u * 0.3, h * 0.42)], u * 0.005, u * 0.005, 1
        ),
        white,
        0.8,
    )
    for side in (-1, 1):
        _goal(scene, w * (0.5 + side * 0.43), h - u * 0.12, u * 0.17)
        x = w * (0.5 + side * 0.36)
        page.part(limb((x, h + u * 0.16), (x, h + u * 0.44), u * 0.006, u * 0.005), scene.veil(rgb("8a909c"), 0.2))
        page.lit(rounded(x - u * 0.05, h + u * 0.43, x + u * 0.05, h + u * 0.49, u * 0.01), rgb("fff8e0"))
        page.glow(x, h + u * 0.46, u * 0.25, scene.palette.warm, 0.25 + 0.4 * scene.palette.dark)


def _goal(scene: Scene, x: float, y: float, tall: float) -> None:
    page, white = scene.page, scene.veil((0.97, 0.97, 0.95), 0.0)
    for k in range(9):
        page.flat(
            box(x - tall * 0.6 + tall * 0.15 * k, y, x - tall * 0.595 + tall * 0.15 * k, y + tall * 0.7), white, 0.4
        )
    for k in range(5):
        page.flat(box(x - tall * 0.6, y + tall * 0.14 * k, x + tall * 0.6, y + tall * 0.14 * k + 1), white, 0.4)
    post = [
        (x - tall * 0.6, y),
        (x - tall * 0.6, y + tall * 0.7),
        (x + tall * 0.6, y + tall * 0.7),
        (x + tall * 0.6, y),
    ]
    page.flat(ribbon(post, tall * 0.025, tall * 0.025, 1), white)


def farm(scene: Scene) -> None:
    """A farm: a red barn, rows of crops and a fence in the meadow."""
    meadow(scene)
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    side = plan.choice((-1, 1))
    x, tall = w * (0.5 + side * 0.3), u * 0.34
    sprite = scene.sprite(-0.8, -0.05, 0.8, 1.3, tall)
    red = rgb("b0463c")
    sprite.flat(box(-0.5, 0, 0.5, 0.62), red, to=mix(red, (0.2, 0.05, 0.1), 0.3))
    sprite.part([(-0.5, 0.6), (-0.36, 0.9), (0, 1.06), (0.36, 0.9), (0.5, 0.6)], red, 0.6)
    sprite.part(
        ribbon([(-0.56, 0.58), (-0.38, 0.92), (0, 1.1), (0.38, 0.92), (0.56, 0.58)], 0.035, 0.035, 2), rgb("5a4a50")
    )
    sprite.flat(box(-0.18, 0, 0.18, 0.42), rgb("f0e6d4"))
    sprite.flat(box(-0.15, 0, 0.15, 0.39), mix(red, (0.1, 0, 0), 0.3))
    for bend in ([(-0.15, 0.0), (0.15, 0.39)], [(-0.15, 0.39), (0.15, 0.0)]):
        sprite.flat(ribbon(bend, 0.012, 0.012, 1), rgb("f0e6d4"))
    sprite.lit(box(-0.08, 0.7, 0.08, 0.84), mix(rgb("4a3a34"), scene.palette.warm, scene.palette.dark))
    scene.stand(sprite, x, h - u * 0.13, 0.1)
    house(scene, w * (0.5 - side * 0.32), h - u * 0.11, u * 0.2, plan, 0.14)
    for row in range(4):
        y = (h - u * 0.2) * (0.92 - 0.13 * row)
        for k in range(26):
            px = w * 0.5 + (k - 12.5) * u * (0.034 + 0.006 * row)
            size = u * (0.009 + 0.003 * row)
            scene.page.part(ellipse(px, y, size, size * 0.8), rgb("5a9a4a" if row % 2 else "8ab04a"), 1.0)


def road(scene: Scene) -> None:
    """A country road running to the horizon between meadows and trees."""
    meadow(scene)
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan, page = random.Random(scene.plan.random()), scene.page
    wood(scene, h - u * 0.04, u * 0.12, 13, 0.36, plan, "mixed", u * 0.01)
    tone = rgb("e0e5ec") if snowy(scene) else rgb("7a7a84")
    bend = plan.choice((-1, 1)) * 0.12
    left = [(w * (0.5 + bend) - u * 0.012, h - u * 0.05), (w * 0.44, h * 0.55), (w * 0.2, -5)]
    right = [(w * (0.5 + bend) + u * 0.012, h - u * 0.05), (w * 0.58, h * 0.55), (w * 0.84, -5)]
    page.flat(
        smooth([*left, *reversed(right)], 1),
        scene.veil(tone, 0.25),
        to=scene.veil(mix(tone, (0.1, 0.1, 0.15), 0.3), 0.0),
    )
    for k in range(6):
        t, s = (k / 6) ** 1.5, ((k + 0.5) / 6) ** 1.5
        page.flat(
            ribbon(
                [
                    (w * (0.5 + bend * (1 - t)), (h - u * 0.06) * (1 - t)),
                    (w * (0.5 + bend * (1 - s)), (h - u * 0.06) * (1 - s)),
                ],
                u * (0.002 + 0.008 * t),
                u * (0.002 + 0.008 * s),
                1,
            ),
            scene.veil(rgb("f0e8d0"), 0.05),
            0.8,
        )
    for x in (0.05, 0.95):
        round_tree(scene, w * x, h - u * 0.2, u * plan.uniform(0.4, 0.5), plan, 0.04)


def umbrellas(scene: Scene) -> None:
    """A street full of people under umbrellas, seen from behind."""
    city(scene)
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    for row in range(3):
        for k in range(7):
            x = w * (k + plan.uniform(0.15, 0.85)) / 7
            y = h * (0.66 - 0.2 * row) + u * plan.uniform(-0.02, 0.02)
            _walker(scene, x, y, u * (0.15 + 0.05 * row), plan)
        scene.check()


def _walker(scene: Scene, x: float, y: float, tall: float, plan: random.Random) -> None:
    sprite = scene.sprite(-0.62, -0.03, 0.62, 1.3, tall)
    coat = rgb(plan.choice(("3a4660", "5a4a44", "6a3f48", "3f5a54", "4a4058")))
    cover = rgb(plan.choice(("d8433b", "f0b93a", "3d72c4", "4f9d57", "7d52a8", "2f9c95", "ec8fae", "f2efe8")))
    for dx in (-0.06, 0.06):
        sprite.part(limb((dx, 0.3), (dx * 1.3, 0.02), 0.04, 0.03), mix(coat, (0, 0, 0), 0.35))
    sprite.part(smooth([(-0.17, 0.2), (-0.13, 0.66), (0, 0.74), (0.13, 0.66), (0.17, 0.2)], 5), coat, 1.1)
    sprite.part(ellipse(0, 0.8, 0.09, 0.1), rgb("5a4034"))
    sprite.flat(ribbon([(0.12, 0.55), (0.06, 1.1)], 0.012, 0.012, 1), rgb("3a3438"))
    dome = [(-0.46, 0.86), (-0.34, 1.08), (0.05, 1.22), (0.42, 1.08), (0.54, 0.86)]
    sprite.part([*smooth(dome, 5)[:21], (0.28, 0.92), (0.05, 0.88), (-0.2, 0.92)], cover, 1.2)
    for dx in (-0.2, 0.28):
        sprite.flat(ribbon([(0.05, 1.2), (dx, 0.92)], 0.006, 0.006, 2), mix(cover, (0, 0, 0.1), 0.35))
    scene.stand(sprite, x, y, 0.05)
