"""Smaller things: lamps, books, treasure, flowers, food, instruments, clocks, doors, stars, leaves."""

from __future__ import annotations

import math
import random

from . import words
from .colours import Colour, mix, rgb
from .layer import Layer
from .objects_vehicles import paint_of
from .scene import Scene
from .shapes import arc, box, ellipse, limb, points, ribbon, rounded, smooth, star


def put(scene: Scene, sprite: Layer, x: float, y: float, wide: float) -> None:
    sprite.edge_light(0.015)
    scene.shadow(x, y, wide)
    scene.stand(sprite, x, y)


def lamp(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A lantern, a candle or a camp fire, with its light."""
    warm = scene.palette.warm
    if words.has(
        word, "fire|campfire|fireplace|fuego|fogata|hoguera|feu|feuer|lagerfeuer|kamin|torch|antorcha|torche|fackel"
    ):
        _fire(scene, x, y, tall, rng)
        return
    sprite = scene.sprite(-0.5, -0.05, 0.5, 1.2, tall)
    if words.has(word, "candle|vela|bougie|kerze"):
        sprite.part(ellipse(0, 0.04, 0.36, 0.07), rgb("c8963f"))
        sprite.part(rounded(-0.13, 0.05, 0.13, 0.7, 0.04), rgb("f6eedc"), 1.3)
        sprite.lit(smooth([(0, 1.05), (0.08, 0.84), (0.0, 0.74), (-0.08, 0.84)], 5), rgb("ffd870"))
    else:
        sprite.flat(ribbon(arc(0, 0.94, 0.16, 0.2, 0, 180, 12), 0.018, 0.018, 2), rgb("3a3230"))
        sprite.part([(-0.26, 0.86), (0, 1.02), (0.26, 0.86)], rgb("4a3c34"), 1.2)
        sprite.part(rounded(-0.22, 0.1, 0.22, 0.86, 0.05), rgb("5a4638"))
        sprite.lit(rounded(-0.16, 0.16, 0.16, 0.8, 0.04), mix(warm, (1, 1, 0.9), 0.4))
        sprite.lit(smooth([(0, 0.66), (0.06, 0.44), (0.0, 0.32), (-0.06, 0.44)], 5), rgb("fff8d8"))
        for px in (-0.06, 0.06):
            sprite.flat(box(px - 0.01, 0.14, px + 0.01, 0.84), rgb("5a4638"))
        sprite.part(box(-0.28, 0.02, 0.28, 0.12), rgb("4a3c34"))
    put(scene, sprite, x, y, tall * 0.7)
    scene.page.glow(x, y + tall * 0.55, tall * (1.2 + 1.4 * scene.palette.dark), warm, 0.4 + 0.4 * scene.palette.dark)


def _fire(scene: Scene, x: float, y: float, tall: float, rng: random.Random) -> None:
    page = scene.page
    page.glow(x, y + tall * 0.4, tall * (1.8 + 2.0 * scene.palette.dark), rgb("ff9a40"), 0.55)
    for turn in (-18, 14, -4):
        a = math.radians(turn)
        page.part(
            limb(
                (x - math.cos(a) * tall * 0.4, y - math.sin(a) * tall * 0.3),
                (x + math.cos(a) * tall * 0.4, y + math.sin(a) * tall * 0.3),
                tall * 0.065,
                tall * 0.055,
            ),
            rgb("6a4630"),
            1.2,
        )
    for k, (size, tone) in enumerate(((1.0, "f0602a"), (0.74, "ff9a38"), (0.46, "ffe08a"))):
        s, sway = size * tall, rng.uniform(-0.06, 0.06) * tall
        flame = [
            (x - 0.28 * s, y + 0.06 * tall),
            (x - 0.26 * s, y + 0.4 * s),
            (x - 0.08 * s + sway, y + 0.66 * s),
            (x + sway, y + 1.02 * s),
            (x + 0.12 * s, y + 0.6 * s),
            (x + 0.28 * s, y + 0.36 * s),
            (x + 0.26 * s, y + 0.06 * tall),
        ]
        page.lit(smooth(flame, 6), rgb(tone), 0.95, tall * 0.006 * (k + 1))
    for _ in range(12):
        page.lit(
            ellipse(x + rng.gauss(0, 0.25) * tall, y + rng.uniform(0.7, 1.7) * tall, tall * 0.014), rgb("ffc060"), 0.9
        )


def books(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A pile of books with an open one on top; a map or a letter when the word says so."""
    sprite = scene.sprite(-1.0, -0.06, 1.0, 1.25, tall)
    if words.has(word, "letter|map|scroll|newspaper|carta|mapa|periódico|lettre|carte|brief|karte|zeitung"):
        sprite.part(
            smooth(points("-0.8 0.05, -0.7 0.62, 0 0.56, 0.74 0.68, 0.82 0.1, 0.1 -0.02"), 3),
            rgb("ecd9ac"),
            0.8,
        )
        sprite.flat(ribbon([(-0.5, 0.2), (-0.2, 0.42), (0.1, 0.22), (0.45, 0.46)], 0.016, 0.016), rgb("a8683c"), 0.9)
        for turn in (45, 135):
            a = math.radians(turn)
            sprite.flat(
                limb(
                    (0.5 - 0.08 * math.cos(a), 0.48 - 0.08 * math.sin(a)),
                    (0.5 + 0.08 * math.cos(a), 0.48 + 0.08 * math.sin(a)),
                    0.02,
                    0.02,
                ),
                rgb("c0402f"),
            )
        put(scene, sprite, x, y, tall * 1.4)
        return
    for k, tone in enumerate(rng.sample(["a8483c", "3f6a8a", "c8963f", "4f7a58", "7a4f7a"], 3)):
        dx, low = rng.uniform(-0.08, 0.08), 0.22 * k
        sprite.part(rounded(-0.62 + dx, low, 0.6 + dx, low + 0.21, 0.04), rgb(tone), 0.8)
        sprite.flat(box(-0.56 + dx, low + 0.03, 0.6 + dx, low + 0.17), rgb("f0e6cc"))
        sprite.flat(box(-0.62 + dx, low, -0.5 + dx, low + 0.21), rgb(tone))
    sprite.part(points("-0.7 0.84, -0.02 0.7, 0 0.7, 0.72 0.86, 0.72 0.78, 0 0.62, -0.7 0.76"), rgb("8a3c34"))
    sprite.part(smooth(points("-0.66 0.86, -0.36 1, 0 0.74, 0 0.7, -0.36 0.84"), 4), rgb("f6efdc"), 0.7)
    sprite.part(smooth(points("0.68 0.88, 0.38 1.02, 0 0.74, 0 0.7, 0.38 0.86"), 4), rgb("fbf5e6"), 0.7)
    put(scene, sprite, x, y, tall * 1.2)


def treasure(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """An open chest of gold and jewels."""
    sprite = scene.sprite(-1.0, -0.06, 1.0, 1.3, tall)
    wood, gold = rgb("8a5634"), rgb("f0c040")
    sprite.part(
        points("-0.72 0.55, -0.66 1.02, -0.4 1.16, 0.4 1.16, 0.66 1.02, 0.72 0.55"),
        mix(wood, (0.1, 0, 0), 0.3),
        1.0,
    )
    for _ in range(26):
        px, py = rng.uniform(-0.6, 0.6), 0.52 + rng.uniform(0, 0.3) * (1 - rng.random() * 0.5)
        sprite.part(ellipse(px, py, 0.09, 0.055), mix(gold, (1, 1, 0.8), rng.random() * 0.4))
    for px, tone in ((-0.3, "e0405a"), (0.05, "4fd0e8"), (0.36, "6ae08a")):
        sprite.part(
            [(px - 0.1, 0.78), (px - 0.05, 0.86), (px + 0.05, 0.86), (px + 0.1, 0.78), (px, 0.64)], rgb(tone), 1.0
        )
    sprite.part(rounded(-0.72, 0, 0.72, 0.56, 0.05), wood, 1.0)
    for px in (-0.6, 0.46):
        sprite.part(box(px, 0, px + 0.14, 0.57), rgb("c89a3c"), 0.8)
    sprite.part(rounded(-0.1, 0.34, 0.1, 0.58, 0.03), gold)
    sprite.flat(ellipse(0, 0.46, 0.03, 0.05), rgb("3a2418"))
    put(scene, sprite, x, y, tall * 1.4)
    scene.page.glow(x, y + tall * 0.75, tall * 1.3, rgb("ffd860"), 0.5)
    for _ in range(6):
        px, py = x + rng.uniform(-0.7, 0.7) * tall, y + rng.uniform(0.6, 1.4) * tall
        scene.page.lit(star(px, py, tall * 0.09, tall * 0.015, 4), (1, 1, 0.9), 0.95)


def flower(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A flower in a pot, or growing by itself outdoors."""
    sprite = scene.sprite(-0.6, -0.05, 0.6, 1.2, tall)
    inside = scene.brief.place in ("room", "kitchen", "library", "laboratory", "city", "stage")
    sunflower = words.has(word, "sunflower|girasol|tournesol|sonnenblume")
    rosy = words.has(word, "rose|roses|rosa|rosas|rosen")
    petal = rgb("f2b830") if sunflower else rgb("d8344a") if rosy else paint_of(scene, word, rng)
    if petal[1] > max(petal[0], petal[2]):
        petal = rgb("ec8fae")
    heart = rgb("6a4420") if sunflower else mix(petal, (0.3, 0, 0.1), 0.4) if rosy else mix(petal, rgb("f8e070"), 0.6)
    for lean, top, r in ((-0.26, 0.72, 0.7), (0.28, 0.68, 0.65), (0.0, 0.96, 1.0)):
        _stem(sprite, lean, top)
        _blossom(sprite, lean, top, r, 12 if sunflower else 7, petal)
        sprite.part(ellipse(lean, top, 0.07 * r), heart)
    if inside:
        sprite.part([(-0.24, 0.3), (-0.17, 0.0), (0.17, 0.0), (0.24, 0.3)], rgb("c0683f"), 1.2)
        sprite.part(box(-0.27, 0.27, 0.27, 0.35), rgb("d07a4c"))
    else:
        for lean in (-0.3, -0.12, 0.14, 0.3):
            sprite.part([(lean * 0.4 - 0.03, 0), (lean * 0.4 + 0.03, 0), (lean, 0.34)], rgb("4f8f48"))
    put(scene, sprite, x, y, tall * 0.5)


def _stem(sprite: Layer, lean: float, top: float) -> None:
    sprite.part(ribbon([(0, 0.2), (lean * 0.5, 0.5), (lean, top)], 0.022, 0.018), rgb("4f8a4a"))
    x = lean * 0.4
    sprite.part(smooth([(x, 0.4), (x + 0.16, 0.52), (x + 0.22, 0.46), (x + 0.1, 0.4)], 5), rgb("5a9a52"))


def _blossom(sprite: Layer, x: float, y: float, r: float, count: int, petal: Colour) -> None:
    for k in range(count):
        a = 2 * math.pi * k / count
        centre = (x + math.cos(a) * 0.115 * r, y + math.sin(a) * 0.115 * r)
        sprite.part(ellipse(*centre, 0.085 * r, 0.05 * r, math.degrees(a), 18), petal)


def instrument(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A piano, drum, guitar or violin, with notes in the air."""
    sprite = scene.sprite(-0.9, -0.05, 0.9, 1.2, tall)
    if words.has(word, "piano|klavier"):
        sprite.part(rounded(-0.7, 0.0, 0.7, 0.98, 0.04), rgb("5a3428"), 0.8)
        sprite.part(box(-0.76, 0.46, 0.76, 0.54), rgb("6a4030"))
        sprite.flat(box(-0.66, 0.52, 0.66, 0.6), rgb("f6f0e2"))
        for k in range(15):
            if k % 7 not in (2, 6):
                sprite.flat(box(-0.6 + 0.085 * k, 0.545, -0.56 + 0.085 * k, 0.6), rgb("26222a"))
    elif words.has(word, "drum|tambor|tambour|trommel|radio"):
        sprite.part(box(-0.42, 0.06, 0.42, 0.64), rgb("c8483f"), 1.5)
        sprite.part(ellipse(0, 0.08, 0.42, 0.1), rgb("a03a34"))
        sprite.part(ellipse(0, 0.64, 0.43, 0.11), rgb("f4ead4"))
        sprite.part(limb((-0.1, 0.68), (0.4, 1.0), 0.02, 0.016), rgb("a8784a"))
    else:
        wood = rgb("c8843f") if not words.has(word, "violin|cello|violín|violon|geige") else rgb("a85a30")
        sprite.turn, sprite.pivot = -14, (0.0, 0.3)
        sprite.part(limb((0, 0.5), (0, 1.08), 0.035, 0.03), rgb("5a3a28"))
        sprite.part(rounded(-0.05, 1.04, 0.05, 1.16, 0.02), rgb("4a2c20"))
        sprite.part(
            smooth(
                points(
                    "0 0, -0.27 0.1, -0.25 0.3, -0.15 0.38, -0.2 0.54, 0 0.62, 0.2 0.54, 0.15 0.38, 0.25 0.3, 0.27 0.1"
                ),
                6,
            ),
            wood,
            1.3,
        )
        sprite.flat(ellipse(0, 0.4, 0.075), rgb("4a2c1c"))
        for k in range(4):
            sprite.flat(box(-0.02 + 0.012 * k, 0.16, -0.016 + 0.012 * k, 1.06), rgb("f0e8d0"), 0.8)
    put(scene, sprite, x, y, tall * 0.9)
    _notes(scene, x, y, tall)


def _notes(scene: Scene, x: float, y: float, tall: float) -> None:
    """Notes rising from an instrument."""
    for k in range(5):
        px, py, s = x + tall * (0.1 + 0.24 * k - 0.4), y + tall * (1.15 + 0.16 * math.sin(k * 2.0)), tall * 0.06
        tone = mix(scene.palette.warm, (1, 1, 1), 0.3)
        scene.page.lit(ellipse(px, py, s, s * 0.7, 20), tone, 0.95)
        scene.page.lit(limb((px + s * 0.85, py), (px + s * 0.85, py + s * 3), s * 0.13, s * 0.13), tone, 0.95)
        scene.page.lit(
            ribbon(
                [(px + s * 0.85, py + s * 3), (px + s * 1.7, py + s * 2.3), (px + s * 1.6, py + s * 1.6)],
                s * 0.25,
                s * 0.08,
            ),
            tone,
            0.95,
        )


def shooting_star(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A bright star with a tail; auroras and rainbows belong to the sky and are left to it."""
    if words.has(word, "aurora|northern lights|rainbow|arcoíris|aurore|arc-en-ciel|polarlicht|regenbogen"):
        return
    page = scene.page
    x0, y0 = x + tall * 1.6, y + tall * 0.9
    page.lit([(x, y + tall * 0.06), (x, y - tall * 0.06), (x0, y0)], (0.95, 0.95, 1.0), 0.5, tall * 0.02)
    page.lit([(x, y + tall * 0.025), (x, y - tall * 0.025), (x0, y0)], (1, 1, 1), 0.8, tall * 0.006)
    page.glow(x, y, tall * 0.9, (1.0, 0.94, 0.7), 0.75)
    page.lit(star(x, y, tall * 0.24, tall * 0.1), (1.0, 0.96, 0.78))
    page.lit(star(x, y, tall * 0.34, tall * 0.03, 4), (1, 1, 1), 0.8)
    for _ in range(9):
        t = rng.random()
        px, py = x + (x0 - x) * t + rng.gauss(0, 0.07) * tall, y + (y0 - y) * t + rng.gauss(0, 0.07) * tall
        page.lit(star(px, py, tall * 0.04, tall * 0.008, 4), (1, 1, 0.9), 0.9)


def great_leaf(scene: Scene, word: str, x: float, y: float, tall: float, rng: random.Random) -> None:
    """One large leaf drifting down, with the curl of its fall."""
    page = scene.page
    trail = [
        (x + tall * 1.1, y + tall * 1.9),
        (x + tall * 0.2, y + tall * 1.7),
        (x + tall * 0.9, y + tall * 1.2),
        (x + tall * 0.1, y + tall * 0.9),
    ]
    page.lit(ribbon(trail, tall * 0.004, tall * 0.01), mix(scene.palette.low, (1, 1, 1), 0.5), 0.45, tall * 0.006)
    sprite = scene.sprite(-0.8, -0.4, 0.8, 1.1, tall)
    sprite.turn, sprite.pivot = 34, (0.0, 0.4)
    tone = rgb("e0742a")
    half = points("0 1, 0.1 0.78, 0.26 0.82, 0.24 0.64, 0.5 0.6, 0.4 0.44, 0.52 0.26, 0.24 0.24, 0.12 0.08, 0 0.1")
    outline = half + [(-px, py) for px, py in reversed(half[1:-1])]
    sprite.part(outline, tone, 1.1)
    sprite.flat([(px, py) for px, py in outline if px <= 0], mix(tone, rgb("f4b040"), 0.55), 0.7)
    for tip in ((0.0, 0.92), (0.2, 0.76), (-0.2, 0.76), (0.42, 0.56), (-0.42, 0.56), (0.42, 0.3), (-0.42, 0.3)):
        sprite.flat(
            ribbon([(0, 0.16), (tip[0] * 0.55, 0.16 + (tip[1] - 0.16) * 0.6), tip], 0.014, 0.004), rgb("9a4018"), 0.85
        )
    sprite.part(ribbon([(0, 0.14), (0.02, -0.08), (0.1, -0.22)], 0.02, 0.014), rgb("9a4018"))
    sprite.edge_light(0.02, 0.8)
    page.glow(x, y + tall * 0.4, tall * 1.1, scene.palette.glow, 0.4)
    scene.stand(sprite, x, y)
