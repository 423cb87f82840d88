"""Heads of four-legged animals: muzzles, eyes, ears, manes, horns and hats."""

from __future__ import annotations

import math
import random

from .animal_ears import ears
from .animal_faces import eyes, muzzle
from .animal_plans import Plan
from .colours import mix, rgb
from .layer import Layer
from .look import Look
from .shapes import Path, Point, ellipse, limb, ribbon, smooth, star


def head(layer: Layer, plan: Plan, look: Look, at: Point, gesture: str, rng: random.Random) -> None:
    (x, y), r, coat = at, plan.skull, look.garment_colour
    face = (
        rgb("f3f0ea")
        if look.species == "panda"
        else mix(coat, rgb("4a4048"), 0.75)
        if look.species == "sheep"
        else coat
    )
    if look.species == "lion":
        mane: list[Path] = [
            ellipse(x + math.cos(a) * r * 1.0 - 0.03, y + math.sin(a) * r * 1.05, r * 0.6)
            for a in [k * 0.6 for k in range(11)]
        ]
        layer.part(mane, mix(coat, rgb("7a3a18"), 0.62), 1.2)
    ears(layer, plan, look, x, y, r, face, near=False)
    if look.family == "horse" and look.species in ("horse", "unicorn"):
        _mane(layer, plan, look, x, y)
    long_face = look.family == "horse" and look.species != "sheep"
    if long_face:
        tip = (x + plan.muzzle * 1.25, y - plan.muzzle * 1.0)
        layer.part([ellipse(x, y, r, r), limb((x, y), tip, r * 0.9, r * 0.62)], face, 1.1)
        layer.part(
            ellipse(tip[0], tip[1], r * 0.62, r * 0.55),
            mix(face, rgb("e8c8b0") if look.species == "cow" else rgb("4a3a36"), 0.4),
        )
        layer.flat(ellipse(tip[0] + r * 0.25, tip[1] + r * 0.1, r * 0.09), rgb("2a2024"))
        eyes(layer, [(x + r * 0.32, y + r * 0.18)], r * 0.95, gesture, look)
    elif look.family == "elephant":
        _trunk(layer, look, x, y, r, gesture)
    else:
        cheek = 1.12 if look.species not in ("hedgehog", "mouse") else 1.0
        layer.part(ellipse(x, y, r * cheek, r), face, 1.0)
        muzzle(layer, plan, look, x, y, r, face, gesture)
        if look.species in ("panda", "raccoon", "badger"):
            for ex in (-0.2, 0.5):
                layer.flat(ellipse(x + ex * r, y + r * 0.1, r * 0.26, r * 0.32, -20 if ex < 0 else 20), rgb("26262e"))
        eyes(layer, [(x - r * 0.18, y + r * 0.14), (x + r * 0.54, y + r * 0.14)], r, gesture, look)
    ears(layer, plan, look, x, y, r, face, near=True)
    _headgear(layer, look, x, y, r)


def _trunk(layer: Layer, look: Look, x: float, y: float, r: float, gesture: str) -> None:
    coat = look.garment_colour
    up = gesture in ("wave", "dance", "argue", "hold", "play", "point", "look")
    end = (
        [(x + r * 1.5, y - r * 1.0), (x + r * 2.0, y - r * 0.4), (x + r * 1.9, y + r * 0.4)]
        if up
        else [(x + r * 1.15, y - r * 1.3), (x + r * 1.05, y - r * 2.2), (x + r * 1.4, y - r * 2.5)]
    )
    layer.part(
        [
            ellipse(x, y, r * 1.05, r),
            ribbon([(x + r * 0.5, y - r * 0.1), (x + r * 1.0, y - r * 0.6), *end], r * 0.46, r * 0.17),
        ],
        coat,
        1.1,
    )
    layer.part(
        ribbon(
            [(x + r * 0.55, y - r * 0.65), (x + r * 0.95, y - r * 1.0), (x + r * 1.4, y - r * 0.95)], r * 0.11, r * 0.03
        ),
        rgb("f6efdc"),
    )
    eyes(layer, [(x + r * 0.42, y + r * 0.2)], r * 0.85, gesture, look)


