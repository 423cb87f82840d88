"""Which models a service has, and which one a request means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from reelwright_kit.errors import ModelNotFound


class Card(Protocol):
    """What every model says about itself."""

    @property
    def id(self) -> str: ...
    @property
    def provider(self) -> str: ...
    @property
    def configured(self) -> bool: ...
    @property
    def reason(self) -> str: ...


C_co = TypeVar("C_co", bound=Card, covariant=True)


class Model(Protocol[C_co]):
    """Anything with a card."""

    @property
    def card(self) -> C_co: ...


M = TypeVar("M", bound=Model[Card])


class Catalogue(Generic[M]):
    """The models of one process, the default first."""

    def __init__(self, models: Sequence[M], default: str) -> None:
        self._models = {model.card.id: model for model in models}
        self._default = default

    def choose(self, model: str) -> M:
        """The model with this id, or the default when empty; raises ModelNotFound."""
        wanted = model or self._default
        if wanted not in self._models:
            raise ModelNotFound(wanted)
        chosen = self._models[wanted]
        if not chosen.card.configured:
            raise ModelNotFound(wanted, f"is not configured: {chosen.card.reason}")
        return chosen

    def all(self, configured_only: bool = False) -> list[M]:
        """The models, the default first."""
        chosen = (m for m in self._models.values() if m.card.configured or not configured_only)
        return sorted(chosen, key=lambda model: (model.card.id != self._default, model.card.id))
