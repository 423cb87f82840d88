"""Reads a prompt: who, where, when, in what weather and mood, and how the camera stands."""

from __future__ import annotations

import hashlib
import itertools
import re
from dataclasses import dataclass, replace

from reelwright_kit.lexicon import Mention, concepts, find

from . import words
from .look import Look, look_of
from .sites import SITES, site_of

_LABELS = {
    "place": "place|setting|location|lugar|lieu|ort",
    "time": "time|time of day|hora|momento|heure|zeit|tageszeit",
    "weather": "weather|clima|tiempo|météo|wetter",
    "characters": "characters|character|personajes|personaje|personnages|figuren",
    "objects": "objects|object|props|objetos|objets|dinge|requisiten",
    "mood": "mood|tone|ánimo|tono|ambiance|stimmung",
    "style": "style|estilo|stil",
    "framing": "framing|shot|camera|plano|cadrage|einstellung",
    "scene": "scene|action|escena|acción|scène|szene",
}
_LABEL = re.compile(
    rf"(?:(?<=^)|(?<=[.;,\n] )|(?<=\n))\b({'|'.join(v for v in _LABELS.values())})\s*:\s*", re.IGNORECASE
)
_OUTDOORS = ("meadow", "forest", "mountain", "sea", "river", "village", "city", "desert", "castle", "snowfield")
_MOOD_PLACES = {
    "tense": ("city", "station", "forest", "city"),
    "tender": ("meadow", "village", "river", "meadow"),
    "playful": ("village", "meadow", "city", "sea"),
    "melancholy": ("sea", "river", "forest", "mountain"),
    "wondrous": ("forest", "mountain", "river", "desert"),
    "epic": ("mountain", "castle", "desert", "sea"),
}
_VAGUE_PLACES = {"sky": 3, "space": 2, "forest": 1, "sea": 1, "village": 1, "meadow": 1, "mountain": 1}
_NUMBERS = {
    "two": 2,
    "three": 3,
    "four": 4,
    "dos": 2,
    "tres": 3,
    "cuatro": 4,
    "deux": 2,
    "trois": 3,
    "zwei": 2,
    "drei": 3,
}


@dataclass(frozen=True)
class Character:
    """Somebody in the picture and what they do."""

    look: Look
    gesture: str


@dataclass(frozen=True)
class Thing:
    """An object to show: its lexicon id and the word that named it."""

    concept: str
    word: str


@dataclass(frozen=True)
class Brief:
    """A prompt understood."""

    place: str
    site: str
    """The particular place within it, for example `harbour`; "" for none."""
    place_text: str
    """What the layout of the place is derived from; equal texts give the same layout."""
    time: str
    weather: str
    mood: str
    season: str
    framing: str
    characters: tuple[Character, ...]
    things: tuple[Thing, ...]
    text: str
    """The free text, lower case."""


def read_brief(prompt: str, seed: int) -> Brief:
    """Understands `prompt`; `seed` only decides what the prompt leaves open."""
    fields = _fields(prompt)
    free = fields["free"]
    language = words.language_of(free or prompt)
    mentions = _mentions(free, language)
    mood = _pick(fields.get("mood"), "mood", mentions) or ""
    place, place_text = _place(fields.get("place"), mentions, free, mood, seed)
    place, site = _site(fields.get("place"), place, free, mentions)
    time = _pick(fields.get("time"), "time", mentions) or _default_time(mood, place)
    weather = _pick(fields.get("weather"), "weather", mentions) or "clear"
    characters = _busy(_characters(fields.get("characters"), free, mentions), place)
    everything = " ".join((free, fields.get("place", ""), fields.get("objects", ""), fields.get("time", ""))).lower()
    return Brief(
        place=place,
        site=site,
        place_text=place_text,
        time=time,
        weather=weather,
        mood=mood,
        season=next(iter(words.ordered(everything, words.SEASONS)), "summer"),
        framing=words.first(prompt.lower(), words.FRAMINGS) or "medium-wide",
        characters=characters,
        things=_things(fields.get("objects"), mentions, place, free),
        text=everything,
    )


def _busy(cast: tuple[Character, ...], place: str) -> tuple[Character, ...]:
    """Gives people who are said to do nothing what one does in such a place."""
    habit = {"kitchen": "cook", "library": "read"}.get(place, "stand")
    return tuple(replace(c, gesture=habit) if c.gesture == "stand" else c for c in cast)


def _fields(prompt: str) -> dict[str, str]:
    flat = " ".join(prompt.split())
    fields: dict[str, str] = {}
    marks = list(_LABEL.finditer(flat))
    free = flat[: marks[0].start()] if marks else flat
    for i, mark in enumerate(marks):
        end = marks[i + 1].start() if i + 1 < len(marks) else len(flat)
        name = next(key for key, names in _LABELS.items() if mark.group(1).lower() in names.split("|"))
        fields.setdefault(name, flat[mark.end() : end].strip(" ."))
    fields["free"] = f"{free} {fields.get('scene', '')}".strip()
    return fields


def _mentions(text: str, language: str) -> tuple[Mention, ...]:
    own = find(text, language)
    return own or find(text)


def _pick(label: str | None, kind: str, mentions: tuple[Mention, ...]) -> str | None:
    if label:
        low = label.lower().strip()
        named = [m for m in find(low) if m.kind == kind]
        exact = [m for m in named if low.startswith(low[m.start : m.end])]
        if named:
            return (exact or named)[0].concept
        if low in _IDS[kind]:
            return low
    return next((m.concept for m in mentions if m.kind == kind), None)


_IDS = {
    "time": ("dawn", "morning", "day", "dusk", "night"),
    "weather": ("clear", "cloudy", "rain", "storm", "snow", "fog", "wind"),
    "mood": ("tender", "tense", "playful", "melancholy", "wondrous", "epic"),
}


