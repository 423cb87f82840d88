"""The cut of each garment: collars, buttons, belts and folds, in trunk units."""

from __future__ import annotations

import math
from collections.abc import Callable

from .colours import Colour, mix, rgb
from .layer import Layer
from .look import Look
from .poses import Bones
from .shapes import Path, Point, box, ellipse, ribbon, smooth, turned


class Frame:
    """Trunk units: x in body units, y from 0 at the hips to 1 at the shoulders, leaning with the trunk."""

    def __init__(self, body: Bones) -> None:
        self.hip, self.lean = body.hip, body.lean
        self.trunk = math.hypot(body.chest[0] - body.hip[0], body.chest[1] - body.hip[1])

    def at(self, path: list[Point]) -> Path:
        """Trunk units to body units."""
        return turned([(self.hip[0] + x, self.hip[1] + y * self.trunk) for x, y in path], self.hip, self.lean)


def details(layer: Layer, frame: Frame, look: Look, s: float, w: float, hem: float) -> None:
    kind, colour = look.garment, look.garment_colour
    dark, light = mix(colour, (0.05, 0.03, 0.12), 0.38), mix(colour, (1, 1, 1), 0.3)
    mid = s * 0.14
    painter = _CUTS.get(kind)
    if painter is not None:
        painter(layer, frame, look, s, w, hem, kind, colour, dark, light, mid)


