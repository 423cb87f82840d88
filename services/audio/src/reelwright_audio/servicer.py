"""AudioService: proto in, use-case, proto out."""

from __future__ import annotations

from typing import Any

import grpc

from reelwright.audio.v1 import audio_service_pb2 as pb
from reelwright.audio.v1 import audio_service_pb2_grpc as rpc
from reelwright_audio import scoring, speaking
from reelwright_audio.providers.interface import ModelCard, MusicModel, SpeechModel, VoiceCard
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.errors import NotOffered
from reelwright_kit.jobs.rendering import admission_of, job_message

SERVICE = "reelwright.audio.v1.AudioService"

Context = grpc.aio.ServicerContext[Any, Any]


class AudioServicer(rpc.AudioServiceServicer):
    """Takes orders for sound."""

    def __init__(
        self,
        speech: speaking.Speaking,
        music: scoring.Scoring,
        speech_models: Catalogue[SpeechModel],
        music_models: Catalogue[MusicModel],
    ) -> None:
        self._speech = speech
        self._music = music
        self._speech_models = speech_models
        self._music_models = music_models

    async def Speak(self, request: pb.SpeakRequest, context: Context) -> pb.SpeakResponse:
        record = await self._speech.accept(spoken_order(request), admission_of(request))
        return pb.SpeakResponse(job=job_message(record))

    async def CreateMusic(self, request: pb.CreateMusicRequest, context: Context) -> pb.CreateMusicResponse:
        record = await self._music.accept(music_order(request), admission_of(request))
        return pb.CreateMusicResponse(job=job_message(record))

    async def EstimateCost(self, request: pb.EstimateCostRequest, context: Context) -> pb.EstimateCostResponse:
        if request.WhichOneof("request") == "speak":
            micros, model = self._speech.estimate(spoken_order(request.speak))
        else:
            micros, model = self._music.estimate(music_order(request.create_music))
        return pb.EstimateCostResponse(estimated_micros=micros or 0, model=model, known=micros is not None)

    async def ListVoices(self, request: pb.ListVoicesRequest, context: Context) -> pb.ListVoicesResponse:
        found = self._speech.voices(request.language, request.model)
        return pb.ListVoicesResponse(voices=[voice_message(voice) for voice in found])

    async def ListModels(self, request: pb.ListModelsRequest, context: Context) -> pb.ListModelsResponse:
        speech, music = (m.all(request.configured_only) for m in (self._speech_models, self._music_models))
        models = [model_message(model.card, self._speech.usual_price(model.card)) for model in speech]
        models += [model_message(model.card, self._music.usual_price(model.card)) for model in music]
        return pb.ListModelsResponse(models=models)

    async def Transcribe(self, request: pb.TranscribeRequest, context: Context) -> pb.TranscribeResponse:
        raise NotOffered.call("Transcribe")


def spoken_order(request: pb.SpeakRequest) -> speaking.Order:
    """The order for speech that a request describes."""
    return speaking.Order(
        text=request.text,
        model=request.model,
        voice=request.voice,
        language=request.language or "en",
        speed=request.speed if request.HasField("speed") else 1.0,
        instructions=request.instructions,
    )


def music_order(request: pb.CreateMusicRequest) -> scoring.Order:
    """The order for music that a request describes."""
    given = request.duration.ToTimedelta().total_seconds() if request.HasField("duration") else 0.0
    return scoring.Order(
        prompt=request.prompt,
        model=request.model,
        duration_s=given or scoring.DEFAULT_DURATION_S,
        seed=request.seed if request.HasField("seed") else None,
    )


def voice_message(voice: VoiceCard) -> pb.Voice:
    """A voice as the contract shows it."""
    return pb.Voice(
        id=voice.id,
        display_name=voice.display_name,
        language=voice.language,
        gender=voice.gender,
        model=voice.model,
    )


def model_message(card: ModelCard, price_micros: int | None) -> pb.AudioModel:
    """A model as the contract shows it."""
    return pb.AudioModel(
        id=card.id,
        provider=card.provider,
        display_name=card.display_name,
        configured=card.configured,
        reason=card.reason,
        kind=card.kind,
        word_times=card.word_times,
        price_micros=price_micros,
    )
