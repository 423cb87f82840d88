"""Every variable the video service reads."""

from __future__ import annotations

from typing import Annotated

import msgspec

from reelwright_kit.settings import ServiceSettings


class VideoSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the video service."""

    default_model: str = msgspec.field(default="local/video", name="REELWRIGHT_VIDEO_MODEL")
    """Model used when a request names none."""
    max_concurrent: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(default=1, name="VIDEO_MAX_CONCURRENT")
    """Clips one process animates at a time with the local engine; films are edited beside them, one at a time."""
