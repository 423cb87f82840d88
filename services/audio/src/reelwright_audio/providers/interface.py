"""What providers of speech and of music are to this service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reelwright_kit.jobs.work import Work


@dataclass(frozen=True)
class ModelCard:
    """What a model can do, as ListModels shows it."""

    id: str
    provider: str
    display_name: str
    kind: str
    """`speech`, `music` or `transcript`."""
    word_times: bool
    configured: bool = True
    reason: str = ""


@dataclass(frozen=True)
class VoiceCard:
    """A voice, as ListVoices shows it."""

    id: str
    display_name: str
    language: str
    gender: str
    model: str


@dataclass(frozen=True)
class Utterance:
    """Something to be said."""

    text: str
    voice: str
    language: str
    speed: float
    instructions: str = ""


@dataclass(frozen=True)
class SpokenWord:
    """One word with the seconds at which it starts and ends."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Piece:
    """Music to be made."""

    prompt: str
    duration_s: float
    seed: int


class SpeechModel(Protocol):
    """Speaks."""

    @property
    def card(self) -> ModelCard: ...

    def voices(self) -> tuple[VoiceCard, ...]:
        """The voices it has."""

    def check(self, utterance: Utterance) -> None:
        """Raises VoiceNotFound when it cannot say this."""

    async def speak(self, utterance: Utterance, out: Path, work: Work) -> tuple[SpokenWord, ...]:
        """Writes a WAV file to `out` and returns when each word is said."""


class MusicModel(Protocol):
    """Makes music."""

    @property
    def card(self) -> ModelCard: ...

    async def play(self, piece: Piece, out: Path, work: Work) -> None:
        """Writes a WAV file to `out`."""
