"""The Content-Disposition of a file: its name for people, and whether a browser may show it in place."""

from __future__ import annotations

import re
from urllib.parse import quote

# Everything else, pages and drawings with scripts first of all, is saved.
SHOWN = ("image/", "video/", "audio/", "text/plain", "application/json", "application/x-subrip")


def content_disposition(filename: str, media_type: str) -> str:
    """The header for a file of this name and type, in ASCII."""
    shown = media_type.startswith(SHOWN) and media_type != "image/svg+xml"
    fallback = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in filename)
    # Runs of spaces are signed in one way by some servers and in another by others.
    fallback = re.sub(" +", " ", fallback).strip()
    name = f"filename=\"{fallback}\"; filename*=UTF-8''{quote(filename, safe='')}"
    return f"{'inline' if shown else 'attachment'}; {name}"
