"""Where the camera stands: horizon height, size and places of figures for each framing and aspect."""

from __future__ import annotations

from dataclasses import dataclass


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


# framing: horizon, feet (fractions of the height), figure height (in units), backdrop blur (in units)
_FRAMINGS = {
    "medium-wide": (0.40, 0.10, 0.46, 0.0),
    "wide": (0.36, 0.11, 0.27, 0.0),
    "medium": (0.46, -0.34, 1.02, 0.0035),
    "close": (0.44, -1.42, 2.28, 0.011),
    "over": (0.44, 0.05, 0.60, 0.002),
    "low": (0.17, 0.035, 0.72, 0.0),
    "aerial": (0.80, 0.09, 0.22, 0.0),
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


def spots_for(layout: Layout, heights: tuple[float, ...], anchor: float, together: bool) -> tuple[Spot, ...]:
    """Places for figures of the given relative heights; `anchor` 0..1 is where a lone figure stands."""
    count = len(heights)
    if count == 0:
        return ()
    if layout.framing == "over" and count > 1:
        return _over_shoulder(layout, count, anchor)
    middle = layout.width / 2
    if count == 1:
        lone = 0.5 + (anchor - 0.5) * (0.25 if layout.framing in ("close", "medium") else 0.36)
        near = 0.9 if layout.framing in ("close", "medium") else 0.62
        size = min(max(1.0, near / heights[0]), _headroom(layout, heights[0]))
        return (Spot(layout.width * lone, _eye_level(layout, 1.0, heights[0] * size), size, 1 if lone < 0.5 else -1),)
    size = _fitting(layout, heights)
    widths = [layout.figure * size * _breadth(layout, h) * (0.86 if together else 1.0) for h in heights]
    total = sum(widths)
    x = middle + (anchor - 0.5) * max(0.0, layout.width * 0.8 - total) * 0.6 - total / 2
    spots = []
    for i, wide in enumerate(widths):
        centre = x + wide / 2
        facing = 1 if i < count / 2 - 0.25 or (count % 2 and i == count // 2 and anchor < 0.5) else -1
        step = layout.figure * 0.05 * (i % 2) if layout.framing not in ("close", "medium") else 0.0
        spots.append(Spot(centre, _eye_level(layout, size, heights[i]) + step, size, facing))
        x += wide
    return tuple(spots)


def _fitting(layout: Layout, heights: tuple[float, ...]) -> float:
    """Shrinks the cast until it fits side by side; near shots stay near and crop instead."""
    room = layout.width * (0.92 if layout.framing not in ("close", "medium") else 1.02)
    need = sum(layout.figure * _breadth(layout, h) for h in heights)
    return min(1.0, room / need, _headroom(layout, max(heights)))


def _breadth(layout: Layout, height: float) -> float:
    """How much room a figure takes sideways, in grown-up heights; near shots only mind heads and shoulders."""
    return 0.2 + 0.14 * height if layout.framing == "close" else 0.38 + 0.3 * height


def _headroom(layout: Layout, tallest: float) -> float:
    """The size factor at which the tallest figure still keeps its head in the picture."""
    if layout.framing in ("close", "medium"):
        return 1.0
    return (layout.height * 0.92 - layout.feet) / (layout.figure * max(tallest, 0.1))


def _eye_level(layout: Layout, size: float, height: float) -> float:
    """Baseline of a figure; near shots raise the small and lower the large so that all faces are seen."""
    if layout.framing not in ("close", "medium"):
        return layout.feet
    shown = 1 - (1 - height) * 0.88 if height < 1 else height
    return layout.feet + layout.figure * (1 - size * shown) - layout.unit * 0.06 * (1 - size)


def _over_shoulder(layout: Layout, count: int, anchor: float) -> tuple[Spot, ...]:
    side = 0.2 if anchor < 0.5 else 0.8
    near = Spot(layout.width * side, -1.02 * layout.unit + (layout.height - layout.unit) * 0.3, 2.9, 1, back=True)
    far = layout.width * (1 - side * 0.9 if side < 0.5 else 0.28)
    others = [
        Spot(far + (i - (count - 2) / 2) * layout.figure * 0.5, layout.feet, 1.0, -1 if side < 0.5 else 1)
        for i in range(count - 1)
    ]
    return (near, *others)
