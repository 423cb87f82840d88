"""Prices: what counts on which day, whose list comes first, and what work comes to, in whole micro-USD."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_kit.money.entries import read
from reelwright_kit.money.prices import Prices, TokenPrices, Tokens
from reelwright_kit.settings import SettingsInvalid

TODAY = date(2026, 11, 20)
MICROS = st.integers(0, 10**9)


def entry(price: str, model: str = "acme/paint", start: date = TODAY) -> str:
    """One entry of a price list."""
    return f'[[price]]\nmodel = "{model}"\nfrom = {start}\nsource = "A test."\n{price}\n'


def listed(*entries: str, day: Callable[[], date] = lambda: TODAY) -> Prices:
    """The prices of a list of these entries."""
    return Prices([read("".join(entries))], day)


def written(path: Path, *entries: str) -> str:
    """A file with these entries; its path."""
    path.write_text("".join(entries))
    return str(path)


@given(MICROS, st.integers(1, 4096), st.integers(1, 4096))
def test_every_started_megapixel_counts_whole(price: int, width: int, height: int) -> None:
    """Never less than the pixels' share, and never a whole megapixel more."""
    micros = listed(entry(f"micros_per_megapixel = {price}")).picture("acme/paint", width=width, height=height)
    assert micros is not None and 0 <= micros - price * Fraction(width * height, 10**6) <= price
    assert micros == price * ceil(Fraction(width * height, 10**6))


@given(MICROS, st.integers(1, 600_000))
def test_seconds_are_rounded_up_to_whole_micro_dollars(price: int, milliseconds: int) -> None:
    """However a binary fraction writes the length, the price is the exact one rounded up."""
    micros = listed(entry(f"micros_per_second = {price}")).seconds("acme/paint", milliseconds / 1000)
    assert micros == ceil(Fraction(price * milliseconds, 1000))


@given(MICROS, MICROS, MICROS, *[st.integers(0, 10**6)] * 3)
def test_tokens_are_added_before_they_are_rounded_up(a: int, b: int, c: int, i: int, o: int, p: int) -> None:
    """A usage costs what its kinds of tokens cost together, less than one micro-USD above the exact sum."""
    prices = listed(
        entry(
            f"micros_per_million_input_tokens = {a}\nmicros_per_million_output_tokens = {b}\n"
            f"micros_per_million_image_tokens = {c}"
        )
    )
    assert prices.tokens("acme/paint", Tokens(i, o, p)) == ceil(Fraction(a * i + b * o + c * p, 10**6))


@given(MICROS, st.none() | MICROS, st.none() | MICROS, *[st.integers(0, 10**6)] * 3)
def test_tokens_of_a_cache_cost_what_is_listed_for_them_and_else_what_others_cost(
    plain: int, cached: int | None, stored: int | None, read_tokens: int, from_cache: int, into_cache: int
) -> None:
    """Each token that was read is charged once, at one of the three prices, whatever a vendor counts as cached."""
    named = {"cached_input": cached, "cache_write": stored}
    more = "".join(
        f"\nmicros_per_million_{name}_tokens = {price}" for name, price in named.items() if price is not None
    )
    prices = listed(entry(f"micros_per_million_input_tokens = {plain}{more}"))
    micros = prices.tokens("acme/paint", Tokens(read_tokens, 0, cached=from_cache, stored=into_cache))
    found = min(from_cache, read_tokens)
    kept = min(into_cache, read_tokens - found)
    each = [plain, plain if cached is None else cached, plain if stored is None else stored]
    exact = each[0] * (read_tokens - found - kept) + each[1] * found + each[2] * kept
    assert micros == ceil(Fraction(exact, 10**6))
    assert min(each) * read_tokens <= micros * 10**6 < max(each) * read_tokens + 10**6
    assert prices.per_million_tokens("acme/paint") == TokenPrices(plain, 0, cached)


@given(MICROS, st.integers(0, 10**6))
def test_characters_are_rounded_up(price: int, characters: int) -> None:
    """A million characters cost the price, fewer their share."""
    prices = listed(entry(f"micros_per_million_characters = {price}"))
    assert prices.characters("acme/paint", characters) == ceil(Fraction(price * characters, 10**6))
    assert prices.characters("acme/paint", 10**6) == price


