"""Outdoor places at the water: sea, lighthouse coast, river and lake."""

from __future__ import annotations

import math
import random

import numpy as np

from . import words
from .buildings import house, lighthouse
from .colours import Pixels, mix, rgb
from .grounds import grass, snowy
from .scene import Scene, dice
from .shapes import Path, ellipse
from .terrain import land, mist, mountains, roll, scatter, tufts
from .trees import palm, reeds, rock, round_tree, wood
from .water import spray, swell, water

SEA = rgb("2f7f95")


def sea(scene: Scene) -> None:
    """Open water with an island; a warm beach has palms, a rocky coast stones, the high sea neither."""
    h, u = scene.layout.horizon, scene.layout.unit
    plan = random.Random(scene.plan.random())
    land(scene, _island(scene, plan.uniform(0.15, 0.85), u * 0.22, u * 0.09, h), rgb("6f8f86"), rgb("8aa890"), 0.6, h)
    water(scene, h, 0.0, SEA, 0.5)
    scene.check()
    swell(scene, h - u * 0.04, u * 0.12, SEA)
    text = scene.brief.place_text
    if _only_swimmers(scene) or ("open sea" in text and not scene.brief.characters):
        swell(scene, h * 0.55, u * 0.16, SEA)
        return
    rocky = words.has(text, "rocky|rocks|cliff|cliffs|coast|fjord|north|icy")
    shore = roll(scene, standing(scene, h * 0.2), u * 0.1, 1.0, 2)
    wet = land_edge(scene, shore)
    scene.page.flat(wet, scene.veil((0.96, 0.98, 0.97), 0.0), 0.75, u * 0.004)
    sand = rgb("e8edf4") if snowy(scene) else rgb("a09a90") if rocky else rgb("ecd0a0")
    land(scene, shore, mix(sand, rgb("b8905f"), 0.25), sand, 0.04, texture=0.1)
    warm = scene.brief.weather in ("clear", "cloudy", "wind") and scene.brief.mood not in ("tense", "melancholy")
    if words.has(text, "beach|sandy|island|tropical|palm|playa|plage|strand") and warm and not snowy(scene):
        palm(scene, scene.layout.width * 0.93, h * 0.3, u * 0.62, plan, 0.0)
    for x, y, near in scatter(scene, plan, 22 if rocky else 6, u * 0.02, h * (0.34 if rocky else 0.22)):
        rock(scene, x, y, u * (0.03 + (0.1 if rocky else 0.05) * near), plan, rgb("7f7a78" if rocky else "8f8a84"))


def _only_swimmers(scene: Scene) -> bool:
    cast = scene.brief.characters
    return bool(cast) and all(c.look.family in ("whale", "fish") and c.look.species != "crab" for c in cast)


def land_edge(scene: Scene, line: Pixels) -> Path:
    """A foamy strip along a shore."""
    u = scene.layout.unit
    upper = [(float(x), float(line[x]) + u * 0.012 + u * 0.006 * math.sin(x / u * 40)) for x in range(0, len(line), 6)]
    lower = [(float(x), float(line[x]) - u * 0.01) for x in range(len(line) - 1, -1, -6)]
    return upper + lower


def _island(scene: Scene, at: float, half: float, tall: float, base: float) -> Pixels:
    x = np.arange(scene.layout.width, dtype=np.float32)
    bump = np.clip(1 - ((x - at * scene.layout.width) / half) ** 2, 0, 1) ** 0.8
    wobble = roll(scene, 0.55, 0.45, 9.0, 3)
    filled: Pixels = (base + tall * bump * wobble - 2 * (bump <= 0)).astype(np.float32)
    return filled


def cliff_right(scene: Scene) -> bool:
    """On which side of the page the lighthouse cliff stands; the other side is open sea."""
    return dice(scene.brief.place_text) % 5 < 3


def standing(scene: Scene, height: float) -> float:
    """A height for the near shore at which figures stand on land."""
    return max(height, min(scene.layout.feet + scene.layout.unit * 0.02, scene.layout.horizon * 0.6))


