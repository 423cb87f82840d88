"""Skies: graded air, sun and moon, stars, painterly and puffy clouds, aurora, rainbow."""

from __future__ import annotations

import math
import random

import numpy as np

from . import words
from .colours import Colour, Pixels, as_pixels, mix
from .layer import Layer
from .noise import fractal
from .scene import Scene
from .shapes import ellipse, ribbon, star

_DECK = {"clear": 0.18, "wind": 0.3, "snow": 0.5, "fog": 0.2, "cloudy": 0.72, "rain": 0.78, "storm": 0.9}


def paint_sky(scene: Scene) -> None:
    """Paints the whole page with sky down to (and below) the horizon."""
    _gradient(scene)
    weather = scene.brief.weather
    if scene.palette.dark > 0.4 and weather in ("clear", "wind", "snow"):
        _stars(scene)
    if words.has(scene.brief.text, "aurora|northern lights|polarlicht|aurore"):
        _aurora(scene)
    if weather not in ("storm", "rain"):
        _disc(scene)
    scene.check()
    _deck(scene, _DECK.get(weather, 0.25))
    if weather in ("clear", "wind", "cloudy", "snow") and scene.brief.time != "night":
        _cumulus(scene)
    _horizon_glow(scene)
    if words.has(scene.brief.text, "rainbow|arcoíris|arc-en-ciel|regenbogen"):
        _rainbow(scene)


def _gradient(scene: Scene) -> None:
    page, palette = scene.page, scene.palette
    span = max(1.0, page.height - scene.layout.horizon)
    t = np.clip(np.arange(page.height, dtype=np.float32) / span, 0, 1)
    stops = np.array([0.0, 0.52, 0.96], dtype=np.float32)
    shades = np.stack([as_pixels(palette.top), as_pixels(palette.middle), as_pixels(palette.low)])
    column = np.stack([np.interp(t, stops, shades[:, i]) for i in range(3)], axis=1).astype(np.float32)
    page.rgb[:] = column[:, None, :]
    line = round(page.height - scene.layout.horizon)
    page.rgb[line:] = as_pixels(mix(palette.haze, palette.low, 0.2))


def _horizon_glow(scene: Scene) -> None:
    sx, sy = scene.sun
    layout, palette = scene.layout, scene.palette
    strength = {"storm": 0.25, "rain": 0.15, "fog": 0.35, "cloudy": 0.25}.get(scene.brief.weather, 0.5)
    if scene.brief.time == "day":
        strength *= 0.6
    if scene.palette.dark == 1.0:
        strength *= 0.45
    scene.page.glow(sx, min(sy, layout.horizon + layout.unit * 0.8), layout.unit * 0.95, palette.glow, strength * 0.7)


def _stars(scene: Scene) -> None:
    page, rng = scene.page, random.Random(scene.plan.random())
    unit = scene.layout.unit
    for _ in range(int(150 * scene.palette.dark**2 * page.width / unit)):
        x = rng.uniform(0, page.width)
        y = page.height - rng.random() ** 1.5 * (page.height - scene.layout.horizon)
        r = unit * rng.choice((0.0008, 0.0011, 0.0015, 0.0022))
        page.lit(ellipse(x, y, r, r, steps=8), (0.95, 0.97, 1.0), rng.uniform(0.35, 1.0) * min(1.0, scene.palette.dark))
        if r > unit * 0.002 and rng.random() < 0.5:
            page.lit(star(x, y, r * 4, r * 0.5, 4), (1, 1, 1), 0.8)
            page.glow(x, y, r * 9, (0.8, 0.88, 1.0), 0.5)


def _disc(scene: Scene) -> None:
    page, palette = scene.page, scene.palette
    x, y = scene.sun
    unit = scene.layout.unit
    veiled = {"fog": 0.45, "cloudy": 0.5, "snow": 0.6}.get(scene.brief.weather, 1.0)
    if palette.dark >= 1.0:
        r = unit * 0.062
        page.glow(x, y, r * 7, (0.55, 0.66, 0.9), 0.5 * veiled)
        page.glow(x, y, r * 2.6, (0.9, 0.92, 0.95), 0.5 * veiled)
        page.lit(ellipse(x, y, r), palette.glow, veiled)
        for dx, dy, k in ((-0.3, 0.25, 0.24), (0.28, -0.1, 0.17), (-0.1, -0.4, 0.2), (0.35, 0.42, 0.1)):
            page.lit(
                ellipse(x + dx * r, y + dy * r, r * k), mix(palette.glow, palette.middle, 0.2), 0.6 * veiled, r * 0.03
            )
        return
    low = scene.brief.time in ("dusk", "dawn")
    r = unit * (0.07 if low else 0.045)
    page.glow(x, y, r * 9, palette.glow, 0.55 * veiled)
    page.glow(x, y, r * 3.2, mix(palette.glow, (1, 1, 1), 0.3), 0.6 * veiled)
    page.lit(ellipse(x, y, r), mix(palette.glow, (1, 1, 1), 0.45), veiled, r * 0.06)


