"""Four-legged animals from one body plan: dogs, cats, foxes, bears, rabbits, horses, elephants, lions and their kin."""

from __future__ import annotations

from collections.abc import Callable

import math
import random
from dataclasses import dataclass

from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import Path, Point, ellipse, limb, ribbon, smooth, star
from .staging import close_sheet, open_sheet


@dataclass(frozen=True)
class Plan:
    """Proportions of an animal whose standing height to the crown is about 1."""

    length: float = 0.5
    """From the rump to the chest."""
    back: float = 0.55
    """Height of the spine."""
    thick: float = 0.17
    leg: float = 0.055
    head: Point = (0.44, 0.76)
    skull: float = 0.19
    muzzle: float = 0.13
    ears: str = "pointed"
    tail: str = "brush"
    neck: float = 0.12


PLANS = {
    "dog": Plan(ears="floppy", tail="up", muzzle=0.14),
    "cat": Plan(length=0.48, back=0.5, thick=0.15, leg=0.045, skull=0.2, muzzle=0.08, tail="curl"),
    "fox": Plan(length=0.52, back=0.48, thick=0.14, leg=0.04, muzzle=0.15, tail="brush"),
    "wolf": Plan(length=0.55, back=0.56, thick=0.16, leg=0.05, muzzle=0.15, tail="brush"),
    "bear": Plan(length=0.52, back=0.6, thick=0.27, leg=0.1, head=(0.42, 0.74), skull=0.23, muzzle=0.11, ears="round", tail="stub", neck=0.2),
    "rabbit": Plan(length=0.28, back=0.34, thick=0.2, leg=0.06, head=(0.2, 0.56), skull=0.2, muzzle=0.07, ears="long", tail="puff", neck=0.15),
    "mouse": Plan(length=0.3, back=0.34, thick=0.21, leg=0.04, head=(0.26, 0.6), skull=0.23, muzzle=0.09, ears="dish", tail="thin"),
    "squirrel": Plan(length=0.28, back=0.4, thick=0.18, leg=0.05, head=(0.2, 0.66), skull=0.19, muzzle=0.07, ears="pointed", tail="plume"),
    "hedgehog": Plan(length=0.5, back=0.34, thick=0.26, leg=0.04, head=(0.4, 0.36), skull=0.18, muzzle=0.16, ears="round", tail="none"),
    "horse": Plan(length=0.52, back=0.56, thick=0.17, leg=0.045, head=(0.46, 0.88), skull=0.115, muzzle=0.17, ears="pointed", tail="hair", neck=0.1),
    "deer": Plan(length=0.46, back=0.55, thick=0.14, leg=0.032, head=(0.4, 0.86), skull=0.11, muzzle=0.12, ears="leaf", tail="puff", neck=0.07),
    "cow": Plan(length=0.6, back=0.6, thick=0.22, leg=0.06, head=(0.5, 0.76), skull=0.15, muzzle=0.14, ears="leaf", tail="thin", neck=0.14),
    "sheep": Plan(length=0.44, back=0.58, thick=0.26, leg=0.045, head=(0.42, 0.72), skull=0.15, muzzle=0.1, ears="leaf", tail="puff", neck=0.12),
    "camel": Plan(length=0.56, back=0.56, thick=0.17, leg=0.045, head=(0.5, 0.88), skull=0.1, muzzle=0.13, ears="round", tail="thin", neck=0.08),
    "elephant": Plan(length=0.54, back=0.6, thick=0.29, leg=0.11, head=(0.46, 0.7), skull=0.23, muzzle=0.05, ears="fan", tail="thin", neck=0.2),
    "lion": Plan(length=0.56, back=0.52, thick=0.17, leg=0.06, head=(0.42, 0.7), skull=0.19, muzzle=0.11, ears="round", tail="tuft", neck=0.14),
}  # fmt: skip
_KIN = {"unicorn": "horse", "panda": "bear", "polar": "bear", "tiger": "lion", "panther": "lion", "lioness": "lion"}


