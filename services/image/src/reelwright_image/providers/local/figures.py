"""The cast: who stands where, and which drawing a character gets."""

from __future__ import annotations

from collections.abc import Callable

from .animals_legged import draw_legged
from .animals_sea import draw_fish, draw_whale
from .animals_winged import draw_bird, draw_insect
from .composition import Spot, spots_for
from .figures_aliens import draw_alien
from .figures_beings import draw_cloud, draw_ghost
from .figures_dragons import draw_dragon
from .figures_people import draw_person
from .figures_robots import draw_robot
from .look import Look
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
}


def draw_cast(scene: Scene) -> None:
    """Draws every character of the brief, those at the back first."""
    cast = scene.brief.characters
    heights = tuple(c.look.height for c in cast)
    together = any(c.gesture in ("hug", "dance", "argue") for c in cast)
    spots = spots_for(scene.layout, heights, scene.plan.random(), together)
    pairs = sorted(zip(spots, cast, strict=True), key=lambda pair: (pair[0].back, -pair[0].y))
    for spot, character in pairs:
        look = character.look
        painter = _DRAWN.get(look.species) or _DRAWN.get(look.family, draw_legged)
        painter(scene, spot, look, character.gesture)
        scene.check()
