"""The entries of a price list: what a model charges from a day on, read from TOML and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated

import msgspec

Micros = Annotated[int, msgspec.Meta(ge=0)]
Count = Annotated[int, msgspec.Meta(ge=0)]
Text = Annotated[str, msgspec.Meta(min_length=1)]

ANY_QUALITY = "any"
"""Stands for every quality in a table of pictures."""

BASES = (
    "free",
    "unknown",
    "micros_per_picture",
    "micros_per_megapixel",
    "micros_per_second",
    "micros_per_million_characters",
    "micros_per_million_input_tokens",
)
"""The fields that say what is counted: an entry has exactly one of them."""


TOKEN_FIELDS = (
    "micros_per_million_cached_input_tokens",
    "micros_per_million_cache_write_tokens",
    "micros_per_million_output_tokens",
    "micros_per_million_image_tokens",
    "picture_tokens",
    "preview_tokens",
)


class EntryInvalid(ValueError):
    """An entry that cannot be used; the message names it and the field."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one model charges from one day on; money in millionths of a US dollar."""

    model: Annotated[str, msgspec.Meta(pattern=r"^[^/]+/.+$")]
    """`provider/model`, or `provider/*` for every model of a provider that has no entry of its own."""
    start: date = msgspec.field(name="from")
    """First day, UTC, on which it is charged."""
    source: Text
    """Where the number is from, in words."""
    free: bool = False
    unknown: bool = False
    micros_per_picture: Micros | dict[str, dict[str, Micros]] | None = None
    """For each picture; or by quality and size: `{high = {"1024x1024" = 40000}}`."""
    micros_per_megapixel: Micros | None = None
    """For each started million of pixels of a picture."""
    micros_per_second: Micros | dict[str, Micros] | None = None
    """Of film or sound; or by the shorter side in pixels, at most: `{"720" = 50000, "1080" = 100000}`."""
    micros_per_million_characters: Micros | None = None
    micros_per_million_input_tokens: Micros | None = None
    """Tokens of text that are read."""
    micros_per_million_cached_input_tokens: Micros | None = None
    """Those among them that come from the vendor's cache; without a price like the others."""
    micros_per_million_cache_write_tokens: Micros | None = None
    """Those among them that are put into the vendor's cache; without a price like the others."""
    micros_per_million_output_tokens: Micros = 0
    micros_per_million_image_tokens: Micros = 0
    """Tokens of pictures that are read."""
    picture_tokens: dict[str, Count] = {}
    """Output tokens of a picture of 1024 x 1024 by quality; other sizes in proportion."""
    preview_tokens: Count = 0
    """Output tokens of an unfinished picture that is shown."""

    @property
    def bases(self) -> list[str]:
        """Which of BASES it has."""
        # A price of 0 is one.
        return [name for name in BASES if getattr(self, name) is not None and getattr(self, name) is not False]


def read(text: str) -> list[Entry]:
    """The entries of a price list, in its order; raises EntryInvalid."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise EntryInvalid(f"is not TOML: {error}") from None
    raw = tables.pop("price", [])
    if tables or not isinstance(raw, list):
        raise EntryInvalid(f"{', '.join(tables) or 'price'}: expected only tables [[price]]")
    entries = [_entry(number, one) for number, one in enumerate(raw, start=1)]
    _check_days(entries)
    return entries


def _entry(number: int, raw: object) -> Entry:
    if not isinstance(raw, Mapping):
        raise EntryInvalid(f"price {number}: expected a table")
    name = f"price {number} ({raw.get('model', 'without a model')})"
    try:
        entry = msgspec.convert(raw, Entry)
    except msgspec.ValidationError as error:
        raise EntryInvalid(f"{name}: {_readable(error)}") from None
    if len(entry.bases) != 1:
        given = ", ".join(entry.bases) or "none"
        raise EntryInvalid(f"{name}: expected exactly one of {', '.join(BASES)}; got {given}")
    _check_tables(name, entry)
    return entry


def _check_tables(name: str, entry: Entry) -> None:
    given = {field for field in TOKEN_FIELDS if getattr(entry, field)}
    if given and entry.bases != ["micros_per_million_input_tokens"]:
        raise EntryInvalid(f"{name}: {min(given)}: only beside micros_per_million_input_tokens")
    for field, key, form, example in _keys(entry):
        if not re.fullmatch(form, key):
            raise EntryInvalid(f"{name}: {field}: expected a key like {example}, got {key!r}")


def _keys(entry: Entry) -> Iterator[tuple[str, str, str, str]]:
    """The keys of the tables: field, key the form that it must have, and an example."""
    if isinstance(entry.micros_per_second, dict):
        for side in entry.micros_per_second:
            yield "micros_per_second", side, r"[1-9]\d*", "720"
    if isinstance(entry.micros_per_picture, dict):
        for quality, sizes in entry.micros_per_picture.items():
            for size in sizes:
                yield f"micros_per_picture.{quality}", size, r"[1-9]\d*x[1-9]\d*", "1024x1024"


def _check_days(entries: list[Entry]) -> None:
    seen: dict[tuple[str, date], int] = {}
    for number, entry in enumerate(entries, start=1):
        earlier = seen.setdefault((entry.model, entry.start), number)
        if earlier != number:
            raise EntryInvalid(f"price {number} ({entry.model}): from: the same day as price {earlier}")


def _readable(error: msgspec.ValidationError) -> str:
    text = str(error).replace("`", "")
    expected, _, path = text.partition(" - at $.")
    return f"{path}: {expected}" if path else text
