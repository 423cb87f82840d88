"""The use-case of this service: ask a model, once per request id."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncGenerator
from operator import is_

import msgspec
from msgspec.structs import replace

from reelwright_kit import caller
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.ids import new_id
from reelwright_llm.answers import Answers, Claim
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.joining import joined, pieces_of
from reelwright_llm.providers.interface import Answer, Delta, Head, Piece, Question, TextModel


class Asked(msgspec.Struct, frozen=True):
    """A question with what the service needs to know about it."""

    question: Question
    model: str = ""
    request_id: str = ""
    digest: bytes = b""
    needs: tuple[tuple[str, str], ...] = ()
    """Fields of the request with the capability each needs."""

    @property
    def claim(self) -> Claim:
        """The question as the current caller's, under its request id."""
        return Claim(caller.current().tenant, self.request_id, self.digest)


class KeptAnswer(msgspec.Struct):
    """An answer at rest."""

    id: str
    answer: Answer


class Chatting:
    """Asks models."""

    def __init__(self, catalogue: Catalogue[TextModel], answers: Answers) -> None:
        self._catalogue = catalogue
        self._answers = answers

    async def answer(self, asked: Asked) -> Answer:
        """The answer; one that was given before under the same request id is given again."""
        model = self._model_for(asked)
        if not asked.request_id:
            return await self._asked(model, asked)
        made = await self._answers.once(asked.claim, lambda: self._encoded(model, asked))
        return msgspec.json.decode(made, type=KeptAnswer).answer

    async def _encoded(self, model: TextModel, asked: Asked) -> bytes:
        return _kept(await self._asked(model, asked))

    async def _asked(self, model: TextModel, asked: Asked) -> Answer:
        answer = await model.answer(asked.question)
        complete = answer.head.id and answer.head.created
        return answer if complete else replace(answer, head=_identified(answer.head, _new_head()))

    def stream(self, asked: Asked) -> AsyncGenerator[Piece]:
        """The answer piece by piece; one given before under the id is given again."""
        model = self._model_for(asked)
        return self._kept(model, asked) if asked.request_id else self._streamed(model, asked)

    async def _kept(self, model: TextModel, asked: Asked) -> AsyncGenerator[Piece]:
        kept = await self._answers.claim(asked.claim)
        if kept:
            for piece in pieces_of(msgspec.json.decode(kept, type=KeptAnswer).answer):
                yield piece
            return
        said = list[Piece]()
        async with self._answers.making(asked.claim):
            async with contextlib.aclosing(self._streamed(model, asked)) as pieces:
                async for piece in pieces:
                    said.append(piece)
                    yield piece
            await self._answers.keep(asked.claim, _kept(joined(said)))

    async def _streamed(self, model: TextModel, asked: Asked) -> AsyncGenerator[Piece]:
        head, begun = _new_head(), set[int]()
        async with contextlib.aclosing(model.stream(asked.question)) as pieces:
            async for piece in pieces:
                # A provider may leave the id out of some.
                head = _identified(piece.head, head)
                deltas = tuple(_opened(delta, begun) for delta in piece.deltas)
                same = head is piece.head and all(map(is_, deltas, piece.deltas))
                yield piece if same else replace(piece, deltas=deltas, head=head)

    def model(self, name: str) -> TextModel:
        """The model of this name, or the one that answers when there is none; raises ModelNotFound."""
        return self._catalogue.choose(name)

    def check(self, asked: Asked) -> None:
        """Raises what is wrong with the question and is known without asking."""
        self._model_for(asked)

    def _model_for(self, asked: Asked) -> TextModel:
        model = self.model(asked.model)
        for field, capability in asked.needs:
            if capability not in model.card.capabilities:
                raise CapabilityUnsupported(field, model.card.id, capability)
        return model


def _kept(answer: Answer) -> bytes:
    return msgspec.json.encode(KeptAnswer(answer.head.id, answer))


def _new_head() -> Head:
    return Head(new_id("txt"), int(time.time()))


def _opened(delta: Delta, begun: set[int]) -> Delta:
    """`delta`, which says who speaks if it is the first of its choice and only then."""
    first = delta.index not in begun
    begun.add(delta.index)
    role = "assistant" if first else ""
    return delta if delta.role == role else replace(delta, role=role)


def _identified(head: Head, otherwise: Head) -> Head:
    if head.id and head.created:
        return head
    return replace(head, id=head.id or otherwise.id, created=head.created or otherwise.created)
