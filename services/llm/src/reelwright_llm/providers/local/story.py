"""Turns a brief into a story: the reading of the sentence, the cast, and the words that fill the templates."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from reelwright_kit import lexicon
from reelwright_llm.providers.local import glossary, narration, places, plot, workplaces
from reelwright_llm.providers.local.briefing import Brief
from reelwright_llm.providers.local.cast import Cast, Character, cast_for, kind_of
from reelwright_llm.providers.local.languages import SMALL_WORDS, word_set
from reelwright_llm.providers.local.phrases import Phrase, definite, english_of, indefinite, translated
from reelwright_llm.providers.local.understanding import Understanding, noun_phrase, tidy, understand

_PERSONAL = frozenset(
    {
        "befriend",
        "mend",
        "argue",
        "build",
        "search",
        "steal",
        "wait",
        "dance",
        "fight",
        "discover",
        "lose",
        "love",
        "teach",
        "learn",
        "rescue",
        "cook",
        "lullaby",
    }
)
_PRONOUNS = {
    "m": ("he", "him", "his", "himself"),
    "f": ("she", "her", "her", "herself"),
    "n": ("it", "it", "its", "itself"),
    "p": ("they", "them", "their", "themselves"),
}
_OBJECT_PRONOUNS = {
    "en": {"m": "it", "f": "it", "n": "it", "p": "them"},
    "es": {"m": "lo", "f": "la", "n": "lo", "p": "los"},
    "fr": {"m": "le", "f": "la", "n": "le", "p": "les"},
    "de": {"m": "ihn", "f": "sie", "n": "es", "p": "sie"},
}


@dataclass(frozen=True)
class Story:
    """Everything the plan of a film is written from."""

    understanding: Understanding
    language: str
    family: str
    cast: Cast
    slots: Mapping[str, str | None]
    place: str
    views: tuple[str, ...]
    mood: str
    style: str
    thing: str
    """The object in English, with its article."""
    seed: int

    def random(self, purpose: str) -> Random:
        """A random source of its own for each purpose, so that one choice never shifts another."""
        return Random(stable_seed(self.seed, self.understanding.text, self.language, purpose))

    def narrate(self, arc: Sequence[plot.Moment]) -> tuple[str, ...]:
        """One line per moment in the story's language."""
        return narration.told(arc, self.family, self.language, self.slots, self.random("narration"))


def stable_seed(*parts: object) -> int:
    """A seed that is the same in every process."""
    return int.from_bytes(hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()[:8], "big")


def story_for(brief: Brief, seed: int) -> Story:
    """The story of a brief; names and looks come from the brief's outline when it has one."""
    understanding = understand(brief.sentence)
    language = _story_language(brief, understanding)
    outline = brief.outline or {}
    family = _story_family(understanding)
    cast = cast_for(understanding, family, language, Random(stable_seed(seed, understanding.text, language, "cast")))
    listed = outline.get("characters")
    if isinstance(listed, list):
        cast = _recast(cast, [c for c in listed if isinstance(c, Mapping) and c.get("name")])
    place, views = _setting(understanding, cast, family)
    views = _walkable(views, understanding, cast)
    mood = outline.get("mood")
    slots, thing = _slots(understanding, family, language, cast, place)
    return Story(
        understanding,
        language,
        family,
        cast,
        slots,
        place,
        views=views,
        mood=mood
        if isinstance(mood, str) and mood in _MOODS
        else plot.film_mood(family, understanding.concept("mood")),
        style=brief.style or str(outline.get("style") or "painterly storybook"),
        thing=thing,
        seed=seed,
    )


_MOODS = ("tender", "tense", "playful", "melancholy", "wondrous", "epic")


def _story_language(brief: Brief, understanding: Understanding) -> str:
    given = (brief.outline or {}).get("language")
    wanted = brief.language if brief.language.lower() not in ("auto", "") else str(given or "")
    code = (wanted or understanding.language).lower().split("-")[0].split("_")[0]
    return code if code in SMALL_WORDS and narration.has_narration(code) else "en"


def _story_family(understanding: Understanding) -> str:
    family, subject = understanding.family, understanding.subject
    if understanding.language not in SMALL_WORDS:
        return "general"
    alive = (
        bool(understanding.name or understanding.gender or understanding.companion)
        or subject is None
        or kind_of(subject) not in ("thing", "spirit")
    )
    if family == "general" and understanding.companion is not None:
        return "befriend"
    if family == "fall":
        return "general" if alive else _stillness(understanding)
    if family == "general" and not alive and not understanding.is_clause and _concept_of(subject, "object") == "food":
        return "cook"
    if alive or family in _PERSONAL or family in ("travel", "fly"):
        return family
    return (
        "general"
        if understanding.is_clause and subject is not None and not subject.plural and subject.article != "none"
        else "still"
    )


def _concept_of(phrase: Phrase | None, kind: str) -> str | None:
    return None if phrase is None else glossary.concept_word(phrase.head, kind, phrase.language)


