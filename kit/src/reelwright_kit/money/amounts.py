"""Money as people type and read it: US dollars with up to six decimals, exactly the millionths of the contract."""

from __future__ import annotations

import re
from decimal import Decimal

MICROS = 1_000_000
# Twelve digits before the point fit the contract's 64 bits.
_AMOUNT = re.compile(r"\$?(\d{1,12})(?:\.(\d{1,6}))?", re.ASCII)


def micros_of(text: str) -> int:
    """Millionths of a dollar; raises ValueError for what is no amount like `2.50`, or is finer than a millionth."""
    found = _AMOUNT.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no amount of US dollars like 2.50, with at most six decimals")
    whole, decimals = found.groups()
    return int(whole) * MICROS + int((decimals or "").ljust(6, "0"))


def decimal_of(micros: int) -> str:
    """Dollars as a plain number with at least two and at most six decimals, for programs."""
    return _written(micros, "f")


def dollars(micros: int) -> str:
    """Dollars for people: `$1,234.50`, `$0.000001`, `-$0.04`."""
    return f"{'-' if micros < 0 else ''}${_written(abs(micros), ',f')}"


def _written(micros: int, form: str) -> str:
    whole, _, decimals = format(Decimal(micros).scaleb(-6), form).partition(".")
    return f"{whole}.{decimals.rstrip('0').ljust(2, '0')}"
