"""Noun phrases: their articles, genders and cases in the storytelling languages."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from reelwright_llm.providers.local import glossary
from reelwright_llm.providers.local.languages import SMALL_WORDS, word_set


@dataclass(frozen=True)
class Phrase:
    """A noun phrase without its article, as it stands in a sentence of `language`."""

    language: str
    article: str
    """indefinite, definite, possessive, number or none."""
    determiner: str
    words: tuple[str, ...]
    gender: str
    """Grammatical gender: m, f or n."""
    plural: bool = False
    proper: bool = False

    @property
    def head_index(self) -> int:
        """Where the main noun stands in `words`."""
        return _head_index(self.words, self.language)

    @property
    def head(self) -> str:
        """The main noun."""
        return self.words[self.head_index]

    @property
    def qualities(self) -> tuple[str, ...]:
        """The words around the main noun, without those after "of"."""
        small = SMALL_WORDS[self.language]
        return tuple(w for i, w in enumerate(self.words) if i != self.head_index and w.lower() not in small.inside)

    @property
    def short(self) -> Phrase:
        """The same phrase reduced to its main noun."""
        return replace(
            self, words=(self.head,), article="definite" if self.article != "none" else "none", determiner=""
        )

    @property
    def bare(self) -> str:
        """The words alone."""
        return _joined(self.words)


def _head_index(words: tuple[str, ...], language: str) -> int:
    small = SMALL_WORDS[language]
    limit = next((i for i, w in enumerate(words) if w.lower() in small.inside and i > 0), len(words))
    if language == "en":
        return limit - 1
    if language == "de":
        return next((i for i, w in enumerate(words[:limit]) if w[:1].isupper()), limit - 1)
    known = next((i for i, w in enumerate(words[:limit]) if glossary.to_english(w, language)), None)
    if known is not None:
        return known
    return next((i for i, w in enumerate(words[:limit]) if not glossary.quality_to_english(w, language)), 0)


def definite(phrase: Phrase, case: str = "nom") -> str:
    """ "the ..." in the phrase's language; possessives and names stay as they are."""
    if phrase.proper:
        return phrase.bare
    if phrase.article == "possessive" and phrase.language != "de":
        return f"{phrase.determiner} {phrase.bare}"
    if phrase.language == "en":
        return phrase.bare if phrase.article == "none" and phrase.bare in _ENGLISH_WITHOUT_THE else f"the {phrase.bare}"
    if phrase.language == "de":
        return f"{_GERMAN_THE[case]['p' if phrase.plural else phrase.gender]} {_german_core(phrase, case)}"
    return _romance("the", phrase)


def indefinite(phrase: Phrase, case: str = "nom") -> str:
    """ "a ..." in the phrase's language; plurals, definites and possessives keep their own beginning."""
    if phrase.proper:
        return phrase.bare
    if phrase.article in ("possessive", "definite"):
        return definite(phrase, case)
    if phrase.language == "en":
        return (
            phrase.bare
            if phrase.plural
            else f"{'an' if re.match(r'(?i)[aeiou](?!ni[cv])', phrase.bare) else 'a'} {phrase.bare}"
        )
    if phrase.language == "de":
        return (
            _german_core(phrase) if phrase.plural else f"{_GERMAN_A[case][phrase.gender]} {_german_core(phrase, case)}"
        )
    return _romance("a", phrase)


_GERMAN_THE = {
    "nom": {"m": "der", "f": "die", "n": "das", "p": "die"},
    "acc": {"m": "den", "f": "die", "n": "das", "p": "die"},
    "dat": {"m": "dem", "f": "der", "n": "dem", "p": "den"},
}
_GERMAN_A = {
    "nom": {"m": "ein", "f": "eine", "n": "ein"},
    "acc": {"m": "einen", "f": "eine", "n": "ein"},
    "dat": {"m": "einem", "f": "einer", "n": "einem"},
}
_ENGLISH_WITHOUT_THE = word_set("love hope time silence friendship life death music magic nothing everything")
_GERMAN_WEAK = word_set(
    "Diamant Elefant Bär Hase Löwe Drache Junge Riese Pirat Astronaut Prinz Hirte Soldat Pilot Polizist"
)
# Nouns that start with a stressed a take the masculine article in the singular.
_SPANISH_STRESSED_A = word_set("agua águila alma hada arma hacha aula ala área alba")
_FRENCH_ASPIRATED = word_set("hibou héros hérisson haricot hache hamster homard")


def _german_core(phrase: Phrase, case: str = "nom") -> str:
    # Adjective endings depend on article and case, so the recomputed form keeps only the noun and what follows it.
    head, *after = phrase.words[phrase.head_index :]
    if case != "nom" and not phrase.plural and head in _GERMAN_WEAK:
        head += "n" if head.endswith("e") else "en"
    return _joined((head, *after))


