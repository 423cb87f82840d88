"""A small dictionary between English and the other storytelling languages, with genders."""

from __future__ import annotations

import functools
import re
import tomllib
from importlib import resources

from reelwright_kit import lexicon

_COLUMNS = ("es", "fr", "de")


@functools.cache
def _raw() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("glossary.toml").read_text("utf-8"))


@functools.cache
def _entries() -> tuple[dict[str, dict[str, tuple[str, str]]], dict[str, dict[str, str]]]:
    raw = _raw()
    nouns: dict[str, dict[str, tuple[str, str]]] = {}
    for english, cells in raw["noun"].items():
        pairs = [cell.rsplit(" ", 1) for cell in cells.split("|")]
        nouns[english] = {language: (word, gender) for language, (word, gender) in zip(_COLUMNS, pairs, strict=True)}
    words: dict[str, dict[str, str]] = {language: {} for language in _COLUMNS}
    for english, cells in raw["word"].items():
        for language, forms in zip(_COLUMNS, cells.split("|"), strict=True):
            words[language].update(dict.fromkeys(forms.split(), english))
    return nouns, words


@functools.cache
def _reverse() -> dict[str, dict[str, tuple[str, str]]]:
    reverse: dict[str, dict[str, tuple[str, str]]] = {language: {} for language in _COLUMNS}
    for english, row in _entries()[0].items():
        for language, (word, gender) in row.items():
            reverse[language].setdefault(word.lower(), (english, gender))
    for english, cells in _raw()["form"].items():
        for language, forms in zip(_COLUMNS, cells.split("|"), strict=True):
            for word, gender in re.findall(r"(\S.*?) ([mfn])(?= |$)", forms):
                reverse[language].setdefault(word.lower(), (english, gender))
    return reverse


def singulars(word: str, language: str) -> tuple[str, ...]:
    """`word` and the singulars it could be the plural of, likeliest first."""
    lower = word.lower()
    endings = {
        "en": (("ies", "y"), ("ves", "f"), ("es", ""), ("s", "")),
        "es": (("ces", "z"), ("es", ""), ("s", "")),
        "fr": (("aux", "al"), ("x", ""), ("s", "")),
        "de": (("innen", "in"), ("en", ""), ("n", ""), ("e", ""), ("er", "")),
    }
    found = [lower]
    found += [
        lower.removesuffix(end) + new
        for end, new in endings.get(language, ())
        if lower.endswith(end) and len(lower) > len(end) + 2
    ]
    return tuple(found)


def to_english(word: str, language: str) -> tuple[str, str] | None:
    """The English noun for a noun of `language`, with the gender of the word given; None when unknown."""
    table = _reverse().get(language, {})
    for form in singulars(word, language):
        if form in table:
            return table[form]
        # Feminine roles are listed under their masculine: farera, pescadora, Lehrerin.
        for ending, base in (("ora", "or"), ("a", "o"), ("ona", "ón"), ("in", "")):
            if form.endswith(ending) and form.removesuffix(ending) + base in table:
                return table[form.removesuffix(ending) + base][0], "f"
    return None


def quality_to_english(word: str, language: str) -> str | None:
    """The English adjective or material for a word of `language`, None when unknown."""
    table = _entries()[1].get(language, {})
    lower = word.lower()
    stems = [lower, lower.removesuffix("s"), lower.removesuffix("es")]
    if language == "de":
        stems += [lower.removesuffix(end) for end in ("e", "er", "es", "en", "em")]
    return next((table[stem] for stem in stems if stem in table), None)


def from_english(noun: str, language: str) -> tuple[str, str] | None:
    """The noun of `language` for an English noun, with its gender; None when unknown."""
    nouns = _entries()[0]
    for form in singulars(noun, "en"):
        if form in nouns and language in nouns[form]:
            return nouns[form][language]
    return None


def gender(word: str, language: str) -> str | None:
    """The grammatical gender (m, f, n) of a noun of `language`, None when unknown."""
    entry = to_english(word, language)
    return entry[1] if entry else None


def concept_word(word: str, kind: str, language: str) -> str | None:
    """The id of the concept of `kind` that `word` names, None when it names none."""
    for form in singulars(word, language):
        for mention in lexicon.find(form, language):
            if mention.kind == kind and mention.end - mention.start == len(form):
                return mention.concept
    return None
