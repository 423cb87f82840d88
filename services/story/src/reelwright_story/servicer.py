"""StoryService: proto in, use-case, proto out."""

from __future__ import annotations

from typing import Any

import grpc

from reelwright.story.v1 import story_service_pb2 as pb
from reelwright.story.v1 import story_service_pb2_grpc as rpc
from reelwright_kit.errors import NotOffered
from reelwright_kit.jobs.rendering import admission_of, job_message
from reelwright_story.estimating import FilmEstimate
from reelwright_story.orders import DEFAULT_RESOLUTION, DEFAULT_STYLE, FilmOrder, Models, scenes_for, seed_of
from reelwright_story.producing import Producing

SERVICE = "reelwright.story.v1.StoryService"

Context = grpc.aio.ServicerContext[Any, Any]


class StoryServicer(rpc.StoryServiceServicer):
    """Takes orders for stories and films."""

    def __init__(self, producing: Producing) -> None:
        self._producing = producing

    async def MakeFilm(self, request: pb.MakeFilmRequest, context: Context) -> pb.MakeFilmResponse:
        record = await self._producing.film(film_order_from(request), admission_of(request))
        return pb.MakeFilmResponse(job=job_message(record))

    async def WriteStory(self, request: pb.WriteStoryRequest, context: Context) -> pb.WriteStoryResponse:
        raise NotOffered.call("WriteStory")

    async def PlanScenes(self, request: pb.PlanScenesRequest, context: Context) -> pb.PlanScenesResponse:
        raise NotOffered.call("PlanScenes")

    async def Illustrate(self, request: pb.IllustrateRequest, context: Context) -> pb.IllustrateResponse:
        raise NotOffered.call("Illustrate")

    async def ReviseShot(self, request: pb.ReviseShotRequest, context: Context) -> pb.ReviseShotResponse:
        raise NotOffered.call("ReviseShot")

    async def MakeCampaign(self, request: pb.MakeCampaignRequest, context: Context) -> pb.MakeCampaignResponse:
        raise NotOffered.call("MakeCampaign")

    async def MakeFromVoice(self, request: pb.MakeFromVoiceRequest, context: Context) -> pb.MakeFromVoiceResponse:
        raise NotOffered.call("MakeFromVoice")

    async def EstimateFilm(self, request: pb.EstimateFilmRequest, context: Context) -> pb.EstimateFilmResponse:
        estimate = await self._producing.estimate(film_order_from(request.request))
        return estimate_message(estimate)


def estimate_message(estimate: FilmEstimate) -> pb.EstimateFilmResponse:
    """An estimate as the contract shows it."""
    items = [
        pb.EstimateItem(what=item.what, count=item.count, model=item.model, estimated_micros=item.micros or 0)
        for item in estimate.items
    ]
    return pb.EstimateFilmResponse(estimated_micros=estimate.micros, known=not estimate.unknown_models, items=items)


def film_order_from(request: pb.MakeFilmRequest) -> FilmOrder:
    """The order a request describes."""
    seconds = request.duration.ToTimedelta().total_seconds() if request.HasField("duration") else 0.0
    models = request.models
    return FilmOrder(
        prompt=request.prompt,
        scenes=scenes_for(request.scenes, seconds),
        seconds=seconds,
        seed=request.seed if request.HasField("seed") else seed_of(request.prompt),
        aspect_ratio=request.aspect_ratio or "16:9",
        resolution=request.resolution or DEFAULT_RESOLUTION,
        language=request.language,
        style=request.style or DEFAULT_STYLE,
        voice=request.voice,
        music=request.music if request.HasField("music") else True,
        models=Models(models.text, models.image, models.video, models.speech, models.music),
    )
