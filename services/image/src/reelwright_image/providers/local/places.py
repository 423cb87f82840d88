"""Which painter draws which place of the lexicon."""

from __future__ import annotations

from collections.abc import Callable

from . import interiors, places_built, places_strange
from . import places_nature as nature
from .scene import Scene

Painter = Callable[[Scene], None]

PLACES: dict[str, Painter] = {
    "meadow": nature.meadow,
    "forest": nature.forest,
    "mountain": nature.mountain,
    "desert": nature.desert,
    "sea": nature.sea,
    "lighthouse": nature.coast,
    "river": nature.river,
    "snowfield": nature.snowfield,
    "city": places_built.city,
    "village": places_built.village,
    "castle": places_built.castle_hill,
    "station": places_built.station,
    "space": places_strange.space,
    "underwater": places_strange.underwater,
    "sky": places_strange.sky,
    "cave": places_strange.cave,
    "stage": places_strange.stage,
    "room": interiors.room,
    "kitchen": interiors.kitchen,
    "library": interiors.library,
    "laboratory": interiors.laboratory,
}

ENCLOSED = frozenset({"room", "kitchen", "library", "laboratory", "cave", "stage", "underwater", "space"})
"""Places that paint their whole page and where no weather falls."""

fringed: dict[str, Painter] = dict.fromkeys(("meadow", "forest", "mountain", "lighthouse"), nature.fringe)
