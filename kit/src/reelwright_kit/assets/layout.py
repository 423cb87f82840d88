"""Where in the store a file lies: keys that say whose it is and that the library made them."""

from __future__ import annotations

import re

from reelwright_kit.assets.model import SUFFIXES

_KEY = r"[^/]+/[0-9a-f]{2}/ast_[0-9a-z]{26}\.[0-9a-f]{16}\.[0-9a-z]{2,4}"
_WHOLE = re.compile(_KEY)
_HALF_WRITTEN = re.compile(rf"{_KEY}#\d+")


def key_of(tenant: str, asset: str, sha256: str, media_type: str) -> str:
    """The key of a file.

    It is named after its content too: a second maker of the same asset must not write over what the first one kept.
    """
    return f"{tenant}/{sha256[:2]}/{asset}.{sha256[2:18]}.{suffix_of(media_type)}"


def suffix_of(media_type: str) -> str:
    """The file suffix of a media type."""
    return SUFFIXES.get(media_type, "bin")


def tenant_of(key: str) -> str:
    """Whose file it is."""
    return key.partition("/")[0]


def is_ours(key: str) -> bool:
    """Whether the library could have made this key."""
    return _WHOLE.fullmatch(key) is not None


def is_half_written(name: str) -> bool:
    """Whether a file of a directory is one that is being put: the store writes it under another name and renames it."""
    return _HALF_WRITTEN.fullmatch(name) is not None
