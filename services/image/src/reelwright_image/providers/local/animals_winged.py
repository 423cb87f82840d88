"""Birds, butterflies and other small animals of the air, and snails and spiders."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb
from .composition import Spot
from .layer import Layer
from .look import Look
from .scene import Scene
from .shapes import Point, ellipse, limb, points, ribbon, smooth
from .staging import close_sheet, open_sheet


def draw_bird(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a bird: perched, standing or, when it flies, with spread wings."""
    tall = scene.layout.figure * spot.size * look.height
    flying = gesture in ("fly", "run", "dance", "climb") and look.species != "penguin"
    layer = open_sheet(scene, spot, tall, 1.3, 1.5)
    rng = random.Random(look.variety)
    if look.species == "owl":
        _owl(layer, look, gesture, rng)
    elif look.species == "penguin":
        _penguin(layer, look, gesture)
    else:
        _songbird(layer, look, gesture, flying)
    lift = 0.0
    if flying and scene.layout.framing not in ("close", "medium"):
        lift = scene.layout.figure * 0.62
    close_sheet(scene, spot, layer, lift, 0.34, 0.014)


def _songbird(layer: Layer, look: Look, gesture: str, flying: bool) -> None:
    coat, dark = look.garment_colour, mix(look.garment_colour, (0.05, 0.05, 0.15), 0.35)
    belly = mix(coat, (1, 0.97, 0.88), 0.65) if look.species != "crow" else coat
    layer.part(smooth(points("-0.24 0.36, -0.62 0.28, -0.66 0.2, -0.4 0.2, -0.16 0.22"), 5), dark)
    if flying:
        _wing(layer, (0.02, 0.5), (-0.34, 1.1), (0.34, 1.12), dark)
    else:
        for x in (-0.04, 0.09):
            layer.part(limb((x, 0.2), (x + 0.02, 0.02), 0.022, 0.016), rgb("c88a3a"))
            layer.part(limb((x - 0.04, 0.012), (x + 0.1, 0.012), 0.018, 0.014), rgb("c88a3a"))
    layer.part(
        smooth(points("-0.34 0.34, -0.16 0.58, 0.12 0.72, 0.3 0.5, 0.24 0.26, 0 0.13, -0.22 0.18"), 7),
        coat,
        1.1,
    )
    layer.flat(smooth(points("0.06 0.56, 0.26 0.5, 0.22 0.28, 0 0.16, -0.06 0.3"), 6), belly, 0.9, 0.02)
    head = (0.2, 0.76)
    layer.part(ellipse(*head, 0.21), coat)
    layer.flat(smooth([(0.2, 0.74), (0.38, 0.72), (0.34, 0.6), (0.2, 0.58)], 5), belly, 0.8, 0.015)
    beak = rgb("e8a03a") if look.species != "crow" else rgb("3a3a42")
    big = 0.1 if look.species == "gull" else 0.04
    layer.part([(0.37, 0.8), (0.37, 0.7), (0.55 + big, 0.73)], beak)
    if gesture in ("argue", "play", "wave"):
        layer.part([(0.37, 0.71), (0.37, 0.66), (0.5, 0.63)], mix(beak, (0, 0, 0), 0.2))
    _bird_eye(layer, (0.27, 0.8), 0.05, gesture)
    if look.variety % 2:
        layer.part(smooth(points("0.12 0.94, 0.02 1.1, 0.14 1.04, 0.14 1.14, 0.24 0.95"), 4), dark)
    if flying:
        _wing(layer, (-0.04, 0.46), (-0.62, 0.98), (-0.02, 1.12), mix(coat, dark, 0.3))
    else:
        layer.part(smooth(points("0.1 0.54, -0.12 0.52, -0.42 0.24, -0.2 0.24, 0.06 0.32"), 6), dark, 1.2)


def _wing(layer: Layer, root: Point, tip: Point, crest: Point, colour: Colour) -> None:
    layer.part(
        smooth(
            [
                root,
                crest,
                ((crest[0] + tip[0]) / 2, (crest[1] + tip[1]) / 2 + 0.1),
                tip,
                ((tip[0] + root[0]) / 2 - 0.1, (tip[1] + root[1]) / 2 - 0.08),
                (root[0] - 0.2, root[1] - 0.04),
            ],
            6,
        ),
        colour,
        1.2,
    )
    for k in range(3):
        t = 0.3 + 0.2 * k
        end = (tip[0] + (root[0] - tip[0]) * t - 0.04, tip[1] + (root[1] - tip[1]) * t)
        layer.flat(
            ribbon([((root[0] + crest[0]) / 2, (root[1] + crest[1]) / 2), end], 0.006, 0.006),
            mix(colour, (0, 0, 0.1), 0.35),
            0.6,
        )