def _cut_coat(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    layer.flat(frame.at([(mid - 0.003, 0.95), (mid + 0.003, 0.95), (mid + 0.008, hem), (mid + 0.002, hem)]), dark, 0.8)
    for k in range(4):
        layer.flat(
            frame.at(ellipse(mid - 0.018, 0.78 - 0.21 * k, 0.008, 0.008 / frame.trunk)),
            light if kind == "coat" else rgb("e8c860"),
        )
    for side in (-1, 1):
        layer.part(
            frame.at(
                [
                    (mid, 0.9),
                    (side * s * 0.5 + mid * 0.4, 1.06),
                    (side * s * 0.62 + mid * 0.4, 0.92),
                    (mid + side * s * 0.2, 0.76),
                ]
            ),
            mix(colour, (1, 1, 1), 0.08),
        )
    pocket = frame.at([(-w * 0.95, 0.16), (-w * 0.4, 0.14), (-w * 0.4, 0.1), (-w * 0.96, 0.12)])
    layer.flat(pocket, dark, 0.7)
    if kind == "uniform":
        layer.flat(frame.at([(-w * 1.1, 0.3), (w * 1.1, 0.3), (w * 1.1, 0.22), (-w * 1.1, 0.22)]), rgb("4a3428"))
        for side in (-1, 1):
            layer.part(
                frame.at(
                    [
                        (side * s * 0.6, 1.0),
                        (side * s * 1.05, 0.92),
                        (side * s * 1.02, 0.86),
                        (side * s * 0.6, 0.94),
                    ]
                ),
                rgb("e8c860"),
            )


def _cut_suit(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    layer.flat(frame.at([(mid - s * 0.34, 1.02), (mid + s * 0.34, 1.02), (mid, 0.5)]), rgb("f4f0e8"))
    layer.flat(
        frame.at([(mid - 0.012, 0.96), (mid + 0.012, 0.96), (mid + 0.016, 0.62), (mid, 0.52), (mid - 0.016, 0.62)]),
        look.scarf_colour,
    )
    for side in (-1, 1):
        layer.part(
            frame.at(
                [
                    (mid + side * s * 0.34, 1.04),
                    (mid + side * s * 0.6, 0.8),
                    (mid + side * s * 0.3, 0.7),
                    (mid, 0.48),
                ]
            ),
            mix(colour, (1, 1, 1), 0.1),
        )
    layer.flat(frame.at(ellipse(mid, 0.34, 0.008, 0.03)), light)


def _cut_sweater(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    if kind == "sweater":
        layer.part(
            frame.at([(-w * 1.16, 0.02), (w * 1.16, 0.02), (w * 1.12, hem - 0.04), (-w * 1.12, hem - 0.04)]),
            dark,
            0.5,
        )
        for y in (0.5, 0.62):
            layer.flat(
                frame.at([(-s * 0.9, y), (s * 0.9, y), (s * 0.9, y + 0.05), (-s * 0.9, y + 0.05)]),
                look.second_colour if look.variety % 2 else light,
                0.55,
            )
    else:
        layer.flat(
            frame.at([(mid - 0.002, 0.9), (mid + 0.002, 0.9), (mid + 0.002, hem), (mid - 0.002, hem)]), dark, 0.6
        )
    for side in (-1, 1):
        layer.part(frame.at([(mid, 0.93), (mid + side * s * 0.46, 1.05), (mid + side * s * 0.34, 0.9)]), light)


def _cut_dress(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    layer.part(frame.at([(-w * 1.02, 0.36), (w * 1.02, 0.36), (w * 1.06, 0.26), (-w * 1.06, 0.26)]), look.second_colour)
    for fold in (-0.6, -0.1, 0.45):
        seam = w * fold * 1.9
        layer.flat(frame.at([(w * fold, 0.22), (seam - 0.006, hem), (seam + 0.006, hem)]), dark, 0.4)
    layer.part(frame.at(ellipse(mid * 0.5, 0.99, s * 0.5, 0.06)), (0.97, 0.95, 0.9))


def _cut_robe(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    layer.flat(frame.at([(-w * 1.1, 0.32), (w * 1.1, 0.32), (w * 1.12, 0.24), (-w * 1.12, 0.24)]), rgb("d8b048"))
    layer.flat(frame.at([(mid - 0.01, 0.98), (mid + 0.01, 0.98), (mid + 0.02, hem), (mid - 0.02, hem)]), light, 0.6)


def _cut_overalls(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    bib = frame.at(
        [
            (-s * 0.6, 0.72),
            (s * 0.66, 0.72),
            (w * 1.2, 0.3),
            (w * 1.18, hem - 0.04),
            (-w * 1.18, hem - 0.04),
            (-w * 1.2, 0.3),
        ]
    )
    layer.part(smooth(bib, 3), colour)
    for side in (-1, 1):
        layer.part(frame.at(ribbon([(side * s * 0.56, 1.02), (side * s * 0.5, 0.68)], 0.014, 0.014)), colour)
        layer.flat(frame.at(ellipse(side * s * 0.5, 0.69, 0.01, 0.03)), rgb("e8c860"))
    layer.part(frame.at(box(-s * 0.26, 0.42, s * 0.34, 0.6)), mix(colour, (1, 1, 1), 0.12), 0.5)


def _cut_spacesuit(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    layer.part(frame.at(box(-s * 0.5, 0.42, s * 0.58, 0.74)), mix(colour, rgb("8090a8"), 0.45), 0.7)
    for k, code in enumerate(("e0503c", "4f9ad8", "e8c24a")):
        layer.flat(frame.at(ellipse(-s * 0.3 + s * 0.33 * k, 0.62, 0.012, 0.04)), rgb(code))
    layer.flat(frame.at(box(-w * 1.2, 0.1, w * 1.2, 0.18)), rgb("e07a3c"))


def _cut_armor(
    layer: Layer,
    frame: Frame,
    look: Look,
    s: float,
    w: float,
    hem: float,
    kind: str,
    colour: Colour,
    dark: Colour,
    light: Colour,
    mid: float,
) -> None:
    layer.part(
        frame.at([(-s * 0.85, 0.95), (0, 0.9), (s * 0.85, 0.95), (w, 0.4), (0, 0.34), (-w, 0.4)]),
        mix(colour, (1, 1, 1), 0.2),
        1.6,
    )
    layer.flat(frame.at([(mid - 0.004, 0.9), (mid + 0.004, 0.9), (mid + 0.004, 0.36), (mid - 0.004, 0.36)]), dark, 0.7)
    layer.part(frame.at(box(-w * 1.15, 0.2, w * 1.15, 0.3)), rgb("7a4a30"))


_CUTS: dict[str, Callable[[Layer, Frame, Look, float, float, float, str, Colour, Colour, Colour, float], None]] = {
    "coat": _cut_coat,
    "uniform": _cut_coat,
    "suit": _cut_suit,
    "sweater": _cut_sweater,
    "shirt": _cut_sweater,
    "dress": _cut_dress,
    "robe": _cut_robe,
    "overalls": _cut_overalls,
    "spacesuit": _cut_spacesuit,
    "armor": _cut_armor,
}
