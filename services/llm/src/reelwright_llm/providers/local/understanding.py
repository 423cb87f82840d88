"""Reads one sentence: who, does what, to whom, where, and which kind of story that makes."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from reelwright_kit import lexicon
from reelwright_llm.providers.local import glossary, languages
from reelwright_llm.providers.local.languages import SMALL_WORDS, word_set
from reelwright_llm.providers.local.phrases import Phrase
from reelwright_llm.providers.local.verbs import family_of, find_verb, is_noun, verb_phrase_of

_LONGEST_PHRASE = 6
_LONGEST_SENTENCE = 30
# Families whose object is somebody: it becomes the second character.
PARTNER_FAMILIES = frozenset({"befriend", "argue", "fight", "love", "teach"})


_EVENTS = word_set(
    "heist robbery lullaby story tale journey voyage recipe quest battle duel argument quarrel friendship "
    "adventure film movie atraco robo nana historia cuento viaje receta batalla discusión amistad "
    "aventura película braquage berceuse histoire conte voyage recette bataille dispute amitié aventure "
    "film raubüberfall bankraub schlaflied gutenachtlied geschichte märchen reise rezept schlacht streit "
    "freundschaft abenteuer"
)


@dataclass(frozen=True)
class Understanding:
    """What the engine made of a sentence."""

    text: str
    """The sentence, tidied, at most 30 words."""
    language: str
    """ISO 639-1 code of the language it is written in."""
    family: str
    """The kind of story, for example `befriend`."""
    is_clause: bool
    """Whether a verb was found."""
    subject: Phrase | None
    companion: Phrase | None
    """A second subject ("a fox and a rabbit")."""
    object: Phrase | None
    place: str | None
    """The place phrase in the sentence's own words, with its preposition."""
    place_noun: Phrase | None
    verb_phrase: str | None
    """English infinitive with what follows, for example "outwit a bear"."""
    number: int
    """How many the subject is, when a number word says so, else 1 or 2 for a plural."""
    gender: str | None
    """m or f, when a pronoun or a name's noun says so."""
    name: str | None
    """A name given in the sentence."""
    mentions: tuple[lexicon.Mention, ...]

    def concept(self, kind: str) -> str | None:
        """The first concept of `kind` in the sentence."""
        return next((m.concept for m in self.mentions if m.kind == kind), None)


def tidy(text: str) -> str:
    """The first sentence of `text` that has letters, without emoji or quotes, at most 30 words; "" for none."""
    text = text[:4000].replace("’", "'")
    text = re.sub(r"[\"“”«»„*_#`<>{}\[\]|~^\\]|[\U00002190-\U00002BFF\U0000FE0F\U0001F000-\U0001FAFF]", " ", text)
    text = re.sub(r"\s+", " ", text).strip()
    sentence = next(
        (part for part in re.split(r"(?<=[.!?…])\s+|(?<=[。！？])", text) if re.search(r"[^\W\d_]", part)), ""
    )
    words = sentence.strip(" .,;:!?¿¡…-–—()").split()
    letters = [c for c in sentence if c.isalpha()]
    tidied = " ".join(words[:_LONGEST_SENTENCE])[:300]
    shouted = len(letters) > 3 and sum(c.isupper() for c in letters) > 0.7 * len(letters)
    return tidied.lower() if shouted else tidied


@functools.lru_cache(maxsize=512)
def understand(text: str) -> Understanding:
    """Reads the first sentence of `text`; never fails, whatever the text."""
    sentence = tidy(text)
    language = languages.detect(sentence)
    if language not in SMALL_WORDS:
        return _unread(sentence, language)
    known = language
    tokens = _tokens(sentence, known)
    start, verb_at, family = find_verb(tokens, known)
    subject_tokens = tokens[:start] if start is not None else tokens
    rest = tokens[verb_at + 1 :] if verb_at is not None else []
    subject, companion, number, tail = _subject(_without_event(subject_tokens, known), known)
    named = _given_name(sentence, subject, known)
    family = family_of(sentence, family, known)
    thing = _object(rest, known, family)
    place, place_noun = _place([*tail, *rest], known, family)
    return Understanding(
        text=sentence,
        language=language,
        family=family,
        is_clause=start is not None,
        subject=subject,
        companion=companion,
        object=thing,
        place=place,
        place_noun=place_noun,
        verb_phrase=verb_phrase_of(tokens, verb_at, start) if known == "en" else None,
        number=number,
        gender=_gender(tokens, known),
        name=named,
        mentions=lexicon.find(sentence, known),
    )


def _unread(sentence: str, language: str) -> Understanding:
    """A sentence in a language without grammar here: only its concepts are understood."""
    return Understanding(
        sentence, language, "general", False, None, None, None, None, None, None, 1, None, None, lexicon.find(sentence)
    )