@given(st.lists(st.tuples(st.integers(-400, 400), MICROS), min_size=1, max_size=8, unique_by=lambda one: one[0]))
def test_the_latest_entry_that_has_begun_counts(entries: list[tuple[int, int]]) -> None:
    """In any order of the file, and on the very day an entry begins."""
    prices = listed(
        *(entry(f"micros_per_picture = {price}", start=TODAY + timedelta(days=days)) for days, price in entries)
    )
    begun = {days: price for days, price in entries if days <= 0}
    assert prices.picture("acme/paint", width=1, height=1) == (begun[max(begun)] if begun else None)


def test_a_new_price_counts_from_its_day_on_without_a_restart() -> None:
    """A process that runs over midnight asks the calendar each time."""
    day = TODAY
    prices = listed(
        entry("micros_per_picture = 1"),
        entry("micros_per_picture = 2", start=TODAY + timedelta(days=1)),
        day=lambda: day,
    )
    assert prices.picture("acme/paint", width=1, height=1) == 1
    day += timedelta(days=1)
    assert prices.picture("acme/paint", width=1, height=1) == 2


def test_the_operators_list_comes_first_for_its_models_only(tmp_path: Path) -> None:
    """Its older entry beats a newer shipped one; models that it leaves out keep the shipped price."""
    path = written(tmp_path / "own.toml", entry("micros_per_second = 7", "local/video", date(2025, 1, 1)))
    prices = Prices.load(path, lambda: TODAY)
    assert prices.seconds("local/video", 2) == 14
    assert prices.seconds("local/music", 2) == 0
    assert prices.picture("replicate/black-forest-labs/flux-schnell", width=64, height=64) == 3_000


def test_an_entry_of_the_operator_that_has_not_begun_leaves_the_shipped_one(tmp_path: Path) -> None:
    """A price that is announced for later does not make the model unknown until then."""
    path = written(tmp_path / "own.toml", entry("micros_per_second = 7", "local/video", TODAY + timedelta(days=1)))
    assert Prices.load(path, lambda: TODAY).seconds("local/video", 2) == 0


def test_an_entry_of_the_model_beats_one_of_its_provider() -> None:
    """However new the provider's is."""
    prices = listed(entry("free = true", "acme/*"), entry("micros_per_second = 3", start=date(2020, 1, 1)))
    assert (prices.seconds("acme/paint", 1), prices.seconds("acme/other", 1), prices.seconds("x/y", 1)) == (3, 0, None)


@pytest.mark.parametrize("model", ["image", "video", "speech", "music", "text", "embed", "moderation"])
def test_the_local_engines_are_shipped_as_free(model: str) -> None:
    """Each by what its service asks for."""
    prices, name = Prices.load(), f"local/{model}"
    assert prices.picture(name, width=1024, height=1024) == prices.seconds(name, 9, 720) == 0
    assert prices.tokens(name, Tokens(9, 9, 9, 9, 9)) == prices.characters(name, 9) == 0
    assert prices.per_million_tokens(name) is not None


def test_the_pictures_of_the_vendors_cost_what_they_did_before_there_was_a_list() -> None:
    """The numbers that were constants of the image service: a picture of OpenAI's by quality, size, text, previews."""
    prices, size = Prices.load(), {"width": 1024, "height": 1024}
    openai = prices.picture("openai/gpt-image-2", quality="medium", prompt_characters=10, previews=1, **size)
    assert openai == 40 * (1056 + 100) + 5 * 3
    assert prices.picture("openai/gpt-image-1-mini", quality="high", width=1536, height=1024) == 8 * 4160 * 3 // 2
    assert prices.tokens("openai/gpt-image-1.5", Tokens(11, 1056, 7)) == 40 * 1056 + 5 * 11 + 10 * 7
    assert prices.picture("fal/fal-ai/flux/dev", width=1280, height=720) == 25_000
    assert prices.picture("fal/fal-ai/flux-2-pro", **size) == 100_000


