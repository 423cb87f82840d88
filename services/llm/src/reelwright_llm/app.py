"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.backbone import SHARED_SERVICES, Backbone, backbone
from reelwright_kit.money.texts import Texts
from reelwright_kit.money.usage import UsageRecorder
from reelwright_kit.server import serve
from reelwright_llm.analysing import Analysing
from reelwright_llm.answers import Answers
from reelwright_llm.chatting import Chatting
from reelwright_llm.embedding import Embedding
from reelwright_llm.judging import Judging
from reelwright_llm.metering import Meter
from reelwright_llm.offers import Offers, offers
from reelwright_llm.optimising import LocalRewriter, Optimising
from reelwright_llm.providers.local_text import LocalText
from reelwright_llm.servicer import SERVICE, LlmServicer
from reelwright_llm.settings import LlmSettings
from reelwright_llm.wrappers.shown import LibraryShelf


async def run(settings: LlmSettings) -> None:
    """Runs the llm service until it is told to stop."""
    async with backbone("llm", "txt", settings) as base:
        recorder = UsageRecorder(base.pool)
        texts = Texts(base.pool, allow_unknown_price=settings.unknown_price == "allow")
        meter = Meter(base.prices, texts, recorder)
        async with offers(settings, meter, LibraryShelf(base.library)) as offered, recorder.running():

            def register(server: grpc.aio.Server) -> None:
                rpc.add_LlmServiceServicer_to_server(servicer(base, offered, meter), server)
                base.mount(server)

            await serve("llm", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)


def servicer(base: Backbone, offered: Offers, meter: Meter) -> LlmServicer:
    """The service with its use-cases."""
    answers = Answers(base.pool)
    return LlmServicer(
        Chatting(offered.text, answers),
        Embedding(offered.embedding, meter),
        Judging(offered.judging, meter),
        Optimising(offered.text, {LocalText.card.id: LocalRewriter(LocalText.card, meter)}),
        Analysing(offered.text),
        answers,
        offered,
        base.prices,
    )
