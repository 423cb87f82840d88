"""What a vendor is before it is asked: its address, its headers, its models, and why it cannot be used."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reelwright_llm.providers.interface import EmbeddingModel, JudgingModel, ModelCard, TextModel
from reelwright_llm.providers.wire.http import Wire

CHAT, EMBEDDING, MODERATION = "chat", "embedding", "moderation"


@dataclass(frozen=True)
class Vendor:
    """One vendor as the settings describe it."""

    provider: str
    reason: str
    """Why it cannot be used; empty when it can."""
    base_url: str
    headers: Mapping[str, str] = field(repr=False)
    text: Callable[[ModelCard, str, Wire], TextModel]
    """Makes a model that chats, by its name at the vendor."""
    embedding: Callable[[ModelCard, str, Wire], EmbeddingModel] | None = None
    judging: Callable[[ModelCard, str, Wire], JudgingModel] | None = None
    capabilities: tuple[str, ...] = ()
    chat_models: tuple[str, ...] = ()
    embedding_models: tuple[str, ...] = ()
    judging_models: tuple[str, ...] = ()
    embedding_capabilities: tuple[str, ...] = ()

    def card(self, kind: str, name: str) -> ModelCard:
        """The card of the model that the vendor calls `name`."""
        capabilities = {CHAT: self.capabilities, EMBEDDING: self.embedding_capabilities}.get(kind, ("image_input",))
        return ModelCard(
            f"{self.provider}/{name}",
            self.provider,
            name,
            kind,
            capabilities,
            configured=not self.reason,
            reason=self.reason,
        )