def _bird_eye(layer: Layer, at: Point, r: float, gesture: str) -> None:
    x, y = at
    if gesture == "sleep":
        layer.flat(ribbon([(x - r, y), (x, y - r * 0.6), (x + r, y)], r * 0.2, r * 0.2), rgb("1c181c"))
        return
    layer.flat(ellipse(x, y, r * 1.2), (1, 1, 1), 0.85)
    layer.flat(ellipse(x + r * 0.15, y, r * 0.85), rgb("1a161c"))
    layer.lit(ellipse(x + r * 0.4, y + r * 0.4, r * 0.3, steps=10), (1, 1, 1))


def _owl(layer: Layer, look: Look, gesture: str, rng: random.Random) -> None:
    coat, dark = look.garment_colour, mix(look.garment_colour, (0.1, 0.05, 0.1), 0.4)
    for x in (-0.1, 0.12):
        layer.part(ellipse(x, 0.03, 0.08, 0.035), rgb("d89a40"))
    layer.part(
        smooth(
            points("-0.32 0.5, -0.28 0.85, 0 0.98, 0.3 0.85, 0.34 0.5, 0.24 0.12, 0 0.04, -0.24 0.12"),
            7,
        ),
        coat,
        1.1,
    )
    layer.part(
        smooth(points("-0.16 0.52, 0.2 0.52, 0.24 0.28, 0.02 0.08, -0.2 0.28"), 6),
        mix(coat, (1, 0.96, 0.88), 0.6),
    )
    for row in range(4):
        for k in range(4 - row % 2):
            layer.flat(
                ribbon(
                    [
                        (-0.13 + 0.09 * k + 0.045 * (row % 2), 0.46 - 0.08 * row),
                        (-0.09 + 0.09 * k + 0.045 * (row % 2), 0.43 - 0.08 * row),
                        (-0.05 + 0.09 * k + 0.045 * (row % 2), 0.46 - 0.08 * row),
                    ],
                    0.008,
                    0.008,
                ),
                dark,
                0.7,
            )
    _owl_sides(layer, gesture, coat, dark)
    layer.part([(-0.03, 0.7), (0.07, 0.7), (0.02, 0.59)], rgb("e0a040"))
    for _ in range(10):
        layer.flat(ellipse(rng.uniform(-0.2, 0.22), rng.uniform(0.86, 0.94), 0.012), dark, 0.6)


def _owl_sides(layer: Layer, gesture: str, coat: Colour, dark: Colour) -> None:
    """Tufts, wings and eye discs, left and right."""
    for side in (-1, 1):
        layer.part([(side * 0.12 + 0.01, 0.92), (side * 0.31, 1.1), (side * 0.3, 0.78)], coat)
        layer.part(smooth([(side * 0.3, 0.58), (side * 0.42, 0.35), (side * 0.3, 0.1), (side * 0.22, 0.36)], 6), dark)
        layer.part(ellipse(side * 0.145 + 0.015, 0.74, 0.155), mix(coat, (1, 0.97, 0.9), 0.75))
        if gesture == "sleep":
            layer.flat(
                ribbon(
                    [(side * 0.145 - 0.06, 0.74), (side * 0.145 + 0.02, 0.7), (side * 0.145 + 0.1, 0.74)], 0.014, 0.014
                ),
                rgb("2a2024"),
            )
            continue
        layer.flat(ellipse(side * 0.145 + 0.03, 0.74, 0.095), rgb("f0b838"))
        layer.flat(ellipse(side * 0.145 + 0.035, 0.74, 0.056), rgb("1a141a"))
        layer.lit(ellipse(side * 0.145 + 0.06, 0.775, 0.02), (1, 1, 1))


