"""Robots of three builds, with lit eyes and feelers of steel."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .poses import POSES, Pose
from .scene import Scene
from .shapes import box, ellipse, limb, points, reach, ribbon, rounded, smooth
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
        layer.part(smooth(points("-0.14 0.6, 0.14 0.6, 0.22 0.28, 0.12 0.22, -0.12 0.22, -0.22 0.28"), 4), coat, 1.2)
    _robot_chest(layer, look, scene)
    layer.part(limb((0, 0.58), (0, 0.68), 0.06, 0.05), joint)
    _robot_head(layer, look, pose, kind, scene)
    _robot_limbs(layer, pose, coat, joint, near=True)
    if "scarf" in look.extras:
        layer.part(
            smooth(points("-0.17 0.64, 0 0.6, 0.18 0.64, 0.16 0.72, 0 0.69, -0.16 0.72"), 5),
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
        _robot_eye(layer, eye, pose, x)
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


def _robot_eye(layer: Layer, eye: Colour, pose: Pose, x: float) -> None:
    if pose.eyes == "closed":
        layer.lit(ribbon([(x - 0.04, 0.82), (x, 0.8), (x + 0.04, 0.82)], 0.009, 0.009), eye)
        return
    layer.lit(ellipse(x, 0.825, 0.04, 0.045), eye)
    layer.lit(ellipse(x + 0.012, 0.84, 0.014), (1, 1, 1))
    layer.glow(x, 0.825, 0.1, eye, 0.35)
    if pose.brow in ("angry", "firm"):
        slant = 0.03 if x < 0 else -0.03
        layer.flat(
            [(x - 0.05, 0.87 + slant), (x + 0.05, 0.87 - slant), (x + 0.05, 0.9), (x - 0.05, 0.9)], rgb("20283a")
        )
