"""A model with its price: held before it is asked, settled by what it used, and said in the answer."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from msgspec.structs import replace

from reelwright_llm.metering import TEXT, Meter, likely_use
from reelwright_llm.providers.interface import Answer, Head, ModelCard, Piece, Question, TextModel


class PricedText:
    """Counts and charges every answer of `model`; the last piece of a streamed one always has usage and cost."""

    def __init__(self, model: TextModel, meter: Meter) -> None:
        self.card: ModelCard = model.card
        self._model = model
        self._meter = meter

    async def answer(self, question: Question) -> Answer:
        likely = likely_use(question)
        async with self._meter.asking(TEXT, self.card, likely, question.ceiling_micros) as reading:
            answer = await self._model.answer(question)
            reading.said_characters = sum(_written(answer))
            reading.usage = answer.usage
        return replace(answer, head=self._signed(answer.head), usage=reading.used, cost_micros=reading.cost_micros)

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        likely, head = likely_use(question), Head()
        async with (
            self._meter.asking(TEXT, self.card, likely, question.ceiling_micros) as reading,
            contextlib.aclosing(self._model.stream(question)) as pieces,
        ):
            async for piece in pieces:
                reading.said_characters += sum(delta.characters for delta in piece.deltas)
                head = self._signed(piece.head)
                reading.usage = piece.usage or reading.usage
                if piece.usage or head is not piece.head:
                    micros = self._meter.micros(self.card, piece.usage) if piece.usage else 0
                    yield replace(piece, head=head, cost_micros=micros)
                else:
                    yield piece
            if reading.usage is None:
                usage = reading.usage = reading.used
                yield Piece(usage=usage, head=head, cost_micros=self._meter.micros(self.card, usage))

    def _signed(self, head: Head) -> Head:
        card = self.card
        signed = head.model == card.id and head.provider == card.provider
        return head if signed else replace(head, model=card.id, provider=card.provider)


def _written(answer: Answer) -> list[int]:
    turns = [choice.turn for choice in answer.choices]
    return [len(turn.words) + len(turn.reasoning) + sum(len(call.arguments) for call in turn.calls) for turn in turns]
