"""Particular places within the kinds of places, such as a harbour or a bakery, and the words that name them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from . import words


@dataclass(frozen=True)
class Site:
    """A particular place."""

    place: str
    """The kind of place it counts as."""
    words: str
    inside: bool = False


SITES: dict[str, Site] = {
    "rain window": Site("room", "window with raindrops|rain on the window|rain on a window", True),
    "clock shop": Site(
        "laboratory",
        "clockmaker's workshop|clockmaker|watchmaker|clock shop|wall of clocks|relojero|relojería|horloger|uhrmacher",
        True,
    ),
    "spaceship": Site(
        "laboratory",
        "inside a spaceship|inside the spaceship|spaceship cabin|cockpit|inside the rocket",
        True,
    ),
    "bakery": Site("kitchen", "bakery|panadería|boulangerie|bäckerei", True),
    "classroom": Site(
        "library",
        "classroom|school|schoolroom|escuela|aula|école|salle de classe|schule|klassenzimmer",
        True,
    ),
    "office": Site("room", "office|oficina|büro|desks", True),
    "hall": Site(
        "room",
        "museum|gallery|bank|vault|casino|throne hall|throne room|great hall|ballroom|museo|musée|palace hall",
        True,
    ),
    "workshop": Site("laboratory", "workshop|workbench|garage|factory|taller|atelier|werkstatt|tool shed", True),
    "moon": Site("space", "moon|lunar|mars|planet|crater|luna|lune|mond|planeta|planète|asteroid|on the moon"),
    "harbour": Site(
        "sea",
        "harbor|harbour|port|pier|dock|docks|wharf|quay|marina|boat landing|puerto|muelle|hafen|jetée",
    ),
    "umbrellas": Site("city", "umbrellas|crowd of umbrellas|paraguas|parapluies|regenschirme"),
    "pyramids": Site("desert", "pyramid|pyramids|egypt|pirámide|pirámides|pyramide|pyramiden"),
    "pitch": Site("meadow", "stadium|football pitch|soccer field|playing field|pitch|estadio|stade|stadion"),
    "farm": Site("meadow", "farm|farmyard|barn|granja|ferme|bauernhof"),
    "road": Site("meadow", "road|highway|country lane|bus route|bus stop|carretera|route|landstraße"),
}
_OUTSIDE = "outside|street|square|roof|rooftop|rooftops|yard|behind|skyline|above"


_ON_THE_MOON = re.compile(r"\b(?:on|of) (?:the )?(?:moon|mars)\b|\bmoon base\b")


def site_of(text: str, place: str | None) -> str:
    """The particular place that lower-case `text` names, "" for none; `place` is its kind when that is known."""
    if _ON_THE_MOON.search(text):
        return "moon"
    # The bank of a river keeps no money.
    text = text.replace("river bank", "river")
    for name, site in SITES.items():
        if not words.has(text, site.words) or (site.inside and words.has(text, _OUTSIDE)):
            continue
        # "Road to the castle" is about the castle, "a pier by the river" about the river.
        if name in ("road", "farm", "harbour") and place not in (None, site.place, "city"):
            continue
        if name != "moon" or place in (None, "space"):
            return name
    return ""
