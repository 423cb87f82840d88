"""`local/image`: the procedural engine as a provider; needs no key, no network and no model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from reelwright_image.providers.finishing import FORMATS
from reelwright_image.providers.interface import ModelCard, Picture
from reelwright_image.providers.local import draw
from reelwright_kit.jobs.work import Work
from reelwright_kit.money.prices import Prices

MAX_SIDE = 2048


class LocalImage:
    """Draws from the words of the prompt."""

    card = ModelCard(
        id="local/image",
        provider="local",
        display_name="Procedural illustration",
        aspect_ratios=("16:9", "9:16", "1:1", "4:3", "3:4", "3:2", "2:3", "21:9"),
        max_side=MAX_SIDE,
        max_references=0,
        edits=False,
        transparency=False,
        seed=True,
    )

    def __init__(self, prices: Prices) -> None:
        self._prices = prices

    def estimate(self, picture: Picture) -> int | None:
        return self._prices.picture(self.card.id, width=picture.width, height=picture.height, quality=picture.quality)

    async def draw(self, picture: Picture, out: Path, work: Work, low: float, high: float) -> None:
        with work.reporting(low, high, "drawing") as progress:
            await work.in_thread(_draw, picture, out, progress)


def _draw(should_stop: Callable[[], bool], picture: Picture, out: Path, progress: Callable[[float], None]) -> None:
    prompt = f"{picture.prompt} Style: {picture.style}." if picture.style else picture.prompt
    drawn = draw(
        prompt,
        width=picture.width,
        height=picture.height,
        seed=picture.seed,
        progress=progress,
        should_stop=should_stop,
    )
    name, options = FORMATS[picture.media_type]
    drawn.save(out, name, **options)
