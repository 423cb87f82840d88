"""A span around every answer of a model, named as OpenTelemetry's conventions for generative models say."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator

from opentelemetry import trace

from reelwright_kit import telemetry
from reelwright_llm.providers.interface import Answer, ModelCard, Piece, Question, TextModel, Usage

OPERATION = "gen_ai.operation.name"
PROVIDER = "gen_ai.provider.name"
MODEL = "gen_ai.request.model"
INPUT_TOKENS = "gen_ai.usage.input_tokens"
OUTPUT_TOKENS = "gen_ai.usage.output_tokens"
ANSWER = "gen_ai.response.id"


class TracedText:
    """Notes the provider, the model and the tokens; never what was said."""

    def __init__(self, model: TextModel) -> None:
        self.card: ModelCard = model.card
        self._model = model

    async def answer(self, question: Question) -> Answer:
        with telemetry.span(f"chat {self.card.id}", **self._attributes()) as span:
            answer = await self._model.answer(question)
            _note(span, answer.usage, answer.head.id)
            return answer

    async def stream(self, question: Question) -> AsyncGenerator[Piece]:
        # Not made the current one: pieces are read in whatever context the reader is in.
        span = trace.get_tracer("reelwright").start_span(f"chat {self.card.id}", attributes=self._attributes())
        try:
            async with contextlib.aclosing(self._model.stream(question)) as pieces:
                async for piece in pieces:
                    if piece.usage:
                        _note(span, piece.usage, piece.head.id)
                    yield piece
        finally:
            span.end()

    def _attributes(self) -> dict[str, str]:
        return {OPERATION: "chat", PROVIDER: self.card.provider, MODEL: self.card.id.partition("/")[2]}


def _note(span: trace.Span, usage: Usage | None, answer: str) -> None:
    if usage:
        span.set_attribute(INPUT_TOKENS, usage.input_tokens)
        span.set_attribute(OUTPUT_TOKENS, usage.output_tokens)
    if answer:
        span.set_attribute(ANSWER, answer)
