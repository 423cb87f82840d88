"""The failures of this domain, each with its reason in audio/v1/error_reason.proto."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code, Violation


class VoiceNotFound(AppError):
    """No voice has this id, or none speaks this language."""

    code = Code.NOT_FOUND
    reason = "VOICE_NOT_FOUND"
    domain = "audio.reelwright"

    def __init__(self, field: str, wanted: str) -> None:
        cause = f"no voice for {wanted!r}; ListVoices names those there are"
        super().__init__(f"{field}: {cause}", (Violation(field, cause),), field=field, voice=wanted)
