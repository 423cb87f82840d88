"""Gemini: chats by generateContent and embeds, on the plain wire."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, Iterator
from urllib.parse import quote

import msgspec

from reelwright_kit.jobs.commission import ProviderBusy
from reelwright_llm.providers.gemini.answers import Reader, usage_from
from reelwright_llm.providers.gemini.problems import meant, refused
from reelwright_llm.providers.gemini.requests import content_body
from reelwright_llm.providers.interface import Answer, Embedded, ModelCard, Piece, Question, Texts
from reelwright_llm.providers.vendors import Vendor
from reelwright_llm.providers.wire.http import Refusal, Wire
from reelwright_llm.settings import LlmSettings, listed

URL = "https://generativelanguage.googleapis.com"
CAPABILITIES = (
    "image_input",
    "audio_input",
    "video_input",
    "file_input",
    "tools",
    "json_object",
    "json_schema",
    "reasoning",
    "seed",
    "choices",
    "streaming",
)
EMBEDDING_MODELS = ("gemini-embedding-001",)
_decode = msgspec.json.Decoder().decode


def vendor(settings: LlmSettings) -> Vendor:
    """Gemini's Developer API as the settings describe it."""
    key = settings.google_key or settings.gemini_key
    return Vendor(
        "gemini",
        settings.why_not("gemini"),
        settings.gemini_base_url or URL,
        {"x-goog-api-key": str(key)},
        GeminiText,
        GeminiEmbedding,
        capabilities=CAPABILITIES,
        chat_models=listed(settings.gemini_models),
        embedding_models=EMBEDDING_MODELS,
    )


class GeminiText:
    """Chats."""

    def __init__(self, card: ModelCard, name: str, wire: Wire) -> None:
        self.card = card
        self._name = name
        self._wire = wire

    async def answer(self, question: Question) -> Answer:
        with understood(self.card):
            body = await self._wire.post(_path(self._name, "generateContent"), content_body(question))
            answer = Reader(self.card.provider, self.card.id).answer_of(body)
            if not answer.choices:
                raise ProviderBusy(self.card.provider, "the answer has no candidates")
            return answer

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        reader, path = Reader(self.card.provider, self.card.id), _path(self._name, "streamGenerateContent?alt=sse")
        with understood(self.card):
            async with contextlib.aclosing(self._wire.stream(path, content_body(question))) as events:
                async for data in events:
                    body = _decode(data)
                    if error := body.get("error"):
                        raise meant(self.card.provider, self.card.id, int(error.get("code") or 500), body)
                    yield reader.piece_of(body)
        if not reader.ended:
            raise ProviderBusy(self.card.provider, "the answer broke off")
        yield reader.last()


class GeminiEmbedding:
    """Embeds."""

    def __init__(self, card: ModelCard, name: str, wire: Wire) -> None:
        self.card = card
        self._name = name
        self._wire = wire

    async def embed(self, texts: Texts) -> Embedded:
        size = {"outputDimensionality": texts.dimensions} if texts.dimensions else {}
        requests = [
            {"model": f"models/{self._name}", "content": {"parts": [{"text": text}]}, **size, **texts.extra}
            for text in texts.inputs
        ]
        with understood(self.card):
            answer = await self._wire.post(_path(self._name, "batchEmbedContents"), {"requests": requests})
            vectors = [one["values"] for one in answer["embeddings"]]
            if len(vectors) != len(texts.inputs):
                raise ProviderBusy(self.card.provider, f"gave {len(vectors)} vectors for {len(texts.inputs)} texts")
            return Embedded(vectors, usage_from(answer.get("usageMetadata") or {}))


@contextlib.contextmanager
def understood(card: ModelCard) -> Iterator[None]:
    """Turns what Gemini says into our failures, also an answer that is not what it should be."""
    try:
        yield
    except Refusal as refusal:
        raise refused(card.provider, card.id, refusal) from None
    except (KeyError, TypeError, ValueError, AttributeError, msgspec.DecodeError) as error:
        raise ProviderBusy(card.provider, f"the answer is not what it should be ({type(error).__name__})") from error


def _path(name: str, method: str) -> str:
    return f"/v1beta/models/{quote(name, safe='')}:{method}"
