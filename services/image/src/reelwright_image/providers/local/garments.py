"""Clothes on a posed body: coats, dresses, suits, overalls, space suits and what goes with them."""

from __future__ import annotations

import math

from .colours import Colour, mix, rgb, shift
from .cuts import Frame, details
from .layer import Layer
from .look import Look
from .poses import Bones
from .shapes import Path, Point, limb, points, smooth, turned

LONG = ("coat", "dress", "robe")


def leg_colour(look: Look) -> Colour:
    """What the legs wear."""
    if look.garment == "dress":
        return mix(look.skin, rgb("5a4a5a"), 0.0 if look.age == "child" else 0.25)
    if look.garment in ("overalls", "spacesuit", "armor"):
        return look.garment_colour
    if look.garment in ("suit", "uniform"):
        return shift(look.garment_colour, value=0.8)
    return look.second_colour


def sleeve_colour(look: Look) -> Colour:
    """What the arms wear."""
    return look.second_colour if look.garment == "overalls" else look.garment_colour


def draw_leg(layer: Layer, body: Bones, look: Look, near: bool) -> None:
    """One leg with its shoe; the far one is a little darker."""
    start = (body.hip[0] + body.waist * (-0.5 if near else 0.5), body.hip[1] + 0.012)
    knee, foot = (body.near_knee, body.near_foot) if near else (body.far_knee, body.far_foot)
    tone = leg_colour(look)
    tone = tone if near else mix(tone, (0.05, 0.05, 0.15), 0.22)
    bulk = look.width * (1.35 if look.garment in ("spacesuit", "armor") else 0.72 if look.garment == "dress" else 1.0)
    bulk *= 0.88 if look.age == "child" else 1.0
    layer.part([limb(start, knee, 0.055 * bulk, 0.042 * bulk), limb(knee, foot, 0.042 * bulk, 0.03 * bulk)], tone, 1.1)
    shoe = look.shoe_colour if near else mix(look.shoe_colour, (0, 0, 0.1), 0.3)
    angle = math.degrees(math.atan2(foot[0] - knee[0], knee[1] - foot[1])) * 0.8
    sole = points("-0.036 -0.028, -0.038 0.02, 0 0.045, 0.035 0.035, 0.085 0.008, 0.09 -0.028")
    placed = turned([(foot[0] + x * bulk**0.5, foot[1] + y) for x, y in smooth(sole, 4)], foot, angle)
    layer.part(placed, shoe, 1.0)
    if look.garment in ("coat", "spacesuit", "armor") and look.age != "baby":
        top = (foot[0] + (knee[0] - foot[0]) * 0.42, foot[1] + (knee[1] - foot[1]) * 0.42)
        layer.part(limb(top, foot, 0.042 * bulk, 0.036 * bulk), shoe)


def draw_arm(layer: Layer, body: Bones, look: Look, near: bool) -> None:
    """One arm with sleeve, cuff and hand."""
    if near:
        shoulder, elbow, hand = body.near_shoulder, body.near_elbow, body.near_hand
    else:
        shoulder, elbow, hand = body.far_shoulder, body.far_elbow, body.far_hand
    tone = sleeve_colour(look)
    tone = mix(tone, (1, 1, 1), 0.04) if near else mix(tone, (0.05, 0.05, 0.15), 0.2)
    skin = look.skin if near else mix(look.skin, (0.2, 0.1, 0.2), 0.14)
    thick = (
        body.thick * (1.3 if look.garment in ("spacesuit", "robe") else 1.0) * (0.92 if look.age == "child" else 1.0)
    )
    short = look.garment in ("dress", "overalls") and look.age in ("child", "baby", "teen")
    wrist = (hand[0] + (elbow[0] - hand[0]) * 0.1, hand[1] + (elbow[1] - hand[1]) * 0.1)
    palm = _hand(elbow, hand, thick)
    if short:
        layer.part(
            [limb(elbow, wrist, thick * 0.72, thick * 0.6), limb(shoulder, elbow, thick * 0.8, thick * 0.72)], skin
        )
        layer.part(palm, skin)
        middle = ((shoulder[0] + elbow[0]) / 2, (shoulder[1] + elbow[1]) / 2)
        layer.part(limb(shoulder, middle, thick * 1.12, thick * 1.2), tone)
        return
    layer.part(palm, rgb("8a8f98") if look.garment == "armor" else skin)
    flare = 1.45 if look.garment == "robe" else 0.9
    layer.part(
        [limb(shoulder, elbow, thick * 1.12, thick * 0.96), limb(elbow, wrist, thick * 0.96, thick * flare * 0.86)],
        tone,
        1.1,
    )
    cuff = (wrist[0] + (elbow[0] - wrist[0]) * 0.12, wrist[1] + (elbow[1] - wrist[1]) * 0.12)
    layer.part(limb(wrist, cuff, thick * flare * 0.92, thick * flare * 0.92), mix(tone, (0.05, 0.05, 0.1), 0.22))


