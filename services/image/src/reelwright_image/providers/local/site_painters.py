"""Which painter draws which particular place."""

from __future__ import annotations

from collections.abc import Callable

from . import sites_indoors as indoors
from . import sites_outdoors as outdoors
from .scene import Scene

SITE_PAINTERS: dict[str, Callable[[Scene], None]] = {
    "rain window": indoors.rain_window,
    "clock shop": indoors.clock_shop,
    "spaceship": indoors.spaceship,
    "bakery": indoors.bakery,
    "classroom": indoors.classroom,
    "office": indoors.office,
    "hall": indoors.hall,
    "workshop": indoors.workshop,
    "moon": outdoors.moon,
    "harbour": outdoors.harbour,
    "umbrellas": outdoors.umbrellas,
    "pyramids": outdoors.pyramids,
    "pitch": outdoors.pitch,
    "farm": outdoors.farm,
    "road": outdoors.road,
}
