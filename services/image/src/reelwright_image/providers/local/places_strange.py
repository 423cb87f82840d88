"""Places without ground or sky as we know them: space, underwater, the sky itself, caves, the stage."""

from __future__ import annotations

import random

import numpy as np

from .colours import Colour, as_pixels, rgb
from .scene import Scene
from .shapes import blob, limb, points, ribbon, smooth
from .sky import puff


def backcloth(scene: Scene, top: Colour, middle: Colour, low: Colour) -> None:
    page = scene.page
    t = np.linspace(0, 1, page.height, dtype=np.float32)
    shades = np.stack([as_pixels(top), as_pixels(middle), as_pixels(low)])
    column = np.stack([np.interp(t, [0.0, 0.55, 1.0], shades[:, i]) for i in range(3)], axis=1)
    page.rgb[:] = column.astype(np.float32)[:, None, :]


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
        smooth(points("-1 0, -0.6 -0.35, -0.3 -0.8, 0.05 -1.15, 0.3 -0.7, 0.62 -0.4, 1 0"), 5),
        rgb("8a6a58"),
        1.0,
    )
    sprite.part(
        smooth(points("-1.06 0.02, -0.5 0.16, 0.3 0.2, 1.06 0.02, 0.6 -0.12, 0 -0.06, -0.6 -0.14"), 6),
        rgb("6fae58"),
        1.0,
    )
    for dx, s in ((-0.4, 0.5), (0.3, 0.66)):
        sprite.part(limb((dx, 0.08), (dx, 0.34), 0.05, 0.04), rgb("6a4a38"))
        sprite.part(blob(dx, 0.34 + s * 0.45, s * 0.42, s * 0.42, plan, 0.1), rgb("4f9a5a"), 1.2)
    scene.stand(sprite, x, y, 0.3)
