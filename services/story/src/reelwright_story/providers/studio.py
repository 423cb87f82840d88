"""The image, video and audio services as this service uses them: the same order always names the same child job."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from google.protobuf import json_format

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.audio.v1 import audio_service_pb2_grpc as audio_rpc
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.video.v1 import video_service_pb2 as video
from reelwright.video.v1 import video_service_pb2_grpc as video_rpc
from reelwright_kit.access.passport import Passport
from reelwright_kit.calling import insist, request_key
from reelwright_kit.jobs.model import Json
from reelwright_story.providers import requests

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class CutShot:
    """One finished shot, as the edit needs it."""

    clip: str
    voice: str
    narration: str
    words: Sequence[Json]
    transition: str = "crossfade"


class _Created(Protocol):
    @property
    def job(self) -> jobs.Job: ...


class _Create(Protocol):
    def __call__(self, request: Any, *, timeout: float, metadata: Any) -> Awaitable[_Created]: ...


class Studio:
    """Orders pictures, clips, voices, music and edits for the job `parent`; returns the id of the child job."""

    def __init__(
        self,
        images: image_rpc.ImageServiceAsyncStub,
        videos: video_rpc.VideoServiceAsyncStub,
        sounds: audio_rpc.AudioServiceAsyncStub,
        passport: Passport,
        patience_s: float,
    ) -> None:
        self._images = images
        self._videos = videos
        self._sounds = sounds
        self._passport = passport
        self._patience_s = patience_s

    async def picture(
        self, parent: str, prompt: str, aspect_ratio: str, size: tuple[int, int], seed: int, model: str
    ) -> str:
        """A picture of `size` pixels."""
        key = request_key(parent, "picture", prompt, size, seed, model)
        request = requests.picture(prompt, aspect_ratio, size, seed, model)
        request.request_id, request.parent = key, parent
        return await self._order("image", self._images.CreateImage, request)

    async def clip(
        self, parent: str, picture: str, prompt: str, seconds: float, resolution: int, seed: int, model: str
    ) -> str:
        """A clip that begins with a picture."""
        key = request_key(parent, "clip", picture, prompt, seconds, resolution, seed, model)
        request = requests.clip(prompt, seconds, resolution, seed, model)
        request.first_frame.CopyFrom(_reference(picture))
        request.request_id, request.parent = key, parent
        return await self._order("video", self._videos.CreateVideo, request)

    async def voice(self, parent: str, text: str, voice: str, language: str, model: str) -> str:
        """A spoken line."""
        key = request_key(parent, "voice", text, voice, language, model)
        request = requests.voice(text, voice, language, model)
        request.request_id, request.parent = key, parent
        return await self._order("audio", self._sounds.Speak, request)

    async def music(self, parent: str, prompt: str, seconds: float, seed: int, model: str) -> str:
        """Music of a length."""
        key = request_key(parent, "music", prompt, seconds, seed, model)
        request = requests.music(prompt, seconds, seed, model)
        request.request_id, request.parent = key, parent
        return await self._order("audio", self._sounds.CreateMusic, request)

    async def edit(
        self,
        parent: str,
        title: str,
        picture: str,
        shots: Sequence[CutShot],
        music: str,
        language: str,
        aspect_ratio: str,
        resolution: int,
    ) -> str:
        """The film of the shots, after a title card over `picture`."""
        key = request_key(parent, "edit", title, picture, shots, music, language, aspect_ratio, resolution)
        request = video.ComposeFilmRequest(
            clips=[_film_clip(shot) for shot in shots],
            title=video.TitleCard(title=title, picture=_reference(picture)),
            music=_reference(music) if music else None,
            aspect_ratio=aspect_ratio,
            resolution=resolution,
            language=language,
            film_title=title,
            request_id=key,
            parent=parent,
        )
        return await self._order("video", self._videos.ComposeFilm, request)

    async def _order(self, part: str, create: _Create, request: Any) -> str:
        created = await insist(
            part, self._patience_s, lambda: create(request, timeout=TIMEOUT_S, metadata=self._passport.metadata())
        )
        return created.job.id


def _film_clip(shot: CutShot) -> video.FilmClip:
    clip = video.FilmClip(
        video=_reference(shot.clip),
        voice=_reference(shot.voice),
        narration=shot.narration,
        transition=shot.transition,
    )
    for word in shot.words:
        json_format.ParseDict(word, clip.words.add())
    return clip


def _reference(asset: str) -> assets.MediaReference:
    return assets.MediaReference(asset=asset)
