"""What the other services say that parts of a film would cost: asked once for each kind, and not for long."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from reelwright.audio.v1 import audio_service_pb2 as audio
from reelwright.audio.v1 import audio_service_pb2_grpc as audio_rpc
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import llm_service_pb2_grpc as llm_rpc
from reelwright.video.v1 import video_service_pb2 as video
from reelwright.video.v1 import video_service_pb2_grpc as video_rpc
from reelwright_kit.access.passport import Passport
from reelwright_kit.calling import insist
from reelwright_kit.errors import ModelNotFound
from reelwright_story.estimating import Quote
from reelwright_story.providers import requests

PATIENCE_S = 2.5
TIMEOUT_S = 2.5
"""A service that is away is known to be after the two together: somebody waits for the price."""


class _Estimate(Protocol):
    @property
    def estimated_micros(self) -> int: ...
    @property
    def model(self) -> str: ...
    @property
    def known(self) -> bool: ...


class _EstimateCost(Protocol):
    def __call__(self, request: Any, *, timeout: float, metadata: Any) -> Awaitable[_Estimate]: ...


class GrpcAppraiser:
    """Asks the services for prices."""

    def __init__(
        self,
        texts: llm_rpc.LlmServiceAsyncStub,
        images: image_rpc.ImageServiceAsyncStub,
        videos: video_rpc.VideoServiceAsyncStub,
        sounds: audio_rpc.AudioServiceAsyncStub,
        passport: Passport,
        patience_s: float,
    ) -> None:
        self._texts = texts
        self._images = images
        self._videos = videos
        self._sounds = sounds
        self._passport = passport
        self._patience_s = min(patience_s, PATIENCE_S)

    async def text(self, model: str, read_tokens: int, written_tokens: int) -> Quote:
        """So many tokens of the model, or of the default one when empty; raises ModelNotFound."""
        answer = await insist(
            "llm",
            self._patience_s,
            lambda: self._texts.ListModels(
                llm.ListModelsRequest(kind="chat"), timeout=TIMEOUT_S, metadata=self._passport.metadata()
            ),
        )
        # The default comes first.
        chosen = next((one for one in answer.models if model in ("", one.id)), None)
        if chosen is None:
            raise ModelNotFound(model)
        if not (chosen.HasField("input_price_micros") and chosen.HasField("output_price_micros")):
            return Quote(chosen.id, None)
        total = chosen.input_price_micros * read_tokens + chosen.output_price_micros * written_tokens
        return Quote(chosen.id, -(-total // 1_000_000))

    async def picture(self, prompt: str, aspect_ratio: str, size: tuple[int, int], seed: int, model: str) -> Quote:
        """A picture of `size` pixels."""
        request = requests.picture(prompt, aspect_ratio, size, seed, model)
        return await self._quote("image", self._images.EstimateCost, image.EstimateCostRequest(request=request))

    async def clip(self, prompt: str, seconds: float, resolution: int, seed: int, model: str) -> Quote:
        """A clip of a length."""
        request = requests.clip(prompt, seconds, resolution, seed, model)
        return await self._quote("video", self._videos.EstimateCost, video.EstimateCostRequest(request=request))

    async def voice(self, text: str, voice: str, language: str, model: str) -> Quote:
        """A spoken line."""
        request = requests.voice(text, voice, language, model)
        return await self._quote("audio", self._sounds.EstimateCost, audio.EstimateCostRequest(speak=request))

    async def music(self, prompt: str, seconds: float, seed: int, model: str) -> Quote:
        """Music of a length."""
        request = requests.music(prompt, seconds, seed, model)
        return await self._quote("audio", self._sounds.EstimateCost, audio.EstimateCostRequest(create_music=request))

    async def _quote(self, part: str, estimate: _EstimateCost, request: Any) -> Quote:
        answer = await insist(
            part, self._patience_s, lambda: estimate(request, timeout=TIMEOUT_S, metadata=self._passport.metadata())
        )
        return Quote(answer.model, answer.estimated_micros if answer.known else None)
