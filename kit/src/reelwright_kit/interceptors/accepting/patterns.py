"""Takes over the patterns that mean the same to Python as to protovalidate, and no others."""

from __future__ import annotations

import re

from reelwright_kit.interceptors.accepting.reading import Check, Unsure

CLASS = r"\[\^?(?:[a-zA-Z0-9_]-[a-zA-Z0-9_]|!-~|[a-zA-Z0-9_=])+-?\]"
# Who asks for something that is no space is safe: Python knows more spaces than anybody else.
NO_SPACE = r"\[\^\\s\]"
REPEATED = rf"(?:{CLASS}|{NO_SPACE}|[a-zA-Z0-9_:/=.-])(?:[?*+]|\{{\d{{1,3}}(?:,\d{{0,3}})?\}})?"
# A group is not repeated, so that no text takes long to refuse; `(?` and `*?` have no place in here.
ALIKE = re.compile(rf"\^?(?:{REPEATED}|[|$()](?![?*+{{]))*")


def matching(pattern: str) -> Check:
    """Whether a text holds a match of the pattern."""
    if not ALIKE.fullmatch(pattern):
        raise Unsure(f"a pattern that may be read in two ways: {pattern}")
    # To Python, and to nobody else, `$` is also before the line break that ends a text.
    try:
        search = re.compile(pattern.replace("$", r"\Z")).search
    except re.error as error:
        raise Unsure(f"a pattern that Python cannot read: {pattern}") from error
    return lambda text: search(text) is not None
