"""Paints a prompt: sky, place, things, figures, weather and light, one layer after the other."""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from PIL import Image

from .brief import Brief, read_brief
from .composition import Layout, layout_for
from .enclosed import ENCLOSED
from .figures import draw_cast
from .layer import Lighting, sheet
from .light import finish, rays, soften
from .objects import draw_things
from .palette import Palette, palette_for
from .places import PLACES, fringed
from .scene import Scene, dice
from .site_painters import SITE_PAINTERS
from .sky import paint_sky
from .weather import before, behind, leaf

SMALLEST, LARGEST = 64, 2048


class Stopped(Exception):
    """The caller's should_stop() said so; nothing was drawn to the end."""


def _ignore(_: float) -> None:
    return None


def _never() -> bool:
    return False


def draw(
    prompt: str,
    *,
    width: int,
    height: int,
    seed: int,
    progress: Callable[[float], None] = _ignore,
    should_stop: Callable[[], bool] = _never,
) -> Image.Image:
    """Draws `prompt` as an RGB picture of `width` x `height` pixels (64 to 2048 each).

    Equal arguments give identical pixels. `progress` gets rising fractions up to 1.0; `should_stop` is asked between
    layers. Raises ValueError for a side out of range and Stopped when asked to stop.
    """
    for name, side in (("width", width), ("height", height)):
        if not SMALLEST <= side <= LARGEST:
            raise ValueError(f"{name} must be between {SMALLEST} and {LARGEST} pixels, got {side}")

    def check() -> None:
        if should_stop():
            raise Stopped

    check()
    scene = _scene(read_brief(prompt, seed), width, height, seed, check)
    steps = (_backdrop, _middle, draw_things, draw_cast, _front)
    for done, step in enumerate(steps):
        progress(done / (len(steps) + 1))
        step(scene)
        check()
    progress(len(steps) / (len(steps) + 1))
    picture = finish(scene)
    progress(1.0)
    return picture


def _scene(brief: Brief, width: int, height: int, seed: int, check: Callable[[], None]) -> Scene:
    palette = palette_for(brief.time, brief.weather, brief.mood)
    layout = layout_for(width, height, brief.framing)
    plan = random.Random(dice(f"{brief.place}|{brief.place_text}"))
    brush = np.random.default_rng(dice(f"{seed}|{brief.text}"))
    sun = _sun(brief, layout, plan, seed)
    page = sheet(width, height, _lighting(palette, layout, sun))
    return Scene(page, palette, layout, brief, brush, plan, sun, check)


def _sun(brief: Brief, layout: Layout, plan: random.Random, seed: int) -> tuple[float, float]:
    rise = {"dawn": 0.12, "morning": 0.5, "day": 0.8, "dusk": 0.1, "night": 0.74}.get(brief.time, 0.7)
    side = plan.choice((0.24, 0.76)) + (random.Random(seed).random() - 0.5) * 0.12
    room = min(layout.height - layout.horizon, layout.unit * 0.75)
    return layout.width * side, layout.horizon + room * rise


def _lighting(palette: Palette, layout: Layout, sun: tuple[float, float]) -> Lighting:
    toward = (0.75 if sun[0] > layout.width / 2 else -0.75, -0.66)
    return Lighting(toward, palette.tint, palette.shade, palette.glow, palette.rim, palette.rim_strength)


def _backdrop(scene: Scene) -> None:
    if scene.brief.place not in ENCLOSED:
        paint_sky(scene)
    scene.check()


def _middle(scene: Scene) -> None:
    (SITE_PAINTERS.get(scene.brief.site) or PLACES[scene.brief.place])(scene)
    scene.check()
    outdoors = scene.brief.place not in ENCLOSED
    if outdoors:
        behind(scene)
        if scene.brief.time in ("dusk", "dawn") and scene.brief.weather in ("clear", "wind", "snow", "cloudy"):
            rays(scene)
    if scene.brief.characters or scene.brief.things:
        soften(scene, scene.layout.blur)


def _front(scene: Scene) -> None:
    if scene.brief.place in ENCLOSED:
        return
    if scene.brief.place in fringed and scene.brief.site not in ("pitch", "road"):
        fringed[scene.brief.place](scene)
    before(scene)
    if scene.brief.season == "autumn":
        drift = random.Random(int(scene.brush.integers(1 << 40)))
        for _ in range(18):
            size = scene.layout.unit * drift.uniform(0.006, 0.016)
            leaf(scene, drift.uniform(0, scene.layout.width), drift.uniform(0, scene.layout.height), size, drift)
