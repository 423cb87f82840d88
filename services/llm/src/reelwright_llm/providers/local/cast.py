"""Decides who is in the film: names, roles and looks for the people, creatures and things of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from reelwright_llm.providers.local import glossary
from reelwright_llm.providers.local.languages import SMALL_WORDS, word_set
from reelwright_llm.providers.local.looks import look_of
from reelwright_llm.providers.local.names import name_for
from reelwright_llm.providers.local.phrases import Phrase, english_head, english_of, translated
from reelwright_llm.providers.local.understanding import PARTNER_FAMILIES, Understanding

_MOST = 4
_UNNAMED_FAMILIES = frozenset({"travel", "fly", "fall", "still"})
_DEFAULT_ROLES = {
    "steal": "thief",
    "cook": "cook",
    "lullaby": "child",
    "build": "inventor",
    "search": "explorer",
    "travel": "traveller",
    "dance": "dancer",
    "fight": "knight",
    "discover": "explorer",
    "argue": "robot",
    "teach": "teacher",
    "love": "musician",
    "general": "traveller",
}
_DEFAULT_PARTNERS = {"befriend": "stranger", "argue": "friend", "fight": "dragon", "love": "stranger", "teach": "child"}
_FEMININE = word_set(
    "girl woman granddaughter mother grandmother queen princess witch lady daughter sister aunt wife mermaid ballerina "
    "actress waitress nun bride she goddess lioness hen"
)
_MASCULINE = word_set(
    "boy man grandson father grandfather king prince son brother uncle husband gentleman fisherman postman he lad "
    "wizard bull rooster"
)
_SPIRITS = word_set("storm wind rain snow fog moon star shadow sea tree ocean thunder hurricane")
_PRONOUNS = word_set("she he it they i we you ella él elle il sie er es")
_ANIMALS = word_set("dog cat fox bear rabbit horse elephant lion bird fish whale insect")


@dataclass(frozen=True)
class Character:
    """Somebody in the film; the look never changes between pictures."""

    name: str
    """Empty for a thing that is told about but has no name."""
    role: str
    """What they are, in the story's language."""
    look: str
    gender: str
    """m, f or n: which pronouns they get."""
    phrase: Phrase
    """The role as a noun phrase in the story's language."""
    english: str
    """The role as an English noun."""


@dataclass(frozen=True)
class Cast:
    """Everybody in the film, by their work in the story."""

    lead: Character
    partner: Character | None = None
    others: tuple[Character, ...] = ()
    twins: bool = False
    """Lead and partner come from one plural subject ("two robots")."""

    @property
    def named(self) -> tuple[Character, ...]:
        """The ones worth listing, at most four."""
        return tuple(c for c in (self.lead, self.partner, *self.others) if c is not None and c.name)[:_MOST]


def kind_of(phrase: Phrase) -> str:
    """person, spirit, thing, or the id of a creature."""
    english = english_head(phrase)
    last = english.split()[-1]
    if english in _FEMININE | _MASCULINE or last in _FEMININE | _MASCULINE:
        return "person"
    if last in _SPIRITS or (glossary.singulars(last, "en")[-1] in _SPIRITS):
        return "spirit"
    concept = glossary.concept_word(last, "creature", "en") or glossary.concept_word(
        phrase.head, "creature", phrase.language
    )
    if concept in ("man", "woman", "child", "person"):
        return "person"
    if concept:
        return concept
    known_thing = any(glossary.concept_word(last, kind, "en") for kind in ("object", "place", "weather", "time"))
    if not known_thing and _sounds_like_somebody(last, phrase.language):
        return "person"
    return "thing"


