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

    def mapping(self, name: str) -> Mapping[str, Any]:
        """An object; empty if it is not given."""
        value = self._fields.get(name)
        if value is not None and not isinstance(value, dict):
            raise self.wrong(name, f"'{name}' must be an object.")
        return value or {}

    def mappings(self, name: str) -> list[dict[str, Any]]:
        """A list of objects; empty if it is not given."""
        value = self._fields.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(name, f"'{name}' must be a list of objects.")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        """A string or a list of strings; empty if it is not given."""
        value = self._fields.get(name)
        listed = [value] if isinstance(value, str) else value or []
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            raise self.wrong(name, f"'{name}' must be a string or a list of strings.")
        return tuple(listed)

    def flag(self, name: str) -> bool:
        """A boolean, also as form text."""
        return self._fields.get(name) in {True, "true", "True", "1"}

    def wrong(self, name: str, message: str) -> Problem:
        """The refusal for a bad field."""
        return Problem(self._status, self._code, message, at=name)
