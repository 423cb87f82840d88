"""Composition root: the only file that constructs things."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

import grpc

from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.backbone import SHARED_SERVICES, Backbone, backbone
from reelwright_kit.in_process import serving
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

Register = Callable[[grpc.aio.Server], None]


async def run(settings: LlmSettings) -> None:
    """Runs the llm service until it is told to stop."""
    async with opened(settings) as (base, register):
        await serve("llm", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)


@contextlib.asynccontextmanager
async def in_process(settings: LlmSettings) -> AsyncIterator[grpc.aio.Channel]:
    """The llm service in this process, with its whole chain of interceptors, as a channel to it."""
    async with opened(settings) as (base, register), serving(base.gate, register, base.probes) as channel:
        yield channel


@contextlib.asynccontextmanager
async def opened(settings: LlmSettings) -> AsyncIterator[tuple[Backbone, Register]]:
    """What the service stands on, and what adds it to a server."""
    async with backbone("llm", "txt", settings, settings.connections) as base:
        recorder = UsageRecorder(base.pool)
        texts = Texts(base.pool, allow_unknown_price=settings.unknown_price == "allow")
        meter = Meter(base.prices, texts, recorder)
        async with offers(settings, meter, LibraryShelf(base.library)) as offered, recorder.running():

            def register(server: grpc.aio.Server) -> None:
                rpc.add_LlmServiceServicer_to_server(servicer(base, offered, meter), server)
                base.mount(server)

            yield base, register


def servicer(base: Backbone, offered: Offers, meter: Meter) -> LlmServicer:
    """The service with its use-cases."""
    answers = Answers(base.pool)
    return LlmServicer(
        Chatting(offered.text, answers),
        Embedding(offered.embedding, meter),
        Judging(offered.judging, meter, LibraryShelf(base.library)),
        Optimising(offered.text, {LocalText.card.id: LocalRewriter(LocalText.card, meter)}),
        Analysing(offered.text),
        answers,
        offered,
        base.prices,
    )