def _sounds_like_somebody(noun: str, language: str) -> bool:
    endings = {
        "en": ("keeper", "maker", "eer", "ist", "man", "woman", "ian", "er", "or", "ess"),
        "es": ("or", "ora", "ero", "era", "ista", "nte"),
        "fr": ("eur", "euse", "ier", "ière", "iste", "trice"),
        "de": ("er", "erin", "ist", "istin", "mann", "frau"),
    }
    things = {
        "flower",
        "river",
        "letter",
        "paper",
        "water",
        "summer",
        "winter",
        "tower",
        "computer",
        "mirror",
        "door",
        "number",
        "corner",
        "finger",
        "color",
        "teacher's",
        "feather",
        "weather",
        "motor",
    }
    return len(noun) > 4 and noun not in things and noun.endswith(endings.get(language, ()))


def cast_for(understanding: Understanding, family: str, language: str, random: Random) -> Cast:
    """The characters of the film, the same for the same random state."""
    subject = _subject_phrase(understanding, family, language)
    source = understanding.subject if _usable(understanding.subject) else None
    if source is not None and (source.proper or _is_dish(source, family)):
        source = None
    lead = _character(
        subject, source, understanding, family, language, taken=(), random=random, name=understanding.name
    )
    made = [lead]
    twins = understanding.number > 1 and bool(lead.name)
    for _ in range(min(understanding.number, _MOST) - 1 if twins else 0):
        made.append(_character(subject, source, understanding, family, language, taken=made, random=random))
    for phrase in (understanding.companion, _object_character(understanding, family)):
        extra = None if phrase is None else _single(translated(phrase, language))
        if extra is not None and len(made) < _MOST:
            made.append(_character(extra, phrase, understanding, "befriend", language, taken=made, random=random))
    if family in PARTNER_FAMILIES and len(made) < 2:
        phrase = _role(_DEFAULT_PARTNERS[family], language)
        made.append(_character(phrase, None, understanding, family, language, taken=made, random=random))
    partner = made[1] if len(made) > 1 else None
    return Cast(lead, partner, tuple(made[2:]), twins)


def _is_dish(phrase: Phrase, family: str) -> bool:
    return family == "cook" and kind_of(phrase) == "thing"


def _usable(phrase: Phrase | None) -> bool:
    return phrase is not None and phrase.bare.lower() not in _PRONOUNS


def _subject_phrase(understanding: Understanding, family: str, language: str) -> Phrase:
    subject = understanding.subject
    if subject is not None and _usable(subject) and not subject.proper and not _is_dish(subject, family):
        # "Two robots" become one robot and another: the story needs individuals.
        if family not in ("fall", "still", "travel", "fly") or kind_of(subject) not in ("thing", "spirit"):
            subject = _single(subject) or subject
        known = translated(subject, language)
        if known is not None:
            return known
    possessor = _possessor(understanding, family)
    if possessor:
        return _role(possessor, language)
    if understanding.gender and not (subject is not None and subject.proper):
        return _role("girl" if understanding.gender == "f" else "boy", language)
    if subject is not None and subject.proper:
        return replace(
            _role("girl" if subject.bare.endswith(("a", "e", "h")) else "boy", language), article="indefinite"
        )
    return _role(_DEFAULT_ROLES.get(family, "traveller"), language)


def _possessor(understanding: Understanding, family: str) -> str | None:
    """ "My grandmother's soup" has a grandmother in it."""
    for mention in understanding.mentions:
        word = understanding.text[mention.start : mention.end]
        if mention.kind == "creature" and mention.concept in ("man", "woman", "person") and family == "cook":
            entry = glossary.to_english(word, understanding.language)
            return entry[0] if entry else word.lower()
    return None


def _role(english: str, language: str) -> Phrase:
    if language == "en":
        return Phrase("en", "indefinite", "", (english,), "n")
    word, gender = glossary.from_english(english, language) or (english, "m")
    return Phrase(language, "indefinite", "", tuple(word.split()), gender)