def _hand(elbow: Point, hand: Point, thick: float) -> list[Path]:
    length = math.hypot(hand[0] - elbow[0], hand[1] - elbow[1]) or 1.0
    ux, uy = (hand[0] - elbow[0]) / length, (hand[1] - elbow[1]) / length
    tip = (hand[0] + ux * thick * 0.75, hand[1] + uy * thick * 0.75)
    thumb = (hand[0] + (ux * 0.35 + uy * 0.75) * thick, hand[1] + (uy * 0.35 - ux * 0.75) * thick)
    return [limb(hand, tip, thick * 0.66, thick * 0.5), limb(hand, thumb, thick * 0.34, thick * 0.24)]


def draw_trunk(layer: Layer, body: Bones, look: Look, back: bool = False) -> None:
    """The garment on the trunk, with skirt, collar and details."""
    kind, colour = look.garment, look.garment_colour
    s, w = body.shoulder, body.waist
    bulk = 1.16 if look.width > 1.15 else 1.0
    frame = Frame(body)
    hem = {"coat": -0.21, "dress": -0.22, "robe": -0.42}.get(kind, -0.035) * (body.chest[1] - body.hip[1]) / 0.3
    flare = {"coat": 1.5, "dress": 2.1, "robe": 1.75}.get(kind, 1.12)
    belly = w * bulk * (1.3 if bulk > 1 else 1.06)
    sitting = body.hip[1] < 0.2
    if sitting and kind in LONG:
        hem, flare = -0.04, flare * 0.9
    top = 1.0
    outline = [
        (-s * 0.42, top + 0.03),
        (-s * 0.98, top - 0.09),
        (-s * 1.02, top - 0.28),
        (-belly, 0.42),
        (-w * 1.16 * bulk, 0.06),
    ]
    skirt = [(-w * flare * bulk, hem / frame.trunk)] if kind in LONG else [(-w * 1.14 * bulk, hem / frame.trunk)]
    left = outline + skirt
    right = [(-x, y) for x, y in reversed(left)]
    middle = [(0.0, hem / frame.trunk - 0.03)]
    layer.part(smooth(frame.at(left + middle + right), 5), colour if kind != "overalls" else look.second_colour, 1.15)
    if back:
        layer.flat(
            frame.at([(-0.004, 0.9), (0.004, 0.9), (0.004, 0.0), (-0.004, 0.0)]), mix(colour, (0, 0, 0.1), 0.4), 0.6
        )
        return
    details(layer, frame, look, s, w, hem / frame.trunk)


