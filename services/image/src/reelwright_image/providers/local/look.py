"""How a character looks: frozen from its name and description alone, so that it is the same in every scene."""

from __future__ import annotations

import hashlib
import random
import re
from dataclasses import dataclass, replace

from reelwright_kit.lexicon import Mention, find

from . import words
from .colours import Colour, mix, rgb, shift
from .species import COATS, FAMILY_OF, HEIGHTS

_SPLIT = re.compile(r"[,;.]|\b(?:and|with|over|wearing|in an?|y|con|sobre|vestid[oa]|und|mit|et|avec|in eine[mr])\b")
_ITEMS = {
    "garment": "|".join(words.GARMENTS.values()) + "|clothes|ropa|outfit",
    "hat": "|".join(words.HATS.values()),
    "hair": (
        "mane|hair|haired|pelo|cabello|cheveux|haar|haare|braid|braids|curls|rizos|ponytail|pigtails|bun|bob|trenzas"
    ),
    "beard": "beard|barba|barbe|bart|moustache|mustache|bigote|bearded",
    "eyes": "eye|eyes|eyed|ojos|ojo|yeux|augen",
    "scarf": "scarf|bufanda|écharpe|schal|shawl",
    "apron": "apron|delantal|tablier|schürze",
    "cape": "cape|capa|umhang",
    "legs": "tail|trousers|pants|jeans|pantalones|pantalón|shorts|leggings|hose|pantalon",
    "shoes": "boots|shoes|botas|zapatos|stiefel|schuhe|bottes|wellies",
    "skin": "skin|skinned|piel",
    "extra": "lantern|glasses|backpack|mochila|gafas|wings|alas|bow|tie|antenna|light|stripes|spots|collar",
}
_CLOTH = ["c8503f", "2f6f9f", "e0a63a", "4a8a63", "7a5a9c", "d9776a", "35627a", "b8763e", "5b7f3f", "a8435e", "3f9a94"]
_SKINS = ["f4cfb2", "eab98f", "d69a6c", "b87a50", "8a5a3c", "6b432e", "f0c4a0"]
_HAIR = ["2a2126", "4a2f22", "6e4528", "9a5a30", "c98f4a", "1f1c24", "7a3a22"]


@dataclass(frozen=True)
class Look:
    """Everything about a character's appearance that must not change between scenes."""

    name: str
    family: str
    """Lexicon creature id the drawing falls under; people are all `person`."""
    species: str
    """The exact kind, for example `panda`; equals `family` when nothing more is known."""
    age: str
    female: bool
    height: float
    """Standing height relative to a grown person."""
    width: float
    skin: Colour
    hair: str
    hair_colour: Colour
    beard: str
    hat: str
    hat_colour: Colour
    garment: str
    garment_colour: Colour
    """Main colour of the clothes, or of the body of an animal, robot or spirit."""
    second_colour: Colour
    shoe_colour: Colour
    eye_colour: Colour
    scarf_colour: Colour
    extras: frozenset[str]
    variety: int
    """Seed for small details (freckles, spots, screws)."""


def look_of(name: str, description: str) -> Look:
    """Freezes the look of a character; unsaid traits follow from the name and description only."""
    text = f"{name} - {description}".lower()
    key = f"{name.strip().lower()}|{description.strip().lower()}"
    variety = int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "big")
    rng = random.Random(variety)
    family, species = _kind(description.lower() or name.lower(), text)
    bound = _bound_colours(description.lower())
    if family == "person" or species == "fairy":
        person = _person(name, text, bound, rng, variety)
        return replace(person, species=species, garment="shirt" if species == "mermaid" else person.garment)
    return _creature(name, family, species, text, bound, rng, variety)


_HUMAN = ("man", "woman", "child", "person")
_HEAD_PHRASE = re.compile(
    r"[,;.]|\b(?:with|wearing|and|who|holding|riding|in|on|con|y|en|que|mit|und|der|die|das|im|avec|et|qui|dans)\b"
)


