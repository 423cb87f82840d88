"""Four-legged animals from one body plan: dogs, cats, foxes, bears, rabbits, horses, elephants, lions and their kin."""

from __future__ import annotations

import math
import random

from .animal_coats import markings, tail
from .animal_heads import head
from .animal_plans import Plan, plan_of
from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import ellipse, limb, smooth
from .staging import close_sheet, open_sheet


def draw_legged(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a four-legged animal."""
    plan = plan_of(look)
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
    tail(layer, plan, look, down, rng)
    _legs(layer, plan, look, stride, down, far, near=False)
    _body(layer, plan, look, down, rng)
    _legs(layer, plan, look, stride, down, rgb("26262e") if look.species == "panda" else coat, near=True)
    tilt = {"sleep": -0.16, "look": 0.04, "cry": -0.06, "sneak": -0.1}.get(gesture, 0.0)
    head(layer, plan, look, (plan.head[0], plan.head[1] - down * 0.9 + tilt), gesture, rng)
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
    _pale_belly(layer, look, belly, half, t, y)
    markings(layer, look, half, y, t, rng)


def _pale_belly(layer: Layer, look: Look, belly: Colour, half: float, t: float, y: float) -> None:
    """The lighter fur under the body."""
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
