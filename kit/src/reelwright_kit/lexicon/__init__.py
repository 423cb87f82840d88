"""Recognises places, times, weather, creatures, things and moods in sentences of several languages."""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Mention:
    """One concept found in a text: `text[start:end]` is the word that named it."""

    kind: str
    """place, time, weather, creature, object or mood."""
    concept: str
    """The id within the kind, for example `lighthouse`."""
    language: str
    """ISO 639-1 code of the word that matched."""
    start: int
    end: int


@functools.cache
def concepts() -> dict[str, dict[str, dict[str, tuple[str, ...]]]]:
    """All concepts as kind -> id -> language -> words."""
    raw = tomllib.loads(resources.files(__name__).joinpath("concepts.toml").read_text("utf-8"))
    return {
        kind: {
            concept: {language: tuple(words.split("|")) for language, words in by_language.items()}
            for concept, by_language in entries.items()
        }
        for kind, entries in raw.items()
    }


@functools.cache
def _index() -> dict[str, list[tuple[str, str, str]]]:
    index: dict[str, list[tuple[str, str, str]]] = {}
    for kind, entries in concepts().items():
        for concept, by_language in entries.items():
            for language, words in by_language.items():
                for word in words:
                    index.setdefault(word, []).append((kind, concept, language))
    return index


@functools.cache
def _pattern() -> re.Pattern[str]:
    longest_first = sorted(_index(), key=len, reverse=True)
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest_first))})(?!\w)")


def find(text: str, language: str | None = None) -> tuple[Mention, ...]:
    """Every concept named in `text`, in order of appearance; only words of `language` when one is given."""
    found: list[Mention] = []
    for match in _pattern().finditer(text.lower()):
        for kind, concept, word_language in _index()[match.group()]:
            if language in (None, word_language):
                found.append(Mention(kind, concept, word_language, match.start(), match.end()))
    return tuple(found)