def _deck(scene: Scene, cover: float) -> None:
    """A layer of painted clouds with light relief, denser towards the top in bad weather."""
    page, palette = scene.page, scene.palette
    rows = int(min(page.height, page.height - scene.layout.horizon + scene.layout.unit * 0.06))
    if rows < 8:
        return
    rng = np.random.default_rng(scene.plan.getrandbits(32))
    heavy = cover > 0.6
    noise = fractal(
        rng,
        page.width,
        rows,
        (2.2 if heavy else 3.2) * page.width / scene.layout.unit,
        4 if heavy else 5,
        1.5 if heavy else 3.4,
        0.5,
    )
    height = np.linspace(0, 1, rows, dtype=np.float32)[:, None]
    bias = (0.62 - 0.75 * height**1.6) if heavy else -0.12 - 0.5 * np.abs(height - 0.55)
    density = np.clip((noise - (1.02 - cover) + bias * 0.55) * (2.6 if heavy else 2.2), 0, 1)
    density = density * density * (3 - 2 * density)
    lx, ly = page.lighting.toward
    k = max(2, int(scene.layout.unit * 0.014))
    relief = noise - np.roll(noise, (-int(ly * k * 1.5), -int(lx * k)), (0, 1))
    light = np.clip(0.42 + relief * (1.9 if heavy else 3.0) + height * 0.3, 0, 1)
    light *= 1 - 0.45 * np.clip(density * noise - 0.35, 0, 1)
    _lay(page.rgb[:rows], density * (0.96 if heavy else 0.62), light, palette.cloud_shade, palette.cloud)


def _lay(window: Pixels, density: Pixels, light: Pixels, dark: Colour, bright: Colour) -> None:
    fill = as_pixels(dark) + (as_pixels(bright) - as_pixels(dark)) * light[..., None]
    window += (fill - window) * density[..., None]


def _cumulus(scene: Scene) -> None:
    """A few puffy clouds with flat bases, larger near the top of the picture."""
    layout, plan = scene.layout, random.Random(scene.plan.random())
    count = {"cloudy": 6, "clear": 3, "wind": 5, "snow": 3}[scene.brief.weather]
    room = layout.height - layout.horizon
    for i in range(count):
        rise = 0.25 + 0.6 * (i + plan.random()) / count
        size = layout.unit * (0.09 + 0.17 * rise) * plan.uniform(0.8, 1.3)
        x = layout.width * ((i * 0.382 + plan.uniform(-0.1, 0.1)) % 1.0)
        puff(scene, scene.page, x, layout.horizon + room * rise, size, plan, 0.35 * (1 - rise))


def puff(scene: Scene, page: Layer, x: float, y: float, size: float, rng: random.Random, distance: float) -> None:
    """One cumulus cloud, `size` pixels half-wide, its base at y."""
    palette = scene.palette
    sprite = scene.sprite(-1.3, -0.2, 1.3, 1.0, size, tint=False)
    heaps = []
    for i in range(9):
        px = -0.95 + 1.9 * i / 8
        swell = 0.42 * (1 - (px / 1.15) ** 2) + 0.08
        heaps.append(ellipse(px * 0.9, swell * 0.55, 0.2 + 0.12 * swell, swell * rng.uniform(0.65, 1.1)))
    heaps.append(ellipse(0, 0.02, 1.05, 0.13))
    sprite.part(heaps, palette.cloud, 1.2, to=mix(palette.cloud, palette.cloud_shade, 0.85))
    for px, py, r in ((-0.4, 0.25, 0.2), (0.25, 0.34, 0.24), (0.6, 0.16, 0.15)):
        sprite.lit(ellipse(px, py, r, r * 0.8), mix(palette.cloud, palette.glow, 0.5), 0.28, 0.07)
    scene.stand(sprite, x, y, distance + 0.08)


def _aurora(scene: Scene) -> None:
    layout, rng = scene.layout, random.Random(scene.plan.random())
    for band, colour in enumerate(((0.3, 0.95, 0.65), (0.35, 0.7, 0.95), (0.75, 0.4, 0.9))):
        base = layout.horizon + (layout.height - layout.horizon) * (0.38 + 0.14 * band)
        points = [
            (layout.width * t / 6, base + layout.unit * 0.09 * math.sin(t * 1.3 + band + rng.random()))
            for t in range(-1, 8)
        ]
        for k in range(3):
            shifted = [(x, y + layout.unit * 0.045 * k) for x, y in points]
            width = layout.unit * (0.02 + 0.028 * k)
            scene.page.lit(ribbon(shifted, width, width), colour, 0.24 - 0.05 * k, width * 0.7)


def _rainbow(scene: Scene) -> None:
    layout = scene.layout
    hues = (
        (0.9, 0.35, 0.35),
        (0.97, 0.65, 0.3),
        (0.98, 0.9, 0.4),
        (0.45, 0.85, 0.5),
        (0.35, 0.6, 0.95),
        (0.6, 0.4, 0.85),
    )
    for i, colour in enumerate(hues):
        r = layout.unit * (0.66 - i * 0.014)
        points = [
            (layout.width * 0.55 + r * 1.15 * math.cos(a), layout.horizon - layout.unit * 0.05 + r * math.sin(a))
            for a in np.linspace(0, math.pi, 24)
        ]
        scene.page.lit(ribbon(points, layout.unit * 0.008, layout.unit * 0.008, 2), colour, 0.42, layout.unit * 0.004)