def _stillness(understanding: Understanding) -> str:
    """What falls and lets go is a leaf or a star; rain and snow are weather to look at."""
    subject = understanding.subject
    weather = understanding.concept("weather")
    return "still" if subject is None or (weather and subject.article == "none") else "fall"


def _creature(understanding: Understanding) -> str | None:
    return next(
        (
            m.concept
            for m in understanding.mentions
            if m.kind == "creature" and m.concept not in ("man", "woman", "child", "person")
        ),
        None,
    )


def _setting(understanding: Understanding, cast: Cast, family: str) -> tuple[str, tuple[str, ...]]:
    """The film's place and its views: the one named, else where its people work or its animals live."""
    noun = _place_noun(understanding)
    mention = _spoken_place(understanding)
    site = workplaces.named_site(noun)
    if site is None and noun is None and not cast.lead.name and understanding.subject is not None:
        site = workplaces.named_site(english_of(understanding.subject))
    if site is None and noun is None and mention is not None:
        word = understanding.text[mention.start : mention.end]
        entry = glossary.to_english(word, understanding.language)
        site = workplaces.named_site(entry[0] if entry else word)
    # "A baker bakes bread" names the kitchen only by the bread: the bakery says more.
    work = workplaces.workplace(cast.lead.english) if noun is None else None
    if site is None and work is not None and (mention is None or mention.concept == work[0]):
        site = work
    if site is None and noun is None and mention is None and not cast.lead.name:
        site = workplaces.SITES.get(understanding.concept("weather") or "")
    if site is not None:
        return site
    named = mention.concept if mention is not None else understanding.concept("place")
    place = places.main_place(named, _creature(understanding), family)
    return place, places.views(place, noun)


_SWIMMERS = ("whale", "fish")


def _walkable(views: tuple[str, ...], understanding: Understanding, cast: Cast) -> tuple[str, ...]:
    """The views without open water, unless there is nobody to stand in it or somebody at home there."""
    swims = _creature(understanding) in _SWIMMERS or cast.lead.english in ("mermaid", "diver")
    if not cast.lead.name or swims or understanding.concept("place") == "underwater":
        return views
    dry = tuple(view for view in views if not re.search(r"open sea|underwater|deep blue|sunken", view))
    return dry if len(dry) > 1 else (*dry, "rocky coast", "sandy beach")


def _spoken_place(understanding: Understanding) -> lexicon.Mention | None:
    """The place the sentence speaks of, other than by the role of its subject ("astronaut", "baker")."""
    found = [m for m in understanding.mentions if m.kind == "place"]
    noun = understanding.place_noun
    if noun is not None:
        inside = [m for m in found if understanding.text[m.start : m.end].lower() in noun.bare.lower()]
        return inside[0] if inside else None
    subject = understanding.subject.bare.lower() if understanding.subject is not None else ""
    if workplaces.workplace(english_of(understanding.subject).lower() if understanding.subject is not None else ""):
        found = [m for m in found if understanding.text[m.start : m.end].lower() not in subject]
    return found[0] if found else None


def _place_noun(understanding: Understanding) -> str | None:
    noun = understanding.place_noun
    return None if noun is None else english_of(replace(noun, article="none")).lower()


def _recast(cast: Cast, listed: Sequence[Mapping[str, Any]]) -> Cast:
    """The cast with names and looks as listed; whoever is not listed loses the name."""
    own = [c for c in (cast.lead, cast.partner, *cast.others) if c is not None]
    entries = iter(listed)
    cast_list = [_listed(person, next(entries, None)) if person.name else person for person in own]
    cast_list += [_listed(replace(own[-1], look="", role=str(entry.get("role") or "")), entry) for entry in entries]
    return Cast(cast_list[0], cast_list[1] if len(cast_list) > 1 else None, tuple(cast_list[2:]), cast.twins)


def _listed(person: Character, entry: Mapping[str, Any] | None) -> Character:
    if entry is None:
        return replace(person, name="")
    return replace(person, name=str(entry["name"]), look=str(entry.get("look") or person.look))


def _slots(
    understanding: Understanding, family: str, language: str, cast: Cast, place: str
) -> tuple[dict[str, str | None], str]:
    table = narration.lines(language)
    same = understanding.language == language
    clause = understanding.is_clause and same and len(understanding.text.split()) <= 16
    slots: dict[str, str | None] = {
        "P": understanding.place
        if same and understanding.place and not (family == "search" and understanding.concept("place"))
        else str(table["places"].get(place, table["places"]["none"])),
        "own_place": understanding.place if same else None,
        "vp": understanding.verb_phrase if same and language == "en" else None,
        "S": understanding.text if clause else None,
        "quote": understanding.text[:60] if understanding.language not in SMALL_WORDS else None,
    }
    slots |= _figure_slots("a", cast.lead, language)
    if cast.partner is not None:
        slots |= _figure_slots("b", cast.partner, language)
    thing = _thing(understanding, family, language)
    if thing is not None:
        slots |= _thing_slots(thing, language)
    english = understanding.object or (noun_phrase(str(narration.lines("en")["defaults"].get(family, "")), "en"))
    return slots, _english_thing(english, cast, family)