def draw_legged(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a four-legged animal."""
    plan = PLANS.get(_KIN.get(look.species, look.species), PLANS["dog"])
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.0, 1.5)
    rng = random.Random(look.variety)
    coat, far = look.garment_colour, mix(look.garment_colour, (0.08, 0.05, 0.15), 0.3)
    if look.species == "panda":
        far = rgb("26262e")
    down = 0.0
    if gesture in ("sleep", "sit"):
        down = plan.back - plan.thick * 1.05
    stride = {"run": 34.0, "walk": 16.0, "climb": 22.0, "dance": 20.0, "sneak": 14.0}.get(gesture, 4.0)
    _tail(layer, plan, look, down, rng)
    _legs(layer, plan, look, stride, down, far, near=False)
    _body(layer, plan, look, down, rng)
    _legs(layer, plan, look, stride, down, rgb("26262e") if look.species == "panda" else coat, near=True)
    tilt = {"sleep": -0.16, "look": 0.04, "cry": -0.06, "sneak": -0.1}.get(gesture, 0.0)
    _head(layer, plan, look, (plan.head[0], plan.head[1] - down * 0.9 + tilt), gesture, rng)
    hop = tall * 0.08 if gesture in ("run", "dance") else 0.0
    close_sheet(scene, spot, layer, hop, 0.55, 0.012)


def _legs(layer: Layer, plan: Plan, look: Look, stride: float, down: float, colour: Colour, near: bool) -> None:
    half, high = plan.length / 2, plan.back - plan.thick * 0.6 - down
    shift = 0.0 if near else 0.06
    for end, sign in ((-half + plan.leg, -1), (half - plan.leg, 1)):
        angle = math.radians(stride * (sign if near else -sign))
        foot = (end + shift + math.sin(angle) * high, max(0.02, high * (1 - math.cos(angle)) * 0.8))
        knee = ((end + shift + foot[0]) / 2 + (0.02 if sign < 0 else -0.012), max(high * 0.5, plan.leg * 0.7))
        if down > 0:
            foot, knee = (end + 0.12 * sign + shift, 0.03), (end + 0.04 * sign, 0.05)
        top = (end + shift * 0.5, max(high + plan.leg * 0.5, 0.06))
        layer.part(
            [limb(top, knee, plan.leg * 1.3, plan.leg * 0.9), limb(knee, foot, plan.leg * 0.9, plan.leg * 0.72)], colour
        )
        sock = colour
        if look.species in ("fox", "panther", "deer"):
            sock = mix(colour, rgb("2a2024"), 0.75)
        if look.family == "horse" and look.species != "sheep":
            sock = rgb("3a302c")
        layer.part(
            smooth(
                [
                    (foot[0] - plan.leg, -0.008),
                    (foot[0] - plan.leg * 0.8, plan.leg),
                    (foot[0] + plan.leg, plan.leg * 0.8),
                    (foot[0] + plan.leg * 1.7, -0.008),
                ],
                4,
            ),
            sock,
        )


def _body(layer: Layer, plan: Plan, look: Look, down: float, rng: random.Random) -> None:
    half, y, t = plan.length / 2, plan.back - plan.thick - down + plan.thick * 0.1, plan.thick
    y = max(y, t * 0.95)
    coat = look.garment_colour
    neck_end = (plan.head[0] - plan.skull * 0.3, plan.head[1] - down * 0.9 - plan.skull * 0.4)
    trunk = smooth(
        [
            (-half - t * 0.5, y),
            (-half * 0.8, y + t * 0.96),
            (0, y + t * 0.9),
            (half * 0.9, y + t),
            (half + t * 0.5, y + t * 0.2),
            (half * 0.8, y - t * 0.85),
            (0, y - t * 0.82),
            (-half * 0.9, y - t * 0.8),
        ],
        6,
    )
    neck = limb((half * 0.85, y + t * 0.35), neck_end, plan.neck * 1.25, plan.neck)
    if look.species == "sheep":
        puffs = [ellipse(-half + plan.length * (k % 5) / 4, y + (0.14 if k < 5 else -0.1), t * 0.62) for k in range(10)]
        layer.part([*puffs, trunk], coat, 0.9)
        for _ in range(22):
            layer.flat(
                ellipse(rng.uniform(-half, half), y + rng.uniform(-0.2, 0.24), 0.03, 0.02),
                mix(coat, rgb("b8b0c0"), 0.35),
                0.6,
            )
        layer.part(neck, mix(coat, rgb("4a4048"), 0.75))
        return
    layer.part([trunk, neck], coat if look.species != "panda" else rgb("f3f0ea"), 1.1)
    belly = mix(coat, (1, 0.97, 0.9), 0.55)
    if look.family in ("dog", "cat", "fox", "lion", "rabbit") or look.species == "deer":
        layer.flat(
            smooth(
                [
                    (-half * 0.6, y - t * 0.5),
                    (half * 0.8, y - t * 0.4),
                    (half + t * 0.34, y + t * 0.2),
                    (half * 0.9, y - t * 0.75),
                    (0, y - t * 0.78),
                ],
                5,
            ),
            belly,
            0.7,
            0.02,
        )
    _markings(layer, look, half, y, t, rng)


def _markings(layer: Layer, look: Look, half: float, y: float, t: float, rng: random.Random) -> None:
    coat = look.garment_colour
    if look.species == "tiger":
        for k in range(7):
            x = -half * 0.95 + 2 * half * k / 6.5
            layer.flat(
                smooth(
                    [
                        (x - 0.018, y + t * 0.92),
                        (x + 0.02, y + t * 0.92),
                        (x + 0.03, y + t * 0.2),
                        (x + 0.01, y - t * 0.1),
                    ],
                    4,
                ),
                rgb("2e2226"),
                0.9,
            )
    elif look.species == "panda":
        layer.part(
            smooth(
                [
                    (half * 0.45, y + t * 0.98),
                    (half + t * 0.4, y + t * 0.5),
                    (half + t * 0.2, y - t * 0.6),
                    (half * 0.5, y - t * 0.75),
                ],
                5,
            ),
            rgb("26262e"),
        )
    elif look.species == "hedgehog":
        for k in range(70):
            a = math.radians(15 + 150 * rng.random())
            d = rng.uniform(0.5, 1.1)
            x, py = math.cos(a) * (half + t * 0.4) * d - 0.04, y + math.sin(a) * t * 1.1 * d
            layer.flat(
                [(x - 0.02, py - 0.02), (x + 0.02, py), (x - 0.05, py + 0.09)],
                mix(coat, rgb("f0e0c0") if k % 3 == 0 else rgb("3a2a20"), 0.45),
            )
    elif look.species == "cow" or (
        look.family in ("dog", "cat", "horse")
        and look.variety % 3 == 0
        and look.species not in ("unicorn", "deer", "camel")
    ):
        patch = (
            rgb("3a3036")
            if look.species == "cow"
            else look.second_colour
            if look.family == "cat"
            else mix(coat, (1, 1, 1), 0.6)
        )
        for px, r in ((-half * 0.5, 0.7), (half * 0.35, 0.5)):
            layer.flat(
                smooth(
                    [
                        (
                            px + rng.uniform(0.7, 1.1) * t * r * math.cos(a),
                            y + t * 0.25 + rng.uniform(0.6, 0.9) * t * r * math.sin(a),
                        )
                        for a in (0, 1, 2, 3, 4, 5)
                    ],
                    5,
                ),
                patch,
                0.85,
            )
    elif look.species == "deer":
        for _ in range(12):
            layer.flat(
                ellipse(rng.uniform(-half, half * 0.6), y + rng.uniform(0.0, 0.75) * t, 0.012), (1, 0.95, 0.85), 0.85
            )
    elif look.species == "camel":
        layer.part(
            smooth([(-half * 0.5, y + t * 0.7), (-half * 0.1, y + t * 2.0), (half * 0.35, y + t * 0.75)], 6), coat
        )
    elif look.family == "cat" and look.variety % 3 == 1:
        for k in range(5):
            x = -half * 0.8 + half * 0.4 * k
            layer.flat(
                smooth([(x - 0.014, y + t * 0.9), (x + 0.016, y + t * 0.9), (x + 0.02, y + t * 0.2)], 4),
                mix(coat, rgb("3a2418"), 0.5),
                0.8,
            )


def _tail(layer: Layer, plan: Plan, look: Look, down: float, rng: random.Random) -> None:
    x, y = -plan.length / 2 - plan.thick * 0.2, max(plan.back - plan.thick * 0.5 - down, 0.1)
    coat = look.garment_colour
    painter = _TAILS.get(plan.tail)
    if painter is not None:
        painter(layer, plan, look, x, y, coat)


def _tail_up(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(ribbon([(x, y), (x - 0.14, y + 0.1), (x - 0.15, y + 0.28)], 0.05, 0.02), coat)


def _tail_curl(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        ribbon(
            [(x, y), (x - 0.2, y + 0.02), (x - 0.26, y + 0.2), (x - 0.17, y + 0.32), (x - 0.11, y + 0.25)],
            0.034,
            0.024,
        ),
        coat,
    )


def _tail_brush(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        ribbon([(x, y), (x - 0.2, y - 0.06), (x - 0.4, y - 0.02), (x - 0.52, y + 0.1)], 0.04, 0.012, middle=0.1),
        coat,
    )
    layer.part(
        ribbon([(x - 0.36, y - 0.03), (x - 0.44, y + 0.02), (x - 0.53, y + 0.11)], 0.07, 0.008),
        mix(coat, (1, 1, 1), 0.8),
    )


def _tail_thin(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    end = (x - 0.2, y - 0.24)
    layer.part(ribbon([(x, y), (x - 0.13, y - 0.02), end], 0.02, 0.014), coat)
    if plan.tail == "tuft" or look.species == "cow":
        layer.part(ellipse(end[0], end[1] - 0.03, 0.04, 0.065), mix(coat, rgb("4a2a1c"), 0.6))


def _tail_hair(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        smooth([(x, y + 0.04), (x - 0.12, y), (x - 0.2, y - 0.24), (x - 0.14, y - 0.42), (x - 0.04, y - 0.16)], 6),
        look.hair_colour,
    )


def _tail_puff(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(ellipse(x - 0.03, y - 0.06, 0.075), mix(coat, (1, 1, 1), 0.5 if plan.tail == "puff" else 0.0))


def _tail_plume(layer: Layer, plan: Plan, look: Look, x: float, y: float, coat: Colour) -> None:
    layer.part(
        smooth(
            [
                (x + 0.03, 0.1),
                (x - 0.2, 0.12),
                (x - 0.3, 0.5),
                (x - 0.2, 0.86),
                (x - 0.02, 0.88),
                (x - 0.06, 0.66),
                (x - 0.08, 0.4),
            ],
            6,
        ),
        mix(coat, (0.3, 0.1, 0.05), 0.15),
        1.2,
    )


_TAILS: dict[str, Callable[[Layer, Plan, Look, float, float, Colour], None]] = {
    "up": _tail_up,
    "curl": _tail_curl,
    "brush": _tail_brush,
    "thin": _tail_thin,
    "tuft": _tail_thin,
    "hair": _tail_hair,
    "puff": _tail_puff,
    "stub": _tail_puff,
    "plume": _tail_plume,
}



def _head(layer: Layer, plan: Plan, look: Look, at: Point, gesture: str, rng: random.Random) -> None:
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
    _ears(layer, plan, look, x, y, r, face, near=False)
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
        _eyes(layer, [(x + r * 0.32, y + r * 0.18)], r * 0.95, gesture, look)
    elif look.family == "elephant":
        _trunk(layer, look, x, y, r, gesture)
    else:
        cheek = 1.12 if look.species not in ("hedgehog", "mouse") else 1.0
        layer.part(ellipse(x, y, r * cheek, r), face, 1.0)
        _muzzle(layer, plan, look, x, y, r, face, gesture)
        if look.species == "panda":
            for ex in (-0.2, 0.5):
                layer.flat(ellipse(x + ex * r, y + r * 0.1, r * 0.26, r * 0.32, -20 if ex < 0 else 20), rgb("26262e"))
        _eyes(layer, [(x - r * 0.18, y + r * 0.14), (x + r * 0.54, y + r * 0.14)], r, gesture, look)
    _ears(layer, plan, look, x, y, r, face, near=True)
    _headgear(layer, look, x, y, r)


def _muzzle(layer: Layer, plan: Plan, look: Look, x: float, y: float, r: float, face: Colour, gesture: str) -> None:
    m = plan.muzzle
    pale = mix(face, (1, 0.97, 0.92), 0.7)
    if look.family in ("fox", "cat", "lion", "dog") and look.species != "panther":
        layer.flat(
            smooth(
                [
                    (x - r * 0.5, y - r * 0.3),
                    (x + r * 0.2, y - r * 0.1),
                    (x + r * 0.95, y - r * 0.25),
                    (x + r * 0.5, y - r * 0.92),
                    (x - r * 0.2, y - r * 0.85),
                ],
                5,
            ),
            pale,
            0.85,
        )
    mx, my = x + r * 0.32 + m * 0.45, y - r * 0.36
    layer.part(
        ellipse(mx, my, m * 0.95 + r * 0.1, m * 0.55 + r * 0.08),
        pale if look.species != "panther" else mix(face, (1, 1, 1), 0.12),
    )
    nose = (mx + m * 0.42, my + m * 0.28)
    dark = rgb("2c2226") if look.family != "cat" and look.species != "rabbit" else rgb("d88a88")
    layer.part(
        smooth(
            [
                (nose[0] - r * 0.16, nose[1] + r * 0.07),
                (nose[0] + r * 0.16, nose[1] + r * 0.07),
                (nose[0], nose[1] - r * 0.12),
            ],
            5,
        ),
        dark,
    )
    layer.lit(ellipse(nose[0] - r * 0.03, nose[1] + r * 0.04, r * 0.04, r * 0.025, steps=10), (1, 1, 1), 0.6)
    smile = ribbon(
        [
            (nose[0] - r * 0.34, nose[1] - r * 0.28),
            (nose[0] - r * 0.12, nose[1] - r * 0.36),
            (nose[0], nose[1] - r * 0.22),
            (nose[0] + r * 0.14, nose[1] - r * 0.35),
            (nose[0] + r * 0.24, nose[1] - r * 0.28),
        ],
        r * 0.022,
        r * 0.022,
    )
    if gesture in ("argue", "run", "dance", "play"):
        layer.flat(ellipse(nose[0] - r * 0.05, nose[1] - r * 0.36, r * 0.17, r * 0.14), rgb("7a2a30"))
        layer.flat(ellipse(nose[0] - r * 0.05, nose[1] - r * 0.43, r * 0.11, r * 0.08), rgb("e88a90"))
    else:
        layer.flat(smile, rgb("3a282c"), 0.85)
    if look.family in ("cat", "rabbit", "lion"):
        for k in (-0.08, 0.0, 0.08):
            for sign in (-1, 1):
                tip = (mx + sign * (m + r * 0.75), my + k * 2 * r)
                layer.flat(ribbon([(mx + sign * m * 0.5, my + k * r), tip], r * 0.012, r * 0.006), (1, 1, 1), 0.6)


def _eyes(layer: Layer, eyes: list[Point], r: float, gesture: str, look: Look) -> None:
    for x, y in eyes:
        if gesture in ("sleep", "hug"):
            layer.flat(
                ribbon([(x - r * 0.14, y), (x, y - r * 0.08), (x + r * 0.14, y)], r * 0.03, r * 0.03), rgb("2a2024")
            )
            continue
        if look.species in ("panther", "sheep", "wolf") or look.family == "cat":
            layer.flat(ellipse(x, y, r * 0.16, r * 0.18), mix(look.eye_colour, rgb("f0d860"), 0.5))
            layer.flat(ellipse(x + r * 0.02, y, r * 0.07, r * 0.15), rgb("17131c"))
        else:
            layer.flat(ellipse(x, y, r * 0.135, r * 0.17), rgb("1f181c"))
        layer.lit(ellipse(x + r * 0.05, y + r * 0.07, r * 0.05, r * 0.055, steps=12), (1, 1, 1), 0.95)
        layer.lit(ellipse(x - r * 0.04, y - r * 0.07, r * 0.026, steps=8), (1, 1, 1), 0.5)
        if gesture in ("argue", "sneak"):
            layer.flat(
                ribbon([(x - r * 0.2, y + r * 0.3), (x + r * 0.16, y + r * 0.2)], r * 0.04, r * 0.03), rgb("2a2024")
            )


def _ears(layer: Layer, plan: Plan, look: Look, x: float, y: float, r: float, face: Colour, near: bool) -> None:
    inner = mix(face, rgb("e8a0a0"), 0.55)
    side = -1 if near else 1
    ex = x + (-0.5 if near else 0.5) * r
    tone = rgb("26262e") if look.species == "panda" else face
    kind = plan.ears
    if kind == "pointed":
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
    elif kind in ("round", "dish"):
        k = 0.34 if kind == "round" else 0.58
        layer.part(ellipse(ex + side * r * 0.2, y + r * (0.82 if kind == "round" else 0.9), r * k), tone)
        layer.flat(
            ellipse(ex + side * r * 0.2, y + r * (0.8 if kind == "round" else 0.88), r * k * 0.6),
            inner if look.species != "panda" else tone,
            0.85,
        )
    elif kind == "floppy":
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
    elif kind == "long":
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
    elif kind == "leaf":
        tip = (x + side * r * 1.7, y + r * 0.85)
        layer.part(
            smooth(
                [(ex, y + r * 0.8), (ex + side * r * 0.6, y + r * 1.0), tip, (ex + side * r * 0.6, y + r * 0.45)], 5
            ),
            tone,
        )
    elif kind == "fan" and near:
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
    _eyes(layer, [(x + r * 0.42, y + r * 0.2)], r * 0.85, gesture, look)


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
            layer.part(
                ribbon([root, mid, (mid[0] - side * r * 0.1, mid[1] + r * 1.1)], r * 0.12, r * 0.05), rgb("8a6a4a")
            )
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
    if look.species == "unicorn":
        layer.lit(star(x + r * 0.9, y + r * 2.7, r * 0.35, r * 0.1, 4), (1, 1, 0.9), 0.9)
