"""The city: streets, shops, a bank, a rooftop."""

from __future__ import annotations

import random

from . import words
from .buildings import skyline, street_lamp
from .colours import Colour, mix, rgb
from .grounds import snowy
from .scene import Scene
from .shapes import Path, box, ellipse, limb, ribbon
from .terrain import mist
from .trees import bush
from .water import water


def city(scene: Scene) -> None:
    """A street between lit blocks, or a rooftop above them."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    skyline(scene, h - u * 0.03, u * 0.5, 12, 0.7, plan)
    mist(scene, h + u * 0.03, u * 0.08, 0.45)
    scene.check()
    skyline(scene, h - u * 0.13, u * 0.48, 9, 0.4, plan)
    mist(scene, h, u * 0.05, 0.3)
    scene.check()
    if words.has(scene.brief.text, "rooftop|rooftops|roof|azotea|tejado|toit|toits|dach|dächer|terraza"):
        _rooftop(scene, plan)
        return
    if words.has(scene.brief.text, "bank|museum|casino|banco|museo|banque|musée|vault|heist|robo|atraco"):
        _bank(scene, plan)
    else:
        _street_sides(scene, plan)
    _street(scene)
    wide = scene.layout.width
    for t, x in ((0.25, 0.1), (0.25, 0.9), (0.72, 0.3), (0.72, 0.7)):
        street_lamp(scene, wide * x, h * (0.3 + 0.62 * t), u * (0.5 - 0.3 * t))


def _street_sides(scene: Scene, plan: random.Random) -> None:
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    for x, size in ((0.0, 0.3), (1.0, 0.3), (0.15, 0.24), (0.86, 0.24)):
        _shop(scene, w * x, h - u * (0.13 if size > 0.25 else 0.1), u * size, plan)


def _shop(scene: Scene, x: float, y: float, half: float, plan: random.Random) -> None:
    """A town house with a shop window and awning."""
    wall = rgb(plan.choice(("c88a70", "d8b48a", "8fa0a8", "b0705a", "d0a8a0", "9aa888")))
    sprite = scene.sprite(-0.7, -0.05, 0.7, 2.1, half)
    tall = plan.uniform(1.5, 1.95)
    sprite.flat(box(-0.55, 0, 0.55, tall), wall, to=mix(wall, (0.2, 0.2, 0.3), 0.3))
    sprite.part(box(-0.6, tall - 0.06, 0.6, tall + 0.03), mix(wall, (1, 1, 1), 0.3))
    lamp, dark = scene.palette.warm, scene.palette.dark
    for row in range(3):
        for k in range(3):
            wx, wy = -0.42 + 0.33 * k, tall - 0.36 - 0.36 * row
            if wy < 0.55:
                continue
            sprite.flat(box(wx - 0.02, wy - 0.02, wx + 0.2, wy + 0.24), mix(wall, (1, 1, 1), 0.45))
            glow = plan.random() < 0.6 and dark > 0.2
            pane = box(wx, wy, wx + 0.18, wy + 0.22)
            if glow:
                sprite.lit(pane, lamp, 0.35 + 0.6 * dark)
                sprite.glow(wx + 0.09, wy + 0.1, 0.3, lamp, 0.4 * dark)
            else:
                sprite.flat(pane, rgb("44586c"), to=rgb("7f9ab0"))
            sprite.flat(box(wx + 0.082, wy, wx + 0.098, wy + 0.22), mix(wall, (1, 1, 1), 0.45))
    sprite.flat(box(-0.5, 0.0, 0.5, 0.46), mix(wall, rgb("3a2c30"), 0.6))
    sprite.lit(box(-0.44, 0.1, 0.14, 0.4), mix(rgb("86a0ac"), lamp, 0.25 + 0.7 * dark), 0.9)
    sprite.flat(box(0.22, 0.0, 0.44, 0.4), mix(wall, rgb("402a28"), 0.75))
    awning = rgb(plan.choice(("c8483f", "3f7f8a", "d89a3a", "4f7f4f")))
    for k in range(8):
        stripe: Path = [
            (-0.52 + 0.13 * k, 0.56),
            (-0.39 + 0.13 * k, 0.56),
            (-0.38 + 0.135 * k, 0.42),
            (-0.525 + 0.135 * k, 0.42),
        ]
        sprite.flat(stripe, awning if k % 2 else rgb("f4ecdc"))
    scene.stand(sprite, x, y, 0.08)
    scene.page.glow(x, y + half * 0.25, half * 0.9, lamp, 0.4 * dark)


def _bank(scene: Scene, plan: random.Random) -> None:
    """A bank with columns and a pediment."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    sprite = scene.sprite(-1.0, -0.05, 1.0, 1.3, u * 0.5)
    stone = rgb("d8cdb8")
    sprite.flat(box(-0.85, 0.1, 0.85, 0.85), mix(stone, rgb("4a4458"), 0.5))
    sprite.lit(box(-0.13, 0.12, 0.13, 0.62), mix(rgb("5a4a48"), scene.palette.warm, 0.2 + 0.7 * scene.palette.dark))
    for k in range(6):
        x = -0.75 + 0.3 * k
        sprite.part([(x - 0.05, 0.14), (x - 0.04, 0.8), (x + 0.04, 0.8), (x + 0.05, 0.14)], stone, 1.6)
        sprite.part(box(x - 0.075, 0.78, x + 0.075, 0.84), stone)
        sprite.part(box(x - 0.075, 0.1, x + 0.075, 0.15), stone)
    sprite.part(box(-0.92, 0.83, 0.92, 0.93), stone, 0.7)
    sprite.part([(-0.95, 0.93), (0, 1.24), (0.95, 0.93)], stone, 0.6)
    sprite.flat([(-0.72, 0.96), (0, 1.17), (0.72, 0.96)], mix(stone, rgb("4a4458"), 0.3))
    sprite.part(ellipse(0, 1.04, 0.07), rgb("e0b848"))
    for k in range(4):
        sprite.flat(
            box(-0.9 - 0.03 * k, 0.1 - 0.04 * k, 0.9 + 0.03 * k, 0.14 - 0.04 * k), mix(stone, rgb("3a3448"), 0.12 * k)
        )
    scene.stand(sprite, w * plan.uniform(0.42, 0.58), h - u * 0.13, 0.06)
    for x in (0.02, 0.98):
        _shop(scene, w * x, h - u * 0.14, u * 0.27, plan)


