"""Rewrites prompts: by the rules of the local engine, or by asking a model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from reelwright_kit.catalogue import Catalogue
from reelwright_llm.metering import LIKELY_ANSWER_TOKENS, TEXT, Meter, tokens_of
from reelwright_llm.providers import local
from reelwright_llm.providers.interface import Json, ModelCard, Question, TextModel, Turn, Usage

MANNERS = {
    "general": "Make it concrete: subject, surroundings, light, mood, and what makes it particular.",
    "photographic": "Write it as a photographer would: lens, aperture, light, film or sensor, framing, depth of field.",
    "cinematic": "Write it as a director of photography would: shot size, camera move, light, colour, atmosphere.",
    "product": "Write it for a commercial: the product exactly as it is, its material, the set, light and reflections.",
}
ROLE = """You rewrite prompts for a model that makes {target}. Keep what was asked for: contradict and omit nothing.
{manner}
Answer in {language} with the new prompt only: no quotation marks, no comment."""
TARGETS = {"image": "pictures", "video": "videos", "text": "texts"}


@dataclass(frozen=True)
class Wish:
    """The prompt, and how to rewrite it."""

    prompt: str
    mode: str = "general"
    target: str = "image"
    language: str = ""
    extra: Json | None = None
    ceiling_micros: int | None = None


@dataclass(frozen=True)
class Rewritten:
    """The new prompt, and what it took."""

    prompt: str
    usage: Usage
    model: str
    provider: str
    cost_micros: int = 0


class Rewriter(Protocol):
    """Rewrites."""

    async def rewrite(self, wish: Wish) -> Rewritten:
        """The new prompt; raises what a model raises."""


class LocalRewriter:
    """Adds words by rules."""

    def __init__(self, card: ModelCard, meter: Meter) -> None:
        self._card = card
        self._meter = meter

    async def rewrite(self, wish: Wish) -> Rewritten:
        likely = Usage(tokens_of([wish.prompt]), LIKELY_ANSWER_TOKENS)
        async with self._meter.asking(TEXT, self._card, likely, wish.ceiling_micros) as reading:
            better = local.optimise_prompt(wish.prompt, wish.mode)
            usage = reading.usage = Usage(local.count_tokens(wish.prompt), local.count_tokens(better))
        micros = self._meter.micros(self._card, usage)
        return Rewritten(better, usage, self._card.id, self._card.provider, micros)


class ModelRewriter:
    """Asks a model."""

    def __init__(self, model: TextModel) -> None:
        self._model = model

    async def rewrite(self, wish: Wish) -> Rewritten:
        language = wish.language or "the language of the prompt"
        role = ROLE.format(target=TARGETS[wish.target], manner=MANNERS[wish.mode], language=language)
        turns = (Turn("system", role), Turn("user", wish.prompt))
        answer = await self._model.answer(Question(turns, extra=wish.extra or {}, ceiling_micros=wish.ceiling_micros))
        usage = answer.usage or Usage(0, 0, estimated=True)
        better = answer.text.strip() or wish.prompt
        return Rewritten(better, usage, answer.head.model, answer.head.provider, answer.cost_micros)


class Optimising:
    """Finds who rewrites."""

    def __init__(self, models: Catalogue[TextModel], own: Mapping[str, Rewriter]) -> None:
        """`own` are the models that rewrite in another way than by being asked."""
        self._models = models
        self._own = own

    async def rewrite(self, model: str, wish: Wish) -> Rewritten:
        """The new prompt; raises ModelNotFound."""
        chosen = self._models.choose(model)
        return await self._own.get(chosen.card.id, ModelRewriter(chosen)).rewrite(wish)