def _single(phrase: Phrase | None) -> Phrase | None:
    if phrase is None or not phrase.plural:
        return phrase
    entry = glossary.to_english(phrase.head, phrase.language)
    forms = glossary.singulars(phrase.head, phrase.language)
    singular = forms[-1] if phrase.language != "en" else _english_singular(phrase.head)
    if entry and phrase.language != "en":
        known = glossary.from_english(entry[0], phrase.language)
        singular = known[0] if known else singular
    if phrase.language == "en":
        words = tuple(singular if i == phrase.head_index else w for i, w in enumerate(phrase.words))
    else:
        words = (singular,)
    return replace(phrase, words=words, plural=False, article="indefinite", determiner="")


def _english_singular(word: str) -> str:
    irregular = {
        "mice": "mouse",
        "children": "child",
        "men": "man",
        "women": "woman",
        "people": "person",
        "geese": "goose",
        "kids": "kid",
        "wolves": "wolf",
        "thieves": "thief",
        "leaves": "leaf",
        "elves": "elf",
    }
    if word in irregular:
        return irregular[word]
    for ending, base in (("ies", "y"), ("sses", "ss"), ("ches", "ch"), ("shes", "sh"), ("xes", "x")):
        if word.endswith(ending):
            return word.removesuffix(ending) + base
    return word.removesuffix("s")


def _object_character(understanding: Understanding, family: str) -> Phrase | None:
    thing = understanding.object
    if thing is None or thing.bare.lower() in _PRONOUNS:
        return None
    if family == "befriend" and understanding.companion is not None:
        return None
    if family in PARTNER_FAMILIES:
        return thing if family != "argue" or kind_of(thing) != "thing" else None
    return thing if kind_of(thing) not in ("thing", "spirit") and family != "cook" else None


def _character(
    phrase: Phrase,
    source: Phrase | None,
    understanding: Understanding,
    family: str,
    language: str,
    *,
    taken: Sequence[Character],
    random: Random,
    name: str | None = None,
) -> Character:
    kind = kind_of(phrase if phrase.language == "en" or source is None else source)
    english = _english_singular_head(source or phrase) if kind != "thing" else english_of(source or phrase)
    gender = _pronoun_gender(phrase, english, understanding, bool(taken), random)
    if kind in ("thing", "spirit") and family in _UNNAMED_FAMILIES and not name:
        return Character("", phrase.bare, "", phrase.gender if language != "en" else "n", phrase, english)
    pool = {
        "robot": "robot",
        "dragon": "dragon",
        "ghost": "ghost",
        "alien": "alien",
        "spirit": "spirit",
        "thing": "thing",
        "person": "person",
    }.get(kind, "animal")
    chosen = name or name_for(pool, gender, language, [c.name for c in taken], random)
    qualities = _english_qualities(source) if kind != "thing" else ()
    look = look_of(kind, english, gender, qualities, [c.look for c in taken], random=random)
    # A plural stays out of the sentence: the character is one of them.
    return Character(chosen, phrase.bare, look, gender, phrase, english)


def _english_singular_head(phrase: Phrase) -> str:
    english = english_head(phrase)
    return _english_singular(english) if phrase.plural and phrase.language == "en" else english


def _english_qualities(source: Phrase | None) -> tuple[str, ...]:
    if source is None:
        return ()
    if source.language == "en":
        words = english_of(source).split()
        head = english_head(source).split()
        return (
            tuple(w for w in words[: len(words) - len(head)] if w.isalpha() and w not in SMALL_WORDS["en"].inside)
            if "of" not in words
            else ()
        )
    found = (glossary.quality_to_english(word, source.language) for word in source.qualities)
    return tuple(word for word in found if word)


def _pronoun_gender(phrase: Phrase, english: str, understanding: Understanding, later: bool, random: Random) -> str:
    last = english.rsplit(maxsplit=1)[-1]
    chance = random.choice(("m", "f"))
    if phrase.language == "en" and kind_of(phrase) == "spirit":
        return "n"
    if last in _FEMININE:
        return "f"
    if last in _MASCULINE:
        return "m"
    if phrase.language != "en" and phrase.gender != "n":
        return phrase.gender
    if understanding.gender and not later:
        return understanding.gender
    return chance
