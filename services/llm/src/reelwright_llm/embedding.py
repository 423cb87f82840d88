"""Turns texts into vectors, counted and charged like answers."""

from __future__ import annotations

from reelwright_kit.catalogue import Catalogue
from reelwright_llm.metering import EMBEDDING, Meter, tokens_of
from reelwright_llm.providers.interface import Embedded, EmbeddingModel, ModelCard, Texts, Usage


class Embedding:
    """Turns texts into vectors."""

    def __init__(self, models: Catalogue[EmbeddingModel], meter: Meter) -> None:
        self._models = models
        self._meter = meter

    async def embed(self, model: str, texts: Texts, ceiling: int | None) -> tuple[ModelCard, Embedded, int]:
        """The model that did it, the vectors, and what they cost in millionths of a US dollar."""
        chosen = self._models.choose(model)
        likely = Usage(tokens_of(texts.inputs), 0)
        async with self._meter.asking(EMBEDDING, chosen.card, likely, ceiling) as reading:
            made = await chosen.embed(texts)
            reading.usage = made.usage
        return chosen.card, made, self._meter.micros(chosen.card, made.usage)
