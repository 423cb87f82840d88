"""Gives the answer to an equal question again, to the same tenant and only where it was asked for."""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import msgspec
from msgspec.structs import replace

from reelwright_kit import caller
from reelwright_llm.joining import joined, pieces_of
from reelwright_llm.providers.interface import Answer, ModelCard, Piece, Question, TextModel

MAX_BYTES = 64 * 1024 * 1024
"""What all answers that one process keeps take together; the longest unused go first."""


@dataclass(frozen=True)
class _Kept:
    content: bytes
    at: float


class AnswerCache:
    """Answers by what was asked, in this process."""

    def __init__(self, max_bytes: int = MAX_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._size = 0
        self._max_bytes = max_bytes
        self._clock = clock

    def find(self, key: bytes, age_s: float) -> Answer | None:
        """The answer under `key` that is at most so many seconds old."""
        found = self._kept.get(key)
        if found is None or self._clock() - found.at > age_s:
            return None
        self._kept.move_to_end(key)
        return msgspec.json.decode(found.content, type=Answer)

    def keep(self, key: bytes, answer: Answer) -> None:
        """Keeps an answer; an older one under the same key is forgotten."""
        if old := self._kept.pop(key, None):
            self._size -= len(old.content)
        content = msgspec.json.encode(answer)
        self._kept[key] = _Kept(content, self._clock())
        self._size += len(content)
        while self._size > self._max_bytes:
            _, gone = self._kept.popitem(last=False)
            self._size -= len(gone.content)


class CachedText:
    """Asks `model` only what the cache does not know; an answer that is given again costs nothing."""

    def __init__(self, model: TextModel, cache: AnswerCache, default_age_s: float) -> None:
        self.card: ModelCard = model.card
        self._model = model
        self._cache = cache
        self._default_age_s = default_age_s

    async def answer(self, question: Question) -> Answer:
        age_s = self._age_of(question)
        if not age_s:
            return await self._model.answer(question)
        key = self._key_of(question)
        if found := self._found(key, age_s):
            return found
        answer = await self._model.answer(question)
        self._cache.keep(key, answer)
        return answer

    def stream(self, question: Question) -> AsyncGenerator[Piece]:
        age_s = self._age_of(question)
        # No generator of its own where nothing is kept: every piece would pass it.
        return self._kept(question, age_s) if age_s else self._model.stream(question)

    async def _kept(self, question: Question, age_s: float) -> AsyncGenerator[Piece]:
        key = self._key_of(question)
        if found := self._found(key, age_s):
            for piece in pieces_of(found):
                yield piece
            return
        said = list[Piece]()
        async with contextlib.aclosing(self._model.stream(question)) as pieces:
            async for piece in pieces:
                said.append(piece)
                yield piece
        if said:
            self._cache.keep(key, joined(said))

    def _found(self, key: bytes, age_s: float) -> Answer | None:
        found = self._cache.find(key, age_s)
        if found is None:
            return None
        caller.mark_replayed()
        return replace(found, cost_micros=0)

    def _age_of(self, question: Question) -> float:
        return self._default_age_s if question.cache_s is None else question.cache_s

    def _key_of(self, question: Question) -> bytes:
        """Everything that decides the answer, and whose it is."""
        asked = replace(question, ceiling_micros=None, cache_s=None)
        material = (caller.current().tenant, self.card.id, asked)
        # The order of names decides in schemas, by which models write, and nowhere else.
        schemas = (question.schema, [tool.parameters for tool in question.tools])
        asked_for = msgspec.json.encode(material, order="sorted") + msgspec.json.encode(schemas)
        return hashlib.sha256(asked_for).digest()
