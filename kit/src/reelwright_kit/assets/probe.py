"""Looks at the bytes of a file: what type it is, how large the picture, how long the sound."""

from __future__ import annotations

from pathlib import Path

import av
from PIL import Image, UnidentifiedImageError

from reelwright_kit.assets.model import Measured
from reelwright_kit.errors import MediaUnreadable

MAX_PIXELS = 64_000_000
"""Pictures with more pixels are refused: a small file can unfold to gigabytes."""

_PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
_CONTAINERS = {
    "mov,mp4,m4a,3gp,3g2,mj2": ("video/mp4", "audio/mp4"),
    "matroska,webm": ("video/webm", "audio/webm"),
    "wav": ("", "audio/wav"),
    "mp3": ("", "audio/mpeg"),
    "ogg": ("", "audio/ogg"),
    "flac": ("", "audio/flac"),
}
DEMUXERS = {"format_whitelist": "mov,matroska,wav,mp3,ogg,flac", "protocol_whitelist": "file"}
"""Without this a playlist sent as a film would make us open the files and addresses it names."""

_BY_MAGIC = ((b"%PDF-", "application/pdf"), (b"PK\x03\x04", "application/zip"))


def measure(path: Path, declared: str = "", field: str = "content") -> Measured:
    """What the file is; raises MediaUnreadable naming `field` when it is nothing known, or not what was declared."""
    measured = _picture(path, field) or _by_magic(path) or _text(path, declared) or _sounding(path)
    if measured is None:
        raise MediaUnreadable(field, "is no picture, film, sound, document or text that is known here")
    if declared and declared != measured.media_type:
        raise MediaUnreadable(field, f"is declared as {declared} and is {measured.media_type}")
    return measured


def _picture(path: Path, field: str) -> Measured | None:
    try:
        picture = Image.open(path, formats=tuple(_PICTURES))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise MediaUnreadable(field, f"has more than {MAX_PIXELS} pixels") from None
    except (UnidentifiedImageError, OSError, SyntaxError):
        return None
    with picture:
        if picture.width * picture.height > MAX_PIXELS:
            raise MediaUnreadable(field, f"has more than {MAX_PIXELS} pixels: {picture.width} x {picture.height}")
        try:
            # A header tells nothing of what follows it: half a picture would fail much later, in a job.
            picture.load()
        except (OSError, SyntaxError, ValueError):
            raise MediaUnreadable(field, "begins like a picture and cannot be decoded") from None
        return Measured(_PICTURES[str(picture.format)], picture.width, picture.height)


def _by_magic(path: Path) -> Measured | None:
    with path.open("rb") as file:
        head = file.read(16)
    return next((Measured(media_type) for magic, media_type in _BY_MAGIC if head.startswith(magic)), None)


def _text(path: Path, declared: str) -> Measured | None:
    if declared not in ("application/json", "application/x-subrip", "text/plain"):
        return None
    try:
        path.read_text("utf-8")
    except UnicodeDecodeError:
        return None
    return Measured(declared)


def _sounding(path: Path) -> Measured | None:
    try:
        with av.open(str(path), options=DEMUXERS) as container:
            types = _CONTAINERS.get(container.format.name)
            duration_s = container.duration / av.time_base if container.duration else None
            video = container.streams.video[0] if container.streams.video else None
            if video and video.codec_context is None:
                # Of a kind that nothing here decodes.
                return None
            width, height = (video.width, video.height) if video else (0, 0)
    except (av.FFmpegError, OSError, ValueError):
        return None
    media_type = types[0 if video else 1] if types else ""
    return Measured(media_type, width, height, duration_s) if media_type else None