def _penguin(layer: Layer, look: Look, gesture: str) -> None:
    coat = look.garment_colour
    for x in (-0.12, 0.14):
        layer.part(ellipse(x, 0.03, 0.12, 0.04), rgb("e8963a"))
    raised = gesture in ("wave", "argue", "dance", "hug")
    layer.part(
        smooth([(0.2, 0.6), (0.46, 0.74 if raised else 0.34), (0.4, 0.66 if raised else 0.26), (0.22, 0.4)], 5), coat
    )
    layer.part(
        smooth(
            points("-0.3 0.35, -0.24 0.7, -0.18 0.92, 0.02 1, 0.22 0.92, 0.26 0.7, 0.32 0.35, 0.2 0.05, -0.18 0.05"),
            7,
        ),
        coat,
        1.1,
    )
    layer.part(
        smooth(points("-0.12 0.62, 0.05 0.68, 0.22 0.62, 0.26 0.34, 0.14 0.07, -0.1 0.07, -0.2 0.34"), 7),
        rgb("f6f2e8"),
        0.8,
    )
    layer.flat(smooth(points("-0.1 0.84, 0.04 0.78, 0.18 0.86, 0.2 0.72, 0.04 0.64, -0.1 0.7"), 6), rgb("f6f2e8"))
    layer.flat(smooth([(-0.14, 0.66), (0.05, 0.6), (0.22, 0.66), (0.05, 0.54)], 5), rgb("f2c04a"), 0.7, 0.02)
    for x in (-0.05, 0.14):
        _bird_eye(layer, (x, 0.84), 0.03, gesture)
    layer.part([(0.02, 0.8), (0.12, 0.8), (0.14, 0.73)], rgb("e8963a"))
    layer.part(
        smooth([(-0.26, 0.62), (-0.46, 0.62 if raised else 0.36), (-0.42, 0.54 if raised else 0.24), (-0.24, 0.36)], 5),
        mix(coat, (1, 1, 1), 0.06),
    )
    if "scarf" in look.extras:
        layer.part(
            smooth(points("-0.22 0.68, 0.03 0.6, 0.27 0.68, 0.26 0.58, 0.03 0.5, -0.22 0.58"), 5),
            look.scarf_colour,
        )


def draw_insect(scene: Scene, spot: Spot, look: Look, gesture: str) -> None:
    """Draws a butterfly, bee, firefly, spider or snail."""
    tall = scene.layout.figure * spot.size * look.height
    layer = open_sheet(scene, spot, tall, 1.2, 1.5)
    lift = scene.layout.figure * 0.42 if scene.layout.framing not in ("close", "medium") else 0.0
    if look.species == "snail":
        _snail(layer, look)
        lift = 0.0
    elif look.species == "spider":
        _spider(layer, look)
        lift = 0.0
    elif look.species in ("bee", "firefly"):
        _bee(layer, look, scene)
    else:
        _butterfly(layer, look)
    close_sheet(scene, spot, layer, lift, 0.3, 0.012)
    if look.species == "firefly":
        x = spot.x - spot.facing * tall * 0.26
        scene.page.glow(x, spot.y + lift + tall * 0.42, tall * 1.5, (0.95, 0.95, 0.45), 0.75)


def _butterfly(layer: Layer, look: Look) -> None:
    main, second = look.garment_colour, look.second_colour
    for k, dark in ((1.0, False), (0.0, True)):
        dx = 0.1 * (1 - k)
        tone = mix(main, (0, 0, 0.1), 0.15) if dark else main
        for upper in (True, False):
            if upper:
                wing = [
                    (0.02, 0.52),
                    (-0.18 - dx, 1.0),
                    (-0.62 + dx * 4.6, 1.12),
                    (-0.78 + dx * 5, 0.86),
                    (-0.5 + dx * 4, 0.56),
                ]
            else:
                wing = [
                    (0.0, 0.5),
                    (-0.4 + dx * 3.6, 0.5),
                    (-0.64 + dx * 4.4, 0.24),
                    (-0.42 + dx * 4, 0.04),
                    (-0.12, 0.26),
                ]
            layer.part(smooth([(x, y) for x, y in wing], 6), tone, 0.9)
            cx, cy = sum(p[0] for p in wing) / 5, sum(p[1] for p in wing) / 5
            layer.flat(
                smooth([(cx + (x - cx) * 0.62, cy + (y - cy) * 0.62) for x, y in wing], 6), mix(tone, second, 0.75), 0.9
            )
            layer.flat(ellipse(cx - 0.1, cy + 0.02, 0.06), mix(second, (1, 1, 1), 0.6), 0.9)
    layer.part(ribbon([(-0.1, 0.12), (0.0, 0.45), (0.12, 0.72)], 0.03, 0.05), rgb("3a2c34"))
    layer.part(ellipse(0.15, 0.78, 0.075), rgb("3a2c34"))
    for dx in (0.08, 0.2):
        layer.part(ribbon([(0.17, 0.84), (0.17 + dx, 1.02), (0.2 + dx, 1.08)], 0.01, 0.014), rgb("3a2c34"))
    layer.lit(ellipse(0.18, 0.8, 0.02), (1, 1, 1))


