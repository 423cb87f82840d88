"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.image.v1 import image_service_pb2_grpc as rpc
from reelwright_image.drawing import KIND, Drawing
from reelwright_image.offers import offers
from reelwright_image.providers.interface import ImageModel
from reelwright_image.servicer import SERVICE, ImageServicer
from reelwright_image.settings import ImageSettings
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.server import serve
from reelwright_kit.workshop import Workshop


async def run(settings: ImageSettings) -> None:
    """Runs the image service until it is told to stop."""
    async with backbone("image", "img", settings) as base, offers(settings, base.prices) as offered:
        catalogue: Catalogue[ImageModel] = Catalogue(offered.models, settings.default_model)
        drawing = Drawing(base.desk, Workshop(base.library), catalogue)
        engine = base.engine(offered.queues, {KIND: drawing.run}, offered.cancellers)

        def register(server: grpc.aio.Server) -> None:
            rpc.add_ImageServiceServicer_to_server(ImageServicer(drawing, catalogue), server)
            base.mount(server)

        async with engine.running():
            await serve("image", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)
