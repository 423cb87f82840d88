"""Outdoor places made by nature: meadow, forest, mountain, desert, sea, river, snowfield, lighthouse coast."""

from __future__ import annotations

import random

from .buildings import house
from .colours import Pixels, mix, rgb, times
from .grounds import grass, path, snowy
from .scene import Scene
from .shapes import Path, ellipse, ribbon, smooth
from .terrain import land, mist, mountains, roll, scatter, tufts
from .trees import bush, cactus, flowers, palm, pine, rock, round_tree, wood


def meadow(scene: Scene) -> None:
    """Rolling fields, a lone farm, trees and flowers."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    mountains(scene, h - u * 0.02, u * 0.2, 4, rgb("7d93ac"), 0.72, 0.3)
    ground = grass(scene)
    land(scene, roll(scene, h - u * 0.04, u * 0.1, 2.2), mix(ground, rgb("5a9a7a"), 0.35), ground, 0.55)
    wood(scene, h + u * 0.0, u * 0.07, 16, 0.5, plan, "round", u * 0.01)
    scene.check()
    land(scene, roll(scene, h - u * 0.12, u * 0.09, 1.6), mix(ground, rgb("d8c860"), 0.3), ground, 0.32)
    _fields(scene, h - u * 0.1, ground)
    side = plan.choice((0.2, 0.78))
    house(scene, scene.layout.width * side, h - u * 0.09, u * 0.13, plan, 0.25)
    land(
        scene,
        roll(scene, h - u * 0.26, u * 0.12, 1.2),
        mix(ground, rgb("3f8a4a"), 0.15),
        mix(ground, rgb("2f5f3a"), 0.5),
        0.08,
    )
    big = scene.layout.width * (0.94 if side < 0.5 else 0.06)
    round_tree(scene, big, h - u * 0.23, u * 0.62, plan, 0.02)
    if not snowy(scene):
        tufts(scene, 0.0, h - u * 0.2, mix(ground, rgb("2f6a3a"), 0.4), 120)
        flowers(scene, 0.0, h - u * 0.24, 60, plan)


def _fields(scene: Scene, y: float, ground: tuple[float, float, float]) -> None:
    u, plan = scene.layout.unit, random.Random(scene.plan.random())
    for _ in range(5):
        x = plan.uniform(0, scene.layout.width)
        wide, deep = u * plan.uniform(0.14, 0.28), u * plan.uniform(0.015, 0.03)
        tone = scene.veil(mix(ground, rgb(plan.choice(("e8c860", "8a9a40", "c8a050", "5a9060"))), 0.45), 0.3)
        plot = [(x - wide, y), (x + wide * 0.6, y + deep * 0.6), (x + wide, y - deep), (x - wide * 0.5, y - deep * 1.4)]
        scene.page.flat(plot, tone, 0.7, u * 0.002)


def forest(scene: Scene) -> None:
    """Receding rows of trunks, shafts of light, ferns and a path."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    kind = plan.choice(("mixed", "pine", "round", "mixed"))
    ground = mix(grass(scene), rgb("3f5f3f"), 0.0 if snowy(scene) else 0.45)
    land(scene, roll(scene, h + u * 0.12, u * 0.22, 3.0), rgb("4a7a68"), rgb("4a7a68"), 0.72)
    wood(scene, h + u * 0.05, u * 0.3, 15, 0.66, plan, kind, u * 0.02)
    mist(scene, h + u * 0.06, u * 0.09, 0.55)
    scene.check()
    land(scene, roll(scene, h - u * 0.06, u * 0.08, 2.0), ground, ground, 0.42)
    wood(scene, h - u * 0.02, u * 0.42, 9, 0.42, plan, kind, u * 0.02)
    mist(scene, h - u * 0.02, u * 0.06, 0.4)
    scene.check()
    land(scene, roll(scene, h - u * 0.2, u * 0.1, 1.4), ground, mix(ground, rgb("1f3028"), 0.4), 0.1)
    path(scene, h - u * 0.14, mix(ground, rgb("c8a878"), 0.6))
    for x in (0.04, 0.19, 0.83, 0.97):
        draw = pine if kind == "pine" or (kind == "mixed" and plan.random() < 0.5) else round_tree
        draw(
            scene,
            scene.layout.width * (x + plan.uniform(-0.03, 0.03)),
            h - u * plan.uniform(0.13, 0.2),
            u * plan.uniform(0.72, 0.95),
            plan,
            0.08,
        )
    for x in (0.02, 0.14, 0.86, 0.98):
        bush(scene, scene.layout.width * x, h - u * plan.uniform(0.24, 0.3), u * plan.uniform(0.09, 0.14), plan)
    tufts(scene, 0.0, h - u * 0.18, mix(ground, rgb("4f8a4a"), 0.3), 150, 0.03)
    for _ in range(5):
        x = plan.uniform(0.05, 0.95) * scene.layout.width
        _toadstool(scene, x, (h - u * 0.26) * plan.uniform(0.3, 0.95), u * plan.uniform(0.016, 0.03))


