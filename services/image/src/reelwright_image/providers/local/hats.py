"""Hats and other headwear, in head units."""

from __future__ import annotations

from collections.abc import Callable

from .colours import Colour, mix, rgb
from .heads import Head
from .look import Look
from .shapes import Path, ellipse, points, ribbon, smooth, star


def hat(head: Head, look: Look) -> None:
    kind, colour = look.hat, look.hat_colour
    dark = mix(colour, (0.05, 0.03, 0.1), 0.35)
    dome = points("-0.94 0.42, -0.92 0.8, -0.6 1.24, 0 1.38, 0.6 1.22, 0.9 0.8, 0.92 0.44")
    painter = _HATS.get(kind)
    if painter is not None:
        painter(head, colour, dark, dome)


def _hat_cap(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(smooth([*dome, (0.3, 0.5), (-0.4, 0.48)], 5), colour, 1.2)
    head.part(
        smooth(
            points("0.2 0.56, 0.95 0.62, 1.5 0.42, 1.46 0.32, 0.9 0.36, 0.1 0.42, -0.9 0.38, -0.92 0.54"),
            5,
        ),
        dark,
    )


def _hat_hat(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        smooth(points("-0.72 0.5, -0.66 1.1, -0.36 1.5, 0 1.4, 0.4 1.48, 0.68 1.1, 0.74 0.5"), 5),
        colour,
        1.2,
    )
    head.part(smooth(points("-0.74 0.56, 0 0.5, 0.74 0.56, 0.72 0.78, 0 0.72, -0.72 0.78"), 4), dark)
    head.part(
        smooth(
            points("-1.5 0.46, -0.7 0.62, 0 0.56, 0.7 0.62, 1.5 0.46, 0.8 0.36, 0 0.32, -0.8 0.36"),
            5,
        ),
        colour,
    )


def _hat_beanie(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(smooth([*dome, (0.4, 0.4), (-0.4, 0.4)], 5), colour, 1.3)
    head.part(
        smooth(points("-0.98 0.34, 0 0.28, 0.96 0.36, 0.96 0.66, 0 0.58, -0.98 0.66"), 4),
        mix(colour, (1, 1, 1), 0.2),
    )
    head.part(ellipse(0, 1.5, 0.24), mix(colour, (1, 1, 1), 0.55))


def _hat_crown(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        points("-0.66 0.7, -0.78 1.4, -0.4 1.1, 0 1.56, 0.4 1.1, 0.8 1.4, 0.68 0.7, 0 0.62"),
        colour,
        1.0,
    )
    for x, gem in ((-0.36, "d8433b"), (0.0, "4f8fd8"), (0.38, "d8433b")):
        head.part(ellipse(x, 0.86, 0.09), rgb(gem))


def _hat_wizard(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        smooth(points("-0.8 0.55, -0.5 1.3, -0.2 2.1, -0.5 2.7, 0.2 2.25, 0.55 1.3, 0.8 0.55"), 6),
        colour,
        1.2,
    )
    head.part(smooth(points("-1.55 0.5, 0 0.68, 1.55 0.5, 0.8 0.34, 0 0.3, -0.8 0.34"), 5), dark)
    for x, y, r in ((-0.1, 1.1, 0.16), (0.22, 1.6, 0.11)):
        head.flat(star(x, y, r, r * 0.42), rgb("f4d060"))


def _hat_top(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part([(-0.66, 0.5), (-0.74, 1.75), (0.74, 1.75), (0.66, 0.5)], colour, 1.3)
    head.flat([(-0.67, 0.6), (0.67, 0.6), (0.68, 0.84), (-0.68, 0.84)], rgb("a03a40"))
    head.part(smooth([(-1.2, 0.5), (0, 0.62), (1.2, 0.5), (0, 0.38)], 6), colour)


def _hat_chef(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    puffs = [ellipse(x, y, r) for x, y, r in ((-0.5, 1.35, 0.46), (0.5, 1.35, 0.46), (0.0, 1.55, 0.52))]
    head.layer.part([head.at(p) for p in puffs], colour, 1.1)
    head.part(points("-0.78 0.45, -0.74 1.15, 0.74 1.15, 0.78 0.45, 0 0.38"), mix(colour, rgb("c8c4d0"), 0.12))


def _hat_tricorn(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        smooth(points("-1.5 0.75, -0.7 1.1, 0 1.5, 0.7 1.1, 1.5 0.75, 0.7 0.42, 0 0.34, -0.7 0.42"), 6),
        colour,
        1.2,
    )
    head.flat(ribbon(points("-1.4 0.76, -0.6 0.52, 0 0.46, 0.6 0.52, 1.4 0.76"), 0.035, 0.035), rgb("e0b848"))


def _hat_headscarf(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    rim = points("0.82 0.1, 0.66 0.56, 0.2 0.76, -0.3 0.6, -0.64 0.1, -0.6 -0.5, -0.3 -0.96")
    outer = points("-0.5 -1.3, -1 -0.7, -1.06 0.2, -0.9 0.8, -0.4 1.24, 0.2 1.28, 0.72 0.98, 0.94 0.4")
    head.part(smooth([*outer, *rim], 5), colour, 1.2)


def _hat_helmet(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(smooth([*dome, (0.98, 0.2), (0.5, 0.34), (-0.5, 0.3), (-1.0, 0.1)], 5), colour, 1.4)
    head.flat(ribbon([(-0.95, 0.36), (0, 0.44), (0.94, 0.4)], 0.05, 0.05), dark)


def _hat_bow(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    for side in (-1, 1):
        head.part(smooth([(-0.4, 1.06), (-0.4 + side * 0.42, 1.36), (-0.4 + side * 0.42, 0.82)], 5), colour)
    head.part(ellipse(-0.4, 1.07, 0.11), dark)


_HATS: dict[str, Callable[[Head, Colour, Colour, Path], None]] = {
    "cap": _hat_cap,
    "hat": _hat_hat,
    "beanie": _hat_beanie,
    "crown": _hat_crown,
    "wizard": _hat_wizard,
    "top": _hat_top,
    "chef": _hat_chef,
    "tricorn": _hat_tricorn,
    "headscarf": _hat_headscarf,
    "hood": _hat_headscarf,
    "helmet": _hat_helmet,
    "bow": _hat_bow,
}
