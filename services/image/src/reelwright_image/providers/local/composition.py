"""Where the camera stands: horizon height, size and places of figures for each framing and aspect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .portraits import Measure

NEAR = ("close", "medium")
"""Framings that crop bodies and are composed by faces."""


@dataclass(frozen=True)
class Layout:
    """Measures of a picture in pixels, y counted up from the bottom edge."""

    width: int
    height: int
    unit: float
    """The length that sizes are given in: about the shorter usable side."""
    framing: str
    horizon: float
    feet: float
    """Where the nearest figures stand; below 0 when they are cut by the edge."""
    figure: float
    """Height of a grown person."""
    blur: float
    """Softness of the backdrop, for near shots."""


# framing: horizon, feet (fractions of the height), figure height (in units), backdrop blur (in units).
# Feet stay above the lowest 15 %, where players draw subtitles.
_FRAMINGS = {
    "medium-wide": (0.42, 0.16, 0.41, 0.0),
    "wide": (0.38, 0.17, 0.26, 0.0),
    "medium": (0.46, -0.34, 1.02, 0.0035),
    "close": (0.44, -1.42, 2.28, 0.011),
    "over": (0.44, 0.05, 0.60, 0.002),
    "low": (0.24, 0.15, 0.45, 0.0),
    "aerial": (0.80, 0.30, 0.22, 0.0),
}


def layout_for(width: int, height: int, framing: str) -> Layout:
    """The measures for a page; unknown framings are taken as medium-wide."""
    horizon, feet, figure, blur = _FRAMINGS.get(framing, _FRAMINGS["medium-wide"])
    unit = min(height, width * 1.2)
    tall = height / unit
    if tall > 1.02 and framing not in ("low", "aerial"):
        horizon *= 0.94
        figure *= 1.1
    baseline = feet * height if feet > 0 else feet * unit + (height - unit) * 0.35
    return Layout(width, height, unit, framing, horizon * height, baseline, figure * unit, blur * unit)


@dataclass(frozen=True)
class Spot:
    """A place to stand: centre x and baseline y in pixels (y up), size factor, facing (1 right, -1 left)."""

    x: float
    y: float
    size: float
    facing: int
    back: bool = False


def spots_for(layout: Layout, cast: Sequence[Measure], anchor: float, together: bool) -> tuple[Spot, ...]:
    """Places for figures of the given measures; `anchor` 0..1 is where a lone figure stands."""
    if not cast:
        return ()
    if layout.framing == "over" and len(cast) > 1:
        return _over_shoulder(layout, len(cast), anchor)
    if layout.framing in NEAR:
        return _side_by_side(layout, cast, anchor)
    sizes = _sizes(layout, cast)
    widths = [layout.figure * s * m.height * m.breadth for s, m in zip(sizes, cast, strict=True)]
    gap = 0.84 if together else 1.2
    total = sum(widths) * gap
    room = max(0.0, layout.width * 0.84 - total)
    x = layout.width / 2 + (anchor - 0.5) * room * (0.36 if len(cast) == 1 else 0.6) - total / 2
    spots = []
    for i, wide in enumerate(widths):
        step = layout.figure * 0.04 * (i % 2)
        spots.append(Spot(x + wide * gap / 2, layout.feet + step, sizes[i], _facing(i, len(cast), anchor)))
        x += wide * gap
    return tuple(spots)


def _facing(i: int, count: int, anchor: float) -> int:
    """Towards the middle, so that bodies extend outwards; a lone figure looks into the wider side."""
    if count == 1 or (count % 2 and i == count // 2):
        return 1 if anchor < 0.5 else -1
    return 1 if i < count / 2 else -1


def _sizes(layout: Layout, cast: Sequence[Measure]) -> list[float]:
    """Size factors that keep the largest figure near the height of a person and the smallest one visible."""
    tallest = max(m.height for m in cast)
    eased = [tallest * (m.height / tallest) ** 0.62 for m in cast]
    seen = max(e * min(m.stature, 1.2) for e, m in zip(eased, cast, strict=True))
    scale = min(max(seen, 0.86), 1.4) / seen
    need = sum(layout.figure * scale * e * m.breadth for e, m in zip(eased, cast, strict=True))
    high = layout.figure * scale * max(e * m.stature for e, m in zip(eased, cast, strict=True))
    scale *= min(1.0, layout.width * 0.9 / need, (layout.height * 0.92 - layout.feet) / high)
    return [scale * e / m.height for e, m in zip(eased, cast, strict=True)]


_FACE_SIZES = {"close": (0.2, 0.155, 0.115, 0.09), "medium": (0.1, 0.095, 0.085, 0.075)}


def _side_by_side(layout: Layout, cast: Sequence[Measure], anchor: float) -> tuple[Spot, ...]:
    """Near shots are composed by faces: next to each other, at about one height and of about one size."""
    count = len(cast)
    radius = min(layout.unit * _FACE_SIZES[layout.framing][min(count, 4) - 1], layout.width * 0.36 / count)
    gap = min(layout.width * 0.9 / count, radius * (4.4 if layout.framing == "close" else 6.4))
    eye = layout.height * (0.54 if layout.framing == "close" else 0.58)
    lone = (anchor - 0.5) * layout.width * 0.25 if count == 1 else 0.0
    spots = []
    for i, one in enumerate(cast):
        facing = _facing(i, count, anchor)
        bulk = min(max(one.height, 0.2), 1.6) ** (0.12 if layout.framing == "close" else 0.3)
        tall = radius * bulk / one.radius
        if not one.airborne:
            # Small or lying animals come nearer, as far as there is room for them.
            seen = layout.height * (0.42 if count == 1 else 0.3) / one.stature
            tall = max(tall, min(seen, tall * 1.8, layout.width * 0.9 / count / one.breadth))
        x = layout.width / 2 + lone + (i - (count - 1) / 2) * gap
        y = eye - radius * max(0.0, 1 - bulk) - one.face[1] * tall
        if not one.airborne:
            # Whoever is seen down to the feet stands on the ground in front, not in the air.
            lowest = layout.height * 0.16 + radius * bulk - one.face[1] * tall
            y = max(lowest, min(y, layout.height * (0.05 if layout.framing == "close" else 0.15)))
        spots.append(Spot(x - facing * one.face[0] * tall, y, tall / (layout.figure * one.height), facing))
    return tuple(spots)


def _over_shoulder(layout: Layout, count: int, anchor: float) -> tuple[Spot, ...]:
    side = 0.2 if anchor < 0.5 else 0.8
    near = Spot(layout.width * side, -1.02 * layout.unit + (layout.height - layout.unit) * 0.3, 2.9, 1, back=True)
    far = layout.width * (1 - side * 0.9 if side < 0.5 else 0.28)
    others = [
        Spot(far + (i - (count - 2) / 2) * layout.figure * 0.5, layout.feet, 1.0, -1 if side < 0.5 else 1)
        for i in range(count - 1)
    ]
    return (near, *others)
