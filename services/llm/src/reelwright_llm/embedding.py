"""Turns texts into vectors, counted and charged like answers."""

from __future__ import annotations

from reelwright_kit.catalogue import Catalogue
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.metering import EMBEDDING, Meter, tokens_of
from reelwright_llm.providers.interface import Embedded, EmbeddingModel, ModelCard, Texts, Usage

TOKEN_INPUT = "token_input"


class Embedding:
    """Turns texts into vectors."""

    def __init__(self, models: Catalogue[EmbeddingModel], meter: Meter) -> None:
        self._models = models
        self._meter = meter

    async def embed(self, model: str, texts: Texts, ceiling: int | None) -> tuple[ModelCard, Embedded, Usage, int]:
        """The model that did it, the vectors, the tokens, and what they cost in millionths of a US dollar.

        Raises CapabilityUnsupported for numbers of tokens that the model does not take.
        """
        chosen = self._models.choose(model)
        if texts.token_inputs and TOKEN_INPUT not in chosen.card.capabilities:
            raise CapabilityUnsupported("token_inputs", chosen.card.id, TOKEN_INPUT)
        async with self._meter.asking(EMBEDDING, chosen.card, likely_use(texts), ceiling) as reading:
            made = await chosen.embed(texts)
            reading.usage = made.usage
        return chosen.card, made, reading.used, self._meter.micros(chosen.card, reading.used)


def likely_use(texts: Texts) -> Usage:
    """What reading the texts takes, known only where their tokens are numbered."""
    numbered = sum(len(tokens) for tokens in texts.token_inputs)
    return Usage(numbered or tokens_of(texts.inputs), 0)