def _kind(description: str, text: str) -> tuple[str, str]:
    language = words.language_of(description)
    named = words.first(description, words.SPECIES)
    mentions = _head_mentions(description, language) or [m for m in find(text) if m.kind == "creature"][:1]
    if named == "cloud" and not words.has(description, "spirit|creature|small|little|living|espíritu|friendly|baby"):
        named = None if mentions else named
    if named in ("cloud", "fairy", "mermaid"):
        return ("person" if named == "mermaid" else "ghost"), named
    animals = [m for m in mentions if m.concept not in _HUMAN]
    if not animals:
        return "person", "person"
    # "girl's robot dog", "perro robot": what it is comes last in English and German, first in Spanish and French.
    chosen = animals[0] if language in ("es", "fr") else animals[-1]
    family = chosen.concept
    known = words.first(description[chosen.start :], words.SPECIES) or named
    return family, known if known and FAMILY_OF.get(known) == family else family


def _head_mentions(description: str, language: str) -> list[Mention]:
    """The creatures named in the first phrase that names any: what follows a comma or "with" is only detail."""
    start = 0
    for part in [*_HEAD_PHRASE.finditer(description), None]:
        end = part.start() if part else len(description)
        phrase = description[start:end]
        found = [m for m in find(phrase, language) if m.kind == "creature"]
        found = found or [m for m in find(phrase) if m.kind == "creature"]
        if found:
            return [replace(m, start=m.start + start, end=m.end + start) for m in found]
        start = part.end() if part else end
    return []


def _bound_colours(description: str) -> dict[str, Colour]:
    """Colour words joined to the item they describe; `body` when a phrase names no item."""
    bound: dict[str, Colour] = {}
    for phrase in _SPLIT.split(description):
        items = [
            (m.start(), m.end(), kind)
            for kind, known in _ITEMS.items()
            for m in re.finditer(rf"(?<!\w)(?:{'|'.join(map(re.escape, known.split('|')))})(?!\w)", phrase)
        ]
        for end, colour in words.colours(phrase):
            after = [(start - end, kind) for start, _, kind in items if start >= end - 1]
            before = [(end - stop, kind) for _, stop, kind in items if stop <= end]
            chosen = min(after)[1] if after else min(before)[1] if before else "body"
            bound.setdefault(chosen, colour)
        for end, colour in words.colours(phrase, words.HAIR_COLOURS):
            near = phrase[max(0, end - 30) : end + 16]
            for kind in ("hair", "beard"):
                if words.has(near, _ITEMS[kind]):
                    bound[kind] = colour
        if words.has(phrase, "blonde|blond|redhead|brunette|rubio|rubia|pelirrojo|pelirroja"):
            bound["hair"] = next((c for _, c in words.colours(phrase, words.HAIR_COLOURS)), rgb("b9542b"))
    return bound


def _person(name: str, text: str, bound: dict[str, Colour], rng: random.Random, variety: int) -> Look:
    age = words.first(text, words.AGES) or "adult"
    female = _is_female(text, rng)
    height = {"baby": 0.42, "child": 0.66, "teen": 0.86, "adult": 1.0, "old": 0.94}[age] * rng.uniform(0.96, 1.04)
    height *= 1.5 if words.has(text, words.GIANTS) else 1.0
    width = {"stout": 1.22, "thin": 0.88}.get(words.first(text, words.BUILDS) or "", rng.uniform(0.96, 1.08))
    default_hair = rng.choice(
        ["bun", "curly", "bob"] if age == "old" else ["long", "ponytail", "bob", "curly", "braids"]
    )
    hair = words.first(text, words.HAIRS) or (default_hair if female else rng.choice(["short", "short", "spiky"]))
    hair_colour = rgb("d9d8d6") if age == "old" else rgb(rng.choice(_HAIR))
    beard = next(iter(words.ordered(text, words.BEARDS)), "") if not female and age not in ("child", "baby") else ""
    garment = words.first(text, words.GARMENTS) or _default_garment(female, age, rng)
    cloth = _DEFAULT_CLOTH.get(garment, rgb(rng.choice(_CLOTH)))
    garment_colour = bound.get("garment", bound.get("body", cloth))
    second = bound.get("legs", bound.get("apron", _second(garment_colour, rng)))
    hat = words.first(text, words.HATS) or ""
    extras = frozenset(words.ordered(text, words.EXTRAS)) | (
        {"freckles"} if words.has(text, "freckles|pecas") else set()
    )
    return Look(
        name=name,
        family="person",
        species="person",
        age=age,
        female=female,
        height=height,
        width=width,
        skin=rgb(words.first(text, words.SKINS) or rng.choice(_SKINS)),
        hair=hair,
        hair_colour=bound.get("hair", bound.get("beard", hair_colour)),
        beard=beard,
        hat=hat,
        hat_colour=bound.get("hat", _hat_colour(hat, garment_colour, rng)),
        garment=garment,
        garment_colour=garment_colour,
        second_colour=second,
        shoe_colour=bound.get("shoes", rgb(rng.choice(["3a2f2e", "5a3d2c", "2f3442"]))),
        eye_colour=bound.get("eyes", rgb(rng.choice(["3a2a22", "2f3f4f", "33402c"]))),
        scarf_colour=bound.get("scarf", bound.get("cape", shift(garment_colour, hue=0.45, value=1.05))),
        extras=frozenset(extras),
        variety=variety,
    )