def test_what_is_unknown_or_counted_in_another_unit_has_no_price() -> None:
    """Unknown is a value of its own, also in front of a shipped price, and a price per second is none of a picture."""
    unknown, by_second = listed(entry("unknown = true")), listed(entry("micros_per_second = 1"))
    for prices in (unknown, by_second):
        assert prices.picture("acme/paint", width=1, height=1) is None
        assert prices.tokens("acme/paint", Tokens(1, 1)) is prices.characters("acme/paint", 1) is None
        assert prices.per_million_tokens("acme/paint") is None
    assert unknown.seconds("acme/paint", 1) is None


def test_seconds_of_a_resolution_cost_as_the_next_larger_that_is_listed() -> None:
    """One beyond the largest has no price: nobody says what it costs."""
    prices = listed(entry('micros_per_second = { "480" = 1, "1080" = 3, "720" = 2 }'))
    asked = [prices.seconds("acme/paint", 10, side) for side in (0, 360, 480, 481, 720, 1080, 1081)]
    assert asked == [10, 10, 10, 20, 20, 30, None]


def test_pictures_by_quality_and_size_cost_what_the_table_says() -> None:
    """`any` stands for the qualities that the table does not name; a size that it does not name has no price."""
    prices = listed(entry('[price.micros_per_picture]\nhigh = { "64x64" = 9 }\nany = { "64x64" = 4, "64x32" = 2 }'))

    def asked(quality: str, height: int) -> int | None:
        return prices.picture("acme/paint", width=64, height=height, quality=quality)

    assert [asked("high", 64), asked("low", 64), asked("", 32), asked("high", 32)] == [9, 4, 2, None]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[price]]\nmodel = 1", "price 1 (1): model: Expected str, got int"),
        (entry("free = true", "acme"), "price 1 (acme): model: Expected str matching regex"),
        (
            entry("free = true").replace("source", "origin"),
            "price 1 (acme/paint): Object contains unknown field origin",
        ),
        (entry("free = true") + entry("micros_per_picture = -1", "a/b"), "price 2 (a/b): micros_per_picture: Expected"),
        (entry("micros_per_megapixel = 0.5"), "price 1 (acme/paint): micros_per_megapixel: Expected int"),
        (entry(""), "price 1 (acme/paint): expected exactly one of free, unknown,"),
        (entry("free = true\nmicros_per_second = 1"), "got free, micros_per_second"),
        (entry("free = true\npreview_tokens = 1"), "preview_tokens: only beside micros_per_million_input_tokens"),
        (
            entry("micros_per_picture = 1\nmicros_per_million_cached_input_tokens = 1"),
            "micros_per_million_cached_input_tokens: only beside micros_per_million_input_tokens",
        ),
        (entry('micros_per_second = { "720p" = 1 }'), "micros_per_second: expected a key like 720, got '720p'"),
        (entry('micros_per_picture = { any = { "64" = 1 } }'), "micros_per_picture.any: expected a key like 1024x1024"),
        (entry("free = true") * 2, "price 2 (acme/paint): from: the same day as price 1"),
        ("[[prices]]", "prices: expected only tables [[price]]"),
        ("price = 3", "price: expected only tables [[price]]"),
        ("price = [3]", "price 1: expected a table"),
        ("[[price]", "is not TOML"),
    ],
)
def test_a_list_that_is_wrong_keeps_the_service_from_starting(tmp_path: Path, text: str, said: str) -> None:
    """In one line that names the setting, the file, the entry and the field."""
    path = written(tmp_path / "own.toml", text)
    with pytest.raises(SettingsInvalid) as raised:
        Prices.load(path)
    message = str(raised.value)
    assert message.startswith(f"REELWRIGHT_PRICES: {path}: ") and "\n" not in message
    assert said in message


def test_a_list_that_is_not_there_keeps_the_service_from_starting(tmp_path: Path) -> None:
    """A price list that cannot be read must not be passed over."""
    with pytest.raises(SettingsInvalid, match=r"REELWRIGHT_PRICES: .*absent.toml: No such file"):
        Prices.load(str(tmp_path / "absent.toml"))
