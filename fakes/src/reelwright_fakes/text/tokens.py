"""The fake's tokens: up to 12 letters or digits, or one other sign, each with the white space before it."""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\s*\w{1,12}|\s*[^\w\s]|\s+")


def tokens_of(text: str) -> list[str]:
    """The tokens of a text; joined they are the text again."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """How many tokens a text has."""
    return sum(1 for _ in _TOKEN.finditer(text))
