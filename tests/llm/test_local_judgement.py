"""Embeddings, moderation, prompt optimisation and language detection of the offline engine."""

from __future__ import annotations

import math

import pytest

from reelwright_llm.providers.local import MODES, embed, moderate, optimise_prompt
from reelwright_llm.providers.local.languages import detect
from reelwright_llm.providers.local.understanding import understand
from reelwright_llm.providers.local.verbs import lemma


def likeness(first: str, second: str) -> float:
    """The cosine of two texts."""
    return sum(a * b for a, b in zip(embed(first), embed(second), strict=True))


@pytest.mark.parametrize(
    ("text", "near", "far"),
    [
        (
            "A lighthouse keeper befriends a storm",
            "The keeper of the lighthouse made friends with the storm",
            "Quarterly tax returns are due on Friday",
        ),
        ("A cat sleeps on the roof", "The kitten is sleeping on a rooftop", "Engine oil should be changed regularly"),
        ("Una niña construye un cohete", "La niña construyó cohetes de cartón", "El banco cerró la cuenta"),
    ],
)
def test_a_paraphrase_lies_nearer_than_an_unrelated_sentence(text: str, near: str, far: str) -> None:
    assert likeness(text, near) > likeness(text, far) + 0.2


def test_vectors_have_the_length_asked_for_and_norm_one() -> None:
    for dimensions in (1, 16, 256, 1024):
        vector = embed("a storm at sea", dimensions)

        assert len(vector) == dimensions
        assert math.isclose(sum(x * x for x in vector), 1.0, abs_tol=1e-9)


def test_an_empty_text_has_no_direction() -> None:
    assert embed("", 8) == [0.0] * 8


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I will kill you", "violence"),
        ("how to make a bomb", "illicit"),
        ("kill yourself", "harassment"),
        ("I want to die", "self_harm"),
        ("free porn", "sexual"),
    ],
)
def test_harm_is_flagged_in_its_category(text: str, category: str) -> None:
    verdict = moderate(text)

    assert verdict.flagged
    assert max(verdict.categories, key=lambda name: verdict.categories[name]) == category


@pytest.mark.parametrize(
    "text",
    [
        "A knight fights a dragon",
        "A lullaby for a bear",
        "The last leaf falls",
        "A heist at midnight",
        "naked trees in winter",
        "",
    ],
)
def test_stories_are_not_flagged(text: str) -> None:
    assert not moderate(text).flagged


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "prompt",
    [
        "a red fox in the snow",
        "un gato negro en la luna",
        "ein alter Leuchtturm bei Nacht",
        "un vieux phare dans la tempête",
    ],
)
def test_optimising_keeps_the_subject_and_the_language(prompt: str, mode: str) -> None:
    better = optimise_prompt(prompt, mode)

    assert better.startswith(prompt)
    assert len(better) > len(prompt) + 20
    assert detect(better) == detect(prompt)


def test_an_empty_prompt_stays_empty() -> None:
    assert optimise_prompt("  ", "cinematic") == ""


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("A lighthouse keeper befriends a storm", "en"),
        ("Una niña construye un cohete", "es"),
        ("Un vieux pêcheur cherche une étoile", "fr"),
        ("Ein Mädchen baut eine Rakete", "de"),
        ("Um faroleiro faz amizade com uma tempestade", "pt"),
        ("Il guardiano del faro fa amicizia con una tempesta", "it"),
        ("一个灯塔守护者", "zh"),
        ("灯台守と嵐の物語", "ja"),
        ("Сторож маяка", "ru"),
        ("Ocean", "en"),
        ("", "en"),
        ("🚀", "en"),
    ],
)
def test_languages_are_told_apart(text: str, language: str) -> None:
    assert detect(text) == language


@pytest.mark.parametrize(
    ("sentence", "family", "subject", "thing"),
    [
        ("A lighthouse keeper befriends a storm", "befriend", "lighthouse keeper", "storm"),
        ("Una niña construye un cohete de cartón en su azotea", "build", "niña", "cohete de cartón"),
        ("Un chat vole une horloge dans un musée", "steal", "chat", "horloge"),
        ("Zwei alte Freunde streiten über eine Landkarte", "argue", "alte Freunde", "Landkarte"),
        ("A shy boy falls in love with a violinist at the train station", "love", "shy boy", "violinist"),
        ("A wizard outfoxes a goblin", "general", "wizard", "goblin"),
    ],
)
def test_a_sentence_is_read_for_who_does_what_to_whom(sentence: str, family: str, subject: str, thing: str) -> None:
    read = understand(sentence)

    assert read.family == family
    assert read.subject is not None
    assert read.subject.bare == subject
    assert read.object is not None
    assert read.object.bare == thing


@pytest.mark.parametrize(
    ("form", "base"),
    [("outwits", "outwit"), ("carries", "carry"), ("watches", "watch"), ("arguing", "argue"), ("passes", "pass")],
)
def test_english_verbs_are_brought_to_their_base_form(form: str, base: str) -> None:
    assert lemma(form) == base
