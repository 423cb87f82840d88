"""LlmService: proto in, use-case, proto out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import grpc

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import NotOffered
from reelwright_kit.ids import new_id
from reelwright_kit.jobs.rendering import timestamp
from reelwright_kit.money.prices import Prices, TokenPrices
from reelwright_llm.answers import Answers
from reelwright_llm.chatting import Chatting
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.metering import EMBEDDING, LIKELY_ANSWER_TOKENS, MODERATION, TEXT, Meter, tokens_of
from reelwright_llm.providers import local
from reelwright_llm.providers.interface import EmbeddingModel, Judgement, ModelCard, TextModel, Usage
from reelwright_llm.providers.local_text import judge
from reelwright_llm.reading import asked_from, ceiling_of
from reelwright_llm.repeating import once

SERVICE = "reelwright.llm.v1.LlmService"

Context = grpc.aio.ServicerContext[Any, Any]

JUDGE = ModelCard("local/moderation", "local", "Word patterns", "moderation")

PIECES_PER_MESSAGE = 8
"""Pending pieces go out together: a message costs far more than a piece."""


class LlmServicer(rpc.LlmServiceServicer):
    """Answers, embeds and judges."""

    def __init__(
        self,
        chatting: Chatting,
        answers: Answers,
        text_models: Catalogue[TextModel],
        embedding_models: Catalogue[EmbeddingModel],
        meter: Meter,
        prices: Prices,
    ) -> None:
        self._chatting = chatting
        self._answers = answers
        self._text_models = text_models
        self._embedding_models = embedding_models
        self._meter = meter
        self._prices = prices

    async def Chat(self, request: pb.ChatRequest, context: Context) -> pb.ChatResponse:
        answer = await self._chatting.answer(asked_from(request))
        message = pb.Message(role="assistant", content=answer.text)
        return pb.ChatResponse(
            id=answer.id,
            create_time=timestamp(datetime.now(UTC)),
            model=answer.model,
            provider=answer.provider,
            choices=[pb.Choice(index=0, message=message, finish_reason=answer.finish_reason)],
            usage=usage_message(answer.usage),
        )

    async def StreamChat(self, request: pb.StreamChatRequest, context: Context) -> AsyncIterator[pb.StreamChatResponse]:
        card, pieces = self._chatting.stream(asked_from(request))
        answer, created = new_id("txt"), timestamp(datetime.now(UTC))
        pending: list[pb.ChatChunk] = []
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                delta = pb.Delta(role="assistant", content=piece.text)
                choice = pb.ChoiceDelta(index=0, delta=delta, finish_reason=piece.finish_reason)
                usage = usage_message(piece.usage) if piece.usage else None
                pending.append(
                    pb.ChatChunk(
                        id=answer,
                        create_time=created,
                        model=card.id,
                        provider=card.provider,
                        choices=[choice],
                        usage=usage,
                    )
                )
                if len(pending) == PIECES_PER_MESSAGE:
                    yield pb.StreamChatResponse(chunks=pending)
                    pending = []
        if pending:
            yield pb.StreamChatResponse(chunks=pending)

    async def Embed(self, request: pb.EmbedRequest, context: Context) -> pb.EmbedResponse:
        return await once(self._answers, request, pb.EmbedResponse, lambda: self._embed(request))

    async def _embed(self, request: pb.EmbedRequest) -> pb.EmbedResponse:
        model = self._embedding_models.choose(request.model)
        dimensions = request.dimensions if request.HasField("dimensions") else None
        async with self._meter.asking(
            EMBEDDING, model.card, Usage(tokens_of(request.inputs), 0), ceiling_of(request)
        ) as reading:
            vectors, usage = await model.embed(request.inputs, dimensions)
            reading.usage = usage
        embeddings = [pb.Embedding(index=n, values=vector) for n, vector in enumerate(vectors)]
        return pb.EmbedResponse(
            embeddings=embeddings, usage=usage_message(usage), model=model.card.id, provider=model.card.provider
        )

    async def Moderate(self, request: pb.ModerateRequest, context: Context) -> pb.ModerateResponse:
        return await once(self._answers, request, pb.ModerateResponse, lambda: self._moderate(request))

    async def _moderate(self, request: pb.ModerateRequest) -> pb.ModerateResponse:
        if request.images:
            raise CapabilityUnsupported("images", JUDGE.id, "images")
        async with self._meter.asking(
            MODERATION, JUDGE, Usage(tokens_of(request.texts), 0), ceiling_of(request)
        ) as reading:
            results = [judgement_message(judge(text)) for text in request.texts]
            reading.usage = Usage(sum(local.count_tokens(text) for text in request.texts), 0)
        return pb.ModerateResponse(id=new_id("txt"), model=JUDGE.id, provider=JUDGE.provider, results=results)

    async def OptimizePrompt(self, request: pb.OptimizePromptRequest, context: Context) -> pb.OptimizePromptResponse:
        return await once(self._answers, request, pb.OptimizePromptResponse, lambda: self._optimise(request))

    async def _optimise(self, request: pb.OptimizePromptRequest) -> pb.OptimizePromptResponse:
        model = self._text_models.choose(request.model)
        likely = Usage(tokens_of([request.prompt]), LIKELY_ANSWER_TOKENS)
        async with self._meter.asking(TEXT, model.card, likely, ceiling_of(request)) as reading:
            better = local.optimise_prompt(request.prompt, request.mode or "general")
            usage = reading.usage = Usage(local.count_tokens(request.prompt), local.count_tokens(better))
        return pb.OptimizePromptResponse(
            prompt=better, usage=usage_message(usage), model=model.card.id, provider=model.card.provider
        )

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        text, embedding = (m.all(request.configured_only) for m in (self._text_models, self._embedding_models))
        cards = [model.card for model in text] + [model.card for model in embedding]
        chosen = [card for card in cards if not request.kind or card.kind == request.kind]
        return pb.ListModelsResponse(
            models=[model_message(card, self._prices.per_million_tokens(card.id)) for card in chosen]
        )

    async def Analyze(self, request: pb.AnalyzeRequest, context: Context) -> pb.AnalyzeResponse:
        raise NotOffered.call("Analyze")


def judgement_message(judged: Judgement) -> pb.ModerationResult:
    """A judgement as the contract shows it."""
    return pb.ModerationResult(
        flagged=judged.flagged, categories=judged.categories, flagged_categories=judged.flagged_categories
    )


def usage_message(usage: Usage) -> pb.Usage:
    """Token usage as the contract shows it."""
    return pb.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
    )


def model_message(card: ModelCard, price: TokenPrices | None) -> pb.LlmModel:
    """A model as the contract shows it."""
    return pb.LlmModel(
        id=card.id,
        provider=card.provider,
        display_name=card.display_name,
        configured=card.configured,
        reason=card.reason,
        kind=card.kind,
        capabilities=card.capabilities,
        context_tokens=card.context_tokens,
        max_output_tokens=card.max_output_tokens,
        input_price_micros=price.input_micros if price else None,
        output_price_micros=price.output_micros if price else None,
    )
