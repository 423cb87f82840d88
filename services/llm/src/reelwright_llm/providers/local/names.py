"""Names for characters, by language, gender and what they are."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from random import Random

_PEOPLE: Mapping[str, Mapping[str, str]] = {
    "en": {
        "m": "Elias Theo Jonah Silas Otto Felix Hugo Arlo Milo Rowan Jasper Caleb Finn Leo",
        "f": "Ada Maren Ivy Nora Wren Clara Juno Tess Hazel Mabel Elsie Iris Olive Ruth",
    },
    "es": {
        "m": "Elías Mateo Bruno Tomás Julián Marcos Nicolás Hugo Gael Simón Andrés Leo",
        "f": "Lucía Marina Alba Inés Valeria Jimena Carmen Noa Elena Abril Vera Clara",
    },
    "fr": {
        "m": "Émile Hugo Lucien Théo Gaspard Jules Basile Marius Félix Simon Bastien Noé",
        "f": "Élise Margot Jeanne Colette Inès Lucie Manon Céleste Nina Clémence Agathe Flore",
    },
    "de": {
        "m": "Emil Jonas Anton Matthis Oskar Paul Konrad Bruno Henrik Linus Jakob Theo",
        "f": "Lotte Frieda Marlene Greta Ida Hanna Mathilda Klara Emma Nele Paula Johanna",
    },
}
_OTHERS: Mapping[str, str] = {
    "robot": "Bolt Tock Pixel Rivet Cog Widget Sprocket Dot Ratchet Beep",
    "animal": "Pip Biscuit Juniper Moss Clover Pepper Maple Pebble Hazel Poppy Nutmeg Tansy",
    "dragon": "Ember Cinder Sorrel Brann Kindle Ashwin",
    "ghost": "Whisper Lumen Pale Murmur Wisp Halo",
    "alien": "Zuli Oomi Xan Tiko Veb Ploo",
    "spirit": "Brine Gale Nimbus Tempest Squall Zephyr Mistral Haze",
    "thing": "Quill Button Dapple Sable Figment Trinket",
}


def name_for(kind: str, gender: str, language: str, taken: Collection[str], random: Random) -> str:
    """A name not in `taken`; `kind` is person, animal or a kind with names of its own, `gender` m or f."""
    people = _PEOPLE.get(language, _PEOPLE["en"])
    pool = people["f" if gender == "f" else "m"] if kind == "person" else _OTHERS[kind]
    free = [name for name in pool.split() if name not in taken]
    return random.choice(free or [f"{name} II" for name in pool.split()])
