"""Reads the rules that the options of a contract carry, and owns up to each that is not known here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf import message_factory
from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet

from buf.validate import validate_pb2

Check = Callable[[Any], bool]
"""True of a value that certainly passes."""

EXTENSIONS = validate_pb2.DESCRIPTOR.extensions_by_name
IGNORE = validate_pb2.DESCRIPTOR.enum_types_by_name["Ignore"].values_by_name
ALWAYS_IGNORED = IGNORE["IGNORE_ALWAYS"].number
ZERO_IGNORED = IGNORE["IGNORE_IF_ZERO_VALUE"].number
NO_RULES: Any = message_factory.GetMessageClass(validate_pb2.DESCRIPTOR.message_types_by_name["FieldRules"])()


class Unsure(Exception):
    """There is a rule that only protovalidate can judge."""


def doubt(_: Any) -> bool:
    """Accepts nothing."""
    return False


def every(checks: Sequence[Check]) -> Check | None:
    """One check for many; None for none."""
    if len(checks) < 2:
        return checks[0] if checks else None
    first, second, *more = checks
    if not more:
        return lambda value: first(value) and second(value)
    rest = every(more)
    assert rest is not None
    return lambda value: first(value) and second(value) and rest(value)


def has_rules(kind: str, options: Any) -> bool:
    """Whether options carry rules, or something unknown that may be rules."""
    return options.HasExtension(EXTENSIONS[kind]) or len(UnknownFieldSet(options)) > 0


def rules_of(kind: str, options: Any) -> Any:
    """The rules for a `message`, a `field` or a `oneof` in its options; they are empty when it has none."""
    if len(UnknownFieldSet(options)):
        raise Unsure(f"options of a {kind} that are not known")
    return options.Extensions[EXTENSIONS[kind]]


def given(rules: Message | None, *known: str) -> dict[str, Any]:
    """The rules that are set, by name, all of them among the known ones."""
    if rules is None:
        return {}
    found = {field.name: value for field, value in rules.ListFields() if not field.is_extension}
    if len(found) != len(rules.ListFields()) or found.keys() - set(known) or len(UnknownFieldSet(rules)):
        raise Unsure(f"rules that are not known: {sorted(found.keys() - set(known))}")
    return found
