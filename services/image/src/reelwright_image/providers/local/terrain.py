"""Land: hills, mountain ranges, dunes, cliffs and textured ground, receding into haze."""

from __future__ import annotations

import random

import numpy as np

from .colours import Colour, Pixels, as_pixels, mix
from .noise import field, fractal, ridge
from .scene import Scene
from .shapes import Path


def roll(scene: Scene, base: float, height: float, bumps: float, octaves: int = 3, sharp: bool = False) -> Pixels:
    """A ridge line across the page: y up in pixels, from `base` to `base + height`, the same for equal places."""
    rng = np.random.default_rng(scene.plan.getrandbits(32))
    across = max(1.0, bumps * scene.page.width / scene.layout.unit / 1.6)
    return (base + height * ridge(rng, scene.page.width, across, octaves, 0.42, sharp)).astype(np.float32)


def land(
    scene: Scene, line: Pixels, top: Colour, bottom: Colour, distance: float, floor: float = 0.0, texture: float = 0.16
) -> None:
    """Fills everything from a ridge line down to `floor` with graded, side-lit, brushed ground."""
    page = scene.page
    first = max(0, int(page.height - float(line.max())) - 1)
    last = min(page.height, max(first + 1, int(page.height - floor)))
    if last - first < 2:
        return
    rows = np.arange(first, last, dtype=np.float32)[:, None]
    under = rows - (page.height - line[None, :])
    mask = np.clip(under + 0.5, 0, 1)
    reach = max(8.0, (last - first) * 0.9)
    t = np.clip(under / reach, 0, 1)[..., None]
    near, deep = as_pixels(scene.palette.far(top, distance)), as_pixels(scene.palette.far(bottom, distance * 0.75))
    fill = near + (deep - near) * t
    slope = np.gradient(line) * (-scene.page.lighting.toward[0])
    side = np.clip(slope * 1.1, -1, 1)[None, :] * np.exp(-under / max(6.0, reach * 0.35))
    grain = _brushwork(scene, last - first, distance)
    fill = fill * (1 + (0.16 * side + texture * (grain - 0.5))[..., None] * (1 - 0.8 * distance))
    crest = np.exp(-np.clip(under, 0, None) / max(1.5, scene.layout.unit * 0.006)) * mask
    fill += (as_pixels(scene.palette.rim) - fill) * (crest * 0.28 * scene.palette.rim_strength * (1.2 - distance))[
        ..., None
    ]
    window = page.rgb[first:last]
    window += (fill - window) * mask[..., None]


def _brushwork(scene: Scene, rows: int, distance: float) -> Pixels:
    cells = 9 + 26 * (1 - distance)
    return fractal(scene.brush, scene.page.width, rows, cells, 3, 3.2)


def mist(scene: Scene, y: float, thickness: float, strength: float) -> None:
    """A band of haze lying in a valley at height `y`."""
    page = scene.page
    rows = np.arange(page.height, dtype=np.float32)
    centre = page.height - y
    fall = np.exp(-(((rows - centre) / max(1.0, thickness)) ** 2)) * strength
    first, last = np.searchsorted(rows, [centre - thickness * 2.2, centre + thickness * 2.2])
    if last <= first:
        return
    window = page.rgb[first:last]
    wisps = field(scene.brush, page.width, int(last - first), 5.0, 3.0)
    share = fall[first:last, None] * (0.55 + 0.45 * wisps)
    window += (as_pixels(mix(scene.palette.haze, scene.palette.low, 0.35)) - window) * share[..., None]


def mountains(
    scene: Scene, base: float, height: float, count: int, colour: Colour, distance: float, snow: float
) -> None:
    """A range of faceted peaks with lit and shaded faces; `snow` is the white share of each (0..1)."""
    layout, plan = scene.layout, random.Random(scene.plan.random())
    wide = layout.width / count
    # The feet go well below the line so that no rolling ground in front can uncover them.
    base, height = base - layout.unit * 0.1, height + layout.unit * 0.1
    order = sorted(range(count + 1), key=lambda i: plan.random())
    for i in order:
        x = wide * (i + plan.uniform(-0.25, 0.25))
        tall = height * plan.uniform(0.6, 1.0)
        half = max(wide * 0.75, tall * plan.uniform(0.75, 1.05))
        _peak(scene, x, base, half, tall, colour, distance, snow, plan)


