"""What providers of text, of embeddings and of judgements are to this service."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]


@dataclass(frozen=True)
class ModelCard:
    """What a model can do, as ListModels shows it."""

    id: str
    provider: str
    display_name: str
    kind: str
    """`chat`, `embedding` or `moderation`."""
    capabilities: tuple[str, ...] = ()
    context_tokens: int = 0
    max_output_tokens: int = 0
    configured: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Turn:
    """One message of a conversation."""

    role: str
    text: str


@dataclass(frozen=True)
class Question:
    """What a model is asked."""

    turns: tuple[Turn, ...]
    schema: Json | None = None
    """JSON Schema the answer must fit; None for prose."""
    json: bool = False
    """Answer with any JSON object."""
    seed: int | None = None
    max_output_tokens: int | None = None


@dataclass(frozen=True)
class Usage:
    """Tokens a call used."""

    input_tokens: int
    output_tokens: int


@dataclass(frozen=True)
class Answer:
    """What a model said."""

    id: str
    model: str
    provider: str
    text: str
    finish_reason: str
    usage: Usage


@dataclass(frozen=True)
class Piece:
    """Part of an answer; the last one carries the finish reason and the usage."""

    text: str
    finish_reason: str = ""
    usage: Usage | None = None


@dataclass(frozen=True)
class Judgement:
    """Whether a text is harmful."""

    flagged: bool
    categories: dict[str, float]
    flagged_categories: tuple[str, ...]


class TextModel(Protocol):
    """Answers."""

    @property
    def card(self) -> ModelCard: ...

    async def answer(self, question: Question) -> Answer:
        """The whole answer."""

    def stream(self, question: Question) -> AsyncGenerator[Piece]:
        """The answer piece by piece."""


class EmbeddingModel(Protocol):
    """Turns texts into vectors."""

    @property
    def card(self) -> ModelCard: ...

    async def embed(self, texts: Sequence[str], dimensions: int | None) -> tuple[list[list[float]], Usage]:
        """One vector for each text."""