def _street(scene: Scene) -> None:
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    page, wet = scene.page, scene.brief.weather in ("rain", "storm")
    road = rgb("e4e9f0") if snowy(scene) else rgb("6c6f7c")
    page.flat(
        box(-10, -10, w + 10, h - u * 0.1),
        scene.veil(mix(road, rgb("b8ac9c"), 0.35), 0.15),
        to=scene.veil(mix(road, rgb("8f8578"), 0.35), 0.0),
    )
    lane = [(w * 0.36, h - u * 0.1), (w * 0.64, h - u * 0.1), (w * 1.15, -5), (-w * 0.15, -5)]
    page.flat(lane, scene.veil(road, 0.2), to=scene.veil(mix(road, (0.1, 0.1, 0.2), 0.25), 0.0))
    for side in (-1, 1):
        kerb = [
            (w * (0.5 + side * 0.14), h - u * 0.1),
            (w * (0.5 + side * 0.146), h - u * 0.1),
            (w * (0.5 + side * 0.68), -5),
            (w * (0.5 + side * 0.63), -5),
        ]
        page.flat(kerb, scene.veil(mix(road, (1, 1, 1), 0.35), 0.05), 0.8)
    for k in range(5):
        a, b = (k / 5) ** 1.6, ((k + 0.5) / 5) ** 1.6
        y0, y1 = (h - u * 0.1) * (1 - a), (h - u * 0.1) * (1 - b)
        page.flat(
            [
                (w * 0.5 - u * 0.004 - u * 0.012 * a, y0),
                (w * 0.5 + u * 0.004 + u * 0.012 * a, y0),
                (w * 0.5 + u * 0.004 + u * 0.012 * b, y1),
                (w * 0.5 - u * 0.004 - u * 0.012 * b, y1),
            ],
            scene.veil(rgb("e8dfc8"), 0.1),
            0.55,
        )
    if wet:
        water(scene, h - u * 0.1, 0.0, mix(road, rgb("2a3040"), 0.5), 0.42)
    else:
        _cobbles(scene, road)