def _mane(layer: Layer, plan: Plan, look: Look, x: float, y: float) -> None:
    colour = look.second_colour if look.species == "unicorn" else look.hair_colour
    base = (plan.length / 2 - 0.02, plan.back)
    hair = [
        (x + 0.05, y + 0.12),
        (x - 0.1, y + 0.1),
        (base[0] - 0.08, (y + base[1]) / 2 + 0.02),
        (base[0] - 0.14, base[1] - 0.02),
        (base[0] - 0.02, base[1] - 0.08),
        (base[0] + 0.05, (y + base[1]) / 2 - 0.04),
        (x - 0.02, y),
    ]
    layer.part(smooth(hair, 6), colour, 1.2)


def _headgear(layer: Layer, look: Look, x: float, y: float, r: float) -> None:
    if look.species == "unicorn":
        layer.part(
            [(x + r * 0.1, y + r * 0.85), (x + r * 0.5, y + r * 0.8), (x + r * 0.9, y + r * 2.6)], rgb("f4d888"), 1.2
        )
    if look.species in ("deer", "cow"):
        _horns(layer, look, x, y, r)
    if look.hat == "crown":
        layer.part(
            [
                (x - r * 0.5, y + r * 0.85),
                (x - r * 0.6, y + r * 1.45),
                (x - r * 0.2, y + r * 1.2),
                (x, y + r * 1.6),
                (x + r * 0.25, y + r * 1.2),
                (x + r * 0.6, y + r * 1.45),
                (x + r * 0.5, y + r * 0.85),
            ],
            rgb("f0c040"),
        )
    elif look.hat:
        layer.part(
            smooth(
                [
                    (x - r * 0.7, y + r * 0.75),
                    (x - r * 0.5, y + r * 1.5),
                    (x + r * 0.4, y + r * 1.55),
                    (x + r * 0.7, y + r * 0.75),
                ],
                5,
            ),
            look.hat_colour,
            1.2,
        )
        layer.part(ellipse(x, y + r * 0.8, r * 1.05, r * 0.16), mix(look.hat_colour, (0, 0, 0.1), 0.25))
    if "scarf" in look.extras or "bowtie" in look.extras:
        _neckcloth(layer, look, x, y, r)
    if look.species == "unicorn":
        layer.lit(star(x + r * 0.9, y + r * 2.7, r * 0.35, r * 0.1, 4), (1, 1, 0.9), 0.9)


def _neckcloth(layer: Layer, look: Look, x: float, y: float, r: float) -> None:
    layer.part(
        smooth(
            [
                (x - r * 0.95, y - r * 0.6),
                (x, y - r * 1.0),
                (x + r * 0.8, y - r * 0.75),
                (x + r * 0.7, y - r * 1.15),
                (x - r * 0.1, y - r * 1.35),
                (x - r * 0.95, y - r * 0.95),
            ],
            5,
        ),
        look.scarf_colour,
        1.2,
    )
    layer.part(
        [
            (x - r * 0.3, y - r * 1.1),
            (x + r * 0.05, y - r * 1.15),
            (x - r * 0.05, y - r * 2.0),
            (x - r * 0.4, y - r * 1.9),
        ],
        mix(look.scarf_colour, (0, 0, 0.1), 0.15),
    )


def _horns(layer: Layer, look: Look, x: float, y: float, r: float) -> None:
    for side in (-1, 1):
        root = (x + side * r * 0.3, y + r * 0.8)
        if look.species == "cow":
            layer.part(
                ribbon(
                    [
                        root,
                        (root[0] + side * r * 0.5, root[1] + r * 0.2),
                        (root[0] + side * r * 0.55, root[1] + r * 0.7),
                    ],
                    r * 0.14,
                    r * 0.04,
                ),
                rgb("e8dcc0"),
            )
            continue
        mid = (root[0] + side * r * 0.9, root[1] + r * 1.2)
        layer.part(ribbon([root, mid, (mid[0] - side * r * 0.1, mid[1] + r * 1.1)], r * 0.12, r * 0.05), rgb("8a6a4a"))
        layer.part(
            limb(
                (root[0] + side * r * 0.6, root[1] + r * 0.8),
                (root[0] + side * r * 0.4, root[1] + r * 1.7),
                r * 0.08,
                r * 0.04,
            ),
            rgb("8a6a4a"),
        )
        layer.part(limb(mid, (mid[0] + side * r * 0.7, mid[1] + r * 0.6), r * 0.08, r * 0.04), rgb("8a6a4a"))
