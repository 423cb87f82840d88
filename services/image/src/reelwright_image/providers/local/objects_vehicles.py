"""Boats, cars, trains, rockets, balloons, aeroplanes and bicycles."""

from __future__ import annotations

import math
import random
import re

from . import words
from .colours import Colour, mix, rgb
from .layer import Layer
from .scene import Scene
from .shapes import arc, box, ellipse, limb, points, ribbon, rounded, smooth

_PAINTS = ("c8483f", "2f7f9a", "e0a63a", "4f8a58", "d8784a")


def paint_of(scene: Scene, word: str, rng: random.Random) -> Colour:
    """The colour the prompt gives a thing ("red car", "coche rojo"), else one of a few bright paints."""
    text = scene.brief.text
    # A bus "in the dark" is as bright as ever: the word tells the light, not the paint.
    text = re.sub(r"\b(?:in|into|through) the dark\b", " " * 6, text)
    at = text.find(word)
    near = text[max(0, at - 16) : at + len(word) + 22] if at >= 0 else ""
    start = min(16, at)
    named = words.colours(near)
    named = [c for c in named if abs(c[0] - start) < 14 or c[0] > start]
    return named[0][1] if named else rgb(rng.choice(_PAINTS))


def boat(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A small sailing boat."""
    sprite = scene.sprite(-0.75, -0.2, 0.75, 1.15, tall)
    hull = paint_of(scene, word, rng)
    sprite.part(limb((0.02, 0.15), (0.02, 1.08), 0.016, 0.01), rgb("6a4a34"))
    sprite.part(smooth(points("0.05 0.28, 0.05 1.02, 0.34 0.62, 0.5 0.3, 0.28 0.27"), 4), rgb("f6eee0"), 1.2)
    sprite.part(smooth([(-0.02, 0.3), (-0.02, 0.94), (-0.26, 0.55), (-0.4, 0.32)], 4), mix(hull, (1, 1, 1), 0.25), 1.2)
    sprite.part([(0.03, 1.06), (0.2, 1.03), (0.03, 0.99)], rgb("d8433b"))
    sprite.part(smooth(points("-0.56 0.2, 0.62 0.24, 0.46 0, 0.3 -0.08, -0.36 -0.08, -0.5 0.02"), 4), hull, 1.2)
    sprite.part(ribbon([(-0.57, 0.19), (0.0, 0.17), (0.63, 0.23)], 0.026, 0.026), rgb("f0e6d0"))
    for k in range(3):
        sprite.flat(ellipse(-0.25 + 0.24 * k, 0.08, 0.035), rgb("f0e0b0"))
    sprite.edge_light(0.015)
    if scene.brief.place in ("sea", "river", "lighthouse"):
        for k in range(5):
            ripple = ellipse(x, y - tall * 0.09 - tall * 0.035 * k, tall * (0.6 - 0.06 * k), tall * 0.012)
            scene.page.flat(ripple, scene.veil(mix(hull, (0.1, 0.2, 0.3), 0.5), 0.15), 0.3, tall * 0.008)
    else:
        scene.shadow(x, y - tall * 0.05, tall * 0.9)
    scene.stand(sprite, x, y)
    for k in (-1, 1):
        scene.page.flat(
            ellipse(x + k * tall * 0.3, y - tall * 0.085, tall * 0.34, tall * 0.013),
            scene.veil((0.95, 0.98, 1), 0.05),
            0.55,
        )


def _wheel(sprite: Layer, x: float, y: float, r: float) -> None:
    sprite.part(ellipse(x, y, r), rgb("2c2c34"), 1.2)
    sprite.part(ellipse(x, y, r * 0.56), rgb("c8ccd4"), 1.0)
    sprite.flat(ellipse(x, y, r * 0.2), rgb("5a5f6a"))


def car(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A rounded old car; a van or truck when the word says so."""
    sprite = scene.sprite(-1.25, -0.06, 1.25, 1.1, tall)
    coat = paint_of(scene, word, rng)
    if words.has(word, "truck|van|bus|getaway car|camión|furgoneta|autobús|camion|camionnette|lastwagen|lieferwagen"):
        sprite.part(rounded(-1.05, 0.18, 0.75, 0.98, 0.1), coat, 0.9)
        sprite.part(smooth(points("0.6 0.2, 0.6 0.75, 0.85 0.7, 1.05 0.5, 1.08 0.2"), 4), coat)
        panes = [rounded(-0.9 + 0.36 * k, 0.52, -0.62 + 0.36 * k, 0.84, 0.04) for k in range(4)]
    else:
        sprite.part(smooth(points("-0.72 0.5, -0.5 0.9, 0 0.98, 0.42 0.9, 0.68 0.52"), 6), coat, 1.0)
        sprite.part(
            smooth(
                points("-1.1 0.3, -1.06 0.52, -0.6 0.58, 0.6 0.58, 1 0.5, 1.12 0.32, 1.08 0.16, -1.06 0.16"),
                5,
            ),
            coat,
            1.2,
        )
        panes = [
            smooth([(-0.5, 0.58), (-0.38, 0.84), (-0.04, 0.88), (-0.04, 0.58)], 2),
            smooth([(0.06, 0.58), (0.06, 0.88), (0.34, 0.83), (0.52, 0.58)], 2),
        ]
    for pane in panes:
        sprite.flat(pane, mix(rgb("7fb0c8"), scene.palette.low, 0.3), to=rgb("a8ccd8"))
    sprite.flat(box(-1.06, 0.3, 1.08, 0.33), mix(coat, (1, 1, 1), 0.6), 0.8)
    for wx in (-0.66, 0.64):
        _wheel(sprite, wx, 0.16, 0.2)
    sprite.lit(ellipse(1.06, 0.38, 0.065), rgb("fff2b8"))
    sprite.edge_light(0.02)
    scene.shadow(x, y, tall * 1.8)
    scene.stand(sprite, x, y)
    scene.page.glow(
        x + tall * 1.15,
        y + tall * 0.36,
        tall * (0.3 + 0.7 * scene.palette.dark),
        rgb("ffe8a8"),
        0.3 + 0.5 * scene.palette.dark,
    )


def engine(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A steam locomotive on its rails."""
    sprite = scene.sprite(-1.2, -0.08, 1.3, 1.7, tall)
    coat, dark = paint_of(scene, word, rng), rgb("2c2c36")
    sprite.part(box(-1.2, -0.05, 1.3, 0.0), rgb("6a5a50"))
    sprite.part(rounded(-1.0, 0.16, -0.35, 1.0, 0.05), coat, 0.9)
    sprite.part(rounded(-1.08, 0.96, -0.27, 1.06, 0.05), dark)
    sprite.lit(
        rounded(-0.86, 0.58, -0.5, 0.86, 0.03), mix(rgb("8fb0c0"), scene.palette.warm, 0.3 + 0.6 * scene.palette.dark)
    )
    sprite.part(rounded(-0.4, 0.26, 0.84, 0.74, 0.2), mix(coat, (0.1, 0.1, 0.15), 0.2), 1.4)
    for bx in (-0.1, 0.22, 0.54):
        sprite.flat(box(bx, 0.27, bx + 0.04, 0.73), rgb("e0b848"))
    sprite.part(points("0.56 0.7, 0.52 1.1, 0.46 1.2, 0.82 1.2, 0.76 1.1, 0.72 0.7"), dark, 1.2)
    sprite.part(ellipse(0.2, 0.8, 0.12, 0.14), rgb("d8a848"))
    sprite.lit(ellipse(0.9, 0.52, 0.09), rgb("fff0b8"))
    sprite.glow(0.92, 0.52, 0.4, rgb("ffe8a0"), 0.6)
    sprite.part([(0.78, 0.26), (1.2, 0.0), (0.74, 0.0)], rgb("a03a30"))
    for wx, r in ((-0.74, 0.2), (-0.2, 0.2), (0.24, 0.2), (0.62, 0.15)):
        _wheel(sprite, wx, r, r)
    sprite.flat(box(-0.74, 0.18, 0.3, 0.22), rgb("9aa0a8"))
    for k in range(4):
        sprite.flat(
            ellipse(0.6 - 0.2 * k, 1.28 + 0.03 * k, 0.13 + 0.04 * k, 0.09 + 0.02 * k),
            (0.97, 0.96, 0.95),
            0.75 - 0.12 * k,
            0.03,
        )
    sprite.edge_light(0.015)
    scene.shadow(x, y, tall * 2.0)
    scene.stand(sprite, x, y)


def rocket(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A rocket; of cardboard and tape when the prompt says so."""
    sprite = scene.sprite(-0.4, -0.12, 0.4, 1.08, tall)
    toy = words.has(scene.brief.text, "cardboard|cartón|carton|pappe|karton")
    coat = rgb("c8975f") if toy else rgb("f0ece4")
    trim = rgb("d8433b") if not toy else rgb("a8683c")
    for side in (-1, 1):
        sprite.part(
            smooth([(side * 0.12, 0.34), (side * 0.3, 0.12), (side * 0.33, -0.06), (side * 0.12, 0.06)], 5), trim, 1.1
        )
    sprite.part(
        smooth(points("-0.12 0.02, -0.19 0.35, -0.16 0.68, 0 1, 0.16 0.68, 0.19 0.35, 0.12 0.02"), 7),
        coat,
        1.4,
    )
    sprite.part(smooth(points("-0.12 0.76, -0.07 0.88, 0 1, 0.07 0.88, 0.12 0.76, 0 0.73"), 5), trim, 1.3)
    sprite.part(ellipse(0, 0.56, 0.092), rgb("8a929c"), 1.0)
    sprite.lit(ellipse(0, 0.56, 0.07), mix(rgb("6fb8d8"), scene.palette.warm, 0.7 * scene.palette.dark))
    sprite.lit(ribbon(arc(0, 0.56, 0.05, 0.05, 100, 170, 6), 0.008, 0.008, 2), (1, 1, 1), 0.8)
    sprite.flat(ribbon([(-0.185, 0.3), (0, 0.27), (0.185, 0.3)], 0.018, 0.018), trim if not toy else rgb("e8dcc0"))
    if toy:
        for tx, ty, turn in ((-0.08, 0.42, 24), (0.09, 0.2, -18), (0.02, 0.7, 10)):
            sprite.flat(ellipse(tx, ty, 0.07, 0.018, turn), rgb("efe6cc"), 0.85)
        for ty in (0.12, 0.46, 0.66):
            sprite.flat(ribbon([(-0.15, ty), (0.15, ty + 0.01)], 0.003, 0.003), rgb("8a6038"), 0.6)
        sprite.part(limb((0, 0.3), (0, -0.06), 0.035, 0.05), trim)
    else:
        sprite.part([(-0.09, 0.04), (-0.12, -0.04), (0.12, -0.04), (0.09, 0.04)], rgb("5a606c"))
    sprite.edge_light(0.012)
    flying = words.has(
        scene.brief.text, "launch|launches|flies|flying|despega|vuela|lift off|liftoff|takes off|blast off"
    )
    lift = scene.layout.unit * 0.22 if flying or scene.brief.place == "sky" else tall * 0.07
    _exhaust(scene, x, y, tall, flying, lift)
    scene.shadow(x, y, tall * 0.5)
    scene.stand(sprite, x, y + lift)


def _exhaust(scene: Scene, x: float, y: float, tall: float, flying: bool, lift: float) -> None:
    """Fire below a rocket that takes off."""
    if flying:
        for k in range(6):
            scene.page.glow(
                x, y + lift - tall * (0.08 + 0.06 * k), tall * (0.13 + 0.03 * k), rgb("ffb050"), 0.8 - 0.1 * k
            )
            scene.page.lit(
                ellipse(x, y + lift - tall * (0.08 + 0.05 * k), tall * 0.06, tall * 0.09),
                mix(rgb("fff0b0"), rgb("ff7a30"), k / 5),
                0.6,
                tall * 0.02,
            )


def balloon(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A hot-air balloon, a bunch of balloons or a kite."""
    if words.has(word, "kite|cometa|cerf-volant|drachenflieger"):
        _kite(scene, x, y, tall, rng)
        return
    sprite = scene.sprite(-0.55, -0.05, 0.55, 1.08, tall)
    a, b = paint_of(scene, word, rng), rgb("f6e8c8")
    sprite.part(
        smooth(
            points("0 1.04, 0.3 0.95, 0.42 0.68, 0.3 0.42, 0.1 0.26, -0.1 0.26, -0.3 0.42, -0.42 0.68, -0.3 0.95"),
            7,
        ),
        a,
        1.4,
    )
    for k in (-0.56, 0.0, 0.56):
        gore = [
            (k * 0.28, 1.02),
            ((k + 0.19) * 0.4, 0.86),
            ((k + 0.22) * 0.44, 0.66),
            ((k + 0.14) * 0.3, 0.4),
            (k * 0.16 + 0.015, 0.26),
            (k * 0.16 - 0.015, 0.26),
            ((k - 0.14) * 0.3, 0.4),
            ((k - 0.22) * 0.44, 0.66),
            ((k - 0.19) * 0.4, 0.86),
        ]
        sprite.part(smooth(gore, 4), b, 0.9)
    for side in (-1, 1):
        sprite.flat(limb((side * 0.1, 0.27), (side * 0.07, 0.13), 0.004, 0.004), rgb("5a4030"))
    sprite.part(rounded(-0.085, 0.0, 0.085, 0.13, 0.02), rgb("a8743f"), 1.0)
    for k in range(3):
        sprite.flat(box(-0.08, 0.03 + 0.03 * k, 0.08, 0.038 + 0.03 * k), rgb("7a5028"), 0.7)
    sprite.lit(ellipse(0, 0.23, 0.025, 0.04), rgb("ffc860"))
    sprite.glow(0, 0.28, 0.16 + 0.25 * scene.palette.dark, rgb("ffc060"), 0.6)
    sprite.edge_light(0.014)
    scene.stand(sprite, x, y)


def _kite(scene: Scene, x: float, y: float, tall: float, rng: random.Random) -> None:
    page = scene.page
    tone = rgb(rng.choice(_PAINTS))
    page.part(
        [(x, y + tall), (x + tall * 0.3, y + tall * 0.62), (x, y + tall * 0.1), (x - tall * 0.3, y + tall * 0.62)],
        tone,
        0.8,
    )
    page.flat([(x, y + tall), (x, y + tall * 0.1), (x - tall * 0.3, y + tall * 0.62)], mix(tone, (1, 1, 1), 0.35), 0.7)
    tail = [
        (x, y + tall * 0.1),
        (x + tall * 0.14, y - tall * 0.1),
        (x - tall * 0.05, y - tall * 0.3),
        (x + tall * 0.1, y - tall * 0.5),
    ]
    page.flat(ribbon(tail, tall * 0.008, tall * 0.008), rgb("f0e6d0"))
    for px, py in tail[1:]:
        page.part(
            [
                (px - tall * 0.06, py + tall * 0.03),
                (px - tall * 0.06, py - tall * 0.03),
                (px + tall * 0.06, py + tall * 0.03),
                (px + tall * 0.06, py - tall * 0.03),
            ],
            rgb("f0c84a"),
        )


def airplane(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A small propeller plane."""
    sprite = scene.sprite(-1.4, -0.3, 1.4, 1.2, tall)
    sprite.turn = 7
    coat = paint_of(scene, word, rng)
    sprite.part([(-0.1, 0.55), (-0.45, 1.0), (-0.2, 1.02), (0.3, 0.6)], mix(coat, (0, 0, 0.1), 0.25))
    sprite.part(
        smooth(
            points("-1.1 0.62, -0.4 0.72, 0.3 0.78, 0.85 0.62, 0.95 0.46, 0.8 0.3, 0.2 0.22, -0.6 0.4, -1.15 0.5"),
            6,
        ),
        coat,
        1.3,
    )
    sprite.part(smooth([(-1.16, 0.5), (-1.32, 0.98), (-1.12, 1.0), (-0.82, 0.6)], 4), rgb("f4ecdc"))
    sprite.part(smooth([(0.05, 0.74), (0.2, 0.92), (0.48, 0.9), (0.6, 0.7)], 5), rgb("9fd0e0"))
    sprite.part([(0.3, 0.42), (-0.25, -0.12), (-0.55, -0.1), (-0.2, 0.42)], rgb("f4ecdc"))
    for k in range(3):
        sprite.flat(ellipse(-0.05 - 0.22 * k, 0.56, 0.05), rgb("5f8aa0"))
    sprite.part(ellipse(0.97, 0.46, 0.07), rgb("e0b848"))
    sprite.lit(ellipse(1.04, 0.46, 0.035, 0.42), (1, 1, 1), 0.4, 0.01)
    sprite.edge_light(0.02)
    scene.stand(sprite, x, y)


def bicycle(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A bicycle with a basket."""
    sprite = scene.sprite(-1.0, -0.05, 1.0, 1.15, tall)
    coat = paint_of(scene, word, rng)
    _spoked_wheels(sprite)
    joints = {
        "rear": (-0.52, 0.34),
        "crank": (-0.06, 0.3),
        "seat": (-0.2, 0.76),
        "head": (0.36, 0.8),
        "front": (0.52, 0.34),
    }
    for start, end in (
        ("rear", "crank"),
        ("rear", "seat"),
        ("crank", "seat"),
        ("crank", "head"),
        ("seat", "head"),
        ("head", "front"),
    ):
        sprite.part(limb(joints[start], joints[end], 0.028, 0.028), coat, 1.2)
    sprite.part(limb((-0.2, 0.76), (-0.22, 0.9), 0.02, 0.02), rgb("4a4a54"))
    sprite.part(smooth([(-0.38, 0.94), (-0.1, 0.95), (-0.08, 0.9), (-0.3, 0.86)], 4), rgb("5a3a28"))
    sprite.part(ribbon([(0.36, 0.8), (0.32, 0.98), (0.18, 1.02)], 0.022, 0.022), rgb("4a4a54"))
    sprite.part([(0.42, 0.94), (0.76, 0.94), (0.7, 0.68), (0.48, 0.68)], rgb("c89a5c"))
    sprite.part(ellipse(-0.06, 0.3, 0.07), rgb("8a8f98"))
    scene.shadow(x, y, tall * 1.3)
    scene.stand(sprite, x, y)


def _spoked_wheels(sprite: Layer) -> None:
    """Two wheels with spokes."""
    for wx in (-0.52, 0.52):
        sprite.part(ribbon([*ellipse(wx, 0.34, 0.31, steps=40), (wx + 0.31, 0.34)], 0.032, 0.032, 1), rgb("33323c"))
        for k in range(6):
            a = math.pi * k / 6
            sprite.flat(
                ribbon(
                    [
                        (wx - 0.3 * math.cos(a), 0.34 - 0.3 * math.sin(a)),
                        (wx + 0.3 * math.cos(a), 0.34 + 0.3 * math.sin(a)),
                    ],
                    0.005,
                    0.005,
                    1,
                ),
                rgb("b8bcc4"),
                0.8,
            )
