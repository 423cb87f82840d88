"""Things of the house: food on a table, clocks, doors, cases."""

from __future__ import annotations

import math
import random

from . import words
from .colours import mix, rgb
from .layer import Layer
from .objects_carried import put
from .objects_vehicles import paint_of
from .scene import Scene
from .shapes import arc, box, ellipse, limb, points, ribbon, rounded, smooth


def food(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A small table laid with what the recipe needs."""
    sprite = scene.sprite(-1.0, -0.05, 1.0, 1.5, tall)
    for px in (-0.72, 0.72):
        sprite.part(limb((px, 0), (px * 0.96, 0.62), 0.045, 0.05), rgb("8a5a3a"))
    sprite.part(box(-0.92, 0.6, 0.92, 0.7), rgb("b07a4c"), 0.8)
    sprite.part(points("-0.5 0.71, 0.5 0.71, 0.62 0.42, 0.3 0.5, 0 0.4, -0.3 0.5, -0.6 0.42"), rgb("f2e6d0"), 0.8)
    if words.has(word, "cake|pie|pastel|tarta|gâteau|tarte|kuchen|chocolate|chocolat|schokolade|pancake|pancakes"):
        _cake(sprite)
    elif words.has(word, "bread|pan|pain|brot|dough|masa|teig|flour|harina|pizza"):
        _loaves(sprite)
    else:
        _soup(sprite)
    put(scene, sprite, x, y, tall * 1.5)


def _soup(sprite: Layer) -> None:
    sprite.part([(-0.36, 1.0), (-0.28, 0.76), (0.1, 0.76), (0.18, 1.0)], rgb("4f86a0"), 1.2)
    sprite.part(ellipse(-0.09, 1.0, 0.27, 0.06), rgb("d8533a"))
    for k in range(3):
        wisp = [
            (-0.2 + 0.11 * k, 1.06),
            (-0.15 + 0.11 * k, 1.18),
            (-0.22 + 0.11 * k, 1.3),
            (-0.15 + 0.11 * k, 1.42),
        ]
        sprite.lit(ribbon(wisp, 0.022, 0.008), (1, 1, 1), 0.45, 0.015)
    for px, tone in ((0.4, "d8433b"), (0.6, "e0b83a"), (0.5, "d8433b")):
        sprite.part(ellipse(px, 0.79 + (0.13 if px == 0.5 else 0), 0.1), rgb(tone), 1.2)
    sprite.part(rounded(-0.78, 0.7, -0.56, 1.08, 0.06), rgb("6a9a5a"), 1.2)


def _loaves(sprite: Layer) -> None:
    for px, turn, r in ((-0.25, 8, 0.36), (0.3, -6, 0.32)):
        sprite.part(ellipse(px, 0.84, r, 0.16, turn), rgb("c88a48"), 1.3)
        for k in range(3):
            sprite.flat(ellipse(px - 0.16 + 0.16 * k, 0.9, 0.05, 0.018, 60), rgb("f0d8a8"))


def _cake(sprite: Layer) -> None:
    for low, half, tone in ((0.7, 0.4, "f0c8b0"), (0.92, 0.3, "f6e2d0"), (1.1, 0.19, "f0b0b8")):
        sprite.part(rounded(-half, low, half, low + 0.22, 0.05), rgb(tone), 1.2)
        sprite.part(
            smooth(
                [
                    (-half, low + 0.22),
                    (-half * 0.5, low + 0.12),
                    (0, low + 0.18),
                    (half * 0.5, low + 0.1),
                    (half, low + 0.22),
                    (0, low + 0.27),
                ],
                5,
            ),
            rgb("fff8f0"),
        )
    sprite.part(ellipse(0, 1.38, 0.06), rgb("d8343f"))


def clock(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A long-case clock; a telescope when the word says so."""
    sprite = scene.sprite(-0.5, -0.05, 0.5, 1.2, tall)
    if words.has(word, "telescope|telescopio|télescope|teleskop"):
        for px in (-0.28, 0.0, 0.28):
            sprite.part(limb((0, 0.55), (px, 0.0), 0.022, 0.018), rgb("6a4a34"))
        sprite.part(limb((-0.3, 0.48), (0.12, 0.78), 0.06, 0.085), rgb("c8963f"), 1.3)
        sprite.part(limb((0.12, 0.78), (0.38, 0.97), 0.1, 0.115), rgb("3f5a7a"), 1.3)
        put(scene, sprite, x, y, tall * 0.5)
        return
    wood = rgb("7a4a30")
    sprite.part(box(-0.2, 0.0, 0.2, 0.14), wood)
    sprite.part(box(-0.155, 0.12, 0.155, 0.7), wood, 1.0)
    sprite.flat(box(-0.1, 0.18, 0.1, 0.64), rgb("2c1c18"))
    sprite.part(limb((0.02, 0.62), (0.04, 0.34), 0.006, 0.006), rgb("e8c060"))
    sprite.part(ellipse(0.045, 0.31, 0.05), rgb("f0c850"), 1.2)
    sprite.part(box(-0.21, 0.68, 0.21, 1.0), wood, 1.0)
    sprite.part(smooth(points("-0.24 0.99, -0.1 1.08, 0 1.15, 0.1 1.08, 0.24 0.99"), 5), mix(wood, (1, 1, 1), 0.1))
    sprite.part(ellipse(0, 0.84, 0.155), rgb("e0b848"))
    sprite.flat(ellipse(0, 0.84, 0.135), rgb("f8f0dc"))
    for k in range(12):
        a = math.radians(30 * k)
        sprite.flat(ellipse(math.cos(a) * 0.11, 0.84 + math.sin(a) * 0.11, 0.009, steps=8), rgb("3a2a24"))
    sprite.flat(ribbon([(0, 0.84), (0.055, 0.9)], 0.011, 0.006, 1), rgb("2a1c1c"))
    sprite.flat(ribbon([(0, 0.84), (-0.03, 0.94)], 0.008, 0.005, 1), rgb("2a1c1c"))
    put(scene, sprite, x, y, tall * 0.45)


def door(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A door standing ajar with light behind it; a chest or a suitcase when the word says so."""
    if words.has(word, "box|chest|suitcase|caja|cofre|maleta|boîte|coffre|valise|kiste|truhe|koffer"):
        _case(scene, x, y, tall * 0.42)
        return
    sprite = scene.sprite(-0.5, -0.05, 0.5, 1.12, tall)
    coat = paint_of(scene, word, rng)
    stone = rgb("b8aca0")
    sprite.part([(-0.34, 0), (-0.34, 0.74), *arc(0, 0.74, 0.34, 0.32, 180, 0, 14), (0.34, 0)], stone, 0.8)
    sprite.lit(
        [(-0.26, 0), (-0.26, 0.72), *arc(0, 0.72, 0.26, 0.25, 180, 0, 14), (0.26, 0)],
        mix(scene.palette.warm, (1, 1, 0.9), 0.4),
    )
    sprite.part([(-0.26, 0), (-0.26, 0.72), *arc(-0.06, 0.72, 0.2, 0.24, 180, 20, 12), (0.13, -0.03)], coat, 0.9)
    for px in (-0.16, -0.05, 0.05):
        sprite.flat(box(px, 0.0, px + 0.008, 0.88), mix(coat, (0, 0, 0.1), 0.35), 0.8)
    for py in (0.2, 0.66):
        sprite.part(box(-0.26, py, -0.06, py + 0.035), rgb("3f3a3c"))
    sprite.part(ellipse(0.08, 0.42, 0.026), rgb("e8c050"))
    put(scene, sprite, x, y, tall * 0.7)
    scene.page.glow(x + tall * 0.2, y + tall * 0.4, tall * 0.9, scene.palette.warm, 0.4)


def _case(scene: Scene, x: float, y: float, tall: float) -> None:
    sprite = scene.sprite(-0.9, -0.06, 0.9, 1.2, tall)
    sprite.flat(ribbon(arc(0, 0.82, 0.18, 0.18, 0, 180, 10), 0.03, 0.03, 2), rgb("4a2c20"))
    sprite.part(rounded(-0.72, 0, 0.72, 0.84, 0.1), rgb("a8683c"), 1.0)
    for px in (-0.46, 0.36):
        sprite.part(box(px, 0, px + 0.1, 0.84), rgb("6a3f28"), 0.7)
        sprite.part(rounded(px - 0.01, 0.44, px + 0.11, 0.58, 0.02), rgb("e8c050"))
    put(scene, sprite, x, y, tall * 1.3)
