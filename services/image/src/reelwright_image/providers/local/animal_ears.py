"""Ears of four-legged animals: pointed, round, floppy, long, leaf-shaped, fans."""

from __future__ import annotations

from collections.abc import Callable

from .animal_plans import Plan
from .colours import Colour, mix, rgb
from .layer import Layer
from .look import Look
from .shapes import ellipse, smooth


def ears(layer: Layer, plan: Plan, look: Look, x: float, y: float, r: float, face: Colour, near: bool) -> None:
    inner = mix(face, rgb("e8a0a0"), 0.55)
    side = -1 if near else 1
    ex = x + (-0.5 if near else 0.5) * r
    tone = rgb("26262e") if look.species == "panda" else face
    kind = plan.ears
    painter = _EARS.get(kind)
    if painter is not None:
        painter(layer, look, x, y, r, face, near, kind, inner, side, ex, tone)


def _ear_pointed(
    layer: Layer,
    look: Look,
    x: float,
    y: float,
    r: float,
    face: Colour,
    near: bool,
    kind: str,
    inner: Colour,
    side: int,
    ex: float,
    tone: Colour,
) -> None:
    k = 0.6 if look.family == "horse" else 1.0
    ear = [
        (ex - r * 0.34 * k, y + r * 0.62),
        (ex + side * r * 0.14, y + r * (1.0 + 0.65 * k)),
        (ex + r * 0.36 * k, y + r * 0.66),
    ]
    layer.part(smooth(ear, 3), tone)
    layer.flat(
        [
            (ex - r * 0.16 * k, y + r * 0.74),
            (ex + side * r * 0.12, y + r * (1.0 + 0.4 * k)),
            (ex + r * 0.18 * k, y + r * 0.76),
        ],
        inner if look.species != "fox" else rgb("f0e0d0"),
        0.85,
    )


def _ear_round(
    layer: Layer,
    look: Look,
    x: float,
    y: float,
    r: float,
    face: Colour,
    near: bool,
    kind: str,
    inner: Colour,
    side: int,
    ex: float,
    tone: Colour,
) -> None:
    k = 0.34 if kind == "round" else 0.58
    layer.part(ellipse(ex + side * r * 0.2, y + r * (0.82 if kind == "round" else 0.9), r * k), tone)
    layer.flat(
        ellipse(ex + side * r * 0.2, y + r * (0.8 if kind == "round" else 0.88), r * k * 0.6),
        inner if look.species != "panda" else tone,
        0.85,
    )


def _ear_floppy(
    layer: Layer,
    look: Look,
    x: float,
    y: float,
    r: float,
    face: Colour,
    near: bool,
    kind: str,
    inner: Colour,
    side: int,
    ex: float,
    tone: Colour,
) -> None:
    dark = mix(face, (0.15, 0.08, 0.05), 0.35)
    layer.part(
        smooth(
            [
                (ex, y + r * 0.85),
                (ex + side * r * 0.5, y + r * 0.75),
                (ex + side * r * 0.75, y + r * 0.0),
                (ex + side * r * 0.5, y - r * 0.42),
                (ex + side * r * 0.22, y + r * 0.15),
            ],
            6,
        ),
        dark,
        1.2,
    )


def _ear_long(
    layer: Layer,
    look: Look,
    x: float,
    y: float,
    r: float,
    face: Colour,
    near: bool,
    kind: str,
    inner: Colour,
    side: int,
    ex: float,
    tone: Colour,
) -> None:
    lean = -0.12 if near else 0.2
    layer.part(
        smooth(
            [
                (ex - r * 0.24, y + r * 0.6),
                (ex - r * 0.3 + lean * r, y + r * 1.7),
                (ex + lean * r * 1.4, y + r * 2.4),
                (ex + r * 0.28 + lean * r, y + r * 1.7),
                (ex + r * 0.22, y + r * 0.6),
            ],
            6,
        ),
        tone,
    )
    layer.flat(
        smooth(
            [
                (ex - r * 0.1, y + r * 0.9),
                (ex - r * 0.14 + lean * r, y + r * 1.7),
                (ex + lean * r * 1.3, y + r * 2.15),
                (ex + r * 0.14 + lean * r, y + r * 1.7),
                (ex + r * 0.1, y + r * 0.9),
            ],
            5,
        ),
        inner,
        0.85,
    )


def _ear_leaf(
    layer: Layer,
    look: Look,
    x: float,
    y: float,
    r: float,
    face: Colour,
    near: bool,
    kind: str,
    inner: Colour,
    side: int,
    ex: float,
    tone: Colour,
) -> None:
    tip = (x + side * r * 1.7, y + r * 0.85)
    layer.part(
        smooth([(ex, y + r * 0.8), (ex + side * r * 0.6, y + r * 1.0), tip, (ex + side * r * 0.6, y + r * 0.45)], 5),
        tone,
    )


def _ear_fan(
    layer: Layer,
    look: Look,
    x: float,
    y: float,
    r: float,
    face: Colour,
    near: bool,
    kind: str,
    inner: Colour,
    side: int,
    ex: float,
    tone: Colour,
) -> None:
    layer.part(
        smooth(
            [
                (x - r * 0.1, y + r * 0.9),
                (x - r * 1.0, y + r * 1.05),
                (x - r * 1.45, y + r * 0.2),
                (x - r * 1.15, y - r * 0.75),
                (x - r * 0.45, y - r * 0.85),
                (x - r * 0.15, y - r * 0.2),
            ],
            6,
        ),
        mix(face, (0.1, 0.05, 0.15), 0.16),
        1.3,
    )
    layer.flat(
        smooth(
            [
                (x - r * 0.3, y + r * 0.6),
                (x - r * 0.95, y + r * 0.7),
                (x - r * 1.15, y + r * 0.1),
                (x - r * 0.9, y - r * 0.5),
                (x - r * 0.4, y - r * 0.5),
            ],
            6,
        ),
        inner,
        0.35,
        0.02,
    )


_EARS: dict[str, Callable[[Layer, Look, float, float, float, Colour, bool, str, Colour, int, float, Colour], None]] = {
    "pointed": _ear_pointed,
    "round": _ear_round,
    "dish": _ear_round,
    "floppy": _ear_floppy,
    "long": _ear_long,
    "leaf": _ear_leaf,
    "fan": _ear_fan,
}