def _cobbles(scene: Scene, road: Colour) -> None:
    u, w, top = scene.layout.unit, scene.layout.width, scene.layout.horizon - scene.layout.unit * 0.12
    rng = random.Random(int(scene.brush.integers(1 << 30)))
    for _ in range(150):
        t = rng.random() ** 0.6
        x, y = rng.uniform(0, w), top * (1 - t)
        r = u * (0.003 + 0.013 * t)
        tone = mix(road, (1, 1, 1) if rng.random() < 0.5 else (0.1, 0.1, 0.2), 0.22)
        scene.page.flat(ellipse(x, y, r * 1.6, r * 0.55, steps=10), scene.veil(tone, 0.1), 0.4)


def _rooftop(scene: Scene, plan: random.Random) -> None:
    """A flat roof with parapet, chimney, plants and a string of lamps."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    page, floor = scene.page, rgb("c08a6c")
    top = h - u * 0.08
    skyline(scene, top - u * 0.1, u * 0.2, 7, 0.2, plan)
    page.flat(box(-5, top - u * 0.11, w + 5, top), scene.veil(rgb("b07860"), 0.06), to=scene.veil(rgb("8a5a4c"), 0.06))
    page.flat(box(-5, top - u * 0.012, w + 5, top + u * 0.014), scene.veil(rgb("dcb49a"), 0.05))
    page.flat(
        box(-5, -5, w + 5, top - u * 0.1), scene.veil(floor, 0.08), to=scene.veil(mix(floor, rgb("5a3a44"), 0.4), 0.0)
    )
    for k in range(-7, 8):
        x = w / 2 + k * w * 0.085
        far = w / 2 + k * w * 0.06
        page.flat(
            ribbon([(far, top - u * 0.1), (x + (x - far) * 3, -5)], u * 0.0012, u * 0.002, 2),
            scene.veil(rgb("8a5c4c"), 0.05),
            0.5,
        )
    for k in range(6):
        y = (top - u * 0.1) * (1 - ((k + 0.3) / 6) ** 1.5)
        page.flat(box(0, y - u * 0.0014, w, y + u * 0.0014), scene.veil(rgb("8a5c4c"), 0.05), 0.5)
    side = plan.choice((0.1, 0.9))
    _water_tank(scene, w * side, top - u * 0.1, u * 0.42)
    for x in (0.9, 0.8) if side < 0.5 else (0.1, 0.2):
        bush(scene, w * x, top - u * 0.15, u * 0.09, plan)
        page.part(box(w * x - u * 0.045, top - u * 0.22, w * x + u * 0.045, top - u * 0.14), rgb("b8643f"))
    _lamps(scene, top + u * 0.36)


def _water_tank(scene: Scene, x: float, y: float, tall: float) -> None:
    sprite = scene.sprite(-0.4, -0.02, 0.4, 1.1, tall)
    for dx in (-0.2, 0.0, 0.2):
        sprite.part(limb((dx, 0), (dx * 0.9, 0.42), 0.016, 0.016), rgb("5a4a48"))
    sprite.part(box(-0.24, 0.4, 0.24, 0.86), rgb("a0704c"), 1.5)
    for k in range(5):
        sprite.flat(box(-0.17 + 0.08 * k, 0.4, -0.163 + 0.08 * k, 0.86), rgb("6a4430"), 0.7)
    for ty in (0.5, 0.74):
        sprite.flat(box(-0.245, ty, 0.245, ty + 0.016), rgb("4a4048"))
    sprite.part([(-0.28, 0.85), (0, 1.05), (0.28, 0.85)], rgb("7a6058"), 1.2)
    scene.stand(sprite, x, y)


def _lamps(scene: Scene, y: float) -> None:
    u, w = scene.layout.unit, scene.layout.width
    points = [(w * t / 8, y - u * 0.07 * (1 - ((t / 4) - 1) ** 2)) for t in range(-1, 10)]
    scene.page.flat(ribbon(points, u * 0.0016, u * 0.0016, 4), scene.veil(rgb("3a3038"), 0.0))
    for x, py in points:
        scene.page.lit(
            ellipse(x, py - u * 0.012, u * 0.009, u * 0.012), mix(rgb("f4e6c0"), scene.palette.warm, scene.palette.dark)
        )
        scene.page.glow(x, py - u * 0.012, u * 0.07, scene.palette.warm, 0.2 + 0.5 * scene.palette.dark)
