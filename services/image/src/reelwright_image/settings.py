"""Every variable the image service reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

import msgspec

from reelwright_kit.settings import Count, Secret, ServiceSettings

PerMinute = Annotated[int, msgspec.Meta(ge=0)]
Previews = Annotated[int, msgspec.Meta(ge=0, le=3)]


class ImageSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the image service."""

    default_model: str = msgspec.field(default="local/image", name="REELWRIGHT_IMAGE_MODEL")
    """Model used when a request names none."""
    max_concurrent: Count = msgspec.field(default=1, name="IMAGE_MAX_CONCURRENT")
    """Pictures one process draws at a time with the local engine."""

    openai_key: Secret = msgspec.field(default=Secret(""), name="OPENAI_API_KEY")
    """Key for OpenAI; empty: its models are not offered."""
    openai_base_url: str = msgspec.field(default="", name="OPENAI_BASE_URL")
    """Address of OpenAI's API with `/v1`; empty: OpenAI's own."""
    openai_organization: str = msgspec.field(default="", name="OPENAI_ORG_ID")
    """Organization at OpenAI that is charged."""
    openai_project: str = msgspec.field(default="", name="OPENAI_PROJECT_ID")
    """Project at OpenAI that is charged."""
    openai_previews: Previews = msgspec.field(default=1, name="OPENAI_IMAGE_PREVIEWS")
    """Unfinished pictures to show for each one, 0 to 3; OpenAI charges 100 output tokens for each."""
    openai_concurrent: Count = msgspec.field(default=8, name="OPENAI_IMAGE_CONCURRENT")
    """Image jobs at OpenAI at a time, in all processes together."""
    openai_per_minute: PerMinute = msgspec.field(default=0, name="OPENAI_IMAGE_PER_MINUTE")
    """Image jobs begun at OpenAI in a minute, in all processes together; 0: no limit."""

    fal_key: Secret = msgspec.field(default=Secret(""), name="FAL_KEY")
    """Key for fal, `key_id:key_secret`; empty: its models are not offered."""
    fal_key_id: str = msgspec.field(default="", name="FAL_KEY_ID")
    """First half of the key for fal, where FAL_KEY is not set."""
    fal_key_secret: Secret = msgspec.field(default=Secret(""), name="FAL_KEY_SECRET")
    """Second half of the key for fal, where FAL_KEY is not set."""
    fal_base_url: str = msgspec.field(default="", name="FAL_QUEUE_BASE_URL")
    """Address of fal's queue; empty: fal's own."""
    fal_concurrent: Count = msgspec.field(default=10, name="FAL_IMAGE_CONCURRENT")
    """Image jobs at fal at a time, in all processes together."""
    fal_per_minute: PerMinute = msgspec.field(default=0, name="FAL_IMAGE_PER_MINUTE")
    """Image jobs begun at fal in a minute, in all processes together; 0: no limit."""

    replicate_token: Secret = msgspec.field(default=Secret(""), name="REPLICATE_API_TOKEN")
    """Token for Replicate; empty: its models are not offered."""
    replicate_base_url: str = msgspec.field(default="", name="REPLICATE_BASE_URL")
    """Address of Replicate's API without `/v1`; empty: Replicate's own."""
    replicate_concurrent: Count = msgspec.field(default=10, name="REPLICATE_IMAGE_CONCURRENT")
    """Image jobs at Replicate at a time, in all processes together."""
    replicate_per_minute: PerMinute = msgspec.field(default=300, name="REPLICATE_IMAGE_PER_MINUTE")
    """Image jobs begun at Replicate in a minute, in all processes together; 0: no limit. Replicate allows 600."""

    @property
    def providers(self) -> Mapping[str, Sequence[str]]:
        missing = {
            "openai": () if self.openai_key else ("OPENAI_API_KEY",),
            "fal": () if self.fal_credentials else ("FAL_KEY",),
            "replicate": () if self.replicate_token else ("REPLICATE_API_TOKEN",),
        }
        return {**super().providers, **missing}

    @property
    def fal_credentials(self) -> Secret:
        """The key for fal, however it was given; empty when it was not."""
        if self.fal_key or not (self.fal_key_id and self.fal_key_secret):
            return self.fal_key
        return Secret(f"{self.fal_key_id}:{self.fal_key_secret}")
