"""Coats and tails of four-legged animals: stripes, patches, spots, spines."""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from .animal_plans import Plan
from .colours import Colour, mix, rgb
from .layer import Layer
from .look import Look
from .shapes import ellipse, ribbon, smooth


def markings(layer: Layer, look: Look, half: float, y: float, t: float, rng: random.Random) -> None:
    coat = look.garment_colour
    if look.species in ("tiger", "zebra"):
        _tiger_stripes(layer, half, y, t)
    elif look.species == "panda":
        _panda_vest(layer, half, y, t)
    elif look.species == "hedgehog":
        _spines(layer, half, y, t, coat, rng)
    elif look.species == "deer":
        _fawn_spots(layer, half, y, t, rng)
    elif look.species == "camel":
        _hump(layer, half, y, t, coat)
    else:
        _coat_pattern(layer, look, half, y, t, rng)


def _coat_pattern(layer: Layer, look: Look, half: float, y: float, t: float, rng: random.Random) -> None:
    """Patches on cows and on every third dog, cat and horse; tabby stripes on every third cat."""
    patched = look.family == "dog" or look.species in ("cat", "horse")
    if look.species in ("cow", "giraffe") or (patched and look.variety % 3 == 0):
        _patches(layer, look, half, y, t, look.garment_colour, rng)
    elif look.family == "cat" and look.variety % 3 == 1:
        _tabby(layer, half, y, t, look.garment_colour)


def _tabby(layer: Layer, half: float, y: float, t: float, coat: Colour) -> None:
    for k in range(5):
        x = -half * 0.8 + half * 0.4 * k
        layer.flat(
            smooth([(x - 0.014, y + t * 0.9), (x + 0.016, y + t * 0.9), (x + 0.02, y + t * 0.2)], 4),
            mix(coat, rgb("3a2418"), 0.5),
            0.8,
        )


def _hump(layer: Layer, half: float, y: float, t: float, coat: Colour) -> None:
    layer.part(smooth([(-half * 0.5, y + t * 0.7), (-half * 0.1, y + t * 2.0), (half * 0.35, y + t * 0.75)], 6), coat)


def _fawn_spots(layer: Layer, half: float, y: float, t: float, rng: random.Random) -> None:
    for _ in range(12):
        layer.flat(
            ellipse(rng.uniform(-half, half * 0.6), y + rng.uniform(0.0, 0.75) * t, 0.012), (1, 0.95, 0.85), 0.85
        )


def _patches(layer: Layer, look: Look, half: float, y: float, t: float, coat: Colour, rng: random.Random) -> None:
    patch = (
        rgb("3a3036")
        if look.species == "cow"
        else look.second_colour
        if look.family == "cat"
        else mix(coat, (1, 1, 1), 0.6)
    )
    for px, r in ((-half * 0.5, 0.7), (half * 0.35, 0.5)):
        layer.flat(
            smooth(
                [
                    (
                        px + rng.uniform(0.7, 1.1) * t * r * math.cos(a),
                        y + t * 0.25 + rng.uniform(0.6, 0.9) * t * r * math.sin(a),
                    )
                    for a in (0, 1, 2, 3, 4, 5)
                ],
                5,
            ),
            patch,
            0.85,
        )


def _spines(layer: Layer, half: float, y: float, t: float, coat: Colour, rng: random.Random) -> None:
    for k in range(70):
        a = math.radians(15 + 150 * rng.random())
        d = rng.uniform(0.5, 1.1)
        x, py = math.cos(a) * (half + t * 0.4) * d - 0.04, y + math.sin(a) * t * 1.1 * d
        layer.flat(
            [(x - 0.02, py - 0.02), (x + 0.02, py), (x - 0.05, py + 0.09)],
            mix(coat, rgb("f0e0c0") if k % 3 == 0 else rgb("3a2a20"), 0.45),
        )


def _panda_vest(layer: Layer, half: float, y: float, t: float) -> None:
    layer.part(
        smooth(
            [
                (half * 0.45, y + t * 0.98),
                (half + t * 0.4, y + t * 0.5),
                (half + t * 0.2, y - t * 0.6),
                (half * 0.5, y - t * 0.75),
            ],
            5,
        ),
        rgb("26262e"),
    )


def _tiger_stripes(layer: Layer, half: float, y: float, t: float) -> None:
    for k in range(7):
        x = -half * 0.95 + 2 * half * k / 6.5
        layer.flat(
            smooth(
                [
                    (x - 0.018, y + t * 0.92),
                    (x + 0.02, y + t * 0.92),
                    (x + 0.03, y + t * 0.2),
                    (x + 0.01, y - t * 0.1),
                ],
                4,
            ),
            rgb("2e2226"),
            0.9,
        )


def tail(layer: Layer, plan: Plan, look: Look, down: float, rng: random.Random) -> None:
    x, y = -plan.length / 2 - plan.thick * 0.2, max(plan.back - plan.thick * 0.5 - down, 0.1)
    coat = look.garment_colour
    painter = _TAILS.get(plan.tail)
    if painter is not None:
        painter(layer, plan, look, x, y, coat)


def _tail_up(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(ribbon([(x, y), (x - 0.14, y + 0.1), (x - 0.15, y + 0.28)], 0.05, 0.02), coat)


def _tail_curl(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        ribbon(
            [(x, y), (x - 0.2, y + 0.02), (x - 0.26, y + 0.2), (x - 0.17, y + 0.32), (x - 0.11, y + 0.25)],
            0.034,
            0.024,
        ),
        coat,
    )


def _tail_brush(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        ribbon([(x, y), (x - 0.2, y - 0.06), (x - 0.4, y - 0.02), (x - 0.52, y + 0.1)], 0.04, 0.012, middle=0.1),
        coat,
    )
    layer.part(
        ribbon([(x - 0.36, y - 0.03), (x - 0.44, y + 0.02), (x - 0.53, y + 0.11)], 0.07, 0.008),
        mix(coat, (1, 1, 1), 0.8),
    )


def _tail_thin(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    end = (x - 0.2, y - 0.24)
    layer.part(ribbon([(x, y), (x - 0.13, y - 0.02), end], 0.02, 0.014), coat)
    if plan.tail == "tuft" or look.species == "cow":
        layer.part(ellipse(end[0], end[1] - 0.03, 0.04, 0.065), mix(coat, rgb("4a2a1c"), 0.6))


def _tail_hair(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        smooth([(x, y + 0.04), (x - 0.12, y), (x - 0.2, y - 0.24), (x - 0.14, y - 0.42), (x - 0.04, y - 0.16)], 6),
        look.hair_colour,
    )


def _tail_puff(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(ellipse(x - 0.03, y - 0.06, 0.075), mix(coat, (1, 1, 1), 0.5 if plan.tail == "puff" else 0.0))


def _tail_plume(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        smooth(
            [
                (x + 0.03, 0.1),
                (x - 0.2, 0.12),
                (x - 0.3, 0.5),
                (x - 0.2, 0.86),
                (x - 0.02, 0.88),
                (x - 0.06, 0.66),
                (x - 0.08, 0.4),
            ],
            6,
        ),
        mix(coat, (0.3, 0.1, 0.05), 0.15),
        1.2,
    )


_TAILS: dict[str, Callable[[Layer, Plan, Look, float, float, Colour], None]] = {
    "up": _tail_up,
    "curl": _tail_curl,
    "brush": _tail_brush,
    "thin": _tail_thin,
    "tuft": _tail_thin,
    "hair": _tail_hair,
    "puff": _tail_puff,
    "stub": _tail_puff,
    "plume": _tail_plume,
}
