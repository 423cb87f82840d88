"""VideoService: proto in, use-case, proto out."""

from __future__ import annotations

from typing import Any

import grpc
from google.protobuf import duration_pb2
from google.protobuf.message import Message

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.video.v1 import video_service_pb2 as pb
from reelwright.video.v1 import video_service_pb2_grpc as rpc
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.references import settle
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import NotOffered
from reelwright_kit.jobs.rendering import admission_of, job_message
from reelwright_video.editing import Cut, CutClip, Editing, Title
from reelwright_video.filming import DEFAULT_DURATION_S, Filming, Order
from reelwright_video.providers.interface import ModelCard, VideoModel

SERVICE = "reelwright.video.v1.VideoService"

Context = grpc.aio.ServicerContext[Any, Any]


class VideoServicer(rpc.VideoServiceServicer):
    """Takes orders for clips and films."""

    def __init__(self, filming: Filming, editing: Editing, catalogue: Catalogue[VideoModel], library: Library) -> None:
        self._filming = filming
        self._editing = editing
        self._catalogue = catalogue
        self._library = library

    async def CreateVideo(self, request: pb.CreateVideoRequest, context: Context) -> pb.CreateVideoResponse:
        record = await self._filming.accept(await self._order(request), admission_of(request))
        return pb.CreateVideoResponse(job=job_message(record))

    async def ComposeFilm(self, request: pb.ComposeFilmRequest, context: Context) -> pb.ComposeFilmResponse:
        record = await self._editing.accept(await self._cut(request), admission_of(request))
        return pb.ComposeFilmResponse(job=job_message(record))

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        models = self._catalogue.all(request.configured_only)
        return pb.ListModelsResponse(
            models=[model_message(model.card, self._filming.price_per_second(model.card)) for model in models]
        )

    async def EstimateCost(self, request: pb.EstimateCostRequest, context: Context) -> pb.EstimateCostResponse:
        micros, model = self._filming.estimate(await self._order(request.request))
        return pb.EstimateCostResponse(estimated_micros=micros or 0, model=model, known=micros is not None)

    async def RemixVideo(self, request: pb.RemixVideoRequest, context: Context) -> pb.RemixVideoResponse:
        raise NotOffered.call("RemixVideo")

    async def ExtendVideo(self, request: pb.ExtendVideoRequest, context: Context) -> pb.ExtendVideoResponse:
        raise NotOffered.call("ExtendVideo")

    async def _order(self, request: pb.CreateVideoRequest) -> Order:
        pictures = [
            await self._asset(reference, f"references[{number}]", "image/")
            for number, reference in enumerate(request.references)
        ]
        return Order(
            prompt=request.prompt,
            model=request.model,
            first_frame=await self._optional(request, "first_frame", "image/"),
            last_frame=await self._optional(request, "last_frame", "image/"),
            references=tuple(pictures),
            duration_s=_seconds(request, "duration") or DEFAULT_DURATION_S,
            aspect_ratio=request.aspect_ratio,
            resolution=request.resolution,
            fps=request.fps,
            seed=request.seed if request.HasField("seed") else None,
            audio=request.audio if request.HasField("audio") else None,
            negative_prompt=request.negative_prompt,
        )

    async def _cut(self, request: pb.ComposeFilmRequest) -> Cut:
        default = Cut(())
        return Cut(
            clips=tuple([await self._clip(clip, f"clips[{n}]") for n, clip in enumerate(request.clips)]),
            title=await self._title(request.title) if request.HasField("title") else None,
            music=await self._optional(request, "music", "audio/"),
            music_gain_db=request.music_gain_db if request.HasField("music_gain_db") else default.music_gain_db,
            aspect_ratio=request.aspect_ratio or default.aspect_ratio,
            resolution=request.resolution,
            fps=request.fps,
            language=request.language or default.language,
            loudness_lufs=request.loudness_lufs if request.HasField("loudness_lufs") else default.loudness_lufs,
            film_title=request.film_title,
        )

    async def _clip(self, clip: pb.FilmClip, field: str) -> CutClip:
        default = CutClip("")
        return CutClip(
            video=await self._asset(clip.video, f"{field}.video", "video/"),
            duration_s=_seconds(clip, "duration"),
            voice=await self._optional(clip, "voice", "audio/", field),
            narration=clip.narration,
            words=tuple((word.text, _plain(word.start), _plain(word.end)) for word in clip.words),
            transition=clip.transition or default.transition,
            transition_s=_plain(clip.transition_duration)
            if clip.HasField("transition_duration")
            else default.transition_s,
        )

    async def _title(self, title: pb.TitleCard) -> Title:
        seconds = _seconds(title, "duration") or Title("").duration_s
        picture = await self._optional(title, "picture", "image/", "title")
        return Title(title.title, title.subtitle, seconds, picture)

    async def _optional(self, message: Message, field: str, family: str, within: str = "") -> str:
        if not message.HasField(field):
            return ""
        return await self._asset(getattr(message, field), f"{within}.{field}".lstrip("."), family)

    async def _asset(self, reference: assets.MediaReference, field: str, family: str) -> str:
        return await settle(self._library, reference, field, family)


def _plain(duration: duration_pb2.Duration) -> float:
    return duration.ToTimedelta().total_seconds()


def _seconds(message: Message, field: str) -> float | None:
    return _plain(getattr(message, field)) if message.HasField(field) else None


def model_message(card: ModelCard, price_per_second_micros: int | None) -> pb.VideoModel:
    """A model as the contract shows it."""
    message = pb.VideoModel(
        id=card.id,
        provider=card.provider,
        display_name=card.display_name,
        configured=card.configured,
        reason=card.reason,
        aspect_ratios=card.aspect_ratios,
        resolutions=card.resolutions,
        needs_first_frame=card.needs_first_frame,
        last_frame=card.last_frame,
        max_references=card.max_references,
        audio=card.audio,
        price_per_second_micros=price_per_second_micros,
    )
    message.min_duration.FromMilliseconds(round(card.min_duration_s * 1000))
    message.max_duration.FromMilliseconds(round(card.max_duration_s * 1000))
    return message
