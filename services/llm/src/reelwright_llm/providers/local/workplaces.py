"""Where people are at work, and the views of particular places, in English."""

from __future__ import annotations

import re
from collections.abc import Mapping

Setting = tuple[str, tuple[str, ...]]
"""A place concept and the views of it, the main one first."""

SITES: Mapping[str, Setting] = {
    "moon": (
        "space",
        (
            "surface of the moon",
            "crater on the moon",
            "hills on the moon",
            "moon base",
            "inside a spaceship",
            "plain on the moon",
        ),
    ),
    "mars": (
        "space",
        ("surface of mars", "red hills of mars", "crater on mars", "inside a spaceship", "plain of mars"),
    ),
    "office": (
        "room",
        (
            "office",
            "desks in the office",
            "street outside the office",
            "window of the office",
            "rooftop above the city",
            "bench in the park",
        ),
    ),
    "school": (
        "library",
        (
            "classroom",
            "blackboard in the classroom",
            "school library",
            "village road",
            "meadow by the village",
            "hill above the village",
        ),
    ),
    "harbour": (
        "sea",
        (
            "harbour",
            "pier in the harbour",
            "open sea",
            "rocky coast",
            "lighthouse on a rocky coast",
            "wharf in the harbour",
        ),
    ),
    "bakery": (
        "kitchen",
        ("bakery", "oven in the bakery", "village street", "kitchen table", "bakery counter", "field of tall wheat"),
    ),
    "museum": (
        "city",
        (
            "museum",
            "street outside the museum",
            "gallery of the museum",
            "rooftop above the city",
            "museum vault",
            "narrow city alley",
        ),
    ),
    "bank": (
        "city",
        ("bank", "street outside the bank", "bank vault", "rooftop above the city", "narrow city alley", "city square"),
    ),
    "farm": (
        "meadow",
        ("farm among fields", "barn on the farm", "green meadow", "country road", "orchard", "river bank"),
    ),
    "stadium": (
        "meadow",
        (
            "stadium",
            "football pitch",
            "city street",
            "bench by the football pitch",
            "hill above the meadow",
            "middle of the stadium",
        ),
    ),
    "pyramids": (
        "desert",
        (
            "desert with pyramids",
            "camp by the pyramids",
            "rocky canyon in the desert",
            "river bank",
            "foot of the pyramids",
            "desert dunes",
        ),
    ),
    "road": ("meadow", ("country road", "village street", "road through the hills", "green meadow", "river bank")),
    "clockmaker": (
        "laboratory",
        (
            "clockmaker's workshop",
            "wall of clocks",
            "rooftop above the city",
            "village street",
            "bench in the clockmaker's workshop",
            "village square",
        ),
    ),
    "laboratory": (
        "laboratory",
        (
            "laboratory",
            "machines in the laboratory",
            "rooftop above the city",
            "old library",
            "bench in the laboratory",
            "hill above the village",
        ),
    ),
    "workshop": (
        "laboratory",
        ("workshop", "workbench in the workshop", "village street", "window of the workshop", "garage", "green meadow"),
    ),
    "stage": (
        "stage",
        ("theatre stage", "backstage of the theatre", "city street", "empty theatre seats", "village square"),
    ),
    "castle": (
        "castle",
        (
            "castle on a hill",
            "throne hall of the castle",
            "castle courtyard",
            "castle tower",
            "great hall of the castle",
            "castle gate",
        ),
    ),
    "library": (
        "library",
        (
            "old library",
            "tall shelves of the library",
            "city street",
            "reading table in the library",
            "quiet bedroom",
            "stairs of the library",
        ),
    ),
    "detective": (
        "city",
        ("city street", "office", "narrow city alley", "train station", "rooftop above the city", "harbour"),
    ),
    "rain": (
        "city",
        (
            "lamp-lit city street",
            "window with raindrops",
            "calm lake with rings of rain",
            "umbrellas in a city street",
            "village street",
            "garden in bloom",
        ),
    ),
    "snow": (
        "village",
        ("village street", "deep forest", "frozen lake in the tundra", "city street", "mountain hut", "snowfield"),
    ),
    "storm": (
        "sea",
        ("rocky coast", "lighthouse on a rocky coast", "deep forest", "village street", "open sea", "mountain summit"),
    ),
    "fog": (
        "river",
        ("calm lake", "edge of the forest", "city street", "harbour", "mountain pass", "reeds by the lake"),
    ),
    "wind": (
        "meadow",
        ("field of tall grass", "rocky coast", "mountain summit", "village street", "sky above the clouds"),
    ),
    "ocean": (
        "sea",
        ("open sea", "sandy beach", "coral reef underwater", "rocky coast", "harbour", "lighthouse on a rocky coast"),
    ),
}
"""Places of their own, by name."""

