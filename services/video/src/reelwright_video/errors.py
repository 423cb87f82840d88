"""The failures of this domain, each with its reason in video/v1/error_reason.proto."""

from __future__ import annotations

from reelwright_kit.errors import AppError, Code, Violation


class DurationUnsupported(AppError):
    """The model does not make clips of this length."""

    code = Code.INVALID_ARGUMENT
    reason = "DURATION_UNSUPPORTED"
    domain = "video.reelwright"

    def __init__(self, model: str, min_s: float, max_s: float) -> None:
        cause = f"{model} makes clips of {min_s:g} to {max_s:g} s"
        super().__init__(
            f"duration: {cause}", (Violation("duration", cause),), field="duration", min_s=min_s, max_s=max_s
        )


class FirstFrameRequired(AppError):
    """The model animates a picture and got none."""

    code = Code.INVALID_ARGUMENT
    reason = "FIRST_FRAME_REQUIRED"
    domain = "video.reelwright"

    def __init__(self, model: str) -> None:
        cause = f"{model} animates a picture; give it one"
        violation = Violation("first_frame", cause)
        super().__init__(f"first_frame: {cause}", (violation,), field="first_frame", model=model)


class ClipUnreadable(AppError):
    """A clip, voice or picture of the edit cannot be decoded."""

    code = Code.INVALID_ARGUMENT
    reason = "MEDIA_UNREADABLE"
    domain = "video.reelwright"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} cannot be decoded.", asset=name)