def coast(scene: Scene) -> None:
    """A lighthouse on a cliff above the sea, with surf and a path."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    right = cliff_right(scene)
    land(scene, _island(scene, 0.2 if right else 0.8, u * 0.3, u * 0.06, h), rgb("6a7f8a"), rgb("8aa0a4"), 0.66, h)
    water(scene, h, 0.0, SEA, 0.42)
    scene.check()
    swell(scene, h - u * 0.03, u * 0.06, SEA)
    at = 0.77 if right else 0.23
    cliff = _cliff(scene, right, plan)
    stone = rgb("7f7468")
    scene.page.part(cliff, stone, 0.35, to=mix(stone, rgb("2f3040"), 0.5))
    _strata(scene, cliff, stone, plan)
    tall = u * (0.62 if scene.layout.framing != "aerial" else 0.34)
    base = h + u * 0.15 if scene.layout.framing != "aerial" else h - u * 0.1
    tall = max(u * 0.2, min(tall, (scene.layout.height * 0.97 - base) / 1.09))
    lighthouse(scene, w * at, base - u * 0.01, tall, 0.04)
    house(scene, w * (at + (0.115 if right else -0.115)), base - u * 0.015, u * 0.13, plan, 0.05)
    green = grass(scene)
    turf = [(x, y) for x, y in cliff if y > base - u * 0.075]
    if len(turf) > 2:
        fringe = [*turf, *[(x, y - u * 0.024 - u * 0.012 * plan.random()) for x, y in reversed(turf)]]
        scene.page.flat(fringe, scene.veil(green, 0.05), 0.95, u * 0.002)
    rough = scene.brief.weather in ("storm", "wind", "rain")
    edge = w * (0.44 if right else 0.56)
    for k in range(4):
        x = edge + u * (0.05 * k - 0.1) * (1 if right else -1)
        rock(scene, x, h - u * (0.2 + 0.05 * k), u * plan.uniform(0.08, 0.15), plan, rgb("5f5a5c"))
        if rough:
            spray(scene, x, h - u * (0.19 + 0.05 * k), u * plan.uniform(0.12, 0.24))
    line = roll(scene, standing(scene, h * 0.16), u * 0.12, 1.1, 4)
    land(scene, line, mix(green, rgb("6a6a58"), 0.35), mix(rgb("4a463f"), green, 0.2), 0.0)
    tufts(scene, 0.0, h * 0.34, mix(green, rgb("4a5a30"), 0.4), 120, 0.03)
    for x, y, near in scatter(scene, plan, 8, u * 0.01, h * 0.3):
        rock(scene, x, y, u * (0.03 + 0.06 * near), plan, rgb("76706a"))


def _cliff(scene: Scene, right: bool, plan: random.Random) -> Path:
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    top = h + u * 0.14 if scene.layout.framing != "aerial" else h - u * 0.11
    out: Path = [
        (w * 1.05, top + u * 0.02),
        (w * 0.9, top + u * 0.02),
        (w * 0.72, top + u * 0.008),
        (w * 0.62, top - u * 0.012),
    ]
    x, y = w * 0.6, top - u * 0.035
    while y > h * 0.1:
        out.append((x, y))
        x += u * plan.uniform(-0.055, 0.03)
        y -= u * plan.uniform(0.03, 0.07)
    out += [(x - u * 0.06, 0), (w * 1.05, 0)]
    return out if right else [(w - px, py) for px, py in out]


def _strata(scene: Scene, cliff: Path, stone: tuple[float, float, float], plan: random.Random) -> None:
    u, w = scene.layout.unit, scene.layout.width
    face = [p for p in cliff if 0 < p[0] < w][3:-2]
    sign = 1 if face and face[0][0] > w / 2 else -1
    for x, y in face:
        for _ in range(5):
            px = x + sign * u * plan.uniform(0.01, 0.4)
            py = y - u * plan.uniform(0.0, 0.03)
            size = u * plan.uniform(0.01, 0.034)
            tone = mix(stone, (0.95, 0.9, 0.85), 0.22) if plan.random() < 0.45 else mix(stone, (0.1, 0.1, 0.2), 0.4)
            facet: Path = [
                (px, py),
                (px + size, py + size * plan.uniform(-0.2, 0.5)),
                (px + size * 0.7, py - size * 3.2),
                (px + size * 0.1, py - size * plan.uniform(1.6, 3.6)),
            ]
            scene.page.flat(facet, scene.veil(tone, 0.05), 0.34)


def river(scene: Scene) -> None:
    """A lake or river mirroring wooded hills, with reeds and a jetty."""
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    plan = random.Random(scene.plan.random())
    mountains(scene, h - u * 0.01, u * 0.3, 3, rgb("7f8fae"), 0.6, 0.35)
    ground = grass(scene)
    land(scene, roll(scene, h - u * 0.0, u * 0.14, 2.2), mix(ground, rgb("3f7a5a"), 0.4), ground, 0.46, h - u * 0.01)
    wood(scene, h, u * 0.16, 17, 0.36, plan, "mixed", u * 0.004)
    mist(scene, h + u * 0.02, u * 0.035, 0.4)
    scene.check()
    water(scene, h, 0.0, rgb("2f6f80"), 0.78)
    scene.check()
    _shore(scene, plan, ground)
    for x in (0.05, 0.12, 0.88, 0.96):
        reeds(scene, w * x, h * plan.uniform(0.25, 0.45), u * plan.uniform(0.14, 0.2), plan)
    for _ in range(9):
        x, y = plan.uniform(0.15, 0.85) * w, h * plan.uniform(0.3, 0.6)
        r = u * 0.02 * (1.3 - y / h)
        scene.page.flat(ellipse(x, y, r, r * 0.32), scene.veil(rgb("4a8a54"), 0.1), 0.95)
        if plan.random() < 0.4:
            scene.page.flat(ellipse(x, y + r * 0.25, r * 0.35, r * 0.22), scene.veil(rgb("f4c0d0"), 0.05))


def _shore(scene: Scene, plan: random.Random, ground: tuple[float, float, float]) -> None:
    h, u, w = scene.layout.horizon, scene.layout.unit, scene.layout.width
    x = np.linspace(-1, 1, w, dtype=np.float32)
    sides = np.abs(x + 0.15 * plan.choice((-1, 1))) ** 2.2
    line = (standing(scene, h * 0.2) + h * 0.36 * sides + roll(scene, 0, u * 0.03, 4.0, 3)).astype(np.float32)
    land(scene, line, ground, mix(ground, rgb("2f4a3a"), 0.45), 0.04)
    big = 0.93 if plan.random() < 0.5 else 0.07
    round_tree(scene, w * big, h * 0.5, u * 0.66, plan, 0.02)
    if not snowy(scene):
        tufts(scene, 0.0, h * 0.34, mix(ground, rgb("3a6a3a"), 0.35), 90, 0.025)
