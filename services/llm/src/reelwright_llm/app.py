"""Composition root: the only file that constructs things."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable

import grpc

from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright.llm.v1 import responses_service_pb2_grpc as responses_rpc
from reelwright_kit.backbone import SHARED_SERVICES, Backbone, backbone
from reelwright_kit.client import connect
from reelwright_kit.ids import new_id
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
from reelwright_llm.responses import servicer as responses_servicer
from reelwright_llm.responses.drawing import Drawing
from reelwright_llm.responses.making import Making
from reelwright_llm.responses.news import News
from reelwright_llm.responses.responding import Responding
from reelwright_llm.responses.servicer import ResponseServicer
from reelwright_llm.responses.store import ResponseStore
from reelwright_llm.responses.working import Workers
from reelwright_llm.servicer import SERVICE, LlmServicer
from reelwright_llm.settings import LlmSettings
from reelwright_llm.wrappers.shown import LibraryShelf

Register = Callable[[grpc.aio.Server], None]


async def run(settings: LlmSettings) -> None:
    """Runs the llm service until it is told to stop."""
    async with opened(settings) as (base, register):
        await serve(
            "llm", settings, [SERVICE, responses_servicer.SERVICE, *SHARED_SERVICES], register, base.probes, base.gate
        )


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
        async with (
            connect(settings.image_address, "image") as images,
            offers(settings, meter, LibraryShelf(base.library)) as offered,
            recorder.running(),
            responding(base, Chatting(offered.text, Answers(base.pool)), images, settings) as responses,
        ):

            def register(server: grpc.aio.Server) -> None:
                rpc.add_LlmServiceServicer_to_server(servicer(base, offered, meter), server)
                responses_rpc.add_ResponseServiceServicer_to_server(ResponseServicer(responses), server)
                base.mount(server)

            yield base, register


@contextlib.asynccontextmanager
async def responding(
    base: Backbone, chatting: Chatting, images: grpc.aio.Channel, settings: LlmSettings
) -> AsyncIterator[Responding]:
    """Responses, and those who work on them."""
    store = ResponseStore(base.pool, new_id("llm"))
    news = News(settings.database_url, store)
    drawing = Drawing(image_rpc.ImageServiceStub(images), base.passport, base.jobs, base.feed, settings.patience_s)
    making = Making(chatting, drawing)
    ages = {"age_s": settings.response_days * 86_400, "key_age_s": settings.request_id_hours * 3600}
    workers = Workers(store, news, making, drawing, **ages)
    async with news.running(), workers.running():
        yield Responding(making, store, news, workers, settings.join_window_s)


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