_NAMES = (
    (r"moon", "moon"), (r"mars", "mars"), (r"(?:school )?bus|bus stop", "road"),
    (r"offices?|desk", "office"), (r"schools?|classrooms?", "school"),
    (r"harbou?rs?|port|pier|docks?|wharf|quay|marina", "harbour"), (r"bakery|bakeries", "bakery"),
    (r"stadium|pitch|football pitch|soccer field", "stadium"), (r"pyramids?|egypt", "pyramids"),
    (r"farms?|barn|farmyard", "farm"), (r"road|highway", "road"), (r"oceans?|seas?|waves", "ocean"),
    (r"workshop|garage|factory", "workshop"),
)  # fmt: skip

_ROLES: Mapping[str, str] = {
    "clockmaker": "clockmaker", "watchmaker": "clockmaker", "baker": "bakery", "teacher": "school", "pupil": "school",
    "student": "school", "sailor": "harbour", "fisherman": "harbour", "captain": "harbour", "pirate": "harbour",
    "astronaut": "moon", "farmer": "farm", "shepherd": "farm", "scarecrow": "farm", "cow": "farm", "pig": "farm",
    "sheep": "farm", "thief": "museum", "robber": "bank", "burglar": "bank", "scientist": "laboratory",
    "inventor": "workshop", "engineer": "workshop", "carpenter": "workshop", "tailor": "workshop",
    "mechanic": "workshop", "musician": "stage", "violinist": "stage", "singer": "stage", "dancer": "stage",
    "ballerina": "stage", "clown": "stage", "king": "castle", "queen": "castle", "prince": "castle",
    "princess": "castle", "librarian": "library", "writer": "library", "poet": "library", "detective": "detective",
    "policeman": "detective", "coworker": "office", "colleague": "office", "team": "stadium", "footballer": "stadium",
    "goalkeeper": "stadium", "athlete": "stadium", "runner": "stadium", "pharaoh": "pyramids", "driver": "road",
    "postman": "road", "mermaid": "ocean", "whale": "ocean", "dolphin": "ocean", "octopus": "ocean", "crab": "ocean",
}  # fmt: skip
_ROLE_VIEWS: Mapping[str, Setting] = {
    "mermaid": ("sea", ("rocky coast", "coral reef underwater", "open sea", "island in the sea", "sandy beach")),
    "whale": ("sea", ("open sea", "coral reef underwater", "sea by an island", "deep blue sea", "rocky coast")),
    "snowman": (
        "snowfield",
        ("snowfield", "frozen lake in the tundra", "snowfield by the forest", "icy coast in the arctic"),
    ),
}
"""Some are at home elsewhere than their trade would have them."""


def named_site(noun: str | None) -> Setting | None:
    """The place of its own that an English noun names, None for any other."""
    for pattern, site in _NAMES:
        if noun and re.search(rf"\b(?:{pattern})\b", noun.lower()):
            return SITES[site]
    return None


def workplace(role: str) -> Setting | None:
    """Where somebody in this English role is to be found, None when nothing says so."""
    for word in (role.lower(), role.lower().rsplit(maxsplit=1)[-1] if role.strip() else ""):
        if word in _ROLE_VIEWS:
            return _ROLE_VIEWS[word]
        if word in _ROLES:
            return SITES[_ROLES[word]]
    return None
