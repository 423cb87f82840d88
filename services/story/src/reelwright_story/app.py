"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.audio.v1 import audio_service_pb2_grpc as audio_rpc
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.llm.v1 import llm_service_pb2_grpc as llm_rpc
from reelwright.story.v1 import story_service_pb2_grpc as rpc
from reelwright.video.v1 import video_service_pb2_grpc as video_rpc
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.client import connect
from reelwright_kit.jobs.engine import Queue
from reelwright_kit.server import serve
from reelwright_story.children import Children
from reelwright_story.estimating import Estimating
from reelwright_story.producing import Producing
from reelwright_story.providers.appraiser import GrpcAppraiser
from reelwright_story.providers.studio import Studio
from reelwright_story.providers.text import GrpcTextModel
from reelwright_story.recipes import film
from reelwright_story.servicer import SERVICE, StoryServicer
from reelwright_story.settings import StorySettings


async def run(settings: StorySettings) -> None:
    """Runs the story service until it is told to stop."""
    async with (
        backbone("story", "sty", settings) as base,
        connect(settings.llm_address, "llm") as llm,
        connect(settings.image_address, "image") as image,
        connect(settings.video_address, "video") as video,
        connect(settings.audio_address, "audio") as audio,
    ):
        images, videos = image_rpc.ImageServiceStub(image), video_rpc.VideoServiceStub(video)
        texts, sounds = llm_rpc.LlmServiceStub(llm), audio_rpc.AudioServiceStub(audio)
        studio = Studio(images, videos, sounds, base.passport, settings.patience_s)
        estimating = Estimating(GrpcAppraiser(texts, images, videos, sounds, base.passport, settings.patience_s))
        allowed = settings.unknown_price == "allow"
        producing = Producing(base.desk, estimating, allow_unknown_price=allowed)
        text = GrpcTextModel(texts, base.passport, settings.patience_s)
        films = film.FilmRecipe(text, studio, Children(base.jobs, base.feed), base.library)
        engine = base.engine((Queue(film.QUEUE, settings.max_concurrent),), {film.KIND: films.run})

        def register(server: grpc.aio.Server) -> None:
            rpc.add_StoryServiceServicer_to_server(StoryServicer(producing), server)
            base.mount(server)

        async with engine.running():
            await serve("story", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)
