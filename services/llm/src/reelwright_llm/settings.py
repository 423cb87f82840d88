"""Every variable the llm service reads."""

from __future__ import annotations

import msgspec

from reelwright_kit.settings import ServiceSettings


class LlmSettings(ServiceSettings, frozen=True, kw_only=True):
    """Settings of the llm service."""

    default_model: str = msgspec.field(default="local/text", name="REELWRIGHT_LLM_MODEL")
    """Model that chats when a request names none."""
    default_embedding_model: str = msgspec.field(default="local/embed", name="REELWRIGHT_EMBEDDING_MODEL")
    """Model that embeds when a request names none."""
