"""Beings that are neither people nor animals: robots, ghosts, storm-cloud spirits, aliens, dragons."""

from __future__ import annotations

import random

from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import Path, Point, ellipse, points, ribbon, smooth
from .staging import close_sheet, open_sheet


def draw_ghost(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a friendly floating ghost."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall)
    body = look.garment_colour
    shape: list[Point] = points("-0.3 0.55, -0.26 0.86, 0 1.02, 0.26 0.86, 0.31 0.55, 0.3 0.22, 0.36 0.02")
    shape += points("0.2 0.1, 0.1 0, -0.02 0.1, -0.14 0, -0.24 0.1, -0.44 -0.02, -0.3 0.25")
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
    _sparks(scene, look, gesture, layer, x)
    _hatted(layer, look, 0.0, 0.98, 0.24)
    lift = tall * (0.75 if scene.layout.framing not in ("close", "medium") else 0.0)
    close_sheet(scene, spot, layer, lift, 0.5, 0.014)


def _sparks(scene: Scene, look: Look, gesture: str, layer: Layer, x: float) -> None:
    """Drizzle and small lightning below a cloud."""
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
