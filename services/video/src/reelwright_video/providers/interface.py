"""What a provider of clips is to this service."""

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
    resolutions: tuple[int, ...]
    """Shorter sides in pixels."""
    min_duration_s: float
    max_duration_s: float
    needs_first_frame: bool
    last_frame: bool
    max_references: int
    audio: bool
    configured: bool = True
    reason: str = ""


@dataclass(frozen=True)
class Shot:
    """One clip to be made."""

    prompt: str
    width: int
    height: int
    fps: int
    duration_s: float
    seed: int
    first_frame: Path | None
    negative_prompt: str = ""


class VideoModel(Protocol):
    """Makes clips."""

    @property
    def card(self) -> ModelCard: ...

    async def film(self, shot: Shot, out: Path, work: Work) -> None:
        """Writes the clip to `out` as MP4 and says its progress."""
