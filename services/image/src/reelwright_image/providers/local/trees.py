"""Trees, bushes, reeds, flowers, cacti, rocks: everything that grows or lies on the ground."""

from __future__ import annotations

import math
import random

from .colours import Colour, mix, rgb, shift
from .layer import Layer
from .scene import Scene
from .shapes import Path, blob, curve, ellipse, limb, ribbon, smooth

_LEAVES = {
    "summer": ("3f7d4a", "5a9448", "2f6b4f"),
    "spring": ("f0b6c6", "8fc06a", "f6cfd8"),
    "autumn": ("d9822f", "c2502c", "e0ab3c"),
    "winter": ("5d7f7c", "4b6f78", "7a9692"),
}


def leaf_colour(scene: Scene, rng: random.Random) -> Colour:
    """A foliage colour of the season."""
    season = "winter" if scene.brief.weather == "snow" else scene.brief.season
    return shift(rgb(rng.choice(_LEAVES[season])), hue=rng.uniform(-0.015, 0.015), value=rng.uniform(0.92, 1.08))


def round_tree(scene: Scene, x: float, y: float, tall: float, rng: random.Random, distance: float = 0.0) -> None:
    """A broad-leaved tree, `tall` pixels high, rooted at (x, y)."""
    sprite = scene.sprite(-0.6, -0.04, 0.6, 1.12, tall)
    bark = mix(rgb("5f4433"), rgb("7a6a5c"), rng.random() * 0.6)
    lean = rng.uniform(-0.05, 0.05)
    _trunk(sprite, bark, lean, rng)
    if scene.brief.season == "winter" or scene.brief.weather == "snow":
        _bare_crown(sprite, bark, lean, rng, snowy=scene.brief.weather == "snow")
    else:
        _crown(sprite, leaf_colour(scene, rng), lean, rng, scene.brief.season)
    sprite.edge_light(0.012)
    if distance < 0.5:
        scene.shadow(x, y, tall * 0.3, 0.4 * (1 - distance))
    scene.stand(sprite, x, y, distance)


def _trunk(sprite: Layer, bark: Colour, lean: float, rng: random.Random) -> None:
    roots = [(-0.075, 0.0), (-0.035, 0.08), (-0.025 + lean, 0.5), (0.03 + lean, 0.5), (0.035, 0.08), (0.08, 0.0)]
    sprite.part(smooth(roots, 5), bark, 1.2)
    for sign in (-1, 1):
        end = (lean + sign * rng.uniform(0.16, 0.26), rng.uniform(0.55, 0.66))
        sprite.part(ribbon([(lean * 0.8, 0.34), (lean + sign * 0.08, 0.46), end], 0.022, 0.008), bark)


def _crown(sprite: Layer, leaves: Colour, lean: float, rng: random.Random, season: str) -> None:
    heaps = []
    for _ in range(9):
        a, r = rng.uniform(0, 2 * math.pi), rng.uniform(0.0, 0.24)
        heaps.append((lean + math.cos(a) * r * 1.15, 0.7 + math.sin(a) * r, rng.uniform(0.15, 0.23)))
    heaps.sort(key=lambda h: -h[1])
    under = mix(leaves, (0.08, 0.12, 0.25), 0.38)
    sprite.part([blob(x, y - 0.03, r * 1.06, r, rng) for x, y, r in heaps], under, 0.8)
    for i, (x, y, r) in enumerate(heaps):
        tone = shift(leaves, hue=rng.uniform(-0.012, 0.02), value=0.9 + 0.2 * (y - 0.5))
        sprite.part(
            blob(x, y + 0.015, r * 0.92, r * 0.82, rng), tone if i % 3 else mix(tone, (1, 0.95, 0.6), 0.12), 1.1
        )
    lx = sprite.lighting.toward[0]
    for _ in range(46):
        x, y, r = rng.choice(heaps)
        a = rng.uniform(0, 2 * math.pi)
        px, py = x + math.cos(a) * r * 0.8, y + math.sin(a) * r * 0.7
        bright = (px - lean) * lx > -0.02 or py > 0.8
        dab = mix(leaves, (1, 0.97, 0.7), 0.34) if bright else mix(leaves, (0.1, 0.12, 0.3), 0.3)
        sprite.flat(
            ellipse(px, py, rng.uniform(0.012, 0.026), rng.uniform(0.008, 0.014), rng.uniform(0, 90), 10), dab, 0.6
        )
    if season == "spring":
        for x, y, r in heaps:
            sprite.flat(ellipse(x + rng.uniform(-r, r) * 0.6, y, 0.018, steps=10), (1.0, 0.95, 0.96), 0.9)


