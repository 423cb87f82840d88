"""Every variable the audio service reads."""

from __future__ import annotations

from typing import Annotated

import msgspec

from reelwright_kit.settings import ServiceSettings


class AudioSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the audio service."""

    default_speech_model: str = msgspec.field(default="local/speech", name="REELWRIGHT_SPEECH_MODEL")
    """Model that speaks when a request names none."""
    default_music_model: str = msgspec.field(default="local/music", name="REELWRIGHT_MUSIC_MODEL")
    """Model that makes music when a request names none."""
    max_concurrent: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(default=2, name="AUDIO_MAX_CONCURRENT")
    """Sounds one process makes at a time with the local engines."""
