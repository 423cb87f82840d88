"""Heads: skull, hair, features, beards and hats, drawn in head units (half a head height is 1)."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from .colours import Colour, mix, rgb
from .layer import Layer
from .look import Look
from .poses import Bones, Pose
from .shapes import Path, Point, arc, ellipse, ribbon, smooth, star


@dataclass(frozen=True)
class Head:
    """Maps head units onto the body's sheet."""

    layer: Layer
    bones: Bones

    def at(self, path: Sequence[Point]) -> Path:
        """Head units to body units, tilted with the head."""
        (hx, hy), h, angle = self.bones.head, self.bones.half, math.radians(self.bones.tilt)
        c, s = math.cos(angle), math.sin(angle)
        return [(hx + (x * c - y * s) * h, hy + (x * s + y * c) * h) for x, y in path]

    def part(self, path: Sequence[Point], colour: Colour, depth: float = 1.0) -> None:
        """A rounded shape in head units."""
        self.layer.part(self.at(path), colour, depth)

    def flat(self, path: Sequence[Point], colour: Colour, opacity: float = 1.0, soft: float = 0.0) -> None:
        """A plain shape in head units."""
        self.layer.flat(self.at(path), colour, opacity, soft * self.bones.half)


def skull(young: bool, female: bool) -> Path:
    """The outline of a head turned a little to the right."""
    jaw = 0.54 if young else (0.46 if female else 0.56)
    cheek = 0.86 if young else 0.76
    return smooth(
        [
            (0.0, 1.0), (0.5, 0.88), (0.78, 0.48), (0.8, 0.08), (cheek, -0.3), (jaw + 0.06, -0.74), (0.2, -0.98),
            (-0.14, -0.96), (-jaw, -0.68), (-cheek + 0.02, -0.28), (-0.8, 0.1), (-0.78, 0.5), (-0.5, 0.88),
        ],
        5,
    )  # fmt: skip


def draw_head(layer: Layer, bones: Bones, look: Look, pose: Pose, back: bool = False) -> None:
    """Draws the whole head, from the hair behind to the hat."""
    head = Head(layer, bones)
    young = look.age in ("child", "baby")
    _hair_behind(head, look)
    if not back:
        head.part(ellipse(-0.84, -0.06, 0.15, 0.22), mix(look.skin, rgb("c05a48"), 0.12))
    head.part(skull(young, look.female), look.skin, 0.9)
    if back:
        _hair_from_behind(head, look)
    else:
        _features(head, look, pose, young)
        _beard(head, look)
        _hair_front(head, look)
        _glasses(head, look)
    _hat(head, look)


def _features(head: Head, look: Look, pose: Pose, young: bool) -> None:
    shift = 0.16
    level = -0.08 if young else -0.01
    blush = mix(look.skin, rgb("e0604c"), 0.5)
    for x in (-0.42, 0.56):
        head.flat(ellipse(shift + x, level - 0.36, 0.2, 0.14), blush, 0.5 if look.female or young else 0.3, 0.09)
    if "freckles" in look.extras or (young and look.variety % 4 == 0):
        _freckles(head, look, shift, level)
    for x, squeeze in ((-0.36, 1.0), (0.4, 0.9)):
        _eye(head, look, pose, shift + x, level, squeeze, young)
        _brow(head, look, pose, shift + x, level + 0.36, -1 if x < 0 else 1)
    tone = mix(look.skin, rgb("a8442c"), 0.26)
    nose = [
        (shift + 0.04, level + 0.02),
        (shift + 0.13, level - 0.22),
        (shift + 0.1, level - 0.34),
        (shift - 0.06, level - 0.32),
    ]
    size = 0.7 if young or look.female else 1.0
    nose = [(shift + 0.04 + (x - shift - 0.04) * size, level - 0.2 + (y - level + 0.2) * size) for x, y in nose]
    head.flat(smooth(nose, 4), tone, 0.55)
    head.flat(ellipse(shift + 0.07, level - 0.27, 0.06 * size, 0.045), mix(look.skin, (1, 1, 1), 0.35), 0.6, 0.02)
    _mouth(head, look, pose, shift + 0.04, level - 0.56)
    if look.age == "old":
        for x in (-0.36, 0.4):
            head.flat(
                ribbon(
                    [(shift + x - 0.16, level - 0.24), (shift + x, level - 0.3), (shift + x + 0.16, level - 0.24)],
                    0.012,
                    0.008,
                ),
                tone,
                0.6,
            )
        for y in (0.5, 0.6):
            head.flat(ribbon([(shift - 0.35, y), (shift, y + 0.04), (shift + 0.35, y)], 0.012, 0.01), tone, 0.45)