def _bare_crown(sprite: Layer, bark: Colour, lean: float, rng: random.Random, snowy: bool) -> None:
    def grow(x: float, y: float, angle: float, length: float, thick: float, depth: int) -> None:
        end = (x + math.sin(angle) * length, y + math.cos(angle) * length)
        sprite.part(limb((x, y), end, thick, thick * 0.6), bark)
        if snowy and depth > 1:
            sprite.flat(
                limb((x, y + thick * 0.8), (end[0], end[1] + thick * 0.6), thick * 0.5, thick * 0.35), (0.96, 0.97, 1.0)
            )
        if depth:
            for turn in (-0.5, 0.12, 0.58)[: 3 if depth > 1 else 2]:
                grow(*end, angle + turn + rng.uniform(-0.2, 0.2), length * 0.68, thick * 0.58, depth - 1)

    for angle in (-0.55, 0.0, 0.5):
        grow(lean, 0.45, angle + rng.uniform(-0.1, 0.1), 0.2, 0.018, 3)


def pine(scene: Scene, x: float, y: float, tall: float, rng: random.Random, distance: float = 0.0) -> None:
    """A conifer of drooping tiers."""
    sprite = scene.sprite(-0.36, -0.03, 0.36, 1.05, tall)
    green = shift(rgb("2f5d4c"), hue=rng.uniform(-0.03, 0.03), value=rng.uniform(0.85, 1.2))
    if scene.brief.season == "autumn" and rng.random() < 0.35:
        green = mix(green, rgb("b58a38"), 0.7)
    sprite.part([(-0.028, 0), (-0.02, 0.25), (0.02, 0.25), (0.028, 0)], rgb("54402f"))
    tiers = 6
    snowy = scene.brief.weather == "snow" or scene.brief.place == "snowfield"
    for i in range(tiers):
        t = i / tiers
        half, low, top = 0.28 * (1 - t) + 0.05, 0.1 + 0.76 * t, 0.1 + 0.76 * t + 0.3 * (1 - t * 0.45)
        hem: Path = []
        for k in range(9):
            u = -1 + 2 * k / 8
            hem.append(
                (half * u, low + 0.045 * (1 - abs(u)) * -1 + (0.03 if k % 2 else -0.008) + rng.uniform(-0.01, 0.01))
            )
        sprite.part([*hem, (0.015, top), (-0.015, top)], mix(green, (0.75, 0.85, 0.6), 0.06 * i), 1.1)
        if snowy:
            cap = [(px * 0.9, py + 0.05) for px, py in hem]
            cap = [(px, py + (0.018 if k % 2 else -0.01)) for k, (px, py) in enumerate(cap)]
            sprite.part([*cap, (0.012, top), (-0.012, top)], (0.94, 0.96, 1.0), 0.9)
            shaded = [(px, py - 0.02) for px, py in hem]
            sprite.part([*hem, *reversed([(px, py + 0.035) for px, py in shaded])], green)
    sprite.edge_light(0.01)
    scene.stand(sprite, x, y, distance)


