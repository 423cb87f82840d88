"""The use-case of this service: ask a model, once per request id."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import msgspec

from reelwright_kit import caller
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.ids import new_id
from reelwright_llm.answers import Answers, Claim
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.metering import TEXT, Meter, likely_use
from reelwright_llm.providers.interface import Answer, ModelCard, Piece, Question, TextModel, Usage


@dataclass(frozen=True)
class Asked:
    """A question with what the service needs to know about it."""

    question: Question
    model: str = ""
    request_id: str = ""
    digest: bytes = b""
    ceiling_micros: int | None = None
    """What the answer may cost, millionths of a US dollar."""
    needs: tuple[tuple[str, str], ...] = ()
    """Fields of the request with the capability each needs."""

    @property
    def claim(self) -> Claim:
        """The question as the current caller's, under its request id."""
        return Claim(caller.current().tenant, self.request_id, self.digest)


class Chatting:
    """Asks models."""

    def __init__(self, catalogue: Catalogue[TextModel], answers: Answers, meter: Meter) -> None:
        self._catalogue = catalogue
        self._answers = answers
        self._meter = meter

    async def answer(self, asked: Asked) -> Answer:
        """The answer; one that was given before under the same request id is given again."""
        model = self._model_for(asked)
        if not asked.request_id:
            return await self._asked(model, asked)
        made = await self._answers.once(asked.claim, lambda: self._encoded(model, asked))
        return msgspec.json.decode(made, type=Answer)

    async def _encoded(self, model: TextModel, asked: Asked) -> bytes:
        return msgspec.json.encode(await self._asked(model, asked))

    async def _asked(self, model: TextModel, asked: Asked) -> Answer:
        async with self._meter.asking(TEXT, model.card, likely_use(asked.question), asked.ceiling_micros) as reading:
            answer = await model.answer(asked.question)
            reading.usage = answer.usage
        return answer

    def stream(self, asked: Asked) -> tuple[ModelCard, AsyncGenerator[Piece]]:
        """The model that answers, and its answer piece by piece; one given before under the id is given again."""
        model = self._model_for(asked)
        pieces = self._kept(model, asked) if asked.request_id else self._streamed(model, asked)
        return model.card, pieces

    async def _kept(self, model: TextModel, asked: Asked) -> AsyncGenerator[Piece]:
        kept = await self._answers.claim(asked.claim)
        if kept:
            known = msgspec.json.decode(kept, type=Answer)
            yield Piece(known.text, known.finish_reason, known.usage)
            return
        said = []
        async with self._answers.making(asked.claim):
            async with contextlib.aclosing(self._streamed(model, asked)) as pieces:
                async for piece in pieces:
                    said.append(piece)
                    yield piece
            last, text = said[-1], "".join(piece.text for piece in said)
            usage = last.usage or Usage(0, 0)
            answer = Answer(new_id("txt"), model.card.id, model.card.provider, text, last.finish_reason, usage)
            await self._answers.keep(asked.claim, msgspec.json.encode(answer))

    async def _streamed(self, model: TextModel, asked: Asked) -> AsyncGenerator[Piece]:
        async with (
            self._meter.asking(TEXT, model.card, likely_use(asked.question), asked.ceiling_micros) as reading,
            contextlib.aclosing(model.stream(asked.question)) as pieces,
        ):
            async for piece in pieces:
                reading.said_characters += len(piece.text)
                reading.usage = piece.usage or reading.usage
                yield piece

    def _model_for(self, asked: Asked) -> TextModel:
        model = self._catalogue.choose(asked.model)
        for field, capability in asked.needs:
            if capability not in model.card.capabilities:
                raise CapabilityUnsupported(field, model.card.id, capability)
        return model
