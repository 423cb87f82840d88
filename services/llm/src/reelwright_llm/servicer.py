"""LlmService: proto in, use-case, proto out."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.ids import new_id
from reelwright_kit.money.prices import Prices
from reelwright_llm.analysing import Analysing
from reelwright_llm.answers import Answers
from reelwright_llm.chatting import Chatting
from reelwright_llm.coalescing import together
from reelwright_llm.embedding import Embedding
from reelwright_llm.judging import Judging
from reelwright_llm.offers import Offers
from reelwright_llm.optimising import Optimising, Wish
from reelwright_llm.providers.interface import Texts
from reelwright_llm.reading import asked_from, ceiling_of, json_of, look_from, media_of
from reelwright_llm.rendering import (
    chat_message,
    chunk_message,
    cost_message,
    judgement_message,
    model_message,
    seen_message,
    struct_of,
    usage_message,
)
from reelwright_llm.repeating import once

SERVICE = "reelwright.llm.v1.LlmService"

Context = grpc.aio.ServicerContext[Any, Any]


class LlmServicer(rpc.LlmServiceServicer):
    """Answers, embeds and judges."""

    def __init__(
        self,
        chatting: Chatting,
        embedding: Embedding,
        judging: Judging,
        optimising: Optimising,
        analysing: Analysing,
        answers: Answers,
        offers: Offers,
        prices: Prices,
    ) -> None:
        self._chatting = chatting
        self._embedding = embedding
        self._judging = judging
        self._optimising = optimising
        self._analysing = analysing
        self._answers = answers
        self._offers = offers
        self._prices = prices

    async def Chat(self, request: pb.ChatRequest, context: Context) -> pb.ChatResponse:
        return chat_message(await self._chatting.answer(asked_from(request)))

    async def StreamChat(self, request: pb.StreamChatRequest, context: Context) -> AsyncIterator[pb.StreamChatResponse]:
        async with contextlib.aclosing(together(self._chatting.stream(asked_from(request)))) as batches:
            async for batch in batches:
                yield pb.StreamChatResponse(chunks=[chunk_message(piece) for piece in batch])

    async def Embed(self, request: pb.EmbedRequest, context: Context) -> pb.EmbedResponse:
        return await once(self._answers, request, pb.EmbedResponse, lambda: self._embed(request))

    async def _embed(self, request: pb.EmbedRequest) -> pb.EmbedResponse:
        dimensions = request.dimensions if request.HasField("dimensions") else None
        numbered = [one.tokens for one in request.token_inputs]
        texts = Texts(list(request.inputs), dimensions, request.user, json_of(request.extra), numbered)
        card, made, usage, micros = await self._embedding.embed(request.model, texts, ceiling_of(request))
        return pb.EmbedResponse(
            embeddings=[pb.Embedding(index=n, values=vector) for n, vector in enumerate(made.vectors)],
            usage=usage_message(usage),
            model=card.id,
            provider=card.provider,
            cost=cost_message(micros),
            extra=struct_of(made.extra),
        )

    async def Moderate(self, request: pb.ModerateRequest, context: Context) -> pb.ModerateResponse:
        return await once(self._answers, request, pb.ModerateResponse, lambda: self._moderate(request))

    async def _moderate(self, request: pb.ModerateRequest) -> pb.ModerateResponse:
        images = [media_of("image", image, f"images[{n}]") for n, image in enumerate(request.images)]
        card, judged, micros = await self._judging.judge(
            request.model, list(request.texts), images, json_of(request.extra), ceiling_of(request)
        )
        return pb.ModerateResponse(
            id=judged.id or new_id("txt"),
            model=card.id,
            provider=card.provider,
            flagged=any(one.flagged for one in judged.judgements),
            results=[judgement_message(one) for one in judged.judgements],
            cost=cost_message(micros),
            extra=struct_of(judged.extra),
        )

    async def OptimizePrompt(self, request: pb.OptimizePromptRequest, context: Context) -> pb.OptimizePromptResponse:
        return await once(self._answers, request, pb.OptimizePromptResponse, lambda: self._optimise(request))

    async def _optimise(self, request: pb.OptimizePromptRequest) -> pb.OptimizePromptResponse:
        mode, target = request.mode or "general", request.target or "image"
        extra, ceiling = json_of(request.extra), ceiling_of(request)
        made = await self._optimising.rewrite(
            request.model, Wish(request.prompt, mode, target, request.language, extra, ceiling)
        )
        return pb.OptimizePromptResponse(
            prompt=made.prompt,
            usage=usage_message(made.usage),
            model=made.model,
            provider=made.provider,
            cost=cost_message(made.cost_micros),
        )

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        cards = [model.card for model in self._offers.text.all(request.configured_only)]
        cards += [model.card for model in self._offers.embedding.all(request.configured_only)]
        cards += [model.card for model in self._offers.judging.all(request.configured_only)]
        chosen = [card for card in cards if not request.kind or card.kind == request.kind]
        return pb.ListModelsResponse(
            models=[model_message(card, self._prices.per_million_tokens(card.id)) for card in chosen]
        )

    async def Analyze(self, request: pb.AnalyzeRequest, context: Context) -> pb.AnalyzeResponse:
        return await once(self._answers, request, pb.AnalyzeResponse, lambda: self._analyse(request))

    async def _analyse(self, request: pb.AnalyzeRequest) -> pb.AnalyzeResponse:
        return seen_message(await self._analysing.look(request.model, look_from(request)))
