"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.server import serve
from reelwright_llm.answers import Answers
from reelwright_llm.chatting import Chatting
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
        chatting = Chatting(text_models, answers)

        def register(server: grpc.aio.Server) -> None:
            rpc.add_LlmServiceServicer_to_server(LlmServicer(chatting, answers, text_models, embedding_models), server)
            base.mount(server)

        await serve("llm", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)
