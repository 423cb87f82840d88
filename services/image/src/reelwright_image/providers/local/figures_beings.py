"""Beings that are neither people nor animals: robots, ghosts, storm-cloud spirits, aliens, dragons."""

from __future__ import annotations

import itertools
import math
import random

from .colours import Colour, luma, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .poses import POSES, Pose
from .scene import Scene
from .shapes import Path, Point, box, ellipse, limb, reach, ribbon, rounded, smooth
from .staging import close_sheet, open_sheet


def draw_robot(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a robot whose build (boxy, round or tall) follows from its look."""
    pose = POSES[gesture]
    tall = scene.layout.figure * spot.size * look.height * 1.15
    layer = open_sheet(scene, spot, tall)
    kind = look.variety % 3
    coat, joint = look.garment_colour, rgb("5a606c")
    _robot_limbs(layer, pose, coat, joint, near=False)
    if kind == 0:
        layer.part(rounded(-0.2, 0.24, 0.2, 0.6, 0.06), coat, 1.2)
    elif kind == 1:
        layer.part(ellipse(0, 0.42, 0.23, 0.21), coat, 1.3)
    else:
        layer.part(
            smooth([(-0.14, 0.6), (0.14, 0.6), (0.22, 0.28), (0.12, 0.22), (-0.12, 0.22), (-0.22, 0.28)], 4), coat, 1.2
        )
    _robot_chest(layer, look, scene)
    layer.part(limb((0, 0.58), (0, 0.68), 0.06, 0.05), joint)
    _robot_head(layer, look, pose, kind, scene)
    _robot_limbs(layer, pose, coat, joint, near=True)
    if "scarf" in look.extras:
        layer.part(
            smooth([(-0.17, 0.64), (0, 0.6), (0.18, 0.64), (0.16, 0.72), (0, 0.69), (-0.16, 0.72)], 5),
            look.scarf_colour,
        )
    close_sheet(scene, spot, layer, 0.0, 0.34)


def _robot_limbs(layer: Layer, pose: Pose, coat: Colour, joint: Colour, near: bool) -> None:
    tone = coat if near else mix(coat, (0.05, 0.05, 0.15), 0.28)
    side = -1 if near else 1
    bend = pose.near_arm if near else pose.far_arm
    shoulder = (side * 0.22, 0.52)
    elbow = reach(shoulder, bend[0], 0.15)
    hand = reach(elbow, bend[0] + bend[1], 0.14)
    layer.part([limb(shoulder, elbow, 0.028, 0.026), limb(elbow, hand, 0.026, 0.026)], joint, 1.2)
    layer.part(ellipse(*shoulder, 0.055), tone)
    layer.part(limb(elbow, ((elbow[0] + hand[0]) / 2, (elbow[1] + hand[1]) / 2), 0.045, 0.045), tone, 1.2)
    angle = math.atan2(hand[1] - elbow[1], hand[0] - elbow[0])
    for turn in (-0.6, 0.1, 0.75):
        tip = (hand[0] + 0.06 * math.cos(angle + turn), hand[1] + 0.06 * math.sin(angle + turn))
        layer.part(limb(hand, tip, 0.022, 0.014), joint)
    leg = pose.near_leg if near else pose.far_leg
    hip = (side * 0.09, 0.25)
    lifted = pose.lift < -0.3
    knee = reach(hip, 0 if lifted else leg[0], 0.11)
    foot = reach(knee, 0 if lifted else leg[0] + leg[1], 0.1)
    layer.part([limb(hip, knee, 0.035, 0.033), limb(knee, foot, 0.033, 0.035)], joint, 1.2)
    layer.part(
        smooth(
            [
                (foot[0] - 0.07, foot[1] - 0.035),
                (foot[0] - 0.06, foot[1] + 0.03),
                (foot[0] + 0.04, foot[1] + 0.045),
                (foot[0] + 0.11, foot[1] - 0.035),
            ],
            4,
        ),
        tone,
        1.2,
    )


def _robot_chest(layer: Layer, look: Look, scene: Scene) -> None:
    coat = look.garment_colour
    layer.part(rounded(-0.1, 0.34, 0.12, 0.5, 0.03), mix(coat, (0.1, 0.12, 0.2), 0.4), 0.7)
    for k in range(3):
        colour = (look.eye_colour, rgb("f0c040"), rgb("e0604a"))[k]
        layer.lit(ellipse(-0.055 + 0.065 * k, 0.46, 0.017), colour)
        layer.glow(-0.055 + 0.065 * k, 0.46, 0.06, colour, 0.3)
    for k in range(3):
        layer.flat(box(-0.07, 0.365 + 0.022 * k, 0.09, 0.373 + 0.022 * k), mix(coat, (1, 1, 1), 0.3), 0.6)
    rng = random.Random(look.variety)
    for _ in range(5):
        x, y = rng.uniform(-0.17, 0.17), rng.uniform(0.27, 0.58)
        layer.flat(ellipse(x, y, 0.009), mix(coat, (0.1, 0.08, 0.1), 0.5), 0.8)


def _robot_head(layer: Layer, look: Look, pose: Pose, kind: int, scene: Scene) -> None:
    coat, eye = look.garment_colour, look.eye_colour
    layer.part(limb((0.02, 0.94), (0.02, 1.06), 0.011, 0.008), rgb("5a606c"))
    layer.part(ellipse(0.02, 1.08, 0.032), mix(eye, (1, 1, 1), 0.2))
    layer.glow(0.02, 1.08, 0.1, eye, 0.5)
    for side in (-1, 1):
        layer.part(ellipse(side * 0.205, 0.8, 0.035, 0.06), rgb("6a7080"))
    if kind == 1:
        layer.part(ellipse(0, 0.81, 0.2, 0.16), coat, 1.2)
    else:
        layer.part(rounded(-0.2, 0.67, 0.2, 0.95, 0.06 if kind == 0 else 0.12), coat, 1.2)
    layer.part(rounded(-0.13, 0.71, 0.18, 0.9, 0.05), rgb("20283a"), 0.5)
    for x in (-0.045, 0.095):
        if pose.eyes == "closed":
            layer.lit(ribbon([(x - 0.04, 0.82), (x, 0.8), (x + 0.04, 0.82)], 0.009, 0.009), eye)
            continue
        layer.lit(ellipse(x, 0.825, 0.04, 0.045), eye)
        layer.lit(ellipse(x + 0.012, 0.84, 0.014), (1, 1, 1))
        layer.glow(x, 0.825, 0.1, eye, 0.35)
        if pose.brow in ("angry", "firm"):
            slant = 0.03 if x < 0 else -0.03
            layer.flat(
                [(x - 0.05, 0.87 + slant), (x + 0.05, 0.87 - slant), (x + 0.05, 0.9), (x - 0.05, 0.9)], rgb("20283a")
            )
    wide = 0.045 if pose.mouth in ("shout", "laugh", "open") else 0.0
    if wide:
        layer.lit(rounded(-0.02, 0.73, 0.07, 0.768, 0.012), eye, 0.85)
        for k in range(3):
            layer.flat(box(0.0 + 0.022 * k, 0.73, 0.004 + 0.022 * k, 0.768), rgb("20283a"))
    else:
        dip = -0.014 if pose.mouth in ("smile", "soft") else 0.012
        layer.lit(ribbon([(-0.02, 0.752), (0.025, 0.752 + dip), (0.07, 0.752)], 0.006, 0.006), eye, 0.9)
    if look.hat:
        layer.part(smooth([(-0.14, 0.93), (-0.1, 1.08), (0.12, 1.08), (0.15, 0.93)], 5), look.hat_colour, 1.2)
        layer.part(ellipse(0, 0.94, 0.22, 0.03), mix(look.hat_colour, (0, 0, 0), 0.2))


def draw_ghost(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a friendly floating ghost."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall)
    body = look.garment_colour
    shape: list[Point] = [(-0.3, 0.55), (-0.26, 0.86), (0, 1.02), (0.26, 0.86), (0.31, 0.55), (0.3, 0.22), (0.36, 0.02)]
    shape += [(0.2, 0.1), (0.1, 0.0), (-0.02, 0.1), (-0.14, 0.0), (-0.24, 0.1), (-0.44, -0.02), (-0.3, 0.25)]
    layer.glow(0, 0.52, 0.8, body, 0.28)
    layer.part(smooth(shape, 6), body, 0.9, to=mix(body, scene.palette.haze, 0.45), opacity=0.9)
    up = gesture in ("argue", "wave", "dance", "fly", "hug")
    for side in (-1, 1):
        layer.part(
            smooth(
                [
                    (side * 0.24, 0.56),
                    (side * 0.46, 0.72 if up else 0.48),
                    (side * 0.5, 0.62 if up else 0.38),
                    (side * 0.26, 0.4),
                ],
                5,
            ),
            body,
            0.9,
        )
    _spirit_face(layer, look, gesture, 0.04, 0.74, 0.1, rgb("2a2c44"))
    _hatted(layer, look, 0.0, 0.96, 0.26)
    close_sheet(scene, spot, layer, tall * 0.1 if spot.y > 0 else 0.0, 0.24, 0.012)


def _spirit_face(layer: Layer, look: Look, gesture: str, x: float, y: float, r: float, dark: Colour) -> None:
    glowing = "eyes" in look.extras
    for dx in (-0.95, 0.95):
        if gesture in ("sleep", "hug"):
            layer.flat(
                ribbon(
                    [(x + dx * r - r * 0.4, y), (x + dx * r, y - r * 0.25), (x + dx * r + r * 0.4, y)], r * 0.1, r * 0.1
                ),
                dark,
            )
            continue
        if glowing:
            layer.glow(x + dx * r, y, r * 1.7, look.eye_colour, 0.75)
            layer.lit(ellipse(x + dx * r, y, r * 0.46, r * 0.58), mix(look.eye_colour, (1, 1, 1), 0.35))
            layer.lit(ellipse(x + dx * r, y, r * 0.26, r * 0.36), (1, 1, 1), 0.9)
        else:
            layer.flat(ellipse(x + dx * r, y, r * 0.46, r * 0.62), dark)
            layer.lit(ellipse(x + dx * r + r * 0.16, y + r * 0.24, r * 0.16), (1, 1, 1))
        if gesture == "argue":
            layer.flat(
                ribbon([(x + dx * r * 1.5, y + r * 1.0), (x + dx * r * 0.5, y + r * 0.72)], r * 0.1, r * 0.1), dark
            )
        layer.flat(ellipse(x + dx * r * 1.75, y - r * 0.75, r * 0.34, r * 0.22), rgb("f0909a"), 0.55, r * 0.1)
    if gesture in ("argue", "play", "dance"):
        layer.flat(ellipse(x, y - r * 0.95, r * 0.4, r * 0.46), dark)
    elif gesture == "cry":
        layer.flat(
            ribbon([(x - r * 0.4, y - r * 1.05), (x, y - r * 0.8), (x + r * 0.4, y - r * 1.05)], r * 0.07, r * 0.07),
            dark,
        )
    else:
        layer.flat(
            ribbon([(x - r * 0.42, y - r * 0.72), (x, y - r * 1.0), (x + r * 0.42, y - r * 0.72)], r * 0.07, r * 0.07),
            dark,
        )


def _hatted(layer: Layer, look: Look, x: float, y: float, half: float) -> None:
    if not look.hat:
        return
    layer.part(
        smooth([(x - half * 0.6, y), (x - half * 0.45, y + half), (x + half * 0.45, y + half), (x + half * 0.6, y)], 5),
        look.hat_colour,
        1.2,
    )
    layer.part(ellipse(x, y, half * 0.95, half * 0.16), mix(look.hat_colour, (0, 0, 0.1), 0.25))


def draw_cloud(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a storm-cloud spirit: a small living cloud with eyes, drizzle and sparks."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.0, 1.4)
    body = look.garment_colour
    rng = random.Random(look.variety)
    heaps = [
        (-0.38, 0.5, 0.22),
        (0.38, 0.5, 0.23),
        (-0.2, 0.7, 0.26),
        (0.2, 0.72, 0.25),
        (0.0, 0.54, 0.32),
        (-0.06, 0.84, 0.2),
    ]
    heaps = [(x + rng.uniform(-0.02, 0.02), y + rng.uniform(-0.02, 0.02), r) for x, y, r in heaps]
    layer.glow(0, 0.58, 0.95, mix(look.eye_colour, body, 0.4), 0.25)
    puffs: list[Path] = [ellipse(x, y, r, r * 0.92) for x, y, r in heaps]
    layer.part(puffs, mix(body, (0.06, 0.06, 0.15), 0.25), 1.1)
    for x, y, r in heaps:
        layer.part(ellipse(x, y + 0.03, r * 0.9, r * 0.8), mix(body, (1, 1, 1), 0.12 + 0.2 * (y - 0.5)), 1.2)
    up = gesture in ("argue", "wave", "dance", "hug", "climb", "fly")
    for side in (-1, 1):
        y = 0.66 if up else 0.4
        layer.part(
            [ellipse(side * 0.58, y, 0.1, 0.085), ellipse(side * 0.66, y + (0.06 if up else -0.03), 0.075)],
            mix(body, (1, 1, 1), 0.14),
        )
    _spirit_face(layer, look, gesture, 0.05, 0.6, 0.13, rgb("22283a"))
    for k in range(4):
        x = -0.3 + 0.2 * k
        drop = smooth([(x, 0.27), (x - 0.024, 0.16), (x, 0.12), (x + 0.024, 0.16)], 4)
        layer.lit(drop, mix(scene.palette.low, rgb("8ac8f0"), 0.75), 0.8)
    for x in (-0.36, 0.32) if "eyes" in look.extras or gesture == "argue" else (0.32,):
        bolt = [
            (x, 0.32),
            (x - 0.07, 0.17),
            (x - 0.005, 0.18),
            (x - 0.06, 0.02),
            (x + 0.075, 0.21),
            (x + 0.015, 0.2),
            (x + 0.06, 0.32),
        ]
        layer.glow(x, 0.18, 0.2, rgb("ffe070"), 0.6)
        layer.lit(bolt, rgb("ffe88a"))
    _hatted(layer, look, 0.0, 0.98, 0.24)
    lift = tall * (0.75 if scene.layout.framing not in ("close", "medium") else 0.0)
    close_sheet(scene, spot, layer, lift, 0.5, 0.014)


def draw_alien(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws an alien with a large head, big dark eyes and feelers."""
    pose = POSES[gesture]
    tall = scene.layout.figure * spot.size * look.height * 1.1
    layer = open_sheet(scene, spot, tall)
    skin, suit = look.garment_colour, look.second_colour
    for near in (False, True):
        side = -1 if near else 1
        tone = skin if near else mix(skin, (0, 0, 0.15), 0.25)
        bend = pose.near_arm if near else pose.far_arm
        shoulder = (side * 0.12, 0.44)
        elbow = reach(shoulder, bend[0], 0.14)
        hand = reach(elbow, bend[0] + bend[1], 0.13)
        if not near:
            layer.part([limb(shoulder, elbow, 0.03, 0.026), limb(elbow, hand, 0.026, 0.022)], tone)
        layer.part(limb((side * 0.06, 0.24), (side * 0.075, 0.04), 0.045, 0.036), tone)
        layer.part(ellipse(side * 0.075 + 0.025, 0.025, 0.065, 0.03), tone)
        if near:
            layer.part(
                smooth([(-0.11, 0.48), (0.11, 0.48), (0.16, 0.26), (0.1, 0.17), (-0.1, 0.17), (-0.16, 0.26)], 5),
                suit,
                1.2,
            )
            layer.lit(ellipse(0.02, 0.36, 0.03), mix(look.eye_colour, (1, 1, 1), 0.3))
            layer.part([limb(shoulder, elbow, 0.032, 0.028), limb(elbow, hand, 0.028, 0.024)], tone, 1.2)
        for turn in (-0.5, 0.1, 0.7):
            angle = math.atan2(hand[1] - elbow[1], hand[0] - elbow[0]) + turn
            tip = (hand[0] + 0.055 * math.cos(angle), hand[1] + 0.055 * math.sin(angle))
            layer.part(limb(hand, tip, 0.016, 0.016), tone)
    for side in (-1, 1):
        layer.part(ribbon([(side * 0.08, 0.9), (side * 0.14, 1.04), (side * 0.2, 1.1)], 0.016, 0.01), skin)
        layer.part(ellipse(side * 0.2, 1.11, 0.034), look.eye_colour)
        layer.glow(side * 0.2, 1.11, 0.09, look.eye_colour, 0.4)
    layer.part(
        smooth(
            [(0, 0.96), (0.22, 0.88), (0.28, 0.7), (0.16, 0.52), (0, 0.46), (-0.16, 0.52), (-0.28, 0.7), (-0.22, 0.88)],
            7,
        ),
        skin,
        1.1,
    )
    for x, turn in ((-0.08, 24), (0.14, -24)):
        if pose.eyes == "closed":
            layer.flat(ribbon([(x - 0.07, 0.7), (x, 0.67), (x + 0.07, 0.7)], 0.01, 0.01), rgb("1a1a2a"))
            continue
        layer.flat(ellipse(x, 0.7, 0.075, 0.105, turn), rgb("161624"))
        layer.lit(ellipse(x + 0.022, 0.745, 0.024, 0.03), (1, 1, 1), 0.95)
        layer.lit(ellipse(x - 0.02, 0.65, 0.03, 0.02), look.eye_colour, 0.45)
    if pose.mouth in ("shout", "open", "laugh"):
        layer.flat(ellipse(0.03, 0.545, 0.04, 0.03), rgb("3a1a30"))
    else:
        layer.flat(ribbon([(-0.03, 0.555), (0.03, 0.54), (0.09, 0.555)], 0.008, 0.008), rgb("2a2a3a"))
    for dx, dy in ((-0.2, 0.84), (-0.15, 0.9), (0.2, 0.86)):
        layer.flat(ellipse(dx, dy, 0.02), mix(skin, suit, 0.5), 0.7)
    close_sheet(scene, spot, layer, 0.0, 0.26)


def draw_dragon(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a dragon with wings, or a long-necked dinosaur without."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.3, 1.4)
    coat = look.garment_colour
    far, belly = mix(coat, (0.05, 0.05, 0.15), 0.35), mix(coat, rgb("f4e4b0"), 0.7)
    winged = look.species != "dinosaur"
    if winged:
        _dragon_wing(layer, (0.0, 0.5), 0.18, mix(look.second_colour, (0, 0, 0.15), 0.3), far)
    tail = [(-0.18, 0.24), (-0.5, 0.1), (-0.8, 0.12), (-0.98, 0.32)]
    layer.part(ribbon(tail, 0.16, 0.015), coat, 1.1)
    layer.part([(-1.06, 0.28), (-0.98, 0.5), (-0.88, 0.3)], look.second_colour)
    for x in (0.28, -0.06):
        layer.part([limb((x, 0.26), (x + 0.04, 0.06), 0.1, 0.06), ellipse(x + 0.07, 0.035, 0.09, 0.04)], far)
    neck = [(0.16, 0.4), (0.36, 0.56), (0.34, 0.76), (0.42, 0.86)]
    layer.part(
        [
            smooth([(-0.3, 0.26), (-0.18, 0.48), (0.1, 0.56), (0.32, 0.44), (0.3, 0.2), (0.06, 0.12), (-0.2, 0.14)], 7),
            ribbon(neck, 0.17, 0.09),
        ],
        coat,
        1.2,
    )
    layer.flat(ribbon([(0.0, 0.17), (0.26, 0.26), (0.42, 0.5), (0.42, 0.72)], 0.05, 0.03), belly, 0.95)
    for k in range(6):
        t = k / 5
        x, y = 0.1 + 0.33 * t, 0.19 + 0.5 * t**1.3
        layer.flat(
            ribbon([(x - 0.02, y + 0.02), (x + 0.06, y - 0.01)], 0.004, 0.004), mix(belly, (0.4, 0.2, 0.1), 0.4), 0.7
        )
    for k in range(8):
        t = k / 7
        x, y = (
            (0.26 - 0.62 * t, 0.82 - 0.62 * t + 0.12 * math.sin(3 * t))
            if k < 4
            else (-0.1 - 0.14 * (k - 3), 0.42 - 0.07 * (k - 3))
        )
        layer.part([(x - 0.05, y - 0.04), (x - 0.02, y + 0.09), (x + 0.04, y)], look.second_colour)
    for x in (0.2, -0.16):
        layer.part([limb((x, 0.26), (x + 0.03, 0.06), 0.12, 0.07), ellipse(x + 0.06, 0.035, 0.1, 0.042)], coat, 1.1)
        for k in range(3):
            layer.part(ellipse(x + 0.08 + 0.04 * k, 0.018, 0.018, 0.014), rgb("f0e6d0"))
    if winged:
        _dragon_wing(layer, (-0.04, 0.46), 0.0, look.second_colour, coat)
    _dragon_head(layer, look, gesture, coat, belly)
    lift = tall * 0.4 if gesture == "fly" and winged and scene.layout.framing not in ("close", "medium") else 0.0
    close_sheet(scene, spot, layer, lift, 0.75, 0.01)


def _dragon_wing(layer: Layer, root: Point, shift: float, skin: Colour, bone: Colour) -> None:
    x, y = root
    tips = [
        (x - 0.2 + shift, y + 0.6),
        (x - 0.62 + shift, y + 0.56),
        (x - 0.8 + shift, y + 0.22),
        (x - 0.52 + shift, y + 0.06),
    ]
    web: Path = [(x + 0.06, y)]
    web.append(tips[0])
    for a, b in itertools.pairwise(tips):
        web += [((a[0] + b[0]) / 2 * 0.8 + x * 0.2, (a[1] + b[1]) / 2 * 0.84 + y * 0.16), b]
    web.append((x - 0.16, y - 0.06))
    layer.part(web, skin, 0.9)
    for tip in tips:
        layer.part(limb((tips[0][0] * 0.4 + x * 0.6, tips[0][1] * 0.4 + y * 0.6), tip, 0.022, 0.008), bone)
    layer.part(limb((x, y), tips[0], 0.045, 0.016), bone)


def _dragon_head(layer: Layer, look: Look, gesture: str, coat: Colour, belly: Colour) -> None:
    x, y = 0.46, 0.9
    for dx in (-0.1, 0.0):
        if look.species != "dinosaur":
            layer.part(
                ribbon([(x + dx - 0.02, y + 0.08), (x + dx - 0.1, y + 0.2), (x + dx - 0.08, y + 0.3)], 0.03, 0.006),
                rgb("f0e0b8"),
            )
    roar = gesture in ("argue", "fly")
    layer.part([ellipse(x, y, 0.16, 0.14), limb((x + 0.06, y - 0.03), (x + 0.27, y - 0.05), 0.11, 0.075)], coat, 1.1)
    if roar:
        layer.part(limb((x + 0.06, y - 0.11), (x + 0.24, y - 0.17), 0.045, 0.03), mix(coat, (0, 0, 0), 0.15))
        for k in range(5):
            layer.glow(x + 0.4 + 0.08 * k, y - 0.16 - 0.02 * k, 0.1 + 0.02 * k, rgb("ff9a3a"), 0.85)
            layer.lit(
                ellipse(x + 0.38 + 0.07 * k, y - 0.15 - 0.02 * k, 0.05 + 0.014 * k, 0.035),
                mix(rgb("ffd860"), rgb("ff7a2a"), k / 4),
                0.7,
                0.015,
            )
    else:
        layer.flat(
            ribbon([(x + 0.33, y - 0.06), (x + 0.2, y - 0.11), (x + 0.04, y - 0.08)], 0.007, 0.007),
            mix(coat, (0, 0, 0), 0.6),
        )
    layer.flat(ellipse(x + 0.3, y - 0.01, 0.014), mix(coat, (0, 0, 0), 0.6))
    if gesture == "sleep":
        layer.flat(
            ribbon([(x + 0.0, y + 0.04), (x + 0.05, y + 0.01), (x + 0.1, y + 0.04)], 0.009, 0.009), rgb("1a141a")
        )
    else:
        layer.flat(ellipse(x + 0.05, y + 0.04, 0.048, 0.056), rgb("fbf4d8") if luma(coat) < 0.8 else rgb("e8d8a0"))
        layer.flat(ellipse(x + 0.062, y + 0.04, 0.026, 0.044), rgb("1a141a"))
        layer.lit(ellipse(x + 0.07, y + 0.06, 0.012), (1, 1, 1))
    layer.part(
        smooth([(x - 0.1, y + 0.04), (x - 0.26, y + 0.12), (x - 0.22, y - 0.02), (x - 0.1, y - 0.06)], 4),
        look.second_colour,
    )
