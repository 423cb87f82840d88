"""`local/speech` and `local/music`: the offline engines as providers; they need no key, no network and no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reelwright_audio.errors import VoiceNotFound
from reelwright_audio.providers import local
from reelwright_audio.providers.interface import ModelCard, Piece, SpokenWord, Utterance, VoiceCard
from reelwright_kit.jobs.work import Work


class LocalSpeech:
    """Speaks with eSpeak NG."""

    card = ModelCard("local/speech", "local", "eSpeak NG, mastered", "speech", word_times=True)

    def voices(self) -> tuple[VoiceCard, ...]:
        return tuple(VoiceCard(v.id, v.name, v.language, v.gender, self.card.id) for v in local.voices())

    def check(self, utterance: Utterance) -> None:
        known = local.voices()
        if utterance.voice and utterance.voice not in {voice.id for voice in known}:
            raise VoiceNotFound("voice", utterance.voice)
        spoken = utterance.language.split("-")[0].lower()
        if not utterance.voice and spoken not in {voice.language.split("-")[0].lower() for voice in known}:
            raise VoiceNotFound("language", utterance.language)

    async def speak(self, utterance: Utterance, out: Path, work: Work) -> tuple[SpokenWord, ...]:
        await work.progress(5, "speaking")
        return await work.in_thread(_speak, utterance, out)


class LocalMusic:
    """Composes and plays a quiet bed."""

    card = ModelCard("local/music", "local", "Composed music bed", "music", word_times=False)

    async def play(self, piece: Piece, out: Path, work: Work) -> None:
        with work.reporting(2, 95, "playing") as progress:
            await work.in_thread(_play, piece, out, progress)


def _speak(should_stop: Callable[[], bool], utterance: Utterance, out: Path) -> tuple[SpokenWord, ...]:
    spoken = local.speak(
        utterance.text,
        voice=utterance.voice,
        language=utterance.language,
        speed=utterance.speed,
        should_stop=should_stop,
    )
    out.write_bytes(local.encode_wav(spoken.sound))
    return tuple(SpokenWord(word.text, word.start_s, word.end_s) for word in spoken.words)


def _play(should_stop: Callable[[], bool], piece: Piece, out: Path, progress: Callable[[float], None]) -> None:
    sound = local.compose(
        local.mood_of(piece.prompt),
        duration_s=piece.duration_s,
        seed=piece.seed,
        progress=progress,
        should_stop=should_stop,
    )
    out.write_bytes(local.encode_wav(sound))
