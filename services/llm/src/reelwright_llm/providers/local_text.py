"""`local/text`, `local/embed`, `local/moderation`: the offline engine as a provider; no key, no network, no model."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Sequence

from reelwright_kit.ids import new_id
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.providers import local
from reelwright_llm.providers.interface import (
    Answer,
    Embedded,
    Head,
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

WORDS_PER_TOKEN = 0.75
DEFAULT_WORDS = 400
DEFAULT_DIMENSIONS = 256


class LocalText:
    """Answers by grammar and templates."""

    card = ModelCard(
        "local/text",
        "local",
        "Grammar and templates",
        "chat",
        ("json_schema", "streaming"),
        context_tokens=100_000,
        max_output_tokens=32_000,
    )

    async def answer(self, question: Question) -> Answer:
        text = await asyncio.to_thread(_complete, question)
        return Answer.said(Head(new_id("txt")), text, "stop", _usage(question, text))

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        text = await asyncio.to_thread(_complete, question)
        for piece in local.pieces(text):
            yield Piece.said(piece)
        yield Piece.said("", "stop", _usage(question, text))


class LocalEmbedding:
    """Hashes words and character n-grams into a vector."""

    card = ModelCard("local/embed", "local", "Hashed words and n-grams", "embedding")

    async def embed(self, texts: Texts) -> Embedded:
        size = texts.dimensions or DEFAULT_DIMENSIONS
        vectors = await asyncio.to_thread(lambda: [local.embed(text, size) for text in texts.inputs])
        return Embedded(vectors, Usage(sum(local.count_tokens(text) for text in texts.inputs), 0))


class LocalJudge:
    """Matches word patterns."""

    card = ModelCard("local/moderation", "local", "Word patterns", "moderation")

    async def judge(self, texts: Sequence[str], images: Sequence[Media], extra: Json) -> Judged:
        if images:
            raise CapabilityUnsupported("images", self.card.id, "images")
        judgements = tuple(judge(text) for text in texts)
        return Judged(judgements, Usage(sum(local.count_tokens(text) for text in texts), 0), new_id("txt"))


def judge(text: str) -> Judgement:
    """Whether `text` is harmful, by word patterns."""
    found = local.moderate(text)
    flagged = tuple(sorted(name for name, score in found.categories.items() if score >= 0.5))
    return Judgement(found.flagged, dict(found.categories), flagged)


def _complete(question: Question) -> str:
    messages = [local.Message(turn.role, turn.words) for turn in question.turns]
    schema = question.schema if question.schema is not None else ({"type": "object"} if question.json else None)
    words = int(question.max_output_tokens * WORDS_PER_TOKEN) if question.max_output_tokens else DEFAULT_WORDS
    return local.complete(messages, schema=schema, seed=_seed(question), max_words=max(words, 1))


def _seed(question: Question) -> int:
    if question.seed is not None:
        return question.seed
    asked = "\0".join(turn.words for turn in question.turns)
    return int.from_bytes(hashlib.sha256(asked.encode()).digest()[:4], "big")


def _usage(question: Question, text: str) -> Usage:
    return Usage(sum(local.count_tokens(turn.words) for turn in question.turns), local.count_tokens(text))
