"""What an asset is at rest: its record and its provenance."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from reelwright_kit.jobs.model import Json


@dataclass(frozen=True)
class Provenance:
    """How a file came to be; the fields of the contract's Provenance."""

    prompt: str = ""
    model: str = ""
    provider: str = ""
    cost_micros: int = 0
    parents: tuple[str, ...] = ()
    job: str = ""
    seed: int | None = None


@dataclass(frozen=True)
class AssetRecord:
    """One row of reelwright.assets."""

    id: str
    tenant: str
    key: str
    filename: str
    media_type: str
    size_bytes: int
    sha256: str
    create_time: datetime
    width: int = 0
    height: int = 0
    duration_s: float | None = None
    title: str = ""
    tags: tuple[str, ...] = ()
    album: str = ""
    keep: bool = False
    job: str = ""
    provenance: Json = field(default_factory=dict)


@dataclass(frozen=True)
class AssetFilter:
    """Which files to list; empty fields do not filter."""

    media_type: str = ""
    job: str = ""
    album: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Measured:
    """What the bytes of a file say about themselves."""

    media_type: str
    width: int = 0
    height: int = 0
    duration_s: float | None = None


SUFFIXES = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
    "audio/wav": "wav",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "application/x-subrip": "srt",
    "application/json": "json",
    "application/pdf": "pdf",
    "application/zip": "zip",
    "text/plain": "txt",
}
"""File suffix of each media type that can be kept."""
