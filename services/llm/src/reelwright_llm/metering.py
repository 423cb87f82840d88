"""Counts what models are asked and what it costs, for the usage report."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from reelwright_kit.money.prices import Prices
from reelwright_kit.money.usage import UsageRecorder, Use
from reelwright_llm.providers.interface import ModelCard, Usage

TEXT, EMBEDDING, MODERATION = "text", "embedding", "moderation"
NOTHING = Usage(0, 0)


@dataclass
class Reading:
    """What one call used, as far as is known; whoever makes the call says it."""

    usage: Usage = NOTHING


class Meter:
    """Writes down every answer that a model makes; one that is given again is not made, and not counted."""

    def __init__(self, prices: Prices, recorder: UsageRecorder) -> None:
        self._prices = prices
        self._recorder = recorder

    @contextlib.asynccontextmanager
    async def asking(self, kind: str, card: ModelCard) -> AsyncIterator[Reading]:
        """Counts the call that the block makes for the current caller, unless it fails.

        A caller who leaves in the middle is counted with what the reading says by then.
        """
        reading = Reading()
        try:
            yield reading
        except Exception:
            raise
        except BaseException:
            await self._count(kind, card, reading.usage)
            raise
        await self._count(kind, card, reading.usage)

    async def _count(self, kind: str, card: ModelCard, usage: Usage) -> None:
        micros = self._prices.tokens(card.id, usage.input_tokens, usage.output_tokens) or 0
        used = Use.of_caller(kind, card.provider, card.id, usage.input_tokens, usage.output_tokens, micros)
        await self._recorder.record(used)