def palm(scene: Scene, x: float, y: float, tall: float, rng: random.Random, distance: float = 0.0) -> None:
    """A leaning palm."""
    sprite = scene.sprite(-0.62, -0.03, 0.62, 1.12, tall)
    lean = rng.choice((-1, 1)) * rng.uniform(0.08, 0.16)
    sprite.part(ribbon([(0, 0), (lean * 0.3, 0.4), (lean, 0.8)], 0.038, 0.022), rgb("8a6a48"), 1.3)
    for k in range(9):
        t = 0.1 + 0.09 * k
        sprite.flat(
            ribbon([(lean * t * t - 0.03, t), (lean * t * t + 0.03, t - 0.012)], 0.004, 0.004), rgb("5f4630"), 0.6
        )
    for i, angle in enumerate((200, 165, 140, 20, 45, -15, 75, 110, 95)):
        a = math.radians(angle)
        tip = (lean + 0.42 * math.cos(a), 0.8 + 0.24 * math.sin(a) - 0.1 * abs(math.cos(a)))
        knee = (lean + 0.24 * math.cos(a), 0.84 + 0.22 * math.sin(a))
        green = mix(rgb("3f8a4e"), rgb("8ab04a"), (i % 3) * 0.3)
        sprite.part(ribbon([(lean, 0.8), knee, tip], 0.012, 0.002, middle=0.036), green, 1.1)
    sprite.edge_light(0.01)
    scene.stand(sprite, x, y, distance)


def bush(scene: Scene, x: float, y: float, size: float, rng: random.Random, distance: float = 0.0) -> None:
    """A low round shrub."""
    sprite = scene.sprite(-0.75, -0.05, 0.75, 0.8, size)
    leaves = leaf_colour(scene, rng)
    for px, py, r in ((-0.36, 0.2, 0.28), (0.36, 0.2, 0.3), (0.0, 0.34, 0.36), (-0.15, 0.14, 0.26), (0.2, 0.12, 0.26)):
        sprite.part(blob(px, py, r, r * 0.85, rng, 0.1), shift(leaves, value=rng.uniform(0.85, 1.1)), 1.1)
    for _ in range(16):
        dab = mix(leaves, (1, 0.95, 0.7), 0.3)
        sprite.flat(
            ellipse(rng.uniform(-0.5, 0.5), rng.uniform(0.1, 0.6), 0.03, 0.016, rng.uniform(0, 90), 8), dab, 0.5
        )
    sprite.edge_light(0.02)
    scene.stand(sprite, x, y, distance)


def rock(
    scene: Scene, x: float, y: float, size: float, rng: random.Random, colour: Colour, distance: float = 0.0
) -> None:
    """A faceted boulder, `size` pixels wide."""
    sprite = scene.sprite(-0.6, -0.06, 0.6, 0.8, size)
    tall = rng.uniform(0.34, 0.62)
    outline = [(-0.5, 0.0), (-0.46, tall * 0.5), (-0.2, tall * 0.95), (0.12, tall), (0.4, tall * 0.62), (0.52, 0.0)]
    outline = [(px + rng.uniform(-0.04, 0.04), py) for px, py in outline]
    sprite.part(outline, colour, 0.8, to=mix(colour, (0.1, 0.1, 0.2), 0.35))
    peak = (rng.uniform(-0.12, 0.1), tall * 0.62)
    bright, dark = mix(colour, (1, 1, 0.95), 0.2), mix(colour, (0.1, 0.1, 0.22), 0.4)
    left_lit = sprite.lighting.toward[0] < 0
    sprite.flat([outline[1], outline[2], peak, (-0.3, 0.02)], bright if left_lit else dark, 0.75)
    sprite.flat([outline[3], outline[4], outline[5], peak], dark if left_lit else bright, 0.6)
    sprite.flat([outline[2], outline[3], peak], mix(colour, (1, 1, 1), 0.26), 0.7)
    if scene.brief.weather == "snow":
        sprite.part(smooth([outline[1], outline[2], outline[3], outline[4], (0.1, tall * 0.75)], 5), (0.95, 0.97, 1.0))
    sprite.edge_light(0.015)
    scene.stand(sprite, x, y, distance)


