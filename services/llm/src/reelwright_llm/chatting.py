"""The use-case of this service: ask a model, once per request id."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass

from reelwright_kit import caller
from reelwright_kit.catalogue import Catalogue
from reelwright_llm.answers import Answers
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.providers.interface import Answer, ModelCard, Piece, Question, TextModel


@dataclass(frozen=True)
class Asked:
    """A question with what the service needs to know about it."""

    question: Question
    model: str = ""
    request_id: str = ""
    digest: bytes = b""
    needs: tuple[tuple[str, str], ...] = ()
    """Fields of the request with the capability each needs."""


class Chatting:
    """Asks models."""

    def __init__(self, catalogue: Catalogue[TextModel], answers: Answers) -> None:
        self._catalogue = catalogue
        self._answers = answers

    async def answer(self, asked: Asked) -> Answer:
        """The answer; one that was given before under the same request id is given again."""
        model = self._model_for(asked)
        if not asked.request_id:
            return await model.answer(asked.question)
        tenant = caller.current().tenant
        known = await self._answers.find(tenant, asked.request_id, asked.digest)
        if known:
            return known
        answer = await model.answer(asked.question)
        return await self._answers.keep(tenant, asked.request_id, asked.digest, answer)

    def stream(self, asked: Asked) -> tuple[ModelCard, AsyncGenerator[Piece]]:
        """The model that answers, and its answer piece by piece."""
        model = self._model_for(asked)
        return model.card, model.stream(asked.question)

    def _model_for(self, asked: Asked) -> TextModel:
        model = self._catalogue.choose(asked.model)
        for field, capability in asked.needs:
            if capability not in model.card.capabilities:
                raise CapabilityUnsupported(field, model.card.id, capability)
        return model
