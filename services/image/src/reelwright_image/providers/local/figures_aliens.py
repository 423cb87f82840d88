"""Aliens: large heads, dark eyes, glowing feelers."""

from __future__ import annotations

import math

from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .poses import POSES, Pose
from .scene import Scene
from .shapes import ellipse, limb, points, reach, ribbon, smooth
from .staging import close_sheet, open_sheet


def draw_alien(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws an alien with a large head, big dark eyes and feelers."""
    pose = POSES[gesture]
    tall = scene.layout.figure * spot.size * look.height * 1.1
    layer = open_sheet(scene, spot, tall)
    skin, suit = look.garment_colour, look.second_colour
    for near in (False, True):
        _alien_side(layer, look, pose, skin, suit, near)
    for side in (-1, 1):
        layer.part(ribbon([(side * 0.08, 0.9), (side * 0.14, 1.04), (side * 0.2, 1.1)], 0.016, 0.01), skin)
        layer.part(ellipse(side * 0.2, 1.11, 0.034), look.eye_colour)
        layer.glow(side * 0.2, 1.11, 0.09, look.eye_colour, 0.4)
    layer.part(
        smooth(
            points("0 0.96, 0.22 0.88, 0.28 0.7, 0.16 0.52, 0 0.46, -0.16 0.52, -0.28 0.7, -0.22 0.88"),
            7,
        ),
        skin,
        1.1,
    )
    for x, turn in ((-0.08, 24), (0.14, -24)):
        _alien_eye(layer, look, pose, x, turn)
    if pose.mouth in ("shout", "open", "laugh"):
        layer.flat(ellipse(0.03, 0.545, 0.04, 0.03), rgb("3a1a30"))
    else:
        layer.flat(ribbon([(-0.03, 0.555), (0.03, 0.54), (0.09, 0.555)], 0.008, 0.008), rgb("2a2a3a"))
    for dx, dy in ((-0.2, 0.84), (-0.15, 0.9), (0.2, 0.86)):
        layer.flat(ellipse(dx, dy, 0.02), mix(skin, suit, 0.5), 0.7)
    close_sheet(scene, spot, layer, 0.0, 0.26)


def _alien_eye(layer: Layer, look: Look, pose: Pose, x: float, turn: float) -> None:
    if pose.eyes == "closed":
        layer.flat(ribbon([(x - 0.07, 0.7), (x, 0.67), (x + 0.07, 0.7)], 0.01, 0.01), rgb("1a1a2a"))
        return
    layer.flat(ellipse(x, 0.7, 0.075, 0.105, turn), rgb("161624"))
    layer.lit(ellipse(x + 0.022, 0.745, 0.024, 0.03), (1, 1, 1), 0.95)
    layer.lit(ellipse(x - 0.02, 0.65, 0.03, 0.02), look.eye_colour, 0.45)


def _alien_side(layer: Layer, look: Look, pose: Pose, skin: Colour, suit: Colour, near: bool) -> None:
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
            smooth(points("-0.11 0.48, 0.11 0.48, 0.16 0.26, 0.1 0.17, -0.1 0.17, -0.16 0.26"), 5),
            suit,
            1.2,
        )
        layer.lit(ellipse(0.02, 0.36, 0.03), mix(look.eye_colour, (1, 1, 1), 0.3))
        layer.part([limb(shoulder, elbow, 0.032, 0.028), limb(elbow, hand, 0.028, 0.024)], tone, 1.2)
    for turn in (-0.5, 0.1, 0.7):
        angle = math.atan2(hand[1] - elbow[1], hand[0] - elbow[0]) + turn
        tip = (hand[0] + 0.055 * math.cos(angle), hand[1] + 0.055 * math.sin(angle))
        layer.part(limb(hand, tip, 0.016, 0.016), tone)
