"""Where the scenes of a film take place: a handful of views around one main place, in English."""

from __future__ import annotations

from collections.abc import Mapping

_VIEWS: Mapping[str, tuple[str, ...]] = {
    "lighthouse": (
        "lighthouse on a rocky coast",
        "lamp room of the lighthouse",
        "stairs inside the lighthouse",
        "rocky shore below the lighthouse",
        "open sea near the lighthouse",
        "cliff beside the lighthouse",
    ),
    "sea": (
        "sandy shore by the sea",
        "small harbour by the sea",
        "open sea",
        "rocky coast",
        "beach with old boats",
        "island in the sea",
    ),
    "underwater": (
        "coral reef underwater",
        "deep blue water underwater",
        "sunken ship on the seabed",
        "underwater cave",
        "kelp forest underwater",
    ),
    "forest": (
        "forest clearing",
        "deep forest",
        "old tree in the forest",
        "forest path",
        "stream in the forest",
        "edge of the forest",
    ),
    "mountain": (
        "mountain path",
        "mountain summit",
        "cliff in the mountains",
        "mountain hut",
        "valley below the mountains",
        "narrow mountain pass",
    ),
    "desert": ("desert dunes", "oasis in the desert", "rocky canyon in the desert", "wide desert plain", "desert camp"),
    "city": (
        "city street",
        "rooftop above the city",
        "train station in the city",
        "narrow city alley",
        "harbour in the city",
        "bridge in the city",
    ),
    "village": (
        "village street",
        "cottage in the village",
        "village square",
        "hill above the village",
        "garden behind a village house",
    ),
    "castle": (
        "castle on a hill",
        "throne hall of the castle",
        "castle courtyard",
        "castle tower",
        "castle gate",
        "road to the castle",
    ),
    "meadow": (
        "green meadow",
        "garden in bloom",
        "field of tall grass",
        "orchard",
        "hill above the meadow",
        "farm among fields",
    ),
    "river": (
        "river bank",
        "calm lake",
        "bridge over the river",
        "waterfall",
        "reeds by the lake",
        "boat landing at the river",
    ),
    "snowfield": (
        "snowfield",
        "icy coast in the arctic",
        "glacier",
        "snow hut in the arctic",
        "frozen lake in the tundra",
    ),
    "space": (
        "space among the stars",
        "surface of a small planet",
        "inside a spaceship",
        "moon base",
        "orbit above a blue planet",
        "crater on the moon",
    ),
    "room": ("quiet bedroom", "window of the bedroom", "attic room", "hallway by the bedroom", "bedroom by lamplight"),
    "kitchen": ("warm kitchen", "kitchen table", "kitchen stove", "kitchen window", "kitchen full of steam"),
    "library": (
        "old library",
        "reading table in the library",
        "tall shelves of the library",
        "stairs of the library",
        "library window",
    ),
    "laboratory": (
        "cluttered workshop",
        "workbench in the workshop",
        "workshop window",
        "storage corner of the workshop",
        "yard behind the workshop",
    ),
    "cave": ("dark cave", "cave entrance", "glowing cavern", "narrow tunnel", "underground lake in the cave"),
    "sky": (
        "sky above the clouds",
        "sea of clouds",
        "sky over green land",
        "floating island in the sky",
        "high tower among the clouds",
    ),
    "stage": (
        "theatre stage",
        "backstage of the theatre",
        "dance floor",
        "empty theatre seats",
        "stage in a spotlight",
    ),
    "station": (
        "old train station",
        "station platform",
        "railway tracks",
        "train carriage",
        "station hall with a large clock",
    ),
}
_INDOOR_SIGNS = (
    "museum",
    "bank",
    "casino",
    "restaurant",
    "shop",
    "bakery",
    "hotel",
    "hospital",
    "school",
    "museo",
    "theatre",
    "cinema",
    "bathtub",
    "bathroom",
    "laundromat",
    "apartment",
    "office",
    "diner",
    "cafe",
    "café",
    "bar",
    "palace",
    "vault",
)
_BY_CREATURE = {
    "whale": "sea",
    "fish": "underwater",
    "dragon": "mountain",
    "bear": "forest",
    "fox": "forest",
    "rabbit": "meadow",
    "robot": "laboratory",
    "alien": "space",
    "lion": "meadow",
    "horse": "meadow",
    "insect": "meadow",
    "ghost": "castle",
    "bird": "meadow",
}
_BY_FAMILY = {
    "steal": "city",
    "cook": "kitchen",
    "lullaby": "room",
    "fall": "river",
    "argue": "village",
    "build": "laboratory",
    "fight": "mountain",
    "search": "forest",
    "travel": "mountain",
    "fly": "sky",
    "dance": "city",
    "love": "city",
    "teach": "library",
    "wait": "station",
    "rescue": "mountain",
    "discover": "forest",
    "learn": "meadow",
}


def main_place(concept: str | None, creature: str | None, family: str) -> str:
    """The concept id of the film's place: the one named, else one that suits who is in it or what happens."""
    if family in ("lullaby", "cook") and concept is None and creature not in ("whale", "fish"):
        return _BY_FAMILY[family]
    return concept or _BY_CREATURE.get(creature or "") or _BY_FAMILY.get(family, "village")


def views(concept: str, noun: str | None) -> tuple[str, ...]:
    """Views around the main place, the main one first; `noun` is the sentence's own word for it, in English."""
    own = _VIEWS[concept]
    if not noun or noun == concept or any(noun in view for view in own[:1]):
        return own
    if any(sign in noun.lower() for sign in _INDOOR_SIGNS):
        return (
            noun,
            f"street outside the {noun}",
            f"dim corner inside the {noun}",
            f"stairs inside the {noun}",
            f"window of the {noun}",
            f"doorway of the {noun}",
        )
    return (
        noun,
        f"edge of the {noun}",
        *own[1:4],
        f"quiet corner of the {noun}",
    )


def view_at(options: tuple[str, ...], index: int, count: int, seed: int) -> str:
    """The view for scene `index` of `count`: the film begins and ends at the main place."""
    if index == 0 or index == count - 1:
        return options[0]
    rest = options[1:]
    return rest[(index - 1 + seed) % len(rest)]
