"""The measures of a figure: how tall its gesture leaves it, how wide it is and where its face sits."""

from __future__ import annotations

from dataclasses import dataclass

from .animal_plans import plan_of
from .look import Look
from .poses import POSES, bones
from .shapes import Point


@dataclass(frozen=True)
class Measure:
    """A figure in units of its own standing height, before it is placed; it faces right."""

    height: float
    """Standing height relative to a grown person."""
    stature: float
    """Share of that height which its gesture leaves: sitting people are shorter."""
    breadth: float
    face: Point
    """Centre of the face above and beside the point between the feet."""
    radius: float
    """Half the height of the head."""
    airborne: bool = False
    """Whether it hovers, so that its feet need no ground."""


# family or species: stature, breadth, centre and radius of the face
_BEINGS: dict[str, tuple[float, float, Point, float]] = {
    "robot": (1.05, 0.66, (0.02, 0.82), 0.17),
    "alien": (1.15, 0.66, (0.02, 0.77), 0.26),
    "ghost": (1.1, 0.85, (0.04, 0.72), 0.24),
    "cloud": (1.6, 1.2, (0.05, 0.6), 0.3),
    "dragon": (1.15, 1.75, (0.56, 0.9), 0.2),
    "bird": (0.98, 0.95, (0.24, 0.76), 0.22),
    "owl": (0.98, 0.8, (0.02, 0.72), 0.28),
    "penguin": (1.0, 0.8, (0.04, 0.8), 0.22),
    "insect": (1.0, 1.1, (0.1, 0.6), 0.34),
    "snail": (0.9, 1.3, (0.56, 0.52), 0.3),
    "fish": (0.8, 1.25, (0.2, 0.52), 0.32),
    "whale": (0.72, 2.0, (0.55, 0.36), 0.36),
    "dolphin": (0.72, 1.7, (0.6, 0.46), 0.26),
    "turtle": (0.8, 1.6, (0.85, 0.54), 0.22),
    "snowman": (1.05, 0.8, (0.03, 0.8), 0.17),
    "scarecrow": (1.0, 0.8, (0.02, 0.84), 0.13),
    "octopus": (1.0, 1.1, (0.02, 0.66), 0.28),
    "crab": (0.8, 1.5, (0.0, 0.42), 0.34),
    "worm": (0.9, 1.2, (0.4, 0.66), 0.2),
    "snake": (0.9, 1.2, (0.4, 0.66), 0.2),
}
_GROUNDED = ("snowman", "scarecrow", "crab", "worm", "snail", "spider")


def measure(look: Look, gesture: str) -> Measure:
    """The measures of a character in a gesture."""
    if look.family == "person" or look.species == "fairy":
        return _person(look, gesture)
    entry = _BEINGS.get(look.species) or _BEINGS.get(look.family)
    if entry is not None:
        airborne = look.family in ("insect", "ghost", "fish") or gesture == "fly"
        return Measure(look.height, *entry, airborne and look.species not in _GROUNDED)
    plan = plan_of(look)
    low = gesture in ("sleep", "sit")
    down = plan.back - plan.thick * 1.05 if low else 0.0
    x, y = plan.head[0], plan.head[1] - down * 0.9
    # Long muzzles and trunks belong to the face: it is centred between the eyes and the nose.
    long_face = plan.muzzle > plan.skull or look.family == "elephant"
    face = (x + plan.skull * (0.45 if long_face else 0.2), y - plan.skull * (0.35 if long_face else 0.1))
    stature = min(1.1, y + plan.skull * 1.25)
    return Measure(look.height, stature, plan.length + plan.skull * 2.6, face, plan.skull * (1.2 if long_face else 1.1))


def _person(look: Look, gesture: str) -> Measure:
    body = bones(look, POSES[gesture])
    top = body.head[1] + body.half
    reach = 0.5 if POSES[gesture].turn else 0.0
    # A flying body lies in the air: its height is that of the lift and its length.
    stature = 1.25 if reach else max(top, 0.4)
    return Measure(look.height, stature, 0.66 + reach, body.head, body.half * (1.15 if look.hat else 1.0))
