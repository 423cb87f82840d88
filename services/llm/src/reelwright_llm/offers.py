"""Which models this process offers: those of the vendors it has keys for, and the others with the reason why not."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar

from reelwright_kit import telemetry
from reelwright_kit.errors import ModelNotFound
from reelwright_llm.metering import Meter
from reelwright_llm.providers import anthropic_messages, gemini_content, hosts
from reelwright_llm.providers.interface import (
    Answer,
    Embedded,
    EmbeddingModel,
    Json,
    Judged,
    JudgingModel,
    Media,
    ModelCard,
    Piece,
    Question,
    TextModel,
    Texts,
)
from reelwright_llm.providers.local_text import LocalEmbedding, LocalJudge, LocalText
from reelwright_llm.providers.vendors import CHAT, EMBEDDING, MODERATION, Vendor
from reelwright_llm.providers.wire.breaker import BreakerWire
from reelwright_llm.providers.wire.http import HttpWire, Wire
from reelwright_llm.providers.wire.limit import LimitedWire
from reelwright_llm.routing import Routes
from reelwright_llm.settings import LlmSettings
from reelwright_llm.wrappers.cached import AnswerCache, CachedText
from reelwright_llm.wrappers.fallback import FallbackText
from reelwright_llm.wrappers.priced import PricedText
from reelwright_llm.wrappers.shown import Shelf, ShownText
from reelwright_llm.wrappers.traced import TracedText

M = TypeVar("M")
MOST_OTHERS = 256
"""Models of one vendor that are on no list and are kept put together; users may give any name."""
VENDORS: tuple[Callable[[LlmSettings], Vendor], ...] = (
    hosts.openai,
    hosts.azure,
    hosts.fast,
    anthropic_messages.vendor,
    gemini_content.vendor,
)


@dataclass(frozen=True)
class Offers:
    """The models by what they do."""

    text: Routes[TextModel]
    embedding: Routes[EmbeddingModel]
    judging: Routes[JudgingModel]


class NotConfigured:
    """Stands in ListModels for a model that cannot be used."""

    def __init__(self, card: ModelCard) -> None:
        self.card = card

    async def answer(self, question: Question) -> Answer:
        raise self._refusal

    def stream(self, question: Question) -> AsyncGenerator[Piece]:
        raise self._refusal

    async def embed(self, texts: Texts) -> Embedded:
        raise self._refusal

    async def judge(self, texts: Sequence[str], images: Sequence[Media], extra: Json) -> Judged:
        raise self._refusal

    @property
    def _refusal(self) -> ModelNotFound:
        return ModelNotFound(self.card.id, f"is not configured: {self.card.reason}")


@contextlib.asynccontextmanager
async def offers(settings: LlmSettings, meter: Meter, shelf: Shelf) -> AsyncIterator[Offers]:
    """The offers, with open connections to the configured vendors."""
    vendors = [describe(settings) for describe in VENDORS]
    async with contextlib.AsyncExitStack() as stack:
        wires: dict[str, Wire] = {}
        for vendor in vendors:
            if not vendor.reason:
                http = HttpWire(vendor.provider, vendor.base_url, vendor.headers, settings.silence_s)
                wires[vendor.provider] = _guarded(await stack.enter_async_context(http.open()), settings)
        yield Offers(
            _Texts(vendors, wires, settings, meter, shelf).routes(),
            _embedding(vendors, wires, settings),
            _judging(vendors, wires, settings),
        )


def every_card(settings: LlmSettings) -> list[ModelCard]:
    """What ListModels shows of each model."""
    own = [LocalText.card, LocalEmbedding.card, LocalJudge.card]
    for describe in VENDORS:
        vendor = describe(settings)
        own += [vendor.card(CHAT, name) for name in vendor.chat_models]
        own += [vendor.card(EMBEDDING, name) for name in vendor.embedding_models]
        own += [vendor.card(MODERATION, name) for name in vendor.judging_models]
    return own


def _guarded(wire: Wire, settings: LlmSettings) -> Wire:
    breaker = BreakerWire(wire, settings.breaker_failures, settings.breaker_pause_s)
    return LimitedWire(breaker, settings.concurrent)


class _Texts:
    """Puts the models that chat together with what stands around them."""

    def __init__(
        self, vendors: Sequence[Vendor], wires: Mapping[str, Wire], settings: LlmSettings, meter: Meter, shelf: Shelf
    ) -> None:
        self._vendors = {vendor.provider: vendor for vendor in vendors}
        self._wires = wires
        self._settings = settings
        self._meter = meter
        self._shelf = shelf
        self._cache = AnswerCache()
        self._own: dict[str, TextModel] = {LocalText.card.id: LocalText()}

    def routes(self) -> Routes[TextModel]:
        listed = [*self._own, *(f"{v.provider}/{name}" for v in self._vendors.values() for name in v.chat_models)]
        others = {provider: lru_cache(MOST_OTHERS)(partial(self._other, provider)) for provider in self._wires}
        settings = self._settings
        return Routes([self._composed(model) for model in listed], settings.default_model, settings.alias_map, others)

    def _other(self, provider: str, name: str) -> TextModel:
        return self._composed(f"{provider}/{name}")

    def _composed(self, model: str) -> TextModel:
        chain = [self._alone(one) for one in (model, *self._settings.fallback_map.get(model, ()))]
        whole = FallbackText(chain) if len(chain) > 1 else chain[0]
        return CachedText(whole, self._cache, self._settings.cache_s)

    def _alone(self, model: str) -> TextModel:
        if model in self._own:
            return PricedText(_traced(self._own[model]), self._meter)
        provider, _, name = model.partition("/")
        if provider not in self._vendors:
            raise ModelNotFound(model)
        vendor = self._vendors[provider]
        card = vendor.card(CHAT, name)
        if provider not in self._wires:
            return NotConfigured(card)
        made = vendor.text(card, name, self._wires[provider])
        return PricedText(ShownText(_traced(made), self._shelf), self._meter)


def _traced(model: TextModel) -> TextModel:
    return TracedText(model) if telemetry.recording() else model


def _embedding(vendors: Sequence[Vendor], wires: Mapping[str, Wire], settings: LlmSettings) -> Routes[EmbeddingModel]:
    models: list[EmbeddingModel] = [LocalEmbedding()]
    others: dict[str, Callable[[str], EmbeddingModel]] = {}
    for vendor in vendors:
        make = _maker(vendor, EMBEDDING, vendor.embedding, wires)
        models += [make(name) if make else _missing(vendor, EMBEDDING, name) for name in vendor.embedding_models]
        if make:
            others[vendor.provider] = make
    return Routes(models, settings.default_embedding_model, settings.alias_map, others)


def _judging(vendors: Sequence[Vendor], wires: Mapping[str, Wire], settings: LlmSettings) -> Routes[JudgingModel]:
    models: list[JudgingModel] = [LocalJudge()]
    others: dict[str, Callable[[str], JudgingModel]] = {}
    for vendor in vendors:
        make = _maker(vendor, MODERATION, vendor.judging, wires)
        models += [make(name) if make else _missing(vendor, MODERATION, name) for name in vendor.judging_models]
        if make:
            others[vendor.provider] = make
    first = next((m.card.id for m in reversed(models) if m.card.configured), LocalJudge.card.id)
    return Routes(models, settings.default_judging_model or first, settings.alias_map, others)


def _missing(vendor: Vendor, kind: str, name: str) -> NotConfigured:
    return NotConfigured(vendor.card(kind, name))


def _maker(
    vendor: Vendor, kind: str, make: Callable[[ModelCard, str, Wire], M] | None, wires: Mapping[str, Wire]
) -> Callable[[str], M] | None:
    """Makes models of a connected vendor by their names; None where it is not connected or has none of the kind."""
    wire = wires.get(vendor.provider)
    if make is None or wire is None:
        return None
    return lambda name: make(vendor.card(kind, name), name, wire)