def cactus(scene: Scene, x: float, y: float, tall: float, rng: random.Random, distance: float = 0.0) -> None:
    """A saguaro."""
    sprite = scene.sprite(-0.5, -0.03, 0.5, 1.05, tall)
    green = rgb("4f8a5c")
    sprite.part([limb((0, 0), (0, 0.9), 0.09, 0.08)], green, 1.2)
    side = rng.choice((-1, 1))
    for sign, low, high in ((side, 0.32, 0.68), (-side, 0.45, 0.78)):
        arm = curve([(0, low), (sign * 0.2, low + 0.02), (sign * 0.24, low + 0.12), (sign * 0.24, high)], 5)
        sprite.part(ribbon(arm, 0.055, 0.05, 1), green, 1.2)
    for px in (-0.035, 0.0, 0.035):
        sprite.flat(ribbon([(px, 0.04), (px, 0.9)], 0.005, 0.004), mix(green, (0.1, 0.2, 0.2), 0.5), 0.6)
    sprite.edge_light(0.015)
    scene.shadow(x, y, tall * 0.2, 0.4)
    scene.stand(sprite, x, y, distance)


def flowers(scene: Scene, near: float, far: float, count: int, rng: random.Random) -> None:
    """Meadow flowers as dabs on stems, bigger in front."""
    page, unit = scene.page, scene.layout.unit
    tones = [rgb(c) for c in ("f4d84a", "e8648c", "f6f2ee", "8f6fd0", "f08a4a")]
    spots = sorted(
        ((rng.random(), rng.random() ** 1.3) for _ in range(int(count * page.width / unit))), key=lambda s: -s[1]
    )
    for u, depth in spots:
        x, y = u * page.width, near + (far - near) * depth
        r = unit * 0.0085 * (1.15 - depth)
        tone = scene.veil(rng.choice(tones), 0.3 * depth)
        stem = scene.veil(rgb("3f7040"), 0.3 * depth)
        page.flat([(x - r * 0.2, y), (x + r * 0.2, y), (x + r * 0.3, y + r * 3)], stem)
        for k in range(5):
            a = 2 * math.pi * k / 5 + u
            page.flat(ellipse(x + math.cos(a) * r * 0.7, y + r * 3 + math.sin(a) * r * 0.6, r * 0.55, steps=8), tone)
        page.flat(ellipse(x, y + r * 3, r * 0.4, steps=8), scene.veil(rgb("7a4a20"), 0.2))


def reeds(scene: Scene, x: float, y: float, tall: float, rng: random.Random) -> None:
    """A clump of rushes at the water's edge."""
    green = scene.veil(mix(rgb("4a6b3c"), rgb("9a8a48"), 0.6 if scene.brief.season == "autumn" else 0.15), 0.05)
    for _ in range(11):
        px, lean = x + rng.uniform(-0.3, 0.3) * tall, rng.uniform(-0.22, 0.22)
        top = (px + lean * tall, y + tall * rng.uniform(0.6, 1.0))
        scene.page.flat(
            ribbon([(px, y), (px + lean * tall * 0.3, y + tall * 0.5), top], tall * 0.014, tall * 0.002), green
        )
        if rng.random() < 0.35:
            cat = [top, (top[0] + lean * tall * 0.04, top[1] + tall * 0.13)]
            scene.page.flat(ribbon(cat, tall * 0.02, tall * 0.016), scene.veil(rgb("6b4426"), 0.0))


def wood(
    scene: Scene, base: float, tall: float, count: int, distance: float, rng: random.Random, kind: str = "mixed",
    spread: float = 0.0,
) -> None:  # fmt: skip
    """A row of trees across the page."""
    width = scene.layout.width
    for i in range(count):
        x = width * ((i + rng.uniform(0.1, 0.9)) / count * 1.1 - 0.05)
        y = base + rng.uniform(-spread, spread)
        size = tall * rng.uniform(0.7, 1.15)
        draw = pine if kind == "pine" or (kind == "mixed" and rng.random() < 0.45) else round_tree
        draw(scene, x, y, size, rng, distance)