def _bee(layer: Layer, look: Look, scene: Scene) -> None:
    main = look.garment_colour
    for a in (65, 100):
        wing = ellipse(-0.04 + 0.3 * math.cos(math.radians(a)), 0.66 + 0.3 * math.sin(math.radians(a)), 0.34, 0.15, a)
        layer.lit(wing, mix((0.88, 0.95, 1.0), scene.palette.haze, 0.3), 0.72)
    tail = rgb("f4f08a") if look.species == "firefly" else main
    layer.part(ellipse(-0.08, 0.46, 0.36, 0.25), main, 1.2)
    if look.species == "firefly":
        layer.lit(ellipse(-0.26, 0.43, 0.2, 0.19), tail, 0.95, 0.02)
    else:
        for x in (-0.28, -0.1, 0.08):
            half = 0.24 * math.sqrt(max(0.05, 1 - ((x + 0.08) / 0.36) ** 2))
            layer.part(ribbon([(x, 0.46 - half), (x + 0.03, 0.46), (x, 0.46 + half)], 0.045, 0.045), rgb("33272a"))
    layer.part(ellipse(0.3, 0.52, 0.2), mix(main, rgb("33272a"), 0.25 if look.species == "bee" else 0.6))
    for x in (0.3, 0.42):
        layer.flat(ellipse(x, 0.55, 0.045, 0.06), rgb("1a141a"))
        layer.lit(ellipse(x + 0.015, 0.575, 0.018), (1, 1, 1))
    layer.flat(ribbon([(0.32, 0.45), (0.38, 0.42), (0.44, 0.46)], 0.01, 0.01), rgb("1a141a"))
    for dx in (0.0, 0.12):
        layer.part(
            ribbon([(0.3 + dx, 0.7), (0.34 + dx * 1.5, 0.88), (0.42 + dx * 1.5, 0.92)], 0.012, 0.02), rgb("33272a")
        )


def _spider(layer: Layer, look: Look) -> None:
    body = look.garment_colour
    for side in (-1, 1):
        for k in range(4):
            knee = (side * (0.36 + 0.1 * k), 0.72 - 0.1 * k)
            layer.part(
                ribbon([(side * 0.1, 0.42), knee, (side * (0.42 + 0.16 * k), 0.03)], 0.03, 0.014),
                mix(body, (0, 0, 0), 0.2),
            )
    layer.part(ellipse(-0.1, 0.46, 0.34, 0.3), body, 1.2)
    layer.part(ellipse(0.22, 0.44, 0.2), mix(body, (1, 1, 1), 0.1))
    for x in (0.2, 0.34):
        _bird_eye(layer, (x, 0.5), 0.05, "")


def _snail(layer: Layer, look: Look) -> None:
    shell = look.garment_colour
    layer.part(
        smooth(points("-0.6 0.02, -0.3 0.16, 0.3 0.2, 0.44 0.5, 0.62 0.55, 0.7 0.36, 0.6 0.02"), 6),
        rgb("d8c09a"),
        1.1,
    )
    layer.part(ellipse(-0.06, 0.48, 0.42), shell, 1.3)
    spiral = [
        (-0.06 + (0.36 - 0.028 * k) * math.cos(k * 0.55), 0.46 + (0.36 - 0.028 * k) * math.sin(k * 0.55))
        for k in range(13)
    ]
    layer.flat(ribbon(spiral, 0.03, 0.012, 4), mix(shell, (0.2, 0.08, 0.05), 0.5), 0.8)
    for x in (0.54, 0.66):
        layer.part(limb((x, 0.5), (x + 0.04, 0.78), 0.022, 0.018), rgb("d8c09a"))
        _bird_eye(layer, (x + 0.04, 0.8), 0.04, "")
    layer.flat(ribbon([(0.54, 0.3), (0.6, 0.27), (0.66, 0.3)], 0.01, 0.01), rgb("6a4a3a"))
