"""The use-case before a film is made: what it will cost, part by part, asked of those who will make the parts."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Protocol

from reelwright_story.gathering import Gathering
from reelwright_story.orders import FilmOrder, clip_seconds, music_seconds

SHOTS_PER_SCENE = 1
"""The plan may have two; the local text model makes one."""
PICTURE_PROMPT_CHARACTERS = 320
NARRATION_CHARACTERS = 90
"""Typical for plans of the local text model; a line is 10 to 24 words."""
CHARACTERS_PER_SECOND = 16
"""How fast a line is spoken, with the pauses."""
QUESTIONS = 3
"""Outline, scenes and shots, when no answer has to be asked for again."""
READ_TOKENS, READ_TOKENS_PER_SCENE = 900, 150
WRITTEN_TOKENS, WRITTEN_TOKENS_PER_SCENE = 600, 315
"""What the three questions and their answers have together, at most, with the local text model at 1 to 30 scenes."""
EDITOR = "local/editor"


@dataclass(frozen=True)
class Quote:
    """What one piece costs."""

    model: str
    micros: int | None
    """Millionths of a US dollar; None when the price is not known."""


@dataclass(frozen=True)
class Item:
    """All parts of one kind: `text`, `picture`, `clip`, `voice`, `music` or `edit`."""

    what: str
    count: int
    model: str
    micros: int | None


@dataclass(frozen=True)
class FilmEstimate:
    """What a film costs."""

    items: tuple[Item, ...]

    @property
    def micros(self) -> int:
        """All that is known of it, in millionths of a US dollar."""
        return sum(item.micros or 0 for item in self.items)

    @property
    def unknown_models(self) -> list[str]:
        """The models whose price is not known."""
        return [item.model for item in self.items if item.micros is None]


class Appraiser(Protocol):
    """Knows what one piece costs; raises PartUnavailable when it cannot ask, and what is wrong with the piece."""

    async def text(self, model: str, read_tokens: int, written_tokens: int) -> Quote: ...

    async def picture(self, prompt: str, aspect_ratio: str, size: tuple[int, int], seed: int, model: str) -> Quote: ...

    async def clip(self, prompt: str, seconds: float, resolution: int, seed: int, model: str) -> Quote: ...

    async def voice(self, text: str, voice: str, language: str, model: str) -> Quote: ...

    async def music(self, prompt: str, seconds: float, seed: int, model: str) -> Quote: ...


class Estimating:
    """Says what films cost."""

    def __init__(self, appraiser: Appraiser) -> None:
        self._appraiser = appraiser

    async def film(self, order: FilmOrder) -> FilmEstimate:
        """The cost of a film with the text, the pictures and the lengths that such films typically have."""
        one, models, shots = self._appraiser, order.models, order.scenes * SHOTS_PER_SCENE
        clip_s = clip_seconds(order, shots, NARRATION_CHARACTERS / CHARACTERS_PER_SECOND)
        prompt = _like(order.prompt, PICTURE_PROMPT_CHARACTERS)
        # No language: the plan decides it, and no price depends on it.
        line = one.voice(_like(order.prompt, NARRATION_CHARACTERS), order.voice, "", models.speech)
        picture = one.picture(prompt, order.aspect_ratio, order.frame_size(), order.seed, models.image)
        text = one.text(
            models.text,
            READ_TOKENS + READ_TOKENS_PER_SCENE * order.scenes,
            WRITTEN_TOKENS + WRITTEN_TOKENS_PER_SCENE * order.scenes,
        )
        parts = [
            _text(text),
            _item("picture", shots, picture),
            _item("clip", shots, one.clip(prompt, clip_s, order.resolution, order.seed, models.video)),
            _item("voice", shots, line),
        ]
        if order.music:
            seconds = music_seconds(clip_s * shots)
            parts.append(_item("music", 1, one.music(order.prompt, seconds, order.seed, models.music)))
        async with Gathering() as group:
            asked = [group.begin(part) for part in parts]
        return FilmEstimate((*(task.result() for task in asked), Item("edit", 1, EDITOR, 0)))


async def _item(what: str, count: int, quote: Awaitable[Quote]) -> Item:
    quoted = await quote
    return Item(what, count, quoted.model, None if quoted.micros is None else quoted.micros * count)


async def _text(quote: Awaitable[Quote]) -> Item:
    """The tokens of all questions were asked for together."""
    quoted = await quote
    return Item("text", QUESTIONS, quoted.model, quoted.micros)


def _like(prompt: str, characters: int) -> str:
    """A text of so many characters, in the words of the film: some models charge by them."""
    words = f"{prompt.strip()} "
    return (words * (characters // len(words) + 1))[:characters]
