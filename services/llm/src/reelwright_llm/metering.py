"""Holds what an answer may cost, settles what it cost, and counts every answer for the usage report."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from reelwright_kit.errors import CostCeiling
from reelwright_kit.money import texts
from reelwright_kit.money.prices import CHARACTERS_PER_TOKEN, Prices, Tokens
from reelwright_kit.money.usage import UsageRecorder, Use
from reelwright_llm.providers.interface import ModelCard, Question, Usage
from reelwright_llm.stills import STILLS

TEXT, EMBEDDING, MODERATION = "text", "embedding", "moderation"

LIKELY_ANSWER_TOKENS = 500
"""What is held for an answer to a question without `max_output_tokens`; a longer one is charged all the same."""
LIKELY_MEDIA_TOKENS = 1000
"""What is held for each picture or other file in a question; for a video, as much as for its stills."""


@dataclass
class Reading:
    """What one call uses, as far as is known; whoever makes the call says it."""

    likely: Usage
    """What was held for it."""
    usage: Usage | None = None
    """What the model says it used; unset until it has said so."""
    said_characters: int = 0
    """How much of the answer has come."""
    cost_micros: int = 0
    """What it cost, once the call is over."""

    @property
    def used(self) -> Usage:
        """What the model said, else what the words that came amount to."""
        written = math.ceil(self.said_characters / CHARACTERS_PER_TOKEN)
        return self.usage or Usage(self.likely.input_tokens, written, estimated=True)


_Note = Callable[[Reading, texts.Meter], Awaitable[None]]


class Meter:
    """Runs beside every answer that a model makes; one that is given again is not made, and not counted."""

    def __init__(self, prices: Prices, holds: texts.Texts, recorder: UsageRecorder) -> None:
        self._prices = prices
        self._holds = holds
        self._recorder = recorder

    def asking(
        self, kind: str, card: ModelCard, likely: Usage, ceiling: int | None
    ) -> contextlib.AbstractAsyncContextManager[Reading]:
        """Counts the call that the block makes for the current caller; one that fails before a word came costs nothing.

        `ceiling` is what the caller wants to spend at most, millionths of a US dollar, None without a limit.
        What came of an answer that broke off, or that nobody waited for, is paid. Raises PriceUnknown, CostCeiling
        and BudgetExhausted before the block.
        """
        at_most = self._prices.tokens(card.id, Tokens(likely.input_tokens, likely.output_tokens))
        if ceiling is not None and (at_most or 0) > ceiling:
            raise CostCeiling("", ceiling, at_most or 0)
        held = self._holds.metered(kind, card.provider, card.id, at_most)
        return _Asking(held, Reading(likely), partial(self._note, kind, card))

    def micros(self, card: ModelCard, used: Usage) -> int:
        """What so many tokens cost; 0 where the price is not known and that is allowed."""
        cached, stored = used.cached_input_tokens, used.cache_write_tokens
        tokens = Tokens(used.input_tokens, used.output_tokens, cached=cached, stored=stored)
        return self._prices.tokens(card.id, tokens) or 0

    async def _note(self, kind: str, card: ModelCard, reading: Reading, till: texts.Meter) -> None:
        used = reading.used
        micros = reading.cost_micros = self.micros(card, used)
        till.used = texts.Used(used.input_tokens, used.output_tokens, micros)
        if not till.booked:
            tokens = used.input_tokens, used.output_tokens
            await self._recorder.record(Use.of_caller(kind, card.provider, card.id, *tokens, micros))


class _Asking:
    """Around one call; a class, because generators for each call cost more than all the rest of this."""

    def __init__(
        self, held: contextlib.AbstractAsyncContextManager[texts.Meter], reading: Reading, note: _Note
    ) -> None:
        self._held = held
        self._reading = reading
        self._note = note

    async def __aenter__(self) -> Reading:
        self._till = await self._held.__aenter__()
        return self._reading

    async def __aexit__(self, kind: Any, error: BaseException | None, where: Any) -> None:
        reading = self._reading
        try:
            if error is None or reading.said_characters or not isinstance(error, Exception):
                await self._note(reading, self._till)
        except BaseException as trouble:
            await self._held.__aexit__(type(trouble), trouble, trouble.__traceback__)
            raise
        await self._held.__aexit__(kind, error, where)


def likely_use(question: Question) -> Usage:
    """What a question will probably use."""
    answer = (question.max_output_tokens or LIKELY_ANSWER_TOKENS) * (question.sampling.n or 1)
    showing = [turn for turn in question.turns if turn.parts]
    shown = sum(STILLS if media.kind == "video" else 1 for turn in showing for media in turn.media)
    return Usage(tokens_of(turn.words for turn in question.turns) + shown * LIKELY_MEDIA_TOKENS, answer)


def tokens_of(words: Iterable[str]) -> int:
    """About how many tokens texts have that nobody has counted yet."""
    return math.ceil(sum(len(text) for text in words) / CHARACTERS_PER_TOKEN)