def _english_thing(phrase: Phrase | None, cast: Cast, family: str) -> str:
    if phrase is None:
        return "something bright"
    if cast.partner is not None and cast.partner.name and kind_of(phrase) not in ("thing", "spirit"):
        return cast.partner.name
    words = english_of(phrase)
    return f"{phrase.determiner if phrase.language == 'en' and phrase.article == 'possessive' else 'the'} {words}"


def _thing(understanding: Understanding, family: str, language: str) -> Phrase | None:
    named, subject = understanding.object, understanding.subject
    if family == "cook" and named is None and subject is not None and kind_of(subject) == "thing":
        named = subject
    if named is not None and understanding.language in SMALL_WORDS:
        known = translated(named, language)
        if known is not None:
            return known
    default = narration.lines(language)["defaults"].get(family)
    return noun_phrase(str(default), language) if default else None


def _thing_slots(thing: Phrase, language: str) -> dict[str, str | None]:
    number = "p" if thing.plural else thing.gender
    return {
        "O": definite(thing),
        "O_acc": definite(thing, "acc"),
        "O_dat": definite(thing, "dat"),
        "o": indefinite(thing),
        "o_acc": indefinite(thing, "acc"),
        "o_head": thing.head,
        "the_o": definite(thing),
        "The_o": _capital(definite(thing)),
        "it_o": _OBJECT_PRONOUNS[language][number],
        "gender_o": thing.gender,
    }


def _figure_slots(letter: str, figure: Character, language: str) -> dict[str, str | None]:
    phrase = figure.phrase
    plain = indefinite(phrase)
    called = {
        "en": "named",
        "es": "llamada" if figure.gender == "f" else "llamado",
        "fr": "nommée" if figure.gender == "f" else "nommé",
        "de": "namens",
    }[language]
    named = f"{plain} {called} {figure.name}" if figure.name else plain
    key = "p" if phrase.plural and not figure.name else figure.gender
    he, him, his, himself = _PRONOUNS[key]
    own: dict[str, str | None] = {
        "A" if letter == "a" else "B": figure.name or definite(phrase),
        letter: plain,
        f"{letter}_named": named,
        f"the_{letter}": definite(phrase.short),
        f"The_{letter}": _capital(definite(phrase.short)),
        f"{letter}_head": phrase.head,
        f"the_{letter}_short": definite(phrase.short),
        f"{letter}_dat": indefinite(phrase, "dat"),
        f"the_{letter}_long": definite(phrase),
    }
    if letter == "b":
        return own | {"he_b": he, "him_b": him, "his_b": his, "gender_b": figure.gender}
    return own | {
        "he": he,
        "him": him,
        "his": his,
        "himself": himself,
        "He": _capital(he),
        "His": _capital(his),
        "gender": figure.gender,
        "number": "p" if key == "p" else "s",
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def title_of(story: Story) -> str:
    """A title of its own for the film, in the story's language."""
    table = narration.lines(story.language)["titles"]
    random = story.random("title")
    options: list[str] = []
    for key in _title_keys(story):
        options += table.get(key, [])
    if len(str(story.slots.get("the_o") or "").split()) < 3 and len(options) > 1:
        # A bare "The Moon" says too little about the film.
        options = [option for option in options if option != "{the_o}"]
    random.shuffle(options)
    slots = dict(story.slots)
    slots["P"] = slots.pop("own_place", None)
    if story.cast.lead.name == "":
        slots["the_a"] = slots["the_a_long"]
    filled = (narration.filled(option, slots, story.language) for option in options)
    title = (
        next((text for text in filled if text and len(text.split()) <= 9), None)
        or tidy(story.understanding.text)[:60]
        or "A Small Film"
    )
    return title_case(title) if story.language == "en" else _capital(title)


def _title_keys(story: Story) -> tuple[str, ...]:
    lead, family = story.cast.lead, story.family
    if family in ("steal", "cook"):
        return (family,)
    if family == "lullaby":
        return ("lullaby",) if lead.name else ("lullaby_plain",)
    if not lead.name:
        return ("thing_place",) if story.understanding.place else ("thing",)
    if story.cast.twins:
        return ("twins",) if family == "argue" else ("twins_other",)
    alone = ("alone_place",) if story.understanding.place else ("alone",)
    about = ("object", "object_place") if story.understanding.object is not None else alone
    return ("pair",) if story.cast.partner is not None else about


_SMALL_IN_TITLES = word_set("a an the of in on at by for and or to with from under over her his its my")


def title_case(title: str) -> str:
    """An English title with its capitals."""
    words = title.split()
    return " ".join(
        w if i and w.lower() in _SMALL_IN_TITLES else re.sub(r"^[^\W\d_]", lambda m: m[0].upper(), w)
        for i, w in enumerate(words)
    )