def _peak(
    scene: Scene, x: float, base: float, half: float, tall: float, colour: Colour, distance: float, snow: float,
    plan: random.Random,
) -> None:  # fmt: skip
    page = scene.page
    lit_left = page.lighting.toward[0] < 0
    bright = scene.veil(mix(colour, scene.palette.glow, 0.14), distance)
    dark = scene.veil(mix(colour, (0.1, 0.1, 0.25), 0.45), distance)
    fade = scene.veil(colour, min(1.0, distance + 0.4))
    left, right = _flank(x, base, -half, tall, plan), _flank(x, base, half, tall, plan)
    page.flat([(x, base + tall), *left, (x, base)], bright if lit_left else dark, to=fade)
    page.flat([(x, base + tall), *right, (x, base)], dark if lit_left else bright, to=fade)
    spine: Path = [(x, base + tall)]
    for step in range(1, 7):
        t = step / 6
        spine.append((x + half * 0.2 * plan.uniform(-1, 1) * t, base + tall * (1 - t)))
    edge = left if lit_left else right
    page.flat([*spine, edge[-1]], bright, 0.5, to=fade)
    for k in range(3):
        t = 0.25 + 0.2 * k
        foot = x + half * (0.25 + 0.2 * k) * (1 if lit_left else -1)
        ridge_face = [
            (x, base + tall * (1 - t * 0.5)),
            (foot, base + tall * 0.2),
            (foot * 0.6 + x * 0.4, base + tall * 0.1),
        ]
        page.flat(ridge_face, bright, 0.16)
    if snow > 0:
        _snowcap(scene, x, base, half, tall, distance, snow, plan)


def _flank(x: float, base: float, half: float, tall: float, plan: random.Random) -> Path:
    path: Path = []
    for step in range(1, 8):
        t = step / 7
        bump = plan.uniform(-0.05, 0.05) if step < 7 else 0.0
        path.append((x + half * t, base + tall * max(0.0, (1 - t) ** 1.12 + bump * (1 - t))))
    return path


def _snowcap(
    scene: Scene, x: float, base: float, half: float, tall: float, distance: float, snow: float, plan: random.Random
) -> None:
    lit_left = scene.page.lighting.toward[0] < 0
    white = scene.veil((0.97, 0.97, 1.0), distance * 0.8)
    blue = scene.veil((0.66, 0.74, 0.92), distance * 0.8)
    for sign, colour in ((-1, white if lit_left else blue), (1, blue if lit_left else white)):
        depth = snow * 0.62
        rim: Path = [(x, base + tall)]
        for step in range(1, 5):
            t = depth * step / 4
            rim.append((x + sign * half * t * 0.94, base + tall * (1 - t) ** 1.12 - tall * 0.004))
        teeth: Path = []
        for step in range(6):
            t = depth * (1 - step / 5)
            drop = tall * (0.12 if step % 2 else 0.0) * plan.uniform(0.6, 1.3) * (0.4 + snow)
            teeth.append((x + sign * half * t * 0.8, base + tall * (1 - depth) - drop + tall * 0.05 * step / 5))
        scene.page.flat([*rim, *teeth], colour)


def scatter(scene: Scene, seed: random.Random, count: int, near: float, far: float) -> list[tuple[float, float, float]]:
    """Random ground positions (x, y, nearness 0..1) between two heights, far ones first."""
    width = scene.layout.width
    spots = []
    for _ in range(count):
        depth = seed.random() ** 1.4
        spots.append((seed.uniform(-0.03, 1.03) * width, near + (far - near) * depth, 1 - depth))
    return sorted(spots, key=lambda spot: spot[2])


def tufts(scene: Scene, near: float, far: float, colour: Colour, count: int = 90, size: float = 0.02) -> None:
    """Strokes of grass, larger towards the viewer."""
    rng = random.Random(int(scene.brush.integers(1 << 30)))
    page, unit = scene.page, scene.layout.unit
    for x, y, nearness in scatter(scene, rng, int(count * page.width / unit), near, far):
        tall = unit * size * (0.3 + nearness)
        tone = scene.veil(mix(colour, (0.9, 0.95, 0.5), rng.uniform(-0.1, 0.22)), 0.3 * (1 - nearness))
        tone = (max(0.0, tone[0]), max(0.0, tone[1]), max(0.0, tone[2]))
        for bend in (-0.5, 0.05, 0.55):
            lean = bend + rng.uniform(-0.2, 0.2)
            half = tall * 0.09
            page.flat(
                [(x - half, y), (x + half, y), (x + lean * tall * 0.5, y + tall * rng.uniform(0.7, 1.1))], tone, 0.8
            )


def bank(scene: Scene, colour: Colour, height: float) -> None:
    """A dark fringe of near ground along the bottom edge that frames the picture."""
    line = roll(scene, 0.0, height, 2.0, 3)
    land(scene, line, colour, mix(colour, (0.05, 0.05, 0.1), 0.4), 0.0)
