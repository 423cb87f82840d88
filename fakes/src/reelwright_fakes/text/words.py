"""Sentences made of a fixed stock of words, chosen by a seed."""

from __future__ import annotations

import random
from collections.abc import Iterator

ADJECTIVES = ("quiet", "bright", "old", "patient", "narrow", "golden", "distant", "gentle", "restless", "clear")
NOUNS = ("harbour", "lantern", "river", "letter", "garden", "storm", "mountain", "keeper", "window", "orchard")
VERBS = ("watches", "follows", "remembers", "crosses", "carries", "answers", "finds", "guards", "leaves", "greets")


def sentence(dice: random.Random) -> str:
    """One sentence, like "The old keeper watches the distant harbour."."""
    pick = dice.choice
    return f"The {pick(ADJECTIVES)} {pick(NOUNS)} {pick(VERBS)} the {pick(ADJECTIVES)} {pick(NOUNS)}."


def endless(dice: random.Random) -> Iterator[str]:
    """Words without end, each one token of its own."""
    yield dice.choice(NOUNS)
    while True:
        yield f" {dice.choice((*ADJECTIVES, *NOUNS, *VERBS))}"


def word(dice: random.Random) -> str:
    """One word."""
    return dice.choice((*ADJECTIVES, *NOUNS))
