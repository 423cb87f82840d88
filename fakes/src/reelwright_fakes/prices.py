"""What the fake charges: round invented numbers, near enough to life that a bill means something."""

from __future__ import annotations

from typing import Literal

import msgspec

Unit = Literal[
    "picture", "megapixel", "output token", "text token", "image token", "prompt token", "completion token",
]  # fmt: skip


class Price(msgspec.Struct, frozen=True):
    """Micro-USD per unit, for models whose name contains `model` (empty: all others of the vendor)."""

    vendor: str
    model: str
    unit: Unit
    micro_usd: int


PRICES = (
    Price("openai", "-mini", "output token", 8),
    Price("openai", "", "output token", 40),
    Price("openai", "", "text token", 5),
    Price("openai", "", "image token", 10),
    Price("openai", "embedding", "prompt token", 1),
    Price("openai", "-mini", "prompt token", 1),
    Price("openai", "-mini", "completion token", 2),
    Price("openai", "", "prompt token", 3),
    Price("openai", "", "completion token", 12),
    Price("azure", "embedding", "prompt token", 1),
    Price("azure", "", "prompt token", 3),
    Price("azure", "", "completion token", 12),
    Price("fast", "", "prompt token", 1),
    Price("fast", "", "completion token", 1),
    Price("anthropic", "haiku", "prompt token", 1),
    Price("anthropic", "haiku", "completion token", 5),
    Price("anthropic", "", "prompt token", 3),
    Price("anthropic", "", "completion token", 15),
    Price("gemini", "embedding", "prompt token", 1),
    Price("gemini", "flash", "prompt token", 1),
    Price("gemini", "flash", "completion token", 4),
    Price("gemini", "", "prompt token", 2),
    Price("gemini", "", "completion token", 12),
    Price("fal", "flux/schnell", "megapixel", 3_000),
    Price("fal", "flux-2-pro", "megapixel", 50_000),
    Price("fal", "nano-banana", "picture", 39_000),
    Price("fal", "", "megapixel", 25_000),
    Price("replicate", "flux-schnell", "picture", 3_000),
    Price("replicate", "pro", "picture", 40_000),
    Price("replicate", "", "picture", 25_000),
)


def price_of(vendor: str, model: str, *units: Unit) -> Price:
    """The first price of the vendor that fits the model, in one of `units` if any are given; raises LookupError."""
    for price in PRICES:
        if price.vendor == vendor and price.model in model and (not units or price.unit in units):
            return price
    raise LookupError(f"no price of {vendor} for {model}")