def draw_extras_behind(layer: Layer, body: Bones, look: Look) -> None:
    """Capes, packs and wings, drawn before the body."""
    chest, hip = body.chest, body.hip
    if "cape" in look.extras and look.garment != "robe":
        cape = [
            (chest[0] - 0.09, chest[1] + 0.01),
            (chest[0] + 0.08, chest[1] + 0.01),
            (hip[0] + 0.06, hip[1]),
            (hip[0] + 0.04, max(0.06, hip[1] - 0.3)),
            (hip[0] - 0.3, max(0.05, hip[1] - 0.34)),
            (hip[0] - 0.22, hip[1]),
        ]
        layer.part(smooth(cape, 6), look.scarf_colour, 1.2)
    if "backpack" in look.extras:
        layer.part(
            smooth(
                [
                    (chest[0] - 0.07, chest[1]),
                    (chest[0] - 0.2, chest[1] - 0.03),
                    (hip[0] - 0.21, hip[1] + 0.07),
                    (hip[0] - 0.06, hip[1] + 0.05),
                ],
                5,
            ),
            rgb("9a6a3c"),
            1.2,
        )
    if "wings" in look.extras:
        for dy, reach in ((0.18, 0.4), (-0.1, 0.28)):
            wing = [
                (chest[0] - 0.02, chest[1] - 0.08),
                (chest[0] - reach * 0.7, chest[1] + dy + 0.08),
                (chest[0] - reach, chest[1] + dy - 0.06),
                (chest[0] - reach * 0.5, chest[1] + dy - 0.18),
            ]
            layer.lit(smooth(wing, 6), (0.85, 0.95, 1.0), 0.62)


def draw_extras_front(layer: Layer, body: Bones, look: Look) -> None:
    """Aprons, scarves and bow ties, drawn over the trunk."""
    frame = Frame(body)
    s, w = body.shoulder, body.waist
    _apron(layer, look, frame, s, w)
    _scarf(layer, look, frame, s)
    if "bowtie" in look.extras:
        for side in (-1, 1):
            layer.part(
                frame.at([(s * 0.14, 0.96), (s * 0.14 + side * 0.035, 1.02), (s * 0.14 + side * 0.035, 0.9)]),
                look.scarf_colour,
            )


def _apron(layer: Layer, look: Look, frame: Frame, s: float, w: float) -> None:
    """An apron tied at the waist."""
    if "apron" in look.extras:
        cloth = look.second_colour if look.garment != "overalls" and look.age != "adult" else rgb("f2ebdc")
        layer.part(
            smooth(
                frame.at(
                    [
                        (-s * 0.45, 0.82),
                        (s * 0.6, 0.82),
                        (w * 1.15, 0.34),
                        (w * 1.2, -0.42),
                        (-w * 1.05, -0.42),
                        (-w * 1.02, 0.34),
                    ]
                ),
                4,
            ),
            cloth,
            0.9,
        )
        layer.flat(
            frame.at([(-w * 1.05, 0.36), (w * 1.1, 0.36), (w * 1.1, 0.31), (-w * 1.05, 0.31)]),
            mix(cloth, rgb("8a7a6a"), 0.4),
        )


def _scarf(layer: Layer, look: Look, frame: Frame, s: float) -> None:
    """A scarf with a hanging, striped end."""
    if "scarf" in look.extras:
        c = look.scarf_colour
        layer.part(
            frame.at(
                smooth(
                    [(-s * 0.72, 1.04), (0, 0.93), (s * 0.8, 1.05), (s * 0.66, 1.17), (0, 1.12), (-s * 0.6, 1.16)], 5
                )
            ),
            c,
            1.2,
        )
        layer.part(
            frame.at([(-s * 0.1, 1.0), (s * 0.36, 1.0), (s * 0.44, 0.46), (s * 0.02, 0.46)]),
            mix(c, (0, 0, 0.1), 0.12),
            1.0,
        )
        for k in (0.56, 0.66):
            layer.flat(
                frame.at([(0, k), (s * 0.42, k), (s * 0.42, k + 0.04), (0, k + 0.04)]), mix(c, (1, 1, 1), 0.55), 0.8
            )
