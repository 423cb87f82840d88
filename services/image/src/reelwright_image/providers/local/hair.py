"""Hair and beards, behind and in front of the face, in head units."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from .colours import Colour, mix, rgb
from .heads import Head
from .look import Look
from .shapes import Path, Point, ellipse, points, ribbon, smooth


def _cap_of_hair(fringe: Sequence[Point], swell: float = 1.0) -> Path:
    """Hair over the top of the skull, from the nape over the crown to the given hairline."""
    outer = points("-0.86 -0.2, -0.95 0.25, -0.86 0.7, -0.5 1.06, 0.05 1.16, 0.55 1, 0.84 0.62, 0.86 0.2")
    return smooth([(x * swell, y * (1 + (swell - 1) * 0.6)) for x, y in outer] + list(fringe), 5)


_FRINGES: dict[str, list[Point]] = {
    "parted": points("0.76 0.3, 0.5 0.62, 0.1 0.7, -0.3 0.48, -0.66 0.2, -0.72 -0.1"),
    "bangs": points("0.78 0.18, 0.5 0.34, 0.2 0.36, -0.1 0.36, -0.4 0.34, -0.66 0.14, -0.74 -0.2"),
    "swept": points("0.74 0.44, 0.42 0.5, -0.05 0.66, -0.42 0.42, -0.68 0.3, -0.72 0"),
    "thin": points("0.8 0.4, 0.7 0.75, 0.3 0.98, -0.3 0.95, -0.66 0.5, -0.72 0"),
}


def hair_behind(head: Head, look: Look) -> None:
    colour, h = mix(look.hair_colour, (0.05, 0.03, 0.1), 0.2), look.hair
    painter = _BACK_HAIRS.get(h)
    if painter is not None:
        painter(head, look, colour)


def _back_hair_long(head: Head, look: Look, colour: Colour) -> None:
    head.part(
        smooth(
            points("-0.9 0.6, -1.08 -0.2, -1.12 -1.2, -0.9 -1.85, -0.2 -1.7, 0.5 -1.75, 0.84 -1.2, 0.86 0.2, 0.4 0.9"),
            5,
        ),
        colour,
    )


def _back_hair_bob(head: Head, look: Look, colour: Colour) -> None:
    head.part(
        smooth(
            points("-0.9 0.7, -1.1 0, -1.08 -0.8, -0.6 -1, 0.3 -0.95, 0.86 -0.85, 0.92 0.1, 0.5 0.9"),
            5,
        ),
        colour,
    )


def _back_hair_ponytail(head: Head, look: Look, colour: Colour) -> None:
    head.part(
        smooth(points("-0.7 0.75, -1.2 0.85, -1.55 0.3, -1.5 -0.5, -1.3 -1, -1.15 -0.4, -0.95 0.2"), 6),
        colour,
    )
    head.part(ellipse(-0.93, 0.62, 0.12, 0.16), look.scarf_colour)


def _back_hair_braids(head: Head, look: Look, colour: Colour) -> None:
    for x in (-0.85, 0.78):
        for k in range(5):
            head.part(ellipse(x * (1 + 0.05 * k), -0.35 - 0.3 * k, 0.2 - 0.015 * k, 0.21), colour)
        head.part(ellipse(x * 1.25, -1.78, 0.1, 0.1), look.scarf_colour)


def _back_hair_bun(head: Head, look: Look, colour: Colour) -> None:
    head.part(ellipse(-0.35, 1.22, 0.4, 0.36), colour, 1.2)


def _back_hair_curly(head: Head, look: Look, colour: Colour) -> None:
    rng = random.Random(look.variety)
    curls = [
        ellipse(1.0 * math.cos(a) - 0.08, 0.3 + 0.85 * math.sin(a), 0.42 + rng.uniform(-0.06, 0.08))
        for a in [k * 0.5 - 0.5 for k in range(9)]
    ]
    head.layer.part([head.at(c) for c in curls], colour, 1.2)


_BACK_HAIRS: dict[str, Callable[[Head, Look, Colour], None]] = {
    "long": _back_hair_long,
    "bob": _back_hair_bob,
    "ponytail": _back_hair_ponytail,
    "braids": _back_hair_braids,
    "bun": _back_hair_bun,
    "curly": _back_hair_curly,
}


def hair_front(head: Head, look: Look) -> None:
    h, colour = look.hair, look.hair_colour
    hatted = look.hat in ("hood", "headscarf", "helmet", "beanie")
    if h == "bald" or (look.age == "baby" and not look.female):
        if look.age == "old" or look.beard:
            head.part(smooth(points("-0.9 0.3, -0.94 -0.1, -0.82 -0.42, -0.66 -0.1, -0.7 0.3"), 4), colour)
        return
    style = _fringe_of(look)
    swell = 1.0 if hatted else 1.03
    head.part(_cap_of_hair(_FRINGES[style], swell), colour, 1.1)
    shine = mix(colour, (1, 0.95, 0.85), 0.3)
    for k in range(4):
        x = -0.6 + 0.28 * k
        head.flat(
            ribbon(
                [(x, 0.5 + 0.09 * k), (x + 0.12, 0.78 + 0.05 * k), (x + 0.4, 0.96 - 0.02 * k)], 0.01, 0.008, middle=0.03
            ),
            shine,
            0.5,
        )
    if h in ("long", "bob"):
        _side_locks(head, h, colour)
    elif h == "curly":
        curls = [ellipse(x, y, 0.24) for x, y in ((-0.78, 0.35), (-0.55, 0.72), (-0.15, 0.9), (0.3, 0.86), (0.62, 0.6))]
        head.layer.part([head.at(c) for c in curls], colour, 1.2)
    elif h == "spiky" and not hatted:
        _spikes(head, colour)


def _spikes(head: Head, colour: Colour) -> None:
    tufts: Path = [(-0.85, 0.3)]
    for k in range(7):
        a = math.radians(165 - 22 * k)
        tufts += [
            (math.cos(a + 0.12) * 1.0, 0.1 + math.sin(a + 0.12) * 1.0),
            (math.cos(a) * 1.25 + 0.08, 0.1 + math.sin(a) * 1.28),
        ]
    head.part([*tufts, (0.84, 0.4), (0.3, 0.5), (-0.4, 0.4)], colour)


def _side_locks(head: Head, h: str, colour: Colour) -> None:
    drop = -1.1 if h == "long" else -0.7
    lock = [(0.66, 0.6), (0.9, 0.2), (0.92, -0.4), (0.78, drop), (0.68, -0.3), (0.68, 0.2)]
    head.part(smooth(lock, 5), colour)
    head.part(
        smooth([(-0.7, 0.5), (-0.98, 0.1), (-1.04, -0.5), (-0.84, drop), (-0.66, -0.35), (-0.66, 0.1)], 5), colour
    )


def _fringe_of(look: Look) -> str:
    if look.age == "old" and not look.female:
        return "thin"
    if look.age == "child" and look.variety % 3 == 0 and look.hair != "spiky":
        return "bangs"
    return {"long": "parted", "bob": "bangs", "braids": "parted", "curly": "parted"}.get(look.hair, "swept")


def hair_from_behind(head: Head, look: Look) -> None:
    if look.hair == "bald":
        return
    low = {"long": -1.5, "bob": -0.9}.get(look.hair, -0.55)
    head.part(
        smooth(
            [
                (0, 1.12),
                (0.6, 0.95),
                (0.92, 0.35),
                (0.88, -0.3),
                (0.7, low),
                (0, low - 0.14),
                (-0.7, low),
                (-0.88, -0.3),
                (-0.92, 0.35),
                (-0.6, 0.95),
            ],
            6,
        ),
        look.hair_colour,
    )
    for k in range(5):
        x = -0.5 + 0.25 * k
        head.flat(
            ribbon([(x * 0.5, 0.95), (x, 0.2), (x * 1.05, low * 0.8)], 0.012, 0.01, middle=0.03),
            mix(look.hair_colour, (1, 0.95, 0.85), 0.25),
            0.4,
        )


def beard(head: Head, look: Look) -> None:
    colour, style = look.hair_colour, look.beard
    if style == "stubble":
        head.flat(
            smooth(points("-0.7 -0.3, -0.5 -0.78, 0 -1, 0.45 -0.9, 0.8 -0.3, 0.2 -0.42"), 5),
            colour,
            0.3,
            0.06,
        )
    if style in ("full", "long"):
        low = -1.45 if style == "full" else -2.4
        shape = [
            (-0.78, 0.0),
            (-0.76, -0.5),
            (-0.55, low * 0.72),
            (-0.1, low),
            (0.3, low * 0.98),
            (0.68, low * 0.7),
            (0.86, -0.45),
            (0.82, -0.05),
        ]
        shape += points("0.66 -0.34, 0.42 -0.42, 0.2 -0.4, -0.02 -0.42, -0.34 -0.38, -0.6 -0.25")
        head.part(smooth(shape, 5), colour, 1.1)
        for k in range(6):
            x = -0.45 + 0.2 * k
            head.flat(
                ribbon([(x, -0.62), (x * 0.9 + 0.03, -1.0), (x * 0.6 + 0.06, low * 0.88)], 0.014, 0.005, middle=0.026),
                mix(colour, rgb("6a6a7a"), 0.35),
                0.45,
            )
        head.flat(ellipse(0.2, -0.6, 0.13, 0.05), rgb("7a2f30"), 0.9)
    if style in ("full", "long", "moustache"):
        for side in (-1, 1):
            wing = [
                (0.2, -0.4),
                (0.2 + side * 0.2, -0.38),
                (0.2 + side * 0.46, -0.56),
                (0.2 + side * 0.22, -0.58),
                (0.2, -0.52),
            ]
            head.part(smooth(wing, 5), mix(colour, (1, 1, 1), 0.12))
