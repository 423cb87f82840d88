"""Things named in the prompt: where they go on the page and who draws them."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import objects_carried as carried
from . import objects_home as home_things
from . import objects_vehicles as vehicles
from . import words
from .brief import Brief, Thing
from .composition import NEAR, Layout
from .enclosed import ENCLOSED
from .places_water import cliff_right
from .scene import Scene

Painter = Callable[[Scene, str, float, float, float, random.Random], None]
"""Draws a thing, named by a word, at (x, y) pixels, `size` pixels tall."""

_THINGS: dict[str, tuple[Painter, float, str]] = {
    "boat": (vehicles.boat, 0.30, "water"),
    "car": (vehicles.car, 0.20, "ground"),
    "train": (vehicles.engine, 0.30, "ground"),
    "rocket": (vehicles.rocket, 0.56, "ground"),
    "balloon": (vehicles.balloon, 0.36, "air"),
    "airplane": (vehicles.airplane, 0.16, "air"),
    "bicycle": (vehicles.bicycle, 0.22, "ground"),
    "lamp": (carried.lamp, 0.18, "ground"),
    "book": (carried.books, 0.11, "ground"),
    "treasure": (carried.treasure, 0.15, "ground"),
    "flower": (carried.flower, 0.18, "ground"),
    "food": (home_things.food, 0.20, "ground"),
    "music": (carried.instrument, 0.26, "ground"),
    "clock": (home_things.clock, 0.32, "ground"),
    "door": (home_things.door, 0.42, "ground"),
    "star": (carried.shooting_star, 0.22, "air"),
    "leaf": (carried.great_leaf, 0.16, "air"),
}
_TO_FIGURE = {
    "lamp": 0.36, "book": 0.24, "treasure": 0.34, "flower": 0.42, "food": 0.46, "music": 0.6, "clock": 0.85,
    "door": 1.15, "balloon": 1.2, "airplane": 0.8, "boat": 1.1, "star": 0.9, "leaf": 0.5, "bicycle": 0.6, "car": 0.62,
    "rocket": 1.5, "train": 1.0,
}  # fmt: skip
"""Largest height of a thing beside people, in their heights."""
_OPEN_AIR = ("star", "airplane", "boat")
_DRY = ("lamp", "book", "food", "music", "flower", "balloon", "clock", "bicycle", "car", "train", "rocket")
_HAND_HELD = "box|chest|suitcase|key|mirror|caja|cofre|maleta|boîte|coffre|valise|kiste|truhe|koffer"
_WATERY = ("sea", "river", "lighthouse")
_BESIDE = (0.84, 0.16, 0.68, 0.32)


def shown_things(brief: Brief) -> list[Thing]:
    """The things of a brief that can be seen in its place: no stars indoors, no lamps under water."""
    held = any(c.gesture == "hold" or "lantern" in c.look.extras for c in brief.characters)
    hidden = {"lamp"} if held else set()
    if brief.place in ENCLOSED:
        hidden.update(_OPEN_AIR)
    if brief.place == "underwater":
        hidden.update(_DRY)
    return [t for t in brief.things if t.concept in _THINGS and t.concept not in hidden]


def height_of(layout: Layout, thing: Thing, people: bool, alone: bool) -> float:
    """How tall a thing is drawn, in pixels; `people` are in the picture, or it is `alone` in it."""
    size = _THINGS[thing.concept][1]
    scale = {"wide": 0.8, "aerial": 0.62, "low": 1.3, "medium": 1.15, "close": 1.25}.get(layout.framing, 1.0)
    if alone:
        scale *= 1.75 if size < 0.3 else 1.3
    tall = layout.unit * size * scale
    if thing.concept in _TO_FIGURE and (people or layout.framing not in NEAR):
        # Alone in a landscape a thing may be somewhat larger than beside people, never a monument.
        tall = min(tall, layout.figure * _TO_FIGURE[thing.concept] * (1.6 if alone else 1.0))
    if thing.concept == "door" and words.has(thing.word, _HAND_HELD):
        tall = min(tall, layout.figure * 0.4, layout.unit * 0.2)
    return tall


def draw_things(scene: Scene) -> None:
    """Draws the objects of the brief around the place kept free for the cast; alone, the first takes the middle."""
    rng = random.Random(f"{scene.plan.random()}|{[t.word for t in scene.brief.things]}")
    flip = rng.random() < 0.5
    for i, thing in enumerate(shown_things(scene.brief)[:4]):
        _place(scene, thing, i, 1 - _BESIDE[i] if flip else _BESIDE[i])
        scene.check()


def _place(scene: Scene, thing: Thing, index: int, side: float) -> None:
    painter, size, home = _THINGS[thing.concept]
    layout = scene.layout
    alone = not scene.brief.characters and index == 0
    if alone:
        side = 0.5 + (side - 0.5) * 0.35
    tall = height_of(layout, thing, bool(scene.brief.characters), alone)
    x = layout.width * side
    if home == "air":
        y = layout.horizon + layout.unit * (0.26 if index % 2 == 0 else 0.36)
        y = min(y, layout.height - tall * 1.15)
    elif home == "water" and scene.brief.place in _WATERY:
        if scene.brief.place == "sea":
            x, tall = layout.width * (0.28 if index == 0 else 0.5), tall * 0.75
        if scene.brief.place == "lighthouse":
            x = layout.width * ((0.25 if index == 0 else 0.1) if cliff_right(scene) else (0.75 if index == 0 else 0.9))
            tall *= 0.7
        y = layout.horizon - layout.unit * (0.09 if not alone else 0.2)
    else:
        y = max(
            layout.height * 0.03, min(layout.feet if layout.feet > 0 else layout.height * 0.06, layout.horizon * 0.7)
        )
        y += layout.unit * (0.07 if scene.brief.characters and home == "ground" and size > 0.25 else 0.0)
    # Its own dice: the bus of a film is of one colour in every picture.
    painter(scene, thing.word, x, y, tall, random.Random(thing.word))
