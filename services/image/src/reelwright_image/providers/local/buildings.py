"""Houses, towers, castles, city blocks, lighthouses and stations, with windows that glow at night."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb, shift
from .layer import Layer
from .scene import Scene
from .shapes import Path, arc, box, ellipse, limb, points, ribbon, smooth

_WALLS = ("f0e2c8", "e8c8a0", "d8b090", "c8d0c4", "e0a890", "b8c4d0", "f2ead8", "d0b8a8")
_ROOFS = ("b04f3c", "8a4436", "5a6478", "a8683c", "6a4a58", "4a5a5c")


def window(
    scene: Scene, sprite: Layer, x0: float, y0: float, x1: float, y1: float, lit: bool, arch: bool = False
) -> None:
    """A window with frame and glazing bars; lamplight behind it when `lit` and it is dark enough."""
    shape = box(x0, y0, x1, y1)
    mid, r = (x0 + x1) / 2, (x1 - x0) / 2
    if arch:
        shape = [(x0, y0), (x1, y0), *arc(mid, y1 - r, r, r, 0, 180, 10)]
    grow = (x1 - x0) * 0.12
    frame = [(mid + (x - mid) * (1 + grow / r), (y0 + y1) / 2 + (y - (y0 + y1) / 2) * 1.1) for x, y in shape]
    sprite.flat(frame, rgb("6a5348"), 0.8)
    dark = scene.palette.dark
    if lit and dark > 0.2:
        warm = scene.palette.warm
        sprite.lit(shape, mix(mix(rgb("5a6a80"), warm, 0.3 + 0.7 * dark), (1, 1, 0.9), 0.12 * dark))
        sprite.glow(mid, (y0 + y1) / 2, (x1 - x0) * 2.6, warm, 0.55 * dark)
    else:
        sprite.flat(shape, mix(rgb("3f566e"), scene.palette.middle, 0.3), to=mix(rgb("5a7890"), scene.palette.low, 0.4))
        sprite.flat([(x0, y1 - r * 0.3), (x1 - r * 0.4, y1 - r * 0.3), (x0, y0 + r * 0.6)], (0.9, 0.95, 1.0), 0.22)
    bar = (x1 - x0) * 0.045
    sprite.flat(box(mid - bar, y0, mid + bar, y1), rgb("4a3a34"), 0.85)
    sprite.flat(box(x0, (y0 + y1) / 2 - bar, x1, (y0 + y1) / 2 + bar), rgb("4a3a34"), 0.85)


def house(scene: Scene, x: float, y: float, size: float, rng: random.Random, distance: float = 0.0) -> None:
    """A cottage in three-quarter view with chimney, door and windows; `size` is its height in pixels."""
    sprite = scene.sprite(-0.85, -0.05, 0.85, 1.3, size)
    wall, roof = rgb(rng.choice(_WALLS)), rgb(rng.choice(_ROOFS))
    side = 1 if scene.page.lighting.toward[0] < 0 else -1
    sprite.mirror = side < 0
    shade = mix(wall, (0.2, 0.2, 0.4), 0.32)
    sprite.flat(box(-0.45, 0, 0.16, 0.52), wall, to=mix(wall, rgb("8a7a60"), 0.25))
    sprite.flat([(0.16, 0), (0.6, 0.03), (0.6, 0.52), (0.16, 0.52)], shade, to=mix(shade, (0.2, 0.2, 0.2), 0.25))
    sprite.flat([(0.1, 0.5), (0.38, 0.92), (0.64, 0.5)], shade)
    sprite.part(box(-0.3, 0.72, -0.18, 1.1), mix(roof, rgb("8a7068"), 0.5))
    roof_face = [(-0.54, 0.46), (-0.22, 0.94), (0.4, 0.94), (0.15, 0.46)]
    sprite.part(roof_face, roof, 0.7, to=mix(roof, (0.15, 0.1, 0.2), 0.22))
    sprite.flat([(0.4, 0.94), (0.7, 0.46), (0.64, 0.46), (0.37, 0.87)], mix(roof, (0.1, 0.05, 0.2), 0.4))
    for k in range(5):
        t = (k + 1) / 6
        a, b = (-0.54 + 0.32 * t, 0.46 + 0.48 * t), (0.15 + 0.25 * t, 0.46 + 0.48 * t)
        sprite.flat(ribbon([a, b], 0.005, 0.005, 2), mix(roof, (0.1, 0.05, 0.1), 0.4), 0.5)
    sprite.part([(-0.2, 0), *arc(-0.12, 0.24, 0.08, 0.06, 180, 0, 8), (-0.04, 0)], mix(roof, rgb("5a3a2a"), 0.5), 0.8)
    sprite.flat(ellipse(-0.065, 0.14, 0.009), rgb("e8c860"))
    for wx in (-0.4, 0.0):
        window(scene, sprite, wx, 0.22, wx + 0.12, 0.38, rng.random() < 0.85)
    window(scene, sprite, 0.3, 0.2, 0.44, 0.4, rng.random() < 0.7)
    window(scene, sprite, 0.33, 0.58, 0.43, 0.7, rng.random() < 0.5, arch=True)
    if scene.brief.weather == "snow" or scene.brief.place == "snowfield":
        sprite.part(
            smooth(points("-0.56 0.5, -0.24 0.97, 0.42 0.97, 0.22 0.6, -0.1 0.63, -0.3 0.57"), 4),
            (0.95, 0.97, 1),
        )
    _smoke(sprite, -0.24, 1.1, rng)
    sprite.edge_light(0.008)
    scene.shadow(x, y, size * 0.7, 0.4 * (1 - distance))
    scene.stand(sprite, x, y, distance)


def _smoke(sprite: Layer, x: float, y: float, rng: random.Random) -> None:
    for k in range(4):
        sprite.flat(
            ellipse(x + 0.03 * k * k, y + 0.05 + 0.045 * k, 0.03 + 0.012 * k),
            (0.92, 0.92, 0.94),
            0.36 - 0.07 * k,
            0.015,
        )


def block(
    scene: Scene,
    x: float,
    width: float,
    y: float,
    tall: float,
    rng: random.Random,
    distance: float,
    lit_share: float = 0.5,
) -> None:
    """A city building with rows of windows: a front and a shaded side."""
    page = scene.page
    wall = shift(
        rgb(rng.choice(("8a93a8", "a89088", "9aa0a0", "b89a84", "76809c", "a8a094"))), value=rng.uniform(0.85, 1.1)
    )
    front = scene.veil(wall, distance)
    foot = scene.veil(mix(wall, (0.25, 0.25, 0.35), 0.3), min(1.0, distance + 0.12))
    side = scene.veil(mix(wall, (0.1, 0.1, 0.3), 0.45), distance)
    half, turn = width / 2, width * 0.24 * (1 if page.lighting.toward[0] < 0 else -1)
    edge = half if turn > 0 else -half
    page.flat(box(x - half, y, x + half, y + tall), front, to=foot)
    page.flat(
        [(x + edge, y), (x + edge + turn, y), (x + edge + turn, y + tall - abs(turn) * 0.35), (x + edge, y + tall)],
        side,
    )
    top = rng.random()
    if top < 0.35:
        page.flat(
            box(x - half * 0.55, y + tall, x + half * 0.55, y + tall + width * 0.22),
            scene.veil(mix(wall, (0.2, 0.2, 0.3), 0.2), distance),
        )
    elif top < 0.6:
        page.flat(box(x - half * 0.04, y + tall, x + half * 0.04, y + tall + width * 0.6), side)
    elif top < 0.8:
        page.flat(
            [(x - half, y + tall), (x, y + tall + width * 0.4), (x + half, y + tall)],
            scene.veil(rgb("7a5a58"), distance),
        )
    _panes(scene, x - half, y, width, tall, rng, distance, lit_share)


def _panes(
    scene: Scene,
    left: float,
    y: float,
    width: float,
    tall: float,
    rng: random.Random,
    distance: float,
    lit_share: float,
) -> None:
    page, dark = scene.page, scene.palette.dark
    columns = max(3, round(width / (scene.layout.unit * (0.022 + 0.022 * (1 - distance)))))
    cell = width / columns
    lamp = mix(scene.palette.warm, scene.palette.haze, distance * 0.55)
    glass = scene.veil(mix(rgb("42566e"), scene.palette.middle, 0.35), distance)
    for row in range(max(1, int(tall / (cell * 1.5)) - 1)):
        for column in range(columns):
            wx, wy = left + (column + 0.24) * cell, y + tall - (row + 1.05) * cell * 1.5
            if wy < y:
                continue
            pane = box(wx, wy, wx + cell * 0.54, wy + cell * 0.85)
            if rng.random() < lit_share * (0.25 + dark) and dark > 0.2:
                page.lit(
                    pane, shift(lamp, hue=rng.uniform(-0.02, 0.02), value=rng.uniform(0.75, 1.0)), 0.35 + 0.6 * dark
                )
            else:
                page.flat(pane, glass, 0.65)


def skyline(scene: Scene, base: float, tall: float, count: int, distance: float, rng: random.Random) -> None:
    """A row of city buildings across the page, highest around a random centre."""
    width = scene.layout.width
    step = width / count
    peak = rng.random()
    order = list(range(-1, count + 1))
    rng.shuffle(order)
    for i in order:
        x = step * (i + 0.5 + rng.uniform(-0.25, 0.25))
        lift = 0.55 + 0.45 * math.exp(-(((x / width - peak) / 0.3) ** 2))
        block(scene, x, step * rng.uniform(0.75, 1.2), base, tall * lift * rng.uniform(0.55, 1.1), rng, distance)


def lighthouse(scene: Scene, x: float, y: float, tall: float, distance: float = 0.0) -> None:
    """A striped lighthouse with gallery, lantern room and, in the dark, a sweeping beam."""
    page, dark = scene.page, scene.palette.dark
    sprite = scene.sprite(-0.32, -0.05, 0.32, 1.18, tall)
    white, red = rgb("f4efe4"), rgb("c2463a")
    tower = [(-0.12, 0), (-0.078, 0.78), (0.078, 0.78), (0.12, 0)]
    sprite.part(tower, white, 1.5)
    for low, high in ((0.1, 0.24), (0.38, 0.52), (0.66, 0.78)):
        a, b = 0.12 - 0.042 * low / 0.78, 0.12 - 0.042 * high / 0.78
        band = [(-a, low), *[(a * math.sin(t), low - 0.012 * math.cos(t)) for t in (-1, -0.5, 0, 0.5, 1)], (a, low)]
        sprite.part([*band, (b, high), (b * 0.5, high - 0.01), (-b * 0.5, high - 0.01), (-b, high)], red, 1.5)
    for wy in (0.3, 0.58):
        window(scene, sprite, -0.022, wy, 0.022, wy + 0.06, True, arch=True)
    sprite.part([(-0.03, 0), *arc(0, 0.08, 0.03, 0.03, 180, 0, 8), (0.03, 0)], rgb("5a3a30"))
    sprite.part(box(-0.115, 0.775, 0.115, 0.8), rgb("4a4a56"))
    for px in (-0.11, -0.066, -0.022, 0.022, 0.066, 0.11):
        sprite.flat(box(px - 0.003, 0.8, px + 0.003, 0.845), rgb("3a3a46"))
    sprite.flat(box(-0.115, 0.842, 0.115, 0.85), rgb("3a3a46"))
    sprite.part(box(-0.056, 0.8, 0.056, 0.94), rgb("7f98a8"))
    glowing = max(0.35, dark)
    sprite.lit(box(-0.048, 0.81, 0.048, 0.93), mix(rgb("d8e4e0"), (1.0, 0.92, 0.62), glowing))
    for px in (-0.02, 0.02):
        sprite.flat(box(px - 0.003, 0.8, px + 0.003, 0.94), rgb("3a3a46"))
    sprite.part(points("-0.075 0.935, -0.05 0.985, 0 1.04, 0.05 0.985, 0.075 0.935"), red, 1.3)
    sprite.flat(limb((0, 1.03), (0, 1.09), 0.006, 0.003), rgb("3a3a46"))
    sprite.edge_light(0.012)
    if dark > 0.3:
        _beam(scene, x, y + tall * 0.87, tall)
    scene.stand(sprite, x, y, distance)
    page.glow(x, y + tall * 0.87, tall * (0.2 + 0.3 * dark), scene.palette.warm, 0.35 + 0.5 * dark)


def _beam(scene: Scene, x: float, y: float, tall: float) -> None:
    dark = scene.palette.dark
    for side, lift in ((-1, 0.12), (1, 0.06)):
        far = tall * 3.2
        cone: Path = [
            (x, y),
            (x + side * far, y + far * lift + tall * 0.34),
            (x + side * far, y + far * lift - tall * 0.1),
        ]
        scene.page.lit(cone, scene.palette.warm, 0.2 * dark, tall * 0.02)
        inner: Path = [
            (x, y),
            (x + side * far, y + far * lift + tall * 0.2),
            (x + side * far, y + far * lift + tall * 0.02),
        ]
        scene.page.lit(inner, mix(scene.palette.warm, (1, 1, 1), 0.4), 0.16 * dark, tall * 0.012)


def castle(scene: Scene, x: float, y: float, tall: float, rng: random.Random, distance: float = 0.0) -> None:
    """A castle of many towers with pointed roofs and banners."""
    sprite = scene.sprite(-0.85, -0.06, 0.85, 1.2, tall)
    stone = shift(rgb(rng.choice(("c8bca8", "b4b4c0", "d0b49c"))), value=1.0)
    roof = rgb(rng.choice(("4a5f8a", "8a4a5c", "3f6a70", "7a4a3c")))
    plan = [
        (-0.6, 0.1, 0.42),
        (0.62, 0.1, 0.46),
        (-0.34, 0.11, 0.62),
        (0.36, 0.12, 0.68),
        (-0.08, 0.09, 0.86),
        (0.14, 0.075, 0.74),
    ]
    plan = [(px + rng.uniform(-0.03, 0.03), half, top * rng.uniform(0.92, 1.08)) for px, half, top in plan]
    for px, half, top in sorted(plan, key=lambda p: -p[2]):
        back = top > 0.7
        _tower(scene, sprite, px, half, min(0.92, top), mix(stone, scene.palette.haze, 0.14 if back else 0), roof, rng)
    sprite.part(_battlement(-0.66, 0.66, 0.3, 0.05, 13), stone, 0.5, to=mix(stone, (0.25, 0.22, 0.3), 0.3))
    _masonry(sprite, stone, rng)
    gate = [(-0.09, 0), (-0.09, 0.14), *arc(0, 0.14, 0.09, 0.1, 180, 0, 12), (0.09, 0)]
    sprite.part(_battlement(-0.17, 0.17, 0.38, 0.045, 5), mix(stone, (1, 1, 1), 0.1), 0.7)
    sprite.flat([(px * 1.15, py * 1.06) for px, py in gate], mix(stone, (0.2, 0.15, 0.2), 0.5))
    sprite.flat(gate, rgb("38262a"), to=rgb("5a4034"))
    for px in (-0.05, 0.0, 0.05):
        sprite.flat(box(px - 0.004, 0, px + 0.004, 0.22), rgb("2a2026"))
    for px in (-0.48, -0.25, 0.25, 0.48):
        window(scene, sprite, px - 0.014, 0.14, px + 0.014, 0.2, True, arch=True)
    sprite.edge_light(0.008)
    scene.stand(sprite, x, y, distance)


def _battlement(x0: float, x1: float, top: float, tooth: float, count: int) -> Path:
    path: Path = [(x1, 0), (x0, 0)]
    step = (x1 - x0) / count
    for i in range(count):
        high = top + (tooth if i % 2 == 0 else 0)
        path += [(x0 + i * step, high), (x0 + (i + 1) * step, high)]
    return path


def _tower(
    scene: Scene, sprite: Layer, x: float, half: float, top: float, stone: Colour, roof: Colour, rng: random.Random
) -> None:
    sprite.part(box(x - half, 0, x + half, top), stone, 1.6)
    sprite.part([(px + x, py) for px, py in _shifted_battlement(half * 1.2, top)], mix(stone, (1, 1, 1), 0.06), 1.0)
    point = top + half * rng.uniform(2.2, 3.0)
    cone = [(x - half * 1.1, top + 0.03), (x - half * 0.35, top + (point - top) * 0.5), (x, point)]
    cone += [(x + half * 0.35, top + (point - top) * 0.5), (x + half * 1.1, top + 0.03)]
    sprite.part(cone, roof, 1.5)
    flag = rgb(rng.choice(("d8433b", "f0b93a", "3f7fc0")))
    sprite.flat(limb((x, point - 0.01), (x, point + 0.07), 0.004, 0.003), rgb("4a3a30"))
    wave = [
        (x, point + 0.07),
        (x + 0.04, point + 0.062),
        (x + 0.08, point + 0.066),
        (x + 0.075, point + 0.036),
        (x, point + 0.035),
    ]
    sprite.part(wave, flag)
    for k in range(2):
        wy = top - 0.1 - 0.16 * k
        if wy > 0.3:
            window(scene, sprite, x - half * 0.2, wy, x + half * 0.2, wy + half * 0.8, rng.random() < 0.8, arch=True)


def _shifted_battlement(half: float, top: float) -> Path:
    path = _battlement(-half, half, top + 0.015, 0.03, 5)
    return [(x, y if y > 0 else top - 0.035) for x, y in path]


def _masonry(sprite: Layer, stone: Colour, rng: random.Random) -> None:
    for _ in range(60):
        x, y = rng.uniform(-0.62, 0.6), rng.uniform(0.02, 0.28)
        tone = mix(stone, (0.2, 0.18, 0.25) if rng.random() < 0.6 else (1, 1, 1), 0.22)
        sprite.flat(box(x, y, x + rng.uniform(0.02, 0.045), y + 0.014), tone, 0.5)


def street_lamp(scene: Scene, x: float, y: float, tall: float) -> None:
    """A wrought street lamp with a halo at night."""
    sprite = scene.sprite(-0.25, -0.03, 0.25, 1.1, tall)
    iron = rgb("33343f")
    sprite.part(
        points("-0.035 0, -0.03 0.05, -0.014 0.1, -0.01 0.8, 0.01 0.8, 0.014 0.1, 0.03 0.05, 0.035 0"),
        iron,
    )
    sprite.part([(-0.045, 0.8), (-0.06, 0.93), (0.06, 0.93), (0.045, 0.8)], rgb("c8ccc0"))
    sprite.lit(
        [(-0.034, 0.81), (-0.048, 0.92), (0.048, 0.92), (0.034, 0.81)],
        mix(rgb("dfe4d8"), scene.palette.warm, scene.palette.dark),
    )
    sprite.part([(-0.075, 0.925), (0, 1.0), (0.075, 0.925)], iron)
    scene.shadow(x, y, tall * 0.08, 0.4)
    scene.stand(sprite, x, y)
    scene.page.glow(x, y + tall * 0.86, tall * 0.55, scene.palette.warm, 0.75 * scene.palette.dark)
