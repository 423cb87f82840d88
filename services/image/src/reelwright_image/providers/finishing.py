"""What providers deliver becomes what was ordered: a whole picture, in the wanted format."""

from __future__ import annotations

import asyncio
from pathlib import Path

from PIL import Image

from reelwright_kit.jobs.commission import Unreachable

FORMATS: dict[str, tuple[str, dict[str, int]]] = {
    "image/png": ("PNG", {"compress_level": 3}),
    "image/jpeg": ("JPEG", {"quality": 92}),
    "image/webp": ("WEBP", {"quality": 90}),
}
"""Pillow's name and options of each media type."""


async def finished(path: Path, media_type: str) -> None:
    """Makes the picture at `path` one of this media type; raises Unreachable when it is cut off or none at all."""
    try:
        await asyncio.to_thread(_finish, path, media_type)
    except (OSError, ValueError, SyntaxError) as error:
        raise Unreachable(f"the file is no whole picture ({type(error).__name__})") from error


def _finish(path: Path, media_type: str) -> None:
    name, options = FORMATS[media_type]
    with Image.open(path) as picture:
        picture.load()
        if picture.format == name:
            return
        converted = picture.convert("RGB") if name == "JPEG" else picture.copy()
    converted.save(path, name, **options)
