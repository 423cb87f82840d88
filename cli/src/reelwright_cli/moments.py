"""Times as people type them: `30d` from now or ago, a day, or a day with a time; in UTC unless they say otherwise."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_SPAN = re.compile(r"(\d{1,6})([smhdw])", re.ASCII)
LONGEST = timedelta(days=36_500)


def span_of(text: str) -> timedelta:
    """`90s`, `15m`, `24h`, `30d` or `2w`; raises ValueError for anything else."""
    found = _SPAN.fullmatch(text.strip())
    span = timedelta(**{UNITS[found[2]]: int(found[1])}) if found else LONGEST
    if span >= LONGEST:
        raise ValueError(f"{text!r} is no span of time like 90s, 15m, 24h, 30d or 2w")
    return span


def coming(text: str, now: datetime) -> datetime:
    """A span from `now` on, or a day or time as ISO 8601 writes it."""
    return now + span_of(text) if _SPAN.fullmatch(text.strip()) else _written(text)


def gone(text: str, now: datetime) -> datetime:
    """A span before `now`, or a day or time as ISO 8601 writes it."""
    return now - span_of(text) if _SPAN.fullmatch(text.strip()) else _written(text)


def _written(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise ValueError(
            f"{text!r} is neither a span like 30d nor a time like 2026-12-31 or 2026-12-31T18:00"
        ) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def stamped(moment: datetime) -> Timestamp:
    """A moment for the contract."""
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def said(stamp: Timestamp) -> str:
    """A moment for people, to the minute, in UTC."""
    return stamp.ToDatetime().strftime("%Y-%m-%d %H:%M")
