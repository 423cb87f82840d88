"""Every variable the story service reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from reelwright_kit.settings import ServiceSettings


class StorySettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the story service."""

    llm_address: str = msgspec.field(default="dns:///llm:50051", name="REELWRIGHT_LLM_ADDRESS")
    """Where the llm service is, as a gRPC target."""
    image_address: str = msgspec.field(default="dns:///image:50051", name="REELWRIGHT_IMAGE_ADDRESS")
    """Where the image service is."""
    video_address: str = msgspec.field(default="dns:///video:50051", name="REELWRIGHT_VIDEO_ADDRESS")
    """Where the video service is."""
    audio_address: str = msgspec.field(default="dns:///audio:50051", name="REELWRIGHT_AUDIO_ADDRESS")
    """Where the audio service is."""
    max_concurrent: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(default=4, name="MAX_CONCURRENT_TASKS")
    """Films and stories one process works on at a time."""
    patience_s: Annotated[float, msgspec.Meta(gt=0)] = msgspec.field(default=300.0, name="REELWRIGHT_PATIENCE_S")
    """How long a film waits for a service that is away before it fails."""

    @property
    def providers(self) -> Mapping[str, Sequence[str]]:
        """None: it has others make things."""
        return {}
