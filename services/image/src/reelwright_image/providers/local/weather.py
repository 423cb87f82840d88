"""What falls, blows and flashes: rain, snow, fog, storm, wind."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from .colours import as_pixels, mix
from .noise import fractal
from .scene import Scene
from .shapes import Path, Point, ellipse, ribbon


def behind(scene: Scene) -> None:
    """Weather between the backdrop and the figures: lightning, veils of rain, ground fog."""
    weather = scene.brief.weather
    if weather == "storm":
        _lightning(scene)
    if weather in ("rain", "storm"):
        _streaks(scene, 0.55, 0.30, 0.5)
    if weather == "fog":
        _fog(scene, 0.62)
    if weather == "snow":
        _flakes(scene, 220, 0.0016, 0.7)


def before(scene: Scene) -> None:
    """Weather in front of everything."""
    weather = scene.brief.weather
    if weather in ("rain", "storm"):
        _streaks(scene, 1.0, 0.34 if weather == "rain" else 0.42, 1.0)
        _splashes(scene)
    if weather == "snow":
        _flakes(scene, 150, 0.0034, 0.85)
        _flakes(scene, 26, 0.009, 0.55)
    if weather == "fog":
        _fog(scene, 0.3)
    if weather == "wind":
        _gusts(scene)


def _dice(scene: Scene) -> random.Random:
    return random.Random(int(scene.brush.integers(1 << 40)))


def _streaks(scene: Scene, near: float, opacity: float, density: float) -> None:
    page, rng = scene.page, _dice(scene)
    sheet = Image.new("L", (page.width, page.height))
    pen = ImageDraw.Draw(sheet)
    lean = 0.42 if scene.brief.weather == "storm" else 0.16
    unit = scene.layout.unit
    for _ in range(int(330 * density * page.width / unit)):
        length = unit * rng.uniform(0.03, 0.085) * near
        x, y = rng.uniform(-0.1, 1.15) * page.width, rng.uniform(-0.1, 1.0) * page.height
        shade = int(rng.uniform(90, 255))
        pen.line((x, y, x - lean * length, y + length), fill=shade, width=max(1, round(unit * 0.0018 * near)))
    mask = np.asarray(sheet.filter(ImageFilter.GaussianBlur(max(0.4, unit * 0.0006))), dtype=np.float32) / 255 * opacity
    page.rgb += (as_pixels(mix(scene.palette.low, (0.9, 0.95, 1.0), 0.55)) - page.rgb) * mask[..., None]


def _splashes(scene: Scene) -> None:
    page, rng, unit = scene.page, _dice(scene), scene.layout.unit
    tone = mix(scene.palette.low, (0.92, 0.96, 1.0), 0.6)
    for _ in range(int(46 * page.width / unit)):
        x, t = rng.uniform(0, page.width), rng.random()
        y = scene.layout.horizon * 0.75 * (1 - t)
        r = unit * (0.003 + 0.008 * t)
        page.lit(ribbon([(x - r, y), (x, y + r * 0.35), (x + r, y)], r * 0.12, r * 0.12, 3), tone, 0.45)


def _flakes(scene: Scene, count: int, size: float, opacity: float) -> None:
    page, rng, unit = scene.page, _dice(scene), scene.layout.unit
    soft = unit * size * (0.25 if size < 0.008 else 0.6)
    sheet = Image.new("L", (page.width * 2, page.height * 2))
    pen = ImageDraw.Draw(sheet)
    for _ in range(int(count * page.width * page.height / (unit * unit * 1.5))):
        x, y = rng.uniform(0, page.width) * 2, rng.uniform(0, page.height) * 2
        r = max(0.8, unit * size * rng.uniform(0.6, 1.4)) * 2
        pen.ellipse((x - r, y - r, x + r, y + r), fill=int(rng.uniform(130, 255)))
    blurred = sheet.reduce(2).filter(ImageFilter.GaussianBlur(max(0.3, soft)))
    mask = np.asarray(blurred, dtype=np.float32) / 255 * opacity
    bright = mix((1.0, 1.0, 1.0), scene.palette.haze, 0.22 * scene.palette.dark)
    page.rgb += (as_pixels(bright) - page.rgb) * mask[..., None]


def _fog(scene: Scene, strength: float) -> None:
    page, layout = scene.page, scene.layout
    noise = fractal(scene.brush, page.width, page.height, 3.0, 4, 3.0)
    y = np.linspace(1, 0, page.height, dtype=np.float32)[:, None]
    line = layout.horizon / page.height
    band = np.exp(-(((y - line) / 0.3) ** 2)) + np.exp(-(((y - line * 0.25) / 0.2) ** 2)) * 0.55
    mask = np.clip(strength * band * (0.45 + 0.85 * noise), 0, 0.94)
    page.rgb += (as_pixels(mix(scene.palette.haze, (1, 1, 1), 0.12 * (1 - scene.palette.dark))) - page.rgb) * mask[
        ..., None
    ]


def _lightning(scene: Scene) -> None:
    page, layout, rng = scene.page, scene.layout, _dice(scene)
    x = layout.width * rng.choice((rng.uniform(0.08, 0.32), rng.uniform(0.68, 0.92)))
    top, low = float(page.height), layout.horizon + layout.unit * 0.02
    trunk = _bolt(rng, (x, top), (x + layout.unit * rng.uniform(-0.14, 0.14), low), layout.unit * 0.06)
    page.glow(x, (top + low) / 2, layout.unit * 0.75, (0.75, 0.8, 1.0), 0.55)
    page.glow(trunk[-1][0], low, layout.unit * 0.3, (0.85, 0.88, 1.0), 0.45)
    bolts = [(trunk, 1.0)]
    for k in (3, 5, 8):
        start = trunk[min(k, len(trunk) - 1)]
        end = (start[0] + layout.unit * rng.uniform(-0.22, 0.22), start[1] - layout.unit * rng.uniform(0.1, 0.22))
        bolts.append((_bolt(rng, start, end, layout.unit * 0.035), 0.5))
    for bolt, share in bolts:
        page.lit(
            ribbon(bolt, layout.unit * 0.011 * share, layout.unit * 0.004 * share, 1),
            (0.7, 0.74, 1.0),
            0.65,
            layout.unit * 0.008,
        )
        page.lit(ribbon(bolt, layout.unit * 0.0034 * share, layout.unit * 0.001 * share, 1), (1.0, 1.0, 1.0), 1.0)


def _bolt(rng: random.Random, start: Point, end: Point, jag: float) -> Path:
    steps = 11
    path = [start]
    for i in range(1, steps):
        t = i / steps
        path.append((start[0] + (end[0] - start[0]) * t + rng.uniform(-jag, jag), start[1] + (end[1] - start[1]) * t))
    return [*path, end]


def _gusts(scene: Scene) -> None:
    """Curling strokes of wind and a few leaves on it."""
    page, layout, rng = scene.page, scene.layout, _dice(scene)
    for _ in range(9):
        x, y = rng.uniform(-0.1, 0.8) * layout.width, rng.uniform(0.18, 0.92) * layout.height
        long = layout.unit * rng.uniform(0.25, 0.5)
        points = [
            (x, y),
            (x + long * 0.4, y + long * 0.05),
            (x + long * 0.8, y - long * 0.02),
            (x + long, y + long * 0.06),
        ]
        if rng.random() < 0.6:
            points += [
                (x + long * 1.04, y + long * 0.13),
                (x + long * 0.95, y + long * 0.15),
                (x + long * 0.92, y + long * 0.1),
            ]
        width = layout.unit * 0.0028
        page.lit(ribbon(points, width * 0.2, width * 0.3, 8, width), (1, 1, 1), 0.5)
    for _ in range(16):
        leaf(
            scene,
            rng.uniform(0, layout.width),
            rng.uniform(0.1, 0.9) * layout.height,
            layout.unit * rng.uniform(0.008, 0.018),
            rng,
        )


def leaf(scene: Scene, x: float, y: float, size: float, rng: random.Random) -> None:
    """A small leaf in the air."""
    tone = scene.veil(mix((0.85, 0.45, 0.15), (0.55, 0.6, 0.2), rng.random()), 0.05)
    turn = rng.uniform(0, 180)
    scene.page.flat(ellipse(x, y, size, size * 0.45, turn, 14), tone)
    a = math.radians(turn)
    tip: Path = [
        (x - math.cos(a) * size, y - math.sin(a) * size),
        (x + math.cos(a) * size * 1.3, y + math.sin(a) * size * 1.3),
    ]
    scene.page.flat(ribbon(tip, size * 0.07, size * 0.04, 2), mix(tone, (0.2, 0.1, 0.05), 0.4))
