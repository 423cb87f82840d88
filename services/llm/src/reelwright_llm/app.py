"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.money.texts import Texts
from reelwright_kit.money.usage import UsageRecorder
from reelwright_kit.server import serve
from reelwright_llm.answers import Answers
from reelwright_llm.chatting import Chatting
from reelwright_llm.metering import Meter
from reelwright_llm.providers.interface import EmbeddingModel, TextModel
from reelwright_llm.providers.local_text import LocalEmbedding, LocalText
from reelwright_llm.servicer import SERVICE, LlmServicer
from reelwright_llm.settings import LlmSettings


async def run(settings: LlmSettings) -> None:
    """Runs the llm service until it is told to stop."""
    async with backbone("llm", "txt", settings) as base:
        text_models: Catalogue[TextModel] = Catalogue([LocalText()], settings.default_model)
        embedding_models: Catalogue[EmbeddingModel] = Catalogue([LocalEmbedding()], settings.default_embedding_model)
        answers = Answers(base.pool)
        recorder = UsageRecorder(base.pool)
        texts = Texts(base.pool, allow_unknown_price=settings.unknown_price == "allow")
        meter = Meter(base.prices, texts, recorder)
        chatting = Chatting(text_models, answers, meter)

        def register(server: grpc.aio.Server) -> None:
            servicer = LlmServicer(chatting, answers, text_models, embedding_models, meter, base.prices)
            rpc.add_LlmServiceServicer_to_server(servicer, server)
            base.mount(server)

        async with recorder.running():
            await serve("llm", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)