def _freckles(head: Head, look: Look, shift: float, level: float) -> None:
    rng = random.Random(look.variety)
    for _ in range(12):
        x, y = shift + rng.choice((-0.38, 0.46)) + rng.uniform(-0.18, 0.18), level - 0.3 + rng.uniform(-0.1, 0.1)
        head.flat(ellipse(x, y, 0.022, steps=8), mix(look.skin, rgb("8a4020"), 0.5), 0.7)


def _eye(head: Head, look: Look, pose: Pose, x: float, y: float, squeeze: float, young: bool) -> None:
    line = mix(rgb("2a1c1c"), look.hair_colour, 0.15)
    rx, ry = 0.155 * squeeze, 0.185 + (0.035 if young else 0.0)
    if pose.eyes == "closed" or (look.age == "old" and pose.mouth == "laugh"):
        head.flat(ribbon([(x - rx, y + 0.02), (x, y - 0.09), (x + rx, y + 0.02)], 0.022, 0.022, middle=0.034), line)
        return
    white = rgb("fbf7f0")
    head.flat(ellipse(x, y, rx, ry), white)
    drop = -0.05 if pose.eyes == "down" else 0.0
    ix = x + 0.035
    iris = mix(look.eye_colour, rgb("2a2430"), 0.25)
    head.flat(ellipse(ix, y + drop, rx * 0.76, ry * 0.78), iris)
    head.flat(ellipse(ix, y + drop - ry * 0.2, rx * 0.5, ry * 0.42), mix(look.eye_colour, (1, 0.95, 0.85), 0.28), 0.7)
    head.flat(ellipse(ix, y + drop + 0.01, rx * 0.42, ry * 0.46), rgb("17131c"))
    head.layer.lit(head.at(ellipse(ix + 0.045, y + drop + 0.07, 0.038, 0.046, steps=12)), (1, 1, 1), 0.95)
    lid = [
        (x - rx * 1.12, y + ry * 0.3),
        (x - rx * 0.4, y + ry * 0.98),
        (x + rx * 0.5, y + ry * 0.98),
        (x + rx * 1.12, y + ry * 0.35),
    ]
    if pose.eyes == "down" or look.age == "old":
        cover = [
            (x - rx * 1.1, y + ry * 0.1),
            (x, y + ry * 0.45),
            (x + rx * 1.1, y + ry * 0.1),
            (x + rx, y + ry * 1.05),
            (x - rx, y + ry * 1.05),
        ]
        head.flat(smooth(cover, 4), mix(look.skin, rgb("a05040"), 0.12))
        lid = [(px, py - ry * 0.5) for px, py in lid]
    head.flat(ribbon(lid, 0.02, 0.03, middle=0.04), line)
    if look.female:
        head.flat([(x + rx * 0.9, y + ry * 0.5), (x + rx * 1.5, y + ry * 0.85), (x + rx * 0.7, y + ry * 0.85)], line)


_BROWS = {
    "calm": (0.0, 0.0),
    "raised": (0.09, 0.02),
    "angry": (-0.08, 0.15),
    "sad": (0.03, -0.13),
    "firm": (-0.05, 0.07),
}


def _brow(head: Head, look: Look, pose: Pose, x: float, y: float, side: int) -> None:
    lift, slant = _BROWS[pose.brow]
    inner, outer = x - side * 0.15, x + side * 0.19
    tone = mix(look.hair_colour, rgb("2a2020"), 0.25 if look.age != "old" else 0.0)
    points = [(inner, y + lift - slant), (x, y + lift + 0.06), (outer, y + lift - 0.01 + slant * 0.4)]
    thick = 0.045 if not look.female else 0.032
    head.flat(ribbon(points, thick, thick * 0.4), tone, 0.95)


