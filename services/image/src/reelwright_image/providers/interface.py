"""What a provider of pictures is to this service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from reelwright_kit.jobs.work import Work


@dataclass(frozen=True)
class ModelCard:
    """What a model can do, as ListModels shows it."""

    id: str
    provider: str
    display_name: str
    aspect_ratios: tuple[str, ...]
    max_side: int
    """Longest side in pixels."""
    max_references: int
    edits: bool
    transparency: bool
    seed: bool
    price_micros: int | None
    """Price of one picture, millionths of a US dollar; None when not known."""
    configured: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Picture:
    """One picture to be drawn."""

    prompt: str
    width: int
    height: int
    seed: int
    media_type: str
    negative_prompt: str = ""
    style: str = ""
    quality: str = ""


class ImageModel(Protocol):
    """Draws pictures."""

    @property
    def card(self) -> ModelCard: ...

    async def draw(self, picture: Picture, out: Path, work: Work, low: float, high: float) -> None:
        """Writes the picture to `out` as `picture.media_type`; says its progress between `low` and `high` percent."""
