"""Says what is harmful, counted and charged like answers."""

from __future__ import annotations

from collections.abc import Sequence

from reelwright_kit.catalogue import Catalogue
from reelwright_llm.metering import MODERATION, Meter, tokens_of
from reelwright_llm.providers.interface import Json, Judged, JudgingModel, Media, ModelCard, Usage


class Judging:
    """Says what is harmful."""

    def __init__(self, models: Catalogue[JudgingModel], meter: Meter) -> None:
        self._models = models
        self._meter = meter

    async def judge(
        self, model: str, texts: Sequence[str], images: Sequence[Media], extra: Json, ceiling: int | None
    ) -> tuple[ModelCard, Judged, int]:
        """The model that judged, its judgements, and what they cost in millionths of a US dollar."""
        chosen = self._models.choose(model)
        likely = Usage(tokens_of(texts), 0)
        async with self._meter.asking(MODERATION, chosen.card, likely, ceiling) as reading:
            judged = await chosen.judge(texts, images, extra)
            reading.usage = judged.usage
        return chosen.card, judged, self._meter.micros(chosen.card, judged.usage)