def _mouth(head: Head, look: Look, pose: Pose, x: float, y: float) -> None:
    line = mix(look.skin, rgb("6a1f24"), 0.72)
    lip = mix(look.skin, rgb("c23b45"), 0.55 if look.female else 0.35)
    if pose.mouth in ("open", "shout", "laugh"):
        wide, tall = {"open": (0.12, 0.12), "shout": (0.2, 0.2), "laugh": (0.25, 0.17)}[pose.mouth]
        if pose.mouth == "laugh":
            shape = [(x - wide, y + 0.07), *arc(x, y + 0.07, wide, tall * 1.5, 180, 360, 12), (x + wide, y + 0.07)]
        else:
            shape = ellipse(x, y, wide, tall)
        head.flat(shape, rgb("6a1f2a"))
        head.flat(ellipse(x, y - tall * 0.45, wide * 0.6, tall * 0.4), rgb("d8606a"), 0.9)
        head.flat(
            [
                (x - wide * 0.7, y + tall * 0.4),
                (x + wide * 0.7, y + tall * 0.4),
                (x + wide * 0.55, y + tall * 0.72),
                (x - wide * 0.55, y + tall * 0.72),
            ],
            (0.98, 0.97, 0.94),
        )
        return
    curve = {"smile": 0.085, "soft": 0.03, "sad": -0.09, "firm": -0.015}.get(pose.mouth, 0.05)
    points = [(x - 0.23, y + curve), (x - 0.08, y - curve * 0.7), (x + 0.1, y - curve * 0.7), (x + 0.23, y + curve)]
    head.flat(ellipse(x + 0.01, y - 0.06 - abs(curve) * 0.5, 0.11, 0.04), lip, 0.6, 0.015)
    head.flat(ribbon(points, 0.014, 0.014, middle=0.032), line)


def _cap_of_hair(fringe: Sequence[Point], swell: float = 1.0) -> Path:
    """Hair over the top of the skull, from the nape over the crown to the given hairline."""
    outer = [
        (-0.86, -0.2),
        (-0.95, 0.25),
        (-0.86, 0.7),
        (-0.5, 1.06),
        (0.05, 1.16),
        (0.55, 1.0),
        (0.84, 0.62),
        (0.86, 0.2),
    ]
    return smooth([(x * swell, y * (1 + (swell - 1) * 0.6)) for x, y in outer] + list(fringe), 5)


_FRINGES: dict[str, list[Point]] = {
    "parted": [(0.76, 0.3), (0.5, 0.62), (0.1, 0.7), (-0.3, 0.48), (-0.66, 0.2), (-0.72, -0.1)],
    "bangs": [(0.78, 0.18), (0.5, 0.34), (0.2, 0.36), (-0.1, 0.36), (-0.4, 0.34), (-0.66, 0.14), (-0.74, -0.2)],
    "swept": [(0.74, 0.44), (0.42, 0.5), (-0.05, 0.66), (-0.42, 0.42), (-0.68, 0.3), (-0.72, 0.0)],
    "thin": [(0.8, 0.4), (0.7, 0.75), (0.3, 0.98), (-0.3, 0.95), (-0.66, 0.5), (-0.72, 0.0)],
}


def _hair_behind(head: Head, look: Look) -> None:
    colour, h = mix(look.hair_colour, (0.05, 0.03, 0.1), 0.2), look.hair
    painter = _BACK_HAIRS.get(h)
    if painter is not None:
        painter(head, look, colour)


def _back_hair_long(head: Head, look: Look, colour: Colour) -> None:
    head.part(
        smooth(
            [
                (-0.9, 0.6),
                (-1.08, -0.2),
                (-1.12, -1.2),
                (-0.9, -1.85),
                (-0.2, -1.7),
                (0.5, -1.75),
                (0.84, -1.2),
                (0.86, 0.2),
                (0.4, 0.9),
            ],
            5,
        ),
        colour,
    )


def _back_hair_bob(head: Head, look: Look, colour: Colour) -> None:
    head.part(
        smooth(
            [
                (-0.9, 0.7),
                (-1.1, 0.0),
                (-1.08, -0.8),
                (-0.6, -1.0),
                (0.3, -0.95),
                (0.86, -0.85),
                (0.92, 0.1),
                (0.5, 0.9),
            ],
            5,
        ),
        colour,
    )


