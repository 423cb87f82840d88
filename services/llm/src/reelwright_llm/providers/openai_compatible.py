"""OpenAI, Azure OpenAI and every host that speaks their API: chat, embeddings, moderation."""

from __future__ import annotations

import base64
import contextlib
import struct
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.providers.interface import (
    Answer,
    Embedded,
    Json,
    Judged,
    Judgement,
    Media,
    ModelCard,
    Piece,
    Question,
    Texts,
    Usage,
)
from reelwright_llm.providers.openai.answers import answer_from, piece_from, usage_from
from reelwright_llm.providers.openai.problems import broken, refused
from reelwright_llm.providers.openai.requests import chat_body, streamed, url_of
from reelwright_llm.providers.wire.http import Refusal, Wire

DONE = b"[DONE]"
_decode = msgspec.json.Decoder().decode
_KNOWN_EMBEDDED = frozenset({"object", "data", "model", "usage", "id"})
_KNOWN_JUDGED = frozenset({"id", "model", "results", "usage"})
_KNOWN_JUDGEMENT = frozenset({"flagged", "categories", "category_scores"})


@dataclass(frozen=True)
class Paths:
    """Where a host answers, below its base address."""

    prefix: str = ""
    """With `{model}` where the host wants the model in the address."""
    api_version: str = ""

    def of(self, what: str, model: str) -> str:
        """The path of one call."""
        query = f"?{urlencode({'api-version': self.api_version})}" if self.api_version else ""
        return f"{self.prefix.format(model=quote(model, safe=''))}/{what}{query}"


CLASSIC_AZURE = "/openai/deployments/{model}"


@dataclass(frozen=True)
class Host:
    """One host with the ways it has of its own."""

    wire: Wire
    paths: Paths = Paths()
    tokens_field: str = "max_completion_tokens"
    """Compatible hosts know the older `max_tokens`."""

    async def ask(self, path: str, card: ModelCard, body: Json) -> Json:
        """The JSON that is answered; raises AppErrors, and Refusal."""
        answer = await self.wire.post(path, body)
        if not isinstance(answer, dict) or "error" in answer:
            raise broken(card.provider, card.id, answer if isinstance(answer, dict) else {})
        return answer


_MISUNDERSTOOD = (KeyError, TypeError, ValueError, AttributeError, msgspec.DecodeError)


class Understood:
    """Turns what the host says into our failures, also an answer that is not what it should be."""

    def __init__(self, card: ModelCard) -> None:
        self._card = card

    def __enter__(self) -> None:
        return

    def __exit__(self, _kind: Any, error: BaseException | None, _where: Any) -> None:
        if isinstance(error, Refusal):
            raise refused(self._card.provider, self._card.id, error) from None
        if isinstance(error, _MISUNDERSTOOD):
            cause = f"the answer is not what it should be ({type(error).__name__})"
            raise ProviderBusy(self._card.provider, cause) from error


class CompatibleText:
    """Chats."""

    def __init__(self, card: ModelCard, name: str, host: Host) -> None:
        self.card = card
        self._name = name
        self._host = host
        self._path = host.paths.of("chat/completions", name)

    async def answer(self, question: Question) -> Answer:
        body = chat_body(question, self._name, self._host.tokens_field)
        with Understood(self.card):
            answer = answer_from(await self._host.ask(self._path, self.card, body), self.card)
            if not answer.choices:
                raise ProviderBusy(self.card.provider, "the answer has no choices")
            return answer

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        body = streamed(chat_body(question, self._name, self._host.tokens_field))
        finished = False
        with Understood(self.card):
            async with contextlib.aclosing(self._host.wire.stream(self._path, body)) as events:
                async for data in events:
                    if data == DONE:
                        return
                    piece = self._piece(_decode(data))
                    finished = finished or any(delta.finish_reason for delta in piece.deltas)
                    yield piece
        if not finished:
            raise ProviderBusy(self.card.provider, "the answer broke off")

    def _piece(self, body: Any) -> Piece:
        if body.get("error"):
            raise broken(self.card.provider, self.card.id, body)
        return piece_from(body, self.card)


class CompatibleEmbedding:
    """Embeds."""

    def __init__(self, card: ModelCard, name: str, host: Host) -> None:
        self.card = card
        self._name = name
        self._host = host
        self._path = host.paths.of("embeddings", name)

    async def embed(self, texts: Texts) -> Embedded:
        given_texts: list[Any] = list(texts.inputs) or [list(tokens) for tokens in texts.token_inputs]
        known = {"model": self._name, "input": given_texts, "encoding_format": "base64"}
        given = {"dimensions": texts.dimensions, "user": texts.user or None}
        body = texts.extra | known | {name: value for name, value in given.items() if value is not None}
        with Understood(self.card):
            answer = await self._host.ask(self._path, self.card, body)
            rows = sorted(answer["data"], key=lambda row: int(row["index"]))
            if len(rows) != texts.count:
                raise ProviderBusy(self.card.provider, f"gave {len(rows)} vectors for {texts.count} texts")
            vectors = [_vector(row["embedding"]) for row in rows]
            usage = usage_from(answer.get("usage"))
        return Embedded(vectors, usage, _rest(answer, _KNOWN_EMBEDDED))


class CompatibleJudge:
    """Moderates texts and pictures."""

    def __init__(self, card: ModelCard, name: str, host: Host) -> None:
        self.card = card
        self._name = name
        self._host = host
        self._path = host.paths.of("moderations", name)

    async def judge(self, texts: Sequence[str], images: Sequence[Media], extra: Json) -> Judged:
        given: list[Any] = list(texts)
        if images:
            given = [{"type": "text", "text": text} for text in texts]
            given += [{"type": "image_url", "image_url": {"url": url_of(image)}} for image in images]
        body = extra | {"model": self._name, "input": given}
        with Understood(self.card):
            answer = await self._host.ask(self._path, self.card, body)
            judgements = tuple(_judgement(result) for result in answer["results"])
            usage = usage_from(answer.get("usage")) or Usage(0, 0)
            return Judged(judgements, usage, answer.get("id") or "", _rest(answer, _KNOWN_JUDGED))


def _judgement(result: Json) -> Judgement:
    flagged = tuple(sorted(name for name, struck in result["categories"].items() if struck))
    scores = {name: float(score) for name, score in result["category_scores"].items()}
    return Judgement(bool(result["flagged"]), scores, flagged, _rest(result, _KNOWN_JUDGEMENT))


def _vector(given: Any) -> Sequence[float]:
    """Little-endian 32-bit floats in base64; some hosts give a list whatever they are asked for."""
    if isinstance(given, list):
        return given
    content = base64.b64decode(given)
    return struct.unpack(f"<{len(content) // 4}f", content)


def _rest(body: Json, known: frozenset[str]) -> Json:
    return {name: value for name, value in body.items() if name not in known and value is not None}
