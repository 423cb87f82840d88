"""Bounds of moments and spans, compared as the pairs of seconds and nanoseconds they are."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from reelwright_kit.interceptors.accepting.reading import Check

NANOS = 10**9
SPAN = 9 * 10**9
"""More seconds than these do not fit into 64 bits of nanoseconds, and not everybody counts further."""
FIRST, LAST = -62135596800, 253402300799
"""The years 1 to 9999, in which moments lie."""

pair: Callable[[Any], tuple[int, int]] = operator.attrgetter("seconds", "nanos")


def _span(value: Any) -> bool:
    seconds, nanos = pair(value)
    return -SPAN < seconds < SPAN and -NANOS < nanos < NANOS and seconds * nanos >= 0


def _moment(value: Any) -> bool:
    seconds, nanos = pair(value)
    return FIRST <= seconds <= LAST and 0 <= nanos < NANOS


def _lt(limit: Any) -> Check:
    bound = pair(limit)
    return lambda value: pair(value) < bound


def _lte(limit: Any) -> Check:
    bound = pair(limit)
    return lambda value: pair(value) <= bound


def _gt(limit: Any) -> Check:
    bound = pair(limit)
    return lambda value: pair(value) > bound


def _gte(limit: Any) -> Check:
    bound = pair(limit)
    return lambda value: pair(value) >= bound


LIMITS: dict[str, Check] = {"duration": _span, "timestamp": _moment}
"""What a value must be before it can be compared."""

BOUNDS: dict[str, Callable[[Any], Check]] = {"lt": _lt, "lte": _lte, "gt": _gt, "gte": _gte}
