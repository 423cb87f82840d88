"""Muzzles, mouths, whiskers and eyes of four-legged animals."""

from __future__ import annotations

from .animal_plans import Plan
from .colours import Colour, mix, rgb
from .layer import Layer
from .look import Look
from .shapes import Point, ellipse, ribbon, smooth


def muzzle(layer: Layer, plan: Plan, look: Look, x: float, y: float, r: float, face: Colour, gesture: str) -> None:
    m = plan.muzzle
    pale = mix(face, (1, 0.97, 0.92), 0.7)
    if look.family in ("fox", "cat", "lion", "dog") and look.species != "panther":
        layer.flat(
            smooth(
                [
                    (x - r * 0.5, y - r * 0.3),
                    (x + r * 0.2, y - r * 0.1),
                    (x + r * 0.95, y - r * 0.25),
                    (x + r * 0.5, y - r * 0.92),
                    (x - r * 0.2, y - r * 0.85),
                ],
                5,
            ),
            pale,
            0.85,
        )
    mx, my = x + r * 0.32 + m * 0.45, y - r * 0.36
    layer.part(
        ellipse(mx, my, m * 0.95 + r * 0.1, m * 0.55 + r * 0.08),
        pale if look.species != "panther" else mix(face, (1, 1, 1), 0.12),
    )
    nose = (mx + m * 0.42, my + m * 0.28)
    dark = rgb("2c2226") if look.family != "cat" and look.species != "rabbit" else rgb("d88a88")
    layer.part(
        smooth(
            [
                (nose[0] - r * 0.16, nose[1] + r * 0.07),
                (nose[0] + r * 0.16, nose[1] + r * 0.07),
                (nose[0], nose[1] - r * 0.12),
            ],
            5,
        ),
        dark,
    )
    layer.lit(ellipse(nose[0] - r * 0.03, nose[1] + r * 0.04, r * 0.04, r * 0.025, steps=10), (1, 1, 1), 0.6)
    _animal_mouth(layer, r, gesture, nose)
    _whiskers(layer, look, r, m, mx, my)


def _animal_mouth(layer: Layer, r: float, gesture: str, nose: Point) -> None:
    """A smile, or an open mouth when the animal is lively."""
    smile = ribbon(
        [
            (nose[0] - r * 0.34, nose[1] - r * 0.28),
            (nose[0] - r * 0.12, nose[1] - r * 0.36),
            (nose[0], nose[1] - r * 0.22),
            (nose[0] + r * 0.14, nose[1] - r * 0.35),
            (nose[0] + r * 0.24, nose[1] - r * 0.28),
        ],
        r * 0.022,
        r * 0.022,
    )
    if gesture in ("argue", "run", "dance", "play"):
        layer.flat(ellipse(nose[0] - r * 0.05, nose[1] - r * 0.36, r * 0.17, r * 0.14), rgb("7a2a30"))
        layer.flat(ellipse(nose[0] - r * 0.05, nose[1] - r * 0.43, r * 0.11, r * 0.08), rgb("e88a90"))
    else:
        layer.flat(smile, rgb("3a282c"), 0.85)


def _whiskers(layer: Layer, look: Look, r: float, m: float, mx: float, my: float) -> None:
    """Whiskers of cats, rabbits and lions."""
    if look.family in ("cat", "rabbit", "lion"):
        for k in (-0.08, 0.0, 0.08):
            for sign in (-1, 1):
                tip = (mx + sign * (m + r * 0.75), my + k * 2 * r)
                layer.flat(ribbon([(mx + sign * m * 0.5, my + k * r), tip], r * 0.012, r * 0.006), (1, 1, 1), 0.6)


def eyes(layer: Layer, eyes: list[Point], r: float, gesture: str, look: Look) -> None:
    for x, y in eyes:
        if gesture in ("sleep", "hug"):
            layer.flat(
                ribbon([(x - r * 0.14, y), (x, y - r * 0.08), (x + r * 0.14, y)], r * 0.03, r * 0.03), rgb("2a2024")
            )
            continue
        if look.species in ("panther", "sheep", "wolf") or look.family == "cat":
            layer.flat(ellipse(x, y, r * 0.16, r * 0.18), mix(look.eye_colour, rgb("f0d860"), 0.5))
            layer.flat(ellipse(x + r * 0.02, y, r * 0.07, r * 0.15), rgb("17131c"))
        else:
            layer.flat(ellipse(x, y, r * 0.135, r * 0.17), rgb("1f181c"))
        layer.lit(ellipse(x + r * 0.05, y + r * 0.07, r * 0.05, r * 0.055, steps=12), (1, 1, 1), 0.95)
        layer.lit(ellipse(x - r * 0.04, y - r * 0.07, r * 0.026, steps=8), (1, 1, 1), 0.5)
        if gesture in ("argue", "sneak"):
            layer.flat(
                ribbon([(x - r * 0.2, y + r * 0.3), (x + r * 0.16, y + r * 0.2)], r * 0.04, r * 0.03), rgb("2a2024")
            )