def _toadstool(scene: Scene, x: float, y: float, size: float) -> None:
    page = scene.page
    page.part(
        [(x - size * 0.22, y), (x - size * 0.16, y + size), (x + size * 0.16, y + size), (x + size * 0.22, y)],
        rgb("f0e6d4"),
    )
    page.part(
        smooth(
            [
                (x - size, y + size * 0.8),
                (x - size * 0.6, y + size * 1.5),
                (x, y + size * 1.75),
                (x + size * 0.6, y + size * 1.5),
                (x + size, y + size * 0.8),
                (x, y + size * 0.9),
            ],
            5,
        ),
        rgb("d0453a"),
        1.2,
    )
    for dx, dy in ((-0.4, 1.2), (0.1, 1.45), (0.5, 1.1)):
        page.flat(ellipse(x + dx * size, y + dy * size, size * 0.13, size * 0.1, steps=10), (1, 0.97, 0.92))


def mountain(scene: Scene) -> None:
    """Ranges in blue distance, one with snow, a valley and pines."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    mountains(scene, h - u * 0.02, u * 0.46, 3, rgb("8a97b4"), 0.62, 0.5)
    mist(scene, h + u * 0.03, u * 0.07, 0.5)
    mountains(scene, h - u * 0.06, u * 0.36, 3, rgb("6d7a92"), 0.32, 0.36 if not snowy(scene) else 0.6)
    mist(scene, h - u * 0.01, u * 0.05, 0.6)
    scene.check()
    ground = grass(scene)
    land(scene, roll(scene, h - u * 0.12, u * 0.1, 2.0, 4), mix(ground, rgb("3f6f5a"), 0.3), ground, 0.3)
    wood(scene, h - u * 0.07, u * 0.14, 18, 0.3, plan, "pine", u * 0.02)
    land(scene, roll(scene, h - u * 0.28, u * 0.13, 1.3, 4), ground, mix(ground, rgb("30483a"), 0.45), 0.06)
    for side in (0.03, 0.12, 0.9, 0.99):
        pine(
            scene, scene.layout.width * side, h - u * plan.uniform(0.2, 0.28), u * plan.uniform(0.34, 0.52), plan, 0.03
        )
    for x, y, near in scatter(scene, plan, 7, u * 0.01, h - u * 0.26):
        rock(scene, x, y, u * (0.03 + 0.06 * near), plan, rgb("8a8a94"))
    if not snowy(scene):
        tufts(scene, 0.0, h - u * 0.24, mix(ground, rgb("3a6a3a"), 0.3), 90)


def desert(scene: Scene) -> None:
    """Dunes with sharp crests, mesas, cacti and palms."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    for k in range(3):
        x = scene.layout.width * (0.15 + 0.33 * k + plan.uniform(-0.08, 0.08))
        _mesa(scene, x, h - u * 0.02, u * plan.uniform(0.1, 0.2), u * plan.uniform(0.1, 0.2), 0.55)
    sand = rgb("e8b878")
    for base, height, distance in ((0.05, 0.07, 0.45), (0.13, 0.1, 0.24), (0.27, 0.14, 0.05)):
        line = roll(scene, h - u * base, u * height, 1.6 + distance * 3, 2)
        land(scene, line, mix(sand, rgb("f4d8a0"), 0.3), mix(sand, rgb("a86048"), 0.45), distance, texture=0.1)
        _lee_side(scene, line, distance)
        scene.check()
    for x in (0.07, 0.9):
        cactus(
            scene,
            scene.layout.width * (x + plan.uniform(-0.03, 0.03)),
            h - u * plan.uniform(0.2, 0.26),
            u * plan.uniform(0.24, 0.36),
            plan,
        )
    for k in range(3):
        palm(
            scene,
            scene.layout.width * (0.72 + 0.06 * k),
            h - u * (0.1 + 0.02 * k),
            u * plan.uniform(0.16, 0.24),
            plan,
            0.2,
        )
    for x, y, near in scatter(scene, plan, 6, u * 0.01, h - u * 0.3):
        rock(scene, x, y, u * (0.02 + 0.04 * near), plan, rgb("b87a58"))


