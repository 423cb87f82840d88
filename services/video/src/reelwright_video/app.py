"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.video.v1 import video_service_pb2_grpc as rpc
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.jobs.engine import Queue
from reelwright_kit.server import serve
from reelwright_kit.workshop import Workshop
from reelwright_video import editing, filming
from reelwright_video.editing import Editing
from reelwright_video.filming import Filming
from reelwright_video.providers.interface import VideoModel
from reelwright_video.providers.local_video import LocalVideo
from reelwright_video.servicer import SERVICE, VideoServicer
from reelwright_video.settings import VideoSettings


async def run(settings: VideoSettings) -> None:
    """Runs the video service until it is told to stop."""
    async with backbone("video", "vid", settings) as base:
        local = LocalVideo()
        catalogue: Catalogue[VideoModel] = Catalogue([local], settings.default_model)
        clips = Filming(base.desk, base.library, Workshop(base.library), catalogue, base.prices)
        films = Editing(base.desk, base.library)
        queues = (Queue(filming.queue_of(local.card), settings.max_concurrent), Queue(editing.QUEUE, 1))
        engine = base.engine(queues, {filming.KIND: clips.run, editing.KIND: films.run})

        def register(server: grpc.aio.Server) -> None:
            rpc.add_VideoServiceServicer_to_server(VideoServicer(clips, films, catalogue, base.library), server)
            base.mount(server)

        async with engine.running():
            await serve("video", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)
