"""The cast: who stands where, and which drawing a character gets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .animals_legged import draw_legged
from .animals_sea import draw_fish, draw_whale
from .animals_winged import draw_bird, draw_insect
from .composition import NEAR, Spot, spots_for
from .figures_aliens import draw_alien
from .figures_beings import draw_cloud, draw_ghost
from .figures_dragons import draw_dragon
from .figures_people import draw_person
from .figures_robots import draw_robot
from .figures_small import SMALL, draw_small
from .look import Look
from .portraits import measure
from .scene import Scene

_DRAWN: dict[str, Callable[[Scene, Spot, Look, str], None]] = {
    "person": draw_person,
    "robot": draw_robot,
    "dragon": draw_dragon,
    "alien": draw_alien,
    "ghost": draw_ghost,
    "cloud": draw_cloud,
    "fairy": draw_person,
    "bird": draw_bird,
    "insect": draw_insect,
    "fish": draw_fish,
    "whale": draw_whale,
    **dict.fromkeys(SMALL, draw_small),
}
_SWIMMERS = ("whale", "fish")


def draw_cast(scene: Scene) -> None:
    """Draws every character of the brief, those at the back first."""
    cast = scene.brief.characters
    measures = [measure(c.look, c.gesture) for c in cast]
    together = any(c.gesture in ("hug", "dance", "argue") for c in cast)
    spots = spots_for(scene.layout, measures, scene.plan.random(), together)
    near = scene.layout.framing in NEAR
    pairs = sorted(
        zip(spots, cast, strict=True),
        # Near shots are composed by faces, so long bodies go behind people whatever their height on the page.
        key=lambda pair: (pair[0].back, near and pair[1].look.family == "person", -pair[0].y),
    )
    for stand, character in pairs:
        look = character.look
        spot = _afloat(scene, stand, look)
        painter = _DRAWN.get(look.species) or _DRAWN.get(look.family, draw_legged)
        painter(scene, spot, look, character.gesture)
        scene.check()


def _afloat(scene: Scene, spot: Spot, look: Look) -> Spot:
    """Swimmers lie in the water rather than on the shore."""
    layout = scene.layout
    if look.family not in _SWIMMERS or look.species in SMALL or layout.framing in NEAR:
        return spot
    if scene.brief.place not in ("sea", "river", "lighthouse"):
        return spot
    return replace(spot, y=max(spot.y, layout.horizon * 0.52))