def _lee_side(scene: Scene, line: Pixels, distance: float) -> None:
    """Shaded slip faces below the crests."""
    width, u = scene.layout.width, scene.layout.unit
    away = 1 if scene.page.lighting.toward[0] < 0 else -1
    peaks = [i for i in range(20, len(line) - 20, 4) if line[i] == line[max(0, i - 60) : i + 60].max()]
    for i in peaks[:5]:
        y = float(line[i])
        crest = [
            (float(x), float(line[min(len(line) - 1, max(0, x))]))
            for x in range(i, min(width - 1, max(0, i + away * int(u * 0.35))), away * 8)
        ]
        if len(crest) < 3:
            continue
        shade = scene.veil(times(rgb("b8784f"), (0.85, 0.8, 0.95)), distance)
        foot = (i - away * u * 0.05, y - u * 0.13)
        scene.page.flat([*crest, (crest[-1][0], crest[-1][1] - u * 0.01), foot], shade, 0.55, u * 0.002)


def _mesa(scene: Scene, x: float, y: float, wide: float, tall: float, distance: float) -> None:
    rock_tone = scene.veil(rgb("b8684a"), distance)
    dark = scene.veil(rgb("8a4a40"), distance)
    shape: Path = [
        (x - wide, y),
        (x - wide * 0.7, y + tall * 0.5),
        (x - wide * 0.6, y + tall),
        (x + wide * 0.55, y + tall * 1.02),
        (x + wide * 0.7, y + tall * 0.5),
        (x + wide, y),
    ]
    scene.page.flat(shape, rock_tone, to=scene.veil(rgb("c8906a"), min(1, distance + 0.25)))
    away = 1 if scene.page.lighting.toward[0] < 0 else -1
    scene.page.flat(
        [
            (x + away * wide * 0.2, y + tall),
            (x + away * wide * 0.58, y + tall),
            (x + away * wide, y),
            (x + away * wide * 0.35, y),
        ],
        dark,
        0.6,
    )
    for k in range(3):
        scene.page.flat(
            ribbon(
                [(x - wide * 0.64, y + tall * (0.6 + 0.13 * k)), (x + wide * 0.62, y + tall * (0.61 + 0.13 * k))],
                tall * 0.012,
                tall * 0.012,
            ),
            dark,
            0.4,
        )


def snowfield(scene: Scene) -> None:
    """Ice peaks, blue drifts and a frozen shore."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    mountains(scene, h - u * 0.03, u * 0.34, 3, rgb("a8bcd8"), 0.5, 0.95)
    mist(scene, h, u * 0.06, 0.5)
    for base, height, distance in ((0.04, 0.05, 0.42), (0.12, 0.08, 0.2)):
        land(scene, roll(scene, h - u * base, u * height, 2.2, 2), rgb("f2f7fc"), rgb("b4cce6"), distance, texture=0.08)
    _ice_blocks(scene, plan)
    land(scene, roll(scene, h - u * 0.28, u * 0.12, 1.2, 2), rgb("f6f9fd"), rgb("9cbbe0"), 0.0, texture=0.08)
    for x in (0.05, 0.15, 0.9):
        pine(scene, scene.layout.width * x, h - u * plan.uniform(0.2, 0.26), u * plan.uniform(0.26, 0.42), plan, 0.04)


def _ice_blocks(scene: Scene, plan: random.Random) -> None:
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    for _ in range(6):
        x, size = plan.uniform(0.2, 0.95) * w, u * plan.uniform(0.05, 0.13)
        y = h - u * 0.13
        ice, dark = scene.veil(rgb("d8ecf8"), 0.12), scene.veil(rgb("7fb0d8"), 0.12)
        scene.page.flat(
            [(x - size, y), (x - size * 0.6, y + size), (x + size * 0.1, y + size * 1.3), (x + size * 0.2, y)], ice
        )
        scene.page.flat(
            [(x + size * 0.2, y), (x + size * 0.1, y + size * 1.3), (x + size * 0.8, y + size * 0.7), (x + size, y)],
            dark,
        )
