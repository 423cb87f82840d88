"""Heads: skull, hair, features, beards and hats, drawn in head units (half a head height is 1)."""

from __future__ import annotations

import random

from .colours import mix, rgb
from .hair import beard, hair_behind, hair_from_behind, hair_front
from .hats import hat
from .heads import Head
from .layer import Layer
from .look import Look
from .poses import Bones, Pose
from .shapes import Path, arc, ellipse, points, ribbon, smooth


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
    hair_behind(head, look)
    if not back:
        head.part(ellipse(-0.84, -0.06, 0.15, 0.22), mix(look.skin, rgb("c05a48"), 0.12))
    head.part(skull(young, look.female), look.skin, 0.9)
    if back:
        hair_from_behind(head, look)
    else:
        _features(head, look, pose, young)
        beard(head, look)
        hair_front(head, look)
        _glasses(head, look)
    hat(head, look)


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


def _glasses(head: Head, look: Look) -> None:
    if "mask" in look.extras:
        band = smooth(
            points("-0.8 0.2, 0 0.28, 0.84 0.2, 0.84 -0.16, 0.3 -0.18, 0.18 -0.06, 0.05 -0.18, -0.8 -0.16"),
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
