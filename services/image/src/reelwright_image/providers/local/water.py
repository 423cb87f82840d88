"""Water: seas, lakes and rivers with mirrored shores, sun glitter, swell and foam."""

from __future__ import annotations

import random

import numpy as np

from .colours import Colour, Pixels, as_pixels, mix, times
from .noise import field
from .scene import Scene
from .shapes import ellipse, ribbon

_ROUGH = {"storm": 1.0, "wind": 0.6, "rain": 0.45, "snow": 0.2, "fog": 0.1, "cloudy": 0.3, "clear": 0.22}


def water(
    scene: Scene, line: float, floor: float, colour: Colour, clarity: float = 0.62, mask: Pixels | None = None
) -> None:
    """Fills the page between heights `line` and `floor` (y up) with water that mirrors what lies above `line`.

    `mask`, of the shape of those rows, limits it to a river bed; `clarity` is the share of mirror.
    """
    page = scene.page
    first, last = round(page.height - line), round(page.height - max(0.0, floor))
    first = max(1, first)
    if last - first < 3:
        return
    rows = last - first
    depth = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    image = _mirror(scene, first, rows)
    body = as_pixels(times(colour, scene.palette.tint))
    deep = body * (1 - 0.35 * depth[..., None])
    far = as_pixels(mix(scene.palette.low, scene.palette.haze, 0.4))
    base = deep + (far - deep) * (np.exp(-depth * 5.5) * 0.6)[..., None]
    share = clarity * (1 - 0.55 * depth) * (1 - 0.4 * _ROUGH.get(scene.brief.weather, 0.2))
    fill = base + (image - base) * share[..., None]
    fill = _ripple(scene, fill, rows, depth)
    window = page.rgb[first:last]
    if mask is not None:
        window += (fill - window) * mask[..., None]
    else:
        window[:] = fill


def _mirror(scene: Scene, first: int, rows: int) -> Pixels:
    """The picture above the water line, upside down and sheared sideways by wavelets."""
    page = scene.page
    rough = _ROUGH.get(scene.brief.weather, 0.2)
    squeeze = min(0.92, (first - 1) / rows)
    source = np.clip(first - 1 - (np.arange(rows) * squeeze).astype(np.int64), 0, page.height - 1)
    t = np.arange(rows, dtype=np.float32)
    waves = np.sin(t * 0.9 + 3 * np.sin(t * 0.13)) * (0.3 + t / rows) * scene.layout.unit * 0.004 * (0.6 + 3 * rough)
    columns = np.arange(page.width)
    shifted = np.clip(columns[None, :] + waves.astype(np.int64)[:, None], 0, page.width - 1)
    filled: Pixels = page.rgb[source[:, None], shifted]
    return filled


def _ripple(scene: Scene, fill: Pixels, rows: int, depth: Pixels) -> Pixels:
    """Horizontal strokes that widen towards the viewer, bright ones under the sun."""
    page = scene.page
    rough = _ROUGH.get(scene.brief.weather, 0.2)
    fine = field(scene.brush, page.width, rows, 30, 9.0)
    wide = field(scene.brush, page.width, rows, 12, 5.0)
    stroke = fine * (1 - depth) + wide * depth
    crest = np.clip((stroke - 0.56) * 5, 0, 1)
    trough = np.clip((0.42 - stroke) * 5, 0, 1)
    light = as_pixels(mix(scene.palette.low, (1, 1, 1), 0.25))
    fill = fill + (light - fill) * (crest * (0.16 + 0.16 * rough))[..., None]
    fill = fill * (1 - 0.22 * trough[..., None] * (0.5 + rough))
    x = (np.arange(page.width, dtype=np.float32) - scene.sun[0]) / scene.layout.unit
    path = np.exp(-((x[None, :] / (0.05 + 0.16 * depth)) ** 2))
    power = 0.95 if scene.brief.weather in ("clear", "wind", "snow") else 0.3
    sparkle = np.clip((stroke - 0.5) * 7, 0, 1) * path * power * (1 - 0.4 * depth)
    filled: Pixels = (fill + (as_pixels(scene.palette.glow) - fill) * sparkle[..., None]).astype(np.float32)
    return filled


def swell(scene: Scene, line: float, floor: float, colour: Colour) -> None:
    """Rolling waves in front of calm water, with foam when the weather is rough."""
    rough = _ROUGH.get(scene.brief.weather, 0.2)
    rng = random.Random(scene.plan.random())
    count = 3 + round(4 * rough)
    unit = scene.layout.unit
    for i in range(count):
        t = (i + 0.6) / count
        y = line + (floor - line) * t**1.3
        height = unit * (0.006 + 0.045 * rough * t + 0.01 * t)
        _wave(scene, y, height, t, colour, rough, rng)
        scene.check()


def _wave(scene: Scene, y: float, height: float, t: float, colour: Colour, rough: float, rng: random.Random) -> None:
    width, unit = scene.layout.width, scene.layout.unit
    step = max(unit * 0.06, height * 4.2)
    crest: list[tuple[float, float]] = []
    x = -step * rng.random()
    while x < width + step:
        tall = height * rng.uniform(0.35, 1.0)
        crest += [(x, y), (x + step * 0.35, y + tall), (x + step * 0.55, y + tall * 0.75)]
        x += step * rng.uniform(0.85, 1.2)
    tone = scene.veil(mix(colour, (0.75, 0.9, 0.92), 0.12 + 0.1 * rough), 0.35 * (1 - t))
    deep = scene.veil(mix(colour, (0.02, 0.06, 0.14), 0.35), 0.3 * (1 - t))
    band = height * 2.2 + unit * 0.03 * t
    line = ribbon(crest, 0.1, 0.1, 5)
    top = line[: len(line) // 2]
    scene.page.flat([*top, (width + step, y - band), (-step, y - band)], tone, 0.35 + 0.5 * rough, to=deep)
    foam = scene.veil((0.95, 0.98, 1.0), 0.25 * (1 - t))
    thick = max(0.6, height * 0.09)
    scene.page.flat(ribbon(crest, thick, thick, 5), foam, 0.22 + 0.4 * rough, thick * 0.4)
    if rough > 0.5:
        for px, py in crest[1::3]:
            for _ in range(4):
                r = height * rng.uniform(0.02, 0.09)
                dx, dy = rng.uniform(-0.5, 0.9) * height, rng.uniform(-0.2, 0.5) * height
                scene.page.flat(ellipse(px + dx, py + dy, r, steps=10), foam, 0.7)


def spray(scene: Scene, x: float, y: float, size: float) -> None:
    """White water bursting against rock at (x, y), `size` pixels tall."""
    rng = random.Random(int(scene.brush.integers(1 << 30)))
    foam = scene.veil((0.96, 0.98, 1.0), 0.05)
    for _ in range(46):
        t = rng.random()
        dx = rng.gauss(0, 0.34) * size * (0.4 + t)
        r = size * rng.uniform(0.015, 0.07) * (1.1 - t)
        scene.page.flat(ellipse(x + dx, y + size * t * (1 - (dx / size) ** 2), r, steps=12), foam, 0.65, r * 0.3)
