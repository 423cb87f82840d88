"""Every variable the image service reads."""

from __future__ import annotations

from typing import Annotated

import msgspec

from reelwright_kit.settings import ServiceSettings


class ImageSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the image service."""

    default_model: str = msgspec.field(default="local/image", name="REELWRIGHT_IMAGE_MODEL")
    """Model used when a request names none."""
    max_concurrent: Annotated[int, msgspec.Meta(ge=1)] = msgspec.field(default=1, name="IMAGE_MAX_CONCURRENT")
    """Pictures one process draws at a time with the local engine."""