def _tokens(sentence: str, language: str) -> list[str]:
    if language == "fr":
        sentence = re.sub(r"\b([dlsnmcjDLSNMCJ]|[qQ]u)'", r"\1' ", sentence)
    return re.findall(r"[^\W_]+(?:['-][^\W_]+)*'?|[,;:]", sentence)


def _phrase(tokens: Sequence[str], language: str) -> tuple[Phrase | None, list[str]]:
    """The noun phrase at the start of `tokens` and the tokens after it."""
    small = SMALL_WORDS[language]
    i = 0
    article, determiner = "none", ""
    while i < len(tokens) and tokens[i].lower() in small.determiners:
        determiner = tokens[i].lower()
        article = next(
            (
                a
                for a, words in (
                    ("indefinite", small.indefinite),
                    ("definite", small.definite),
                    ("possessive", small.possessive),
                )
                if determiner in words
            ),
            "number",
        )
        i += 1
    begin = i
    while (
        i < len(tokens)
        and i - begin < _LONGEST_PHRASE + 2
        and tokens[i].lower() not in small.breaks
        and tokens[i] not in ",;:"
    ):
        if tokens[i].lower() in small.determiners and (i == begin or tokens[i - 1].lower() not in small.inside):
            break
        i += 1
    words = list(tokens[begin:i])
    while words and (words[-1].lower() in small.inside | small.determiners or len(words) > _LONGEST_PHRASE):
        words.pop()
    if not words or not any(c.isalpha() for c in "".join(words)):
        return None, list(tokens[max(i, 1) :])
    proper = (
        article == "none"
        and begin == 0
        and words[0][:1].isupper()
        and len(words) == 1
        and not is_noun(words[0].lower(), language)
        and language != "de"
    )
    cased = (
        tuple(words)
        if language == "de" or proper
        else tuple(w if j and w[:1].isupper() else _lowered(w) for j, w in enumerate(words))
    )
    draft = Phrase(language, article, determiner, cased, "n", proper=proper)
    return replace(draft, gender=_grammatical_gender(draft), plural=_is_plural(draft)), list(tokens[i:])


def noun_phrase(text: str, language: str) -> Phrase | None:
    """`text` read as one noun phrase ("a frightened fox"); None when it holds none."""
    return _phrase(_tokens(text, language), language)[0]


def _lowered(word: str) -> str:
    return word if len(word) > 1 and word.isupper() else word[:1].lower() + word[1:]


def _grammatical_gender(phrase: Phrase) -> str:
    if phrase.language == "en":
        return "n"
    by_article = {
        "es": {"un": "m", "el": "m", "los": "m", "unos": "m", "una": "f", "la": "f", "las": "f", "unas": "f"},
        "fr": {"un": "m", "le": "m", "une": "f", "la": "f"},
        "de": {"eine": "f", "einer": "f", "einen": "m", "das": "n"},
    }[phrase.language].get(phrase.determiner)
    if by_article:
        return by_article
    known = glossary.gender(phrase.head, phrase.language)
    return known or _gender_by_ending(phrase.head.lower(), phrase.language)


def _gender_by_ending(word: str, language: str) -> str:
    if language == "es":
        return "f" if re.search(r"(a|as|ción|dad|tad|tud)$", word) else "m"
    if language == "fr":
        return "f" if re.search(r"(tion|té|ette|elle|ure|ance|ence|ie|ée|euse|trice)s?$", word) else "m"
    if re.search(r"(chen|lein|ment)$", word):
        return "n"
    return "f" if re.search(r"(ung|heit|keit|schaft|in|ei|e)$", word) else "m"


def _is_plural(phrase: Phrase) -> bool:
    if phrase.article == "number" or phrase.determiner in {
        "los",
        "las",
        "unos",
        "unas",
        "les",
        "des",
        "these",
        "those",
        "ses",
        "sus",
    }:
        return True
    if phrase.determiner in {
        "a",
        "an",
        "un",
        "una",
        "une",
        "el",
        "la",
        "le",
        "ein",
        "eine",
        "einen",
        "each",
        "every",
        "this",
    }:
        return False
    if phrase.language == "de":
        return phrase.determiner in {"die", "seine", "ihre"} and glossary.gender(phrase.head, "de") in ("m", "n")
    irregular = {"mice", "children", "men", "women", "people", "geese", "wolves", "leaves", "thieves"}
    return phrase.head.lower() in irregular or bool(
        re.search(r"[^sui']s$", phrase.head.lower()) and phrase.language in ("en", "es")
    )


