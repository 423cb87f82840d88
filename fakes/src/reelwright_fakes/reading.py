"""Reads arguments as vendors do: lenient about types, strict about values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from reelwright_fakes.problems import Problem


class Arguments:
    """The arguments of a request; what is wrong raises Problem `status` with `code` and the field's name."""

    def __init__(self, fields: Mapping[str, Any], *, status: int, code: str) -> None:
        self._fields = fields
        self._status = status
        self._code = code

    def text(self, name: str, default: str | None = None) -> str:
        """A string; without a default it must be there and not blank."""
        value = self._fields.get(name)
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.wrong(name, f"'{name}' must be a non-empty string.")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        """One of `allowed`."""
        value = self.text(name, default)
        if value not in allowed:
            raise self.wrong(name, f"'{name}' must be one of {', '.join(sorted(allowed))}; got '{value}'.")
        return value

    def whole(self, name: str, default: int, *, least: int, most: int) -> int:
        """A whole number, also as form text."""
        value = self._fields.get(name)
        if value is None:
            return default
        try:
            number = int(value)
        except (TypeError, ValueError):
            raise self.wrong(name, f"'{name}' must be a whole number.") from None
        if not least <= number <= most:
            raise self.wrong(name, f"'{name}' must be between {least} and {most}; got {number}.")
        return number

    def number(self, name: str, *, least: float, most: float) -> float | None:
        """A number, or None if it is not given."""
        value = self._fields.get(name)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.wrong(name, f"'{name}' must be a number.")
        if not least <= value <= most:
            raise self.wrong(name, f"'{name}' must be between {least:g} and {most:g}; got {value:g}.")
        return value

    def flag(self, name: str) -> bool:
        """A boolean, also as form text."""
        return self._fields.get(name) in {True, "true", "True", "1"}

    def wrong(self, name: str, message: str) -> Problem:
        """The refusal for a bad field."""
        return Problem(self._status, self._code, message, at=name)
