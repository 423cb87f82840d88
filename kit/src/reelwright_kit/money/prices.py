"""What models charge: the price list that is shipped, the operator's before it, and what work comes to by them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib import resources
from pathlib import Path

import msgspec

from reelwright_kit.money.entries import ANY_QUALITY, Entry, EntryInvalid, read
from reelwright_kit.settings import SettingsInvalid

MILLION = 1_000_000
CHARACTERS_PER_TOKEN = 4
"""Of a text whose tokens nobody has counted yet."""
MOST_FOUND = 10_000
"""Models whose entry is remembered; their names are those that callers give."""
SQUARE = 1024 * 1024
"""Pixels of the picture whose tokens a price list gives."""


def today() -> date:
    """The day it is, UTC."""
    return datetime.now(UTC).date()


@dataclass(frozen=True)
class TokenPrices:
    """What a model of texts charges for a million tokens, in millionths of a US dollar."""

    input_micros: int
    output_micros: int
    cached_input_micros: int | None = None
    """None where tokens from the vendor's cache have no price of their own and are charged like others."""


class Tokens(msgspec.Struct, frozen=True):
    """How many of each kind were used."""

    read: int
    """Of text, cached ones included."""
    written: int
    """Of text or a picture."""
    pictures: int = 0
    """Of pictures that were read."""
    cached: int = 0
    """Those of `read` that came from the vendor's cache."""
    stored: int = 0
    """Those of `read` that were put into the vendor's cache."""


class Prices:
    """What work costs today, in whole millionths of a US dollar, rounded up; None where that is not known.

    Every question looks at the calendar: a price that begins tomorrow counts from tomorrow on, without a restart.
    """

    def __init__(self, lists: Sequence[Sequence[Entry]], day: Callable[[], date] = today) -> None:
        self._lists = [_by_model(entries) for entries in lists]
        self._day = day
        self._of = date.min
        self._found: dict[str, Entry | None] = {}
        """What was found on the day `_of`."""

    @classmethod
    def load(cls, path: str = "", day: Callable[[], date] = today) -> Prices:
        """The prices of the file `path`, if any, and after them those that are shipped; raises SettingsInvalid."""
        shipped = read(resources.files(__package__).joinpath("prices.toml").read_text(encoding="utf-8"))
        return cls([_given(path), shipped] if path else [shipped], day)

    def entry(self, model: str) -> Entry | None:
        """The latest entry of `model` that has begun, of the first list that has one; else that of its provider."""
        day = self._day()
        if day != self._of or len(self._found) > MOST_FOUND:
            self._found, self._of = {}, day
        if model not in self._found:
            self._found[model] = self._latest(model, day)
        return self._found[model]

    def _latest(self, model: str, day: date) -> Entry | None:
        everything = f"{model.partition('/')[0]}/*"
        for entries in self._lists:
            for wanted in (model, everything):
                begun = [entry for entry in entries.get(wanted, ()) if entry.start <= day]
                if begun:
                    return max(begun, key=lambda entry: entry.start)
        return None

    def picture(
        self,
        model: str,
        *,
        width: int,
        height: int,
        quality: str = "",
        prompt_characters: int = 0,
        previews: int = 0,
    ) -> int | None:
        """One picture of so many pixels, before it is made."""
        match self.entry(model):
            case Entry(free=True):
                return 0
            case Entry(micros_per_picture=int(price)):
                return price
            case Entry(micros_per_picture=dict(table)):
                sizes = table.get(quality, table.get(ANY_QUALITY, {}))
                return sizes.get(f"{width}x{height}")
            case Entry(micros_per_megapixel=int(price)):
                return price * math.ceil(width * height / MILLION)
            case Entry(picture_tokens=tokens) as entry if quality in tokens:
                output = math.ceil(tokens[quality] * width * height / SQUARE) + previews * entry.preview_tokens
                return _tokens(entry, Tokens(math.ceil(prompt_characters / CHARACTERS_PER_TOKEN), output))
        return None

    def tokens(self, model: str, used: Tokens) -> int | None:
        """So many tokens of each kind."""
        match self.entry(model):
            case Entry(free=True):
                return 0
            case Entry(micros_per_million_input_tokens=int()) as entry:
                return _tokens(entry, used)
        return None

    def per_million_tokens(self, model: str) -> TokenPrices | None:
        """What a million tokens cost."""
        match self.entry(model):
            case Entry(free=True):
                return TokenPrices(0, 0, 0)
            case Entry(micros_per_million_input_tokens=int(price)) as entry:
                cached = entry.micros_per_million_cached_input_tokens
                return TokenPrices(price, entry.micros_per_million_output_tokens, cached)
        return None

    def seconds(self, model: str, seconds: float, resolution: int = 0) -> int | None:
        """So many seconds of film, whose shorter side has `resolution` pixels, or of sound."""
        match self.entry(model):
            case Entry(free=True):
                return 0
            case Entry(micros_per_second=int(price)):
                return _up(price * seconds)
            case Entry(micros_per_second=dict(table)):
                fitting = [int(side) for side in table if int(side) >= resolution]
                return _up(table[str(min(fitting))] * seconds) if fitting else None
        return None

    def characters(self, model: str, characters: int) -> int | None:
        """So many characters spoken."""
        match self.entry(model):
            case Entry(free=True):
                return 0
            case Entry(micros_per_million_characters=int(price)):
                return -(-price * characters // MILLION)
        return None


def _by_model(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    found: dict[str, list[Entry]] = {}
    for entry in entries:
        found.setdefault(entry.model, []).append(entry)
    return found


def _given(path: str) -> list[Entry]:
    try:
        return read(Path(path).read_text(encoding="utf-8"))
    except EntryInvalid as error:
        raise SettingsInvalid(f"REELWRIGHT_PRICES: {path}: {error}") from None
    except (OSError, UnicodeDecodeError) as error:
        cause = error.strerror if isinstance(error, OSError) else "is not UTF-8"
        raise SettingsInvalid(f"REELWRIGHT_PRICES: {path}: {cause}") from None


def _tokens(entry: Entry, used: Tokens) -> int:
    plain = entry.micros_per_million_input_tokens or 0
    # What a vendor counts as cached is never more than what was read, whatever it says.
    cached = min(used.cached, used.read)
    stored = min(used.stored, used.read - cached)
    total = (
        plain * (used.read - cached - stored)
        + _or(entry.micros_per_million_cached_input_tokens, plain) * cached
        + _or(entry.micros_per_million_cache_write_tokens, plain) * stored
        + entry.micros_per_million_output_tokens * used.written
        + entry.micros_per_million_image_tokens * used.pictures
    )
    return -(-total // MILLION)


def _or(price: int | None, otherwise: int) -> int:
    return otherwise if price is None else price


def _up(micros: float) -> int:
    """Rounded up, but not for what binary fractions add to a whole number."""
    return math.ceil(round(micros, 6))
