"""Which painter draws which place of the lexicon."""

from __future__ import annotations

from collections.abc import Callable

from . import (
    grounds,
    interiors_home,
    interiors_work,
    places_built,
    places_deep,
    places_enclosed,
    places_strange,
    places_town,
    places_water,
)
from . import places_nature as nature
from .scene import Scene

Painter = Callable[[Scene], None]

PLACES: dict[str, Painter] = {
    "meadow": nature.meadow,
    "forest": nature.forest,
    "mountain": nature.mountain,
    "desert": nature.desert,
    "sea": places_water.sea,
    "lighthouse": places_water.coast,
    "river": places_water.river,
    "snowfield": nature.snowfield,
    "city": places_town.city,
    "village": places_built.village,
    "castle": places_built.castle_hill,
    "station": places_built.station,
    "space": places_deep.space,
    "underwater": places_deep.underwater,
    "sky": places_strange.sky,
    "cave": places_enclosed.cave,
    "stage": places_enclosed.stage,
    "room": interiors_home.room,
    "kitchen": interiors_home.kitchen,
    "library": interiors_work.library,
    "laboratory": interiors_work.laboratory,
}

fringed: dict[str, Painter] = dict.fromkeys(("meadow", "forest", "mountain", "lighthouse"), grounds.fringe)
