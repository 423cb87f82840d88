"""Composition root: the only file that constructs things."""

from __future__ import annotations

import grpc

from reelwright.audio.v1 import audio_service_pb2_grpc as rpc
from reelwright_audio import scoring, speaking
from reelwright_audio.providers.interface import MusicModel, SpeechModel
from reelwright_audio.providers.local_sound import LocalMusic, LocalSpeech
from reelwright_audio.servicer import SERVICE, AudioServicer
from reelwright_audio.settings import AudioSettings
from reelwright_kit.backbone import SHARED_SERVICES, backbone
from reelwright_kit.catalogue import Catalogue
from reelwright_kit.jobs.engine import Queue
from reelwright_kit.server import serve
from reelwright_kit.workshop import Workshop


async def run(settings: AudioSettings) -> None:
    """Runs the audio service until it is told to stop."""
    async with backbone("audio", "aud", settings) as base:
        speech_models: Catalogue[SpeechModel] = Catalogue([LocalSpeech()], settings.default_speech_model)
        music_models: Catalogue[MusicModel] = Catalogue([LocalMusic()], settings.default_music_model)
        speech = speaking.Speaking(base.desk, base.library, speech_models, base.prices)
        music = scoring.Scoring(base.desk, Workshop(base.library), music_models, base.prices)
        queues = (Queue(speaking.queue_of(LocalSpeech.card), settings.max_concurrent),)
        engine = base.engine(queues, {speaking.KIND: speech.run, scoring.KIND: music.run})

        def register(server: grpc.aio.Server) -> None:
            servicer = AudioServicer(speech, music, speech_models, music_models)
            rpc.add_AudioServiceServicer_to_server(servicer, server)
            base.mount(server)

        async with engine.running():
            await serve("audio", settings, [SERVICE, *SHARED_SERVICES], register, base.probes, base.gate)