def _place(label: str | None, mentions: tuple[Mention, ...], free: str, mood: str, seed: int) -> tuple[str, str]:
    if label:
        low = label.lower()
        named = [m for m in _mentions(low, words.language_of(label)) if m.kind == "place"]
        named = named or [m for m in find(low) if m.kind == "place"]
        if named:
            return _concrete(named), low
        bare = next((place for place in concepts()["place"] if words.has(low, place)), None)
        if bare:
            return bare, low
    named = [m for m in mentions if m.kind == "place"]
    if named:
        return _concrete(named), (label or free).lower()
    dice = hashlib.sha256(f"{(label or free).lower()}|{seed if not label else 0}".encode()).digest()[0]
    options = _MOOD_PLACES.get(mood, _OUTDOORS)
    return options[dice % len(options)], (label or free).lower()


def _site(label: str | None, place: str, free: str, mentions: tuple[Mention, ...]) -> tuple[str, str]:
    """The particular place, and the kind of place it makes of `place`."""
    text = (label or free).lower()
    named = {m.concept for m in find(text) if m.kind == "place"}
    if not label and not named:
        return place, ""
    known = place if named or (label and any(words.has(text, p) for p in concepts()["place"])) else None
    site = site_of(text if label else _MOON_ABOVE.sub(" ", text), known)
    return (SITES[site].place, site) if site else (place, "")


# Without "on the", the moon of a sentence is the one in the sky.
_MOON_ABOVE = re.compile(r"(?<!on the )(?<!en la )(?<!sur la )(?<!auf dem )\b(?:moon|luna|lune|mond)\b")


def _concrete(named: list[Mention]) -> str:
    """The first place, unless a later one says more ("trees by the castle" is a castle)."""
    return min(named, key=lambda m: (_VAGUE_PLACES.get(m.concept, 0), m.start)).concept


def _default_time(mood: str, place: str) -> str:
    if mood in ("tense", "epic") and place not in ("kitchen", "space"):
        return "dusk"
    return {"melancholy": "dusk", "tender": "morning", "wondrous": "dusk"}.get(mood, "day")


def _characters(label: str | None, free: str, mentions: tuple[Mention, ...]) -> tuple[Character, ...]:
    described = _labelled(label) if label else _mentioned(free, mentions)
    low = free.lower()
    starts = {name: low.find(name.lower().split(" #")[0]) for name, _ in described}
    nameless = low
    for name, _ in described:
        nameless = nameless.replace(name.lower(), " " * len(name))
    general = words.first(nameless, words.GESTURES) or "stand"
    cast = []
    for name, description in described[:4]:
        at = starts[name]
        later = [p for p in starts.values() if p > at >= 0]
        clause = nameless[at : min(later, default=len(low))] if at >= 0 else ""
        clause = re.split(r"[.;!?]", clause)[0]
        gesture = (words.first(clause, words.GESTURES) if clause else None) or general
        cast.append(Character(look_of(name, description), gesture))
    return tuple(cast)


def _labelled(label: str) -> list[tuple[str, str]]:
    cast = []
    for raw in re.split(r"[;\n]", label):
        entry = raw.strip(" .")
        if not entry or entry.lower() in ("none", "nobody", "no one", "-", "ninguno", "nadie"):
            continue
        parts = re.split(r"\s+[-\u2013\u2014]\s+|:\s+|\s*\(", entry, maxsplit=1)
        cast.append((parts[0].strip(), parts[1].strip(" )") if len(parts) > 1 else ""))
    return cast


def _mentioned(free: str, mentions: tuple[Mention, ...]) -> list[tuple[str, str]]:
    cast: list[tuple[str, str]] = []
    low = free.lower()
    pronouns = ("he", "she")
    seen: set[tuple[int, str]] = set()
    creatures = [m for m in mentions if m.kind == "creature"]
    followed = {m.start for m, n in itertools.pairwise(creatures) if not low[m.end : n.start].strip()}
    for m in (m for m in creatures if m.start not in followed):
        word = low[m.start : m.end]
        group = "human" if m.concept in ("man", "woman", "child", "person") else m.concept
        if (m.start, "") in seen or (word in pronouns and cast) or any(k == word for _, k in seen):
            continue
        seen |= {(m.start, ""), (-1, word)}
        before = re.split(r"[,.;:]|\b(?:and|the|a|an|y|el|la|un|una|et|le|und|der|die|das|with|con)\b", low[: m.start])[
            -1
        ]
        before = before[-40:]
        after = re.match(r"(?:\s+\w+){0,3}", low[m.end :])
        tail = after.group() if after and words.has(after.group(), "|".join(words.COLOURS.values())) else ""
        count = next((n for w, n in _NUMBERS.items() if re.search(rf"\b{w}\b", before)), 0)
        count = count or (2 if word.endswith("s") and group != "human" and word not in ("ours", "renards") else 1)
        cast.extend(
            (f"{word} #{i}" if count > 1 else word, f"{before.strip()} {word}{tail}".strip()) for i in range(count)
        )
    return cast


def _things(label: str | None, mentions: tuple[Mention, ...], place: str, free: str) -> tuple[Thing, ...]:
    low = (label or free).lower()
    found = find(low) if label else mentions
    things: dict[str, Thing] = {}
    for m in found:
        if m.kind == "object":
            things.setdefault(m.concept, Thing(m.concept, low[m.start : m.end]))
    if label:
        for concept in concepts()["object"]:
            if words.has(low, concept):
                things.setdefault(concept, Thing(concept, concept))
        low = free.lower()
    if words.has(low, "leaf|hoja|feuille|blatt"):
        things["leaf"] = Thing("leaf", "leaf")
    return tuple(things.values())[:4]
