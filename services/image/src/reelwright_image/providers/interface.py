"""What a provider of pictures is to this service."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from reelwright_kit.jobs.commission import Commission
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
    transparent: bool = False
    aspect_ratio: str = ""
    """As asked for; empty when the very size was."""
    extra: tuple[tuple[str, object], ...] = ()
    """Fields the contract does not know and the provider does."""

    @property
    def words(self) -> str:
        """The prompt with what the provider has no field for."""
        avoid = f" Avoid: {self.negative_prompt}." if self.negative_prompt else ""
        return f"{self.prompt} Style: {self.style}.{avoid}" if self.style else f"{self.prompt}{avoid}"


class ImageModel(Protocol):
    """A model with its card."""

    @property
    def card(self) -> ModelCard: ...

    def estimate(self, picture: Picture) -> int | None:
        """What the picture costs, millionths of a US dollar; None when not known. Raises SizeUnsupported."""


@runtime_checkable
class OwnModel(ImageModel, Protocol):
    """Draws pictures in this process; drawing one again costs nothing."""

    async def draw(self, picture: Picture, out: Path, work: Work, low: float, high: float) -> None:
        """Writes the picture to `out` as `picture.media_type`; says its progress between `low` and `high` percent."""


@runtime_checkable
class PaidModel(ImageModel, Protocol):
    """Has pictures drawn by a provider, who is paid for each."""

    def commission(self, picture: Picture, estimated_micros: int) -> Commission:
        """The order for this picture, for which so many millionths of a US dollar were set aside."""
