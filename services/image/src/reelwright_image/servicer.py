"""ImageService: proto in, use-case, proto out."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import json_format

from reelwright.image.v1 import image_service_pb2 as pb
from reelwright.image.v1 import image_service_pb2_grpc as rpc
from reelwright_image.drawing import Drawing, Order
from reelwright_image.providers.interface import ImageModel, ModelCard
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import NotOffered
from reelwright_kit.jobs.rendering import admission_of, job_message

SERVICE = "reelwright.image.v1.ImageService"

Context = grpc.aio.ServicerContext[Any, Any]


class ImageServicer(rpc.ImageServiceServicer):
    """Takes orders for pictures."""

    def __init__(self, drawing: Drawing, catalogue: Catalogue[ImageModel]) -> None:
        self._drawing = drawing
        self._catalogue = catalogue

    async def CreateImage(self, request: pb.CreateImageRequest, context: Context) -> pb.CreateImageResponse:
        record = await self._drawing.accept(order_from(request), admission_of(request))
        return pb.CreateImageResponse(job=job_message(record))

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        models = self._catalogue.all(request.configured_only)
        return pb.ListModelsResponse(
            models=[model_message(model.card, self._drawing.usual_price(model)) for model in models]
        )

    async def EstimateCost(self, request: pb.EstimateCostRequest, context: Context) -> pb.EstimateCostResponse:
        micros, model = self._drawing.estimate(order_from(request.request))
        return pb.EstimateCostResponse(estimated_micros=micros or 0, model=model, known=micros is not None)

    async def EditImage(self, request: pb.EditImageRequest, context: Context) -> pb.EditImageResponse:
        raise NotOffered.call("EditImage")


def order_from(request: pb.CreateImageRequest) -> Order:
    """The order a request describes."""
    return Order(
        prompt=request.prompt,
        model=request.model,
        count=request.count or 1,
        aspect_ratio=request.aspect_ratio,
        width=request.width,
        height=request.height,
        seed=request.seed if request.HasField("seed") else None,
        negative_prompt=request.negative_prompt,
        quality=request.quality,
        style=request.style,
        output_format=request.output_format,
        background=request.background,
        references=len(request.references),
        extra=json_format.MessageToDict(request.extra),
    )


def model_message(card: ModelCard, price_micros: int | None) -> pb.ImageModel:
    """A model as the contract shows it."""
    return pb.ImageModel(
        id=card.id,
        provider=card.provider,
        display_name=card.display_name,
        configured=card.configured,
        reason=card.reason,
        aspect_ratios=card.aspect_ratios,
        max_side=card.max_side,
        max_references=card.max_references,
        edits=card.edits,
        transparency=card.transparency,
        seed=card.seed,
        price_micros=price_micros,
    )
