"""Lives of a service drawn from a seed: what is ordered in each, when it is killed, and who comes after it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

from tests.paid.studio import MODELS

LONGEST_LIFE_S = 3.0
TAKEOVER_LIFE_S = 8.0
"""Long enough to take over the jobs of one that was replaced."""
MOST_ORDERS = 6

SUBMITTING = (
    "",
    "",
    "[fake:429 times=2 retry_after_s=0]",
    "[fake:429 retry_after_s=1]",
    "[fake:drop]",
    "[fake:reset]",
    "[fake:malformed]",
    "[fake:drip piece_bytes=65536 every_s=0.2]",
)
"""What goes wrong, or not, while a provider is asked."""
FOLLOWING = (
    "",
    "",
    "[fake:polls=0]",
    "[fake:polls=4]",
    "[fake:500 at=poll times=2]",
    "[fake:drop at=poll]",
    "[fake:503 at=result]",
    "[fake:truncate]",
    "[fake:expired]",
    "[fake:drip at=download piece_bytes=65536 every_s=0.2]",
)
"""What goes wrong, or not, while it is followed and collected from."""


@dataclass(frozen=True)
class Order:
    """One picture of one vendor."""

    vendor: str
    prompt: str


@dataclass(frozen=True)
class Life:
    """One process from its readiness to its kill."""

    number: int
    seconds: float
    orders: tuple[Order, ...]
    replaced: bool
    """Whether another identity comes after it."""


def lives(seed: int) -> Iterator[Life]:
    """Lives without end; the same seed gives the same ones, however long each step takes."""
    chance = random.Random(seed)
    number = 0
    while True:
        number += 1
        orders = tuple(_order(chance, number, n) for n in range(chance.randint(1, MOST_ORDERS)))
        seconds = TAKEOVER_LIFE_S if chance.random() < 0.15 else chance.uniform(0, LONGEST_LIFE_S)
        yield Life(number, seconds, orders, replaced=chance.random() < 0.3)


def _order(chance: random.Random, life: int, number: int) -> Order:
    directives = f"{chance.choice(SUBMITTING)} {chance.choice(FOLLOWING)}"
    return Order(chance.choice(tuple(MODELS)), f"swift {number} of life {life} {directives}".strip())