_DEFAULT_CLOTH = {"spacesuit": rgb("eceae4"), "armor": rgb("a3abb8"), "uniform": rgb("3a4f7a")}


def _is_female(text: str, rng: random.Random) -> bool:
    chance = rng.random() < 0.5
    sex = words.first(text, words.SEXES)
    if sex:
        return sex == "female"
    return chance and not words.has(text, words.BEARDS["full"])


def _default_garment(female: bool, age: str, rng: random.Random) -> str:
    if female:
        return rng.choice(["dress", "sweater", "coat", "dress"])
    if age in ("child", "baby", "teen"):
        return rng.choice(["shirt", "sweater", "overalls"])
    return rng.choice(["coat", "sweater", "shirt", "coat"])


def _second(main: Colour, rng: random.Random) -> Colour:
    choices = [
        rgb("3b4660"),
        rgb("6a5240"),
        rgb("4a4f58"),
        rgb("2f4a58"),
        shift(main, hue=0.5, saturation=0.6, value=0.7),
    ]
    return rng.choice(choices)


def _hat_colour(hat: str, garment: Colour, rng: random.Random) -> Colour:
    fixed = {
        "crown": "f0c040",
        "chef": "f6f2ea",
        "top": "26262e",
        "wizard": "4a3a86",
        "tricorn": "2e2a30",
        "helmet": "d8d4c8",
    }
    if hat in fixed:
        return rgb(fixed[hat])
    return (
        mix(garment, rgb("2c2c38"), 0.5)
        if hat == "hood"
        else shift(garment, hue=rng.choice([0.5, 0.08, 0.6]), value=0.8)
    )


def _creature(
    name: str, family: str, species: str, text: str, bound: dict[str, Colour], rng: random.Random, variety: int
) -> Look:
    coat = rgb(rng.choice(COATS.get(species, COATS.get(family, "b08a60")).split()))
    main = bound.get("body", bound.get("skin", bound.get("extra", coat)))
    if species == "cloud" and words.has(text, "storm|tormenta|dark|orage|sturm"):
        main = mix(main, rgb("6d7a8e"), 0.35)
    young, small = words.has(text, words.YOUNG), words.has(text, words.SMALL)
    big = words.has(text, words.BIG)
    size = 0.66 if young else 0.8 if small else 1.3 if big else 1.0
    extras = set(words.ordered(text, words.EXTRAS))
    return Look(
        name=name,
        family=family,
        species=species,
        age="baby" if young else "child" if small else "adult",
        female=words.first(text, words.SEXES) == "female",
        height=HEIGHTS.get(species, HEIGHTS.get(family, 0.5)) * size,
        width=rng.uniform(0.95, 1.05),
        skin=main,
        hair="",
        hair_colour=bound.get("hair", shift(main, value=0.6)),
        beard="",
        hat=words.first(text, words.HATS) or "",
        hat_colour=bound.get("hat", rgb(rng.choice(_CLOTH))),
        garment="",
        garment_colour=main,
        second_colour=bound.get("legs", _accent(main, rng)),
        shoe_colour=rgb("3a3a40"),
        eye_colour=bound.get("eyes", rgb(rng.choice(["6ff0e0", "ffd86a", "8ad0ff", "ff9a5a"]))),
        scarf_colour=bound.get("scarf", rgb(rng.choice(_CLOTH))),
        extras=frozenset(extras),
        variety=variety,
    )


def _accent(main: Colour, rng: random.Random) -> Colour:
    return shift(main, hue=rng.choice([0.08, 0.5, 0.58, 0.92]), saturation=1.0, value=0.85)
