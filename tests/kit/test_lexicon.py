"""The lexicon finds concepts in several languages."""

from __future__ import annotations

import pytest

from reelwright_kit import lexicon


@pytest.mark.parametrize(
    ("text", "kind", "concept"),
    [
        ("A lighthouse keeper", "place", "lighthouse"),
        ("una farera sola", "place", "lighthouse"),
        ("der alte Leuchtturm", "place", "lighthouse"),
        ("un vieux phare", "place", "lighthouse"),
        ("two robots", "creature", "robot"),
        ("an astronaut waits", "place", "space"),
        ("en la luna llena", "place", "space"),
        ("a heavy storm", "weather", "storm"),
        ("at midnight", "time", "night"),
        ("une renarde rousse", "creature", "fox"),
        ("eine Füchsin", "creature", "fox"),
        ("la gatita", "creature", "cat"),
        ("das Kätzchen", "creature", "cat"),
        ("a badger", "creature", "fox"),
        ("un pulpo", "creature", "fish"),
        ("ein Schneemann", "creature", "ghost"),
        ("a giant", "creature", "man"),
        ("la sirena", "creature", "woman"),
    ],
)
def test_words_name_their_concepts(text: str, kind: str, concept: str) -> None:
    assert (kind, concept) in {(m.kind, m.concept) for m in lexicon.find(text)}


def test_only_whole_words_count() -> None:
    assert lexicon.find("a scatter of particles") == ()


def test_the_longest_phrase_wins_and_is_where_it_says() -> None:
    text = "A hot air balloon"

    balloon = next(m for m in lexicon.find(text, "en") if m.kind == "object")

    assert text[balloon.start : balloon.end] == "hot air balloon"


def test_a_language_limits_what_is_found() -> None:
    assert {m.language for m in lexicon.find("el faro y el robot", "es")} == {"es"}


def test_words_are_lower_case_and_never_empty() -> None:
    for entries in lexicon.concepts().values():
        for by_language in entries.values():
            for words in by_language.values():
                assert all(word and word == word.lower().strip() for word in words)
