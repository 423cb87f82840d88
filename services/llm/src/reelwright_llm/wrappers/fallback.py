"""A chain of models: the next one is asked when one has trouble that is not the question's."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Sequence

from reelwright_kit import logs
from reelwright_llm.errors import TROUBLE
from reelwright_llm.providers.interface import Answer, ModelCard, Piece, Question, TextModel

log = logs.logger(__name__)


class FallbackText:
    """Asks `models` in order until one answers; each is charged for what it did. A streamed answer that began stays."""

    def __init__(self, models: Sequence[TextModel]) -> None:
        self.card: ModelCard = models[0].card
        self._models = models

    async def answer(self, question: Question) -> Answer:
        for model in self._models[:-1]:
            try:
                return await model.answer(question)
            except TROUBLE as error:
                log.warning("model_replaced", model=model.card.id, reason=error.reason)
        return await self._models[-1].answer(question)

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        for model in self._models:
            begun = False
            try:
                async with contextlib.aclosing(model.stream(question)) as pieces:
                    async for piece in pieces:
                        begun = True
                        yield piece
                return
            except TROUBLE as error:
                if begun or model is self._models[-1]:
                    raise
                log.warning("model_replaced", model=model.card.id, reason=error.reason)