def _romance(kind: str, phrase: Phrase) -> str:
    first = phrase.words[0].lower()
    if phrase.language == "es":
        if not phrase.plural and first in _SPANISH_STRESSED_A:
            return f"{'el' if kind == 'the' else 'un'} {phrase.bare}"
        forms = {"the": ("el", "la", "los", "las"), "a": ("un", "una", "unos", "unas")}[kind]
        return f"{forms[(phrase.gender == 'f') + 2 * phrase.plural]} {phrase.bare}"
    if kind == "a":
        return f"{'des' if phrase.plural else 'une' if phrase.gender == 'f' else 'un'} {phrase.bare}"
    if phrase.plural:
        return f"les {phrase.bare}"
    if re.match(r"[aeiouyhàâéèêëîïôûœ]", first) and first not in _FRENCH_ASPIRATED:
        return f"l'{phrase.bare}"
    return f"{'la' if phrase.gender == 'f' else 'le'} {phrase.bare}"


def _joined(words: tuple[str, ...]) -> str:
    return re.sub(r"(\b[dlnsq]u?'|\bqu') ", r"\1", " ".join(words))


def contracted(text: str, language: str) -> str:
    """`text` with the contractions and elisions the language demands (del, du, aux, d'Élise)."""
    if language == "es":
        return re.sub(
            r"\b([Dd]e|[Aa]) el\b(?= [a-záéíóúñ])",
            lambda m: (
                {"de": "del", "a": "al"}[m[1].lower()] if m[1].islower() else {"de": "Del", "a": "Al"}[m[1].lower()]
            ),
            text,
        )
    if language == "fr":
        pairs = (
            (r"\bde les\b(?= [a-zéèêàâœ])", "des"),
            (r"\bde le\b(?= [a-zéèêàâœ])", "du"),
            (r"\bà les\b(?= [a-zéèêàâœ])", "aux"),
            (r"\bà le\b(?= [a-zéèêàâœ])", "au"),
        )
        for pattern, new in pairs:
            text = re.sub(pattern, new, text)
        return re.sub(
            r"\b([dD]|[qQ]u|[Jj]usqu|[Ll]orsqu|[Pp]uisqu)e (?=[aeiouyhAEIOUYHàâéèêîôœÉÈÊÀÂÎÔŒ])", r"\1'", text
        )
    if language == "de":
        for pattern, new in (
            (r"\bin dem\b", "im"),
            (r"\bzu dem\b", "zum"),
            (r"\bzu der\b", "zur"),
            (r"\bvon dem\b", "vom"),
            (r"\bbei dem\b", "beim"),
        ):
            text = re.sub(pattern, new, text)
    return text


def translated(phrase: Phrase, language: str) -> Phrase | None:
    """The phrase in another language, reduced to its main noun; None when the noun is not in the glossary."""
    if phrase.language == language or phrase.proper:
        return phrase if phrase.language == language else replace(phrase, language=language)
    english = english_head(phrase)
    if language == "en":
        return replace(
            phrase,
            language="en",
            words=tuple(english_of(phrase).split()),
            gender="n",
            determiner="",
            article=_free(phrase.article),
        )
    entry = glossary.from_english(english, language)
    if entry is None:
        return None
    return Phrase(language, _free(phrase.article), "", tuple(entry[0].split()), entry[1])


def _free(article: str) -> str:
    return "definite" if article == "possessive" else article


def english_head(phrase: Phrase) -> str:
    """The main noun in English; the word itself when it is not in the glossary."""
    if phrase.language == "en":
        compound = " ".join(phrase.words[max(0, phrase.head_index - 1) : phrase.head_index + 1]).lower()
        return compound if glossary.from_english(compound, "es") else phrase.head.lower()
    whole = glossary.to_english(phrase.bare, phrase.language)
    entry = whole or glossary.to_english(phrase.head, phrase.language)
    if entry:
        return entry[0]
    for kind in ("creature", "object", "place"):
        concept = glossary.concept_word(phrase.head, kind, phrase.language)
        if concept:
            return concept
    return phrase.head


def english_of(phrase: Phrase) -> str:
    """The phrase in English, without article, for the description of pictures."""
    if phrase.language == "en" or phrase.proper:
        return phrase.bare
    if glossary.to_english(phrase.bare, phrase.language):
        return english_head(phrase)
    front = []
    for word in phrase.qualities:
        noun = glossary.to_english(word, phrase.language)
        quality = glossary.quality_to_english(word, phrase.language) or (noun[0] if noun else None)
        if quality:
            front.append(quality)
    return " ".join([*dict.fromkeys(front), english_head(phrase)])