def _subject(tokens: Sequence[str], language: str) -> tuple[Phrase | None, Phrase | None, int, list[str]]:
    small = SMALL_WORDS[language]
    tokens = [
        t for i, t in enumerate(tokens) if i or t.lower() not in {"how", "cómo", "comment", "wie", "when", "once"}
    ]
    first, tail = _phrase(tokens, language)
    second = None
    if tail and tail[0].lower() in small.conjunction:
        second, tail = _phrase(tail[1:], language)
    number = 1
    if first is not None:
        number = small.numbers.get(first.determiner, 2 if first.plural else 1)
    return first, second, number, tail


def _without_event(tokens: Sequence[str], language: str) -> Sequence[str]:
    """ "A lullaby for a little bear" is about the bear: drops the word for the kind of story."""
    small = SMALL_WORDS[language]
    head, tail = _phrase(tokens, language)
    if head is None or head.head.lower() not in _EVENTS:
        return tokens
    if tail and tail[0].lower() in small.linking:
        return tail[1:]
    about = small.inside | {"between", "entre", "zwischen"}
    inner = next((i for i, word in enumerate(tokens) if word.lower() in small.breaks | about), None)
    # Without "of", only the place is left: who it is about is for the kind of story to say.
    return tokens[inner + 1 :] if inner is not None and tokens[inner].lower() in about else [".", *tail]


def _object(rest: Sequence[str], language: str, family: str) -> Phrase | None:
    small = SMALL_WORDS[language]
    tokens = list(rest)
    skippable = {"sich", "up", "down", "out", "away", "off", "se"}
    # "Is afraid of mice": the preposition belongs to the verb.
    while tokens and tokens[0].lower() in skippable | small.inside:
        tokens.pop(0)
    if tokens and tokens[0].lower() in {"to", "zu"} and family in ("learn", "general"):
        return None
    if tokens and tokens[0].lower() in small.linking and family not in ("travel", "fall", "fly", "dance"):
        tokens.pop(0)
    elif tokens and tokens[0].lower() in small.linking | small.place | small.other | small.conjunction:
        linked = next((i for i, t in enumerate(tokens) if t.lower() in small.linking), None)
        if linked is None or family not in PARTNER_FAMILIES | {"search", "wait"}:
            return None
        tokens = tokens[linked + 1 :]
    phrase, _ = _phrase(tokens, language)
    if (
        phrase is not None
        and family == "befriend"
        and phrase.head.lower() in {"friends", "friend", "amigos", "amigas", "amigo", "amiga"}
    ):
        linked = next((i for i, t in enumerate(tokens) if t.lower() in small.linking | small.inside), None)
        return _phrase(tokens[linked + 1 :], language)[0] if linked is not None else None
    return phrase


def _place(tokens: Sequence[str], language: str, family: str) -> tuple[str | None, Phrase | None]:
    small = SMALL_WORDS[language]
    for i, token in enumerate(tokens):
        if token.lower() not in small.place and not (token.lower() == "from" and family == "steal"):
            continue
        skip = 2 if i + 1 < len(tokens) and tokens[i + 1].lower() in small.inside | {"to", "a"} else 1
        noun, after = _phrase(tokens[i + skip :], language)
        if noun is None or _names_a_time(noun):
            continue
        used = len(tokens) - len(after)
        words = list(tokens[i:used])
        while words and words[-1].lower() in small.breaks | small.determiners:
            words.pop()
        text = re.sub(r"(\b(?:[dlsn]|qu)') ", r"\1", " ".join(words[: _LONGEST_PHRASE + 2]))
        # "in love" and "in secret" are not places: a place has an article or is a known one.
        if noun.article != "none" or any(m.kind == "place" for m in lexicon.find(noun.bare.lower(), language)):
            return re.sub(r"^from\b", "in", text[:1].lower() + text[1:]), noun
    return None, None


def _names_a_time(noun: Phrase) -> bool:
    found = lexicon.find(noun.bare.lower(), noun.language)
    seasons = {
        "autumn",
        "winter",
        "summer",
        "spring",
        "otoño",
        "invierno",
        "verano",
        "automne",
        "hiver",
        "herbst",
        "secret",
        "time",
        "love",
    }
    if noun.head.lower() in {"moon", "luna", "lune", "mond"}:
        return False
    return noun.head.lower() in seasons or bool(found and all(m.kind in ("time", "weather", "mood") for m in found))


def _given_name(sentence: str, subject: Phrase | None, language: str) -> str | None:
    match = re.search(r"\b(?:named|called|llamad[oa]|nommée?|appelée?|namens)\s+([^\W\d_]+)", sentence, re.IGNORECASE)
    if match:
        return match[1][:1].upper() + match[1][1:]
    return (
        subject.bare
        if subject is not None and subject.proper and len(subject.words) == 1 and len(sentence.split()) > 2
        else None
    )


def _gender(tokens: Sequence[str], language: str) -> str | None:
    small = SMALL_WORDS[language]
    words = {t.lower() for t in tokens}
    if words & small.feminine:
        return "f"
    return "m" if words & small.masculine else None
