"""Money and times are read and written exactly, and what is neither is refused in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from reelwright_cli.moments import coming, gone, span_of
from reelwright_kit.money.amounts import decimal_of, dollars, micros_of

NOW = datetime(2026, 11, 29, 1, 2, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "micros"),
    [
        ("2.50", 2_500_000),
        ("$5", 5_000_000),
        ("0.000001", 1),
        ("0.1", 100_000),
        (" 0 ", 0),
        ("999999999999.999999", 999_999_999_999_999_999),
    ],
)
def test_what_people_type_is_taken_to_the_millionth(typed: str, micros: int) -> None:
    assert micros_of(typed) == micros


@pytest.mark.parametrize(
    "typed", ["", "-1", "1e3", "1,000", "0.0000001", "nan", "inf", ".5", "5.", "٣", "1.5.0", "1000000000000"]
)
def test_what_is_no_exact_amount_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="no amount of US dollars"):
        micros_of(typed)


@pytest.mark.parametrize(
    ("micros", "people", "programs"),
    [
        (0, "$0.00", "0.00"),
        (1, "$0.000001", "0.000001"),
        (41_000, "$0.041", "0.041"),
        (2_500_000, "$2.50", "2.50"),
        (1_234_567_890, "$1,234.56789", "1234.56789"),
        (-40_000, "-$0.04", "-0.04"),
        (999_999_999_999_999_999, "$999,999,999,999.999999", "999999999999.999999"),
    ],
)
def test_every_millionth_is_shown_and_no_zero_too_many(micros: int, people: str, programs: str) -> None:
    assert (dollars(micros), decimal_of(micros)) == (people, programs)


def test_what_is_shown_can_be_typed_again() -> None:
    """No amount changes on its way through the screen; a float would change many of these."""
    for micros in [*range(1, 3_000_000, 7919), 2**53 + 1, 10**17 + 3]:
        assert micros_of(decimal_of(micros)) == micros


@pytest.mark.parametrize(
    ("typed", "moment"),
    [
        ("30d", NOW + timedelta(days=30)),
        ("90s", NOW + timedelta(seconds=90)),
        ("2026-12-31", datetime(2026, 12, 31, tzinfo=UTC)),
        ("2026-12-31T18:00+02:00", datetime(2026, 12, 31, 16, tzinfo=UTC)),
    ],
)
def test_times_are_spans_or_dates_in_utc(typed: str, moment: datetime) -> None:
    assert coming(typed, NOW) == moment


def test_a_span_may_also_lie_behind() -> None:
    assert gone("2w", NOW) == NOW - timedelta(days=14)


@pytest.mark.parametrize("typed", ["", "30", "d", "-1d", "1.5h", "soon", "2026-13-01", "999999w"])
def test_what_is_no_time_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match=r"no span|neither a span"):
        coming(typed, NOW)


def test_a_span_is_not_a_date() -> None:
    with pytest.raises(ValueError, match="no span of time like"):
        span_of("2026-12-31")