def _back_hair_ponytail(head: Head, look: Look, colour: Colour) -> None:
    head.part(
        smooth(
            [(-0.7, 0.75), (-1.2, 0.85), (-1.55, 0.3), (-1.5, -0.5), (-1.3, -1.0), (-1.15, -0.4), (-0.95, 0.2)], 6
        ),
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



def _hair_front(head: Head, look: Look) -> None:
    h, colour = look.hair, look.hair_colour
    hatted = look.hat in ("hood", "headscarf", "helmet", "beanie")
    if h == "bald" or (look.age == "baby" and not look.female):
        if look.age == "old" or look.beard:
            head.part(smooth([(-0.9, 0.3), (-0.94, -0.1), (-0.82, -0.42), (-0.66, -0.1), (-0.7, 0.3)], 4), colour)
        return
    style = {
        "long": "parted",
        "bob": "bangs",
        "bun": "swept",
        "ponytail": "swept",
        "braids": "parted",
        "curly": "parted",
    }.get(h, "swept")
    if look.age == "old" and not look.female:
        style = "thin"
    if look.age == "child" and look.variety % 3 == 0 and h != "spiky":
        style = "bangs"
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
        drop = -1.1 if h == "long" else -0.7
        lock = [(0.66, 0.6), (0.9, 0.2), (0.92, -0.4), (0.78, drop), (0.68, -0.3), (0.68, 0.2)]
        head.part(smooth(lock, 5), colour)
        head.part(
            smooth([(-0.7, 0.5), (-0.98, 0.1), (-1.04, -0.5), (-0.84, drop), (-0.66, -0.35), (-0.66, 0.1)], 5), colour
        )
    elif h == "curly":
        curls = [ellipse(x, y, 0.24) for x, y in ((-0.78, 0.35), (-0.55, 0.72), (-0.15, 0.9), (0.3, 0.86), (0.62, 0.6))]
        head.layer.part([head.at(c) for c in curls], colour, 1.2)
    elif h == "spiky" and not hatted:
        tufts: Path = [(-0.85, 0.3)]
        for k in range(7):
            a = math.radians(165 - 22 * k)
            tufts += [
                (math.cos(a + 0.12) * 1.0, 0.1 + math.sin(a + 0.12) * 1.0),
                (math.cos(a) * 1.25 + 0.08, 0.1 + math.sin(a) * 1.28),
            ]
        head.part([*tufts, (0.84, 0.4), (0.3, 0.5), (-0.4, 0.4)], colour)


def _hair_from_behind(head: Head, look: Look) -> None:
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


def _beard(head: Head, look: Look) -> None:
    colour, style = look.hair_colour, look.beard
    if style == "stubble":
        head.flat(
            smooth([(-0.7, -0.3), (-0.5, -0.78), (0, -1.0), (0.45, -0.9), (0.8, -0.3), (0.2, -0.42)], 5),
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
        shape += [(0.66, -0.34), (0.42, -0.42), (0.2, -0.4), (-0.02, -0.42), (-0.34, -0.38), (-0.6, -0.25)]
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


def _glasses(head: Head, look: Look) -> None:
    if "mask" in look.extras:
        band = smooth(
            [
                (-0.8, 0.2),
                (0, 0.28),
                (0.84, 0.2),
                (0.84, -0.16),
                (0.3, -0.18),
                (0.18, -0.06),
                (0.05, -0.18),
                (-0.8, -0.16),
            ],
            4,
        )
        head.part(band, rgb("26242e"))
        for x in (-0.2, 0.56):
            head.flat(ellipse(x, 0.02, 0.15, 0.1), rgb("f8f4ec"))
            head.flat(ellipse(x + 0.03, 0.02, 0.075, 0.09), rgb("1c1820"))
    if "glasses" in look.extras:
        frame = rgb("3a2c2c")
        level = -0.08 if look.age in ("child", "baby") else -0.01
        for x in (-0.2, 0.56):
            head.flat(ribbon([*ellipse(x, level, 0.26, 0.26, steps=20), (x + 0.26, level)], 0.026, 0.026, 1), frame)
            head.layer.lit(
                head.at([(x - 0.14, level + 0.1), (x - 0.02, level + 0.18), (x - 0.1, level - 0.04)]), (1, 1, 1), 0.3
            )
        head.flat(ribbon([(0.06, level + 0.04), (0.18, level + 0.08), (0.3, level + 0.04)], 0.024, 0.024), frame)
        head.flat(ribbon([(-0.46, level + 0.02), (-0.84, level + 0.08)], 0.022, 0.022), frame)


def _hat(head: Head, look: Look) -> None:
    kind, colour = look.hat, look.hat_colour
    dark = mix(colour, (0.05, 0.03, 0.1), 0.35)
    dome = [(-0.94, 0.42), (-0.92, 0.8), (-0.6, 1.24), (0.0, 1.38), (0.6, 1.22), (0.9, 0.8), (0.92, 0.44)]
    painter = _HATS.get(kind)
    if painter is not None:
        painter(head, colour, dark, dome)


def _hat_cap(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(smooth([*dome, (0.3, 0.5), (-0.4, 0.48)], 5), colour, 1.2)
    head.part(
        smooth(
            [
                (0.2, 0.56),
                (0.95, 0.62),
                (1.5, 0.42),
                (1.46, 0.32),
                (0.9, 0.36),
                (0.1, 0.42),
                (-0.9, 0.38),
                (-0.92, 0.54),
            ],
            5,
        ),
        dark,
    )


def _hat_hat(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        smooth([(-0.72, 0.5), (-0.66, 1.1), (-0.36, 1.5), (0.0, 1.4), (0.4, 1.48), (0.68, 1.1), (0.74, 0.5)], 5),
        colour,
        1.2,
    )
    head.part(smooth([(-0.74, 0.56), (0, 0.5), (0.74, 0.56), (0.72, 0.78), (0, 0.72), (-0.72, 0.78)], 4), dark)
    head.part(
        smooth(
            [(-1.5, 0.46), (-0.7, 0.62), (0, 0.56), (0.7, 0.62), (1.5, 0.46), (0.8, 0.36), (0, 0.32), (-0.8, 0.36)],
            5,
        ),
        colour,
    )


def _hat_beanie(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(smooth([*dome, (0.4, 0.4), (-0.4, 0.4)], 5), colour, 1.3)
    head.part(
        smooth([(-0.98, 0.34), (0, 0.28), (0.96, 0.36), (0.96, 0.66), (0, 0.58), (-0.98, 0.66)], 4),
        mix(colour, (1, 1, 1), 0.2),
    )
    head.part(ellipse(0, 1.5, 0.24), mix(colour, (1, 1, 1), 0.55))


def _hat_crown(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        [(-0.66, 0.7), (-0.78, 1.4), (-0.4, 1.1), (0.0, 1.56), (0.4, 1.1), (0.8, 1.4), (0.68, 0.7), (0, 0.62)],
        colour,
        1.0,
    )
    for x, gem in ((-0.36, "d8433b"), (0.0, "4f8fd8"), (0.38, "d8433b")):
        head.part(ellipse(x, 0.86, 0.09), rgb(gem))


def _hat_wizard(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        smooth([(-0.8, 0.55), (-0.5, 1.3), (-0.2, 2.1), (-0.5, 2.7), (0.2, 2.25), (0.55, 1.3), (0.8, 0.55)], 6),
        colour,
        1.2,
    )
    head.part(smooth([(-1.55, 0.5), (0, 0.68), (1.55, 0.5), (0.8, 0.34), (0, 0.3), (-0.8, 0.34)], 5), dark)
    for x, y, r in ((-0.1, 1.1, 0.16), (0.22, 1.6, 0.11)):
        head.flat(star(x, y, r, r * 0.42), rgb("f4d060"))


def _hat_top(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part([(-0.66, 0.5), (-0.74, 1.75), (0.74, 1.75), (0.66, 0.5)], colour, 1.3)
    head.flat([(-0.67, 0.6), (0.67, 0.6), (0.68, 0.84), (-0.68, 0.84)], rgb("a03a40"))
    head.part(smooth([(-1.2, 0.5), (0, 0.62), (1.2, 0.5), (0, 0.38)], 6), colour)


def _hat_chef(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    puffs = [ellipse(x, y, r) for x, y, r in ((-0.5, 1.35, 0.46), (0.5, 1.35, 0.46), (0.0, 1.55, 0.52))]
    head.layer.part([head.at(p) for p in puffs], colour, 1.1)
    head.part(
        [(-0.78, 0.45), (-0.74, 1.15), (0.74, 1.15), (0.78, 0.45), (0, 0.38)], mix(colour, rgb("c8c4d0"), 0.12)
    )


def _hat_tricorn(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    head.part(
        smooth(
            [(-1.5, 0.75), (-0.7, 1.1), (0, 1.5), (0.7, 1.1), (1.5, 0.75), (0.7, 0.42), (0, 0.34), (-0.7, 0.42)], 6
        ),
        colour,
        1.2,
    )
    head.flat(
        ribbon([(-1.4, 0.76), (-0.6, 0.52), (0, 0.46), (0.6, 0.52), (1.4, 0.76)], 0.035, 0.035), rgb("e0b848")
    )


def _hat_headscarf(head: Head, colour: Colour, dark: Colour, dome: Path) -> None:
    rim = [(0.82, 0.1), (0.66, 0.56), (0.2, 0.76), (-0.3, 0.6), (-0.64, 0.1), (-0.6, -0.5), (-0.3, -0.96)]
    outer = [
        (-0.5, -1.3),
        (-1.0, -0.7),
        (-1.06, 0.2),
        (-0.9, 0.8),
        (-0.4, 1.24),
        (0.2, 1.28),
        (0.72, 0.98),
        (0.94, 0.4),
    ]
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

