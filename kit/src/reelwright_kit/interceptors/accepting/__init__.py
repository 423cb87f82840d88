"""Accepts, fast, the messages that certainly obey the rules of their contract; of all others protovalidate is asked."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor, OneofDescriptor

from reelwright_kit.interceptors.accepting import expressions, times
from reelwright_kit.interceptors.accepting.reading import (
    ALWAYS_IGNORED,
    NO_RULES,
    ZERO_IGNORED,
    Check,
    Unsure,
    doubt,
    every,
    given,
    has_rules,
    rules_of,
)
from reelwright_kit.interceptors.accepting.standard import SIZES, standard, unique


@functools.cache
def acceptor(descriptor: Descriptor) -> Check:
    """A predicate that is true only of messages of this type that certainly obey every rule; false says nothing."""
    if not _carries_rules(descriptor):
        return lambda _: True
    try:
        rules = given(rules_of("message", descriptor.GetOptions()), "cel")
        return _walk(descriptor, every([*_expressions(rules, descriptor), *_oneofs(descriptor)]))
    except Unsure:
        return doubt


def _walk(descriptor: Descriptor, whole: Check | None) -> Check:
    checks = {field: _field(field) for field in descriptor.fields}
    needed = frozenset(field for field, check in checks.items() if _needed(field, check))

    def accepts(message: Any) -> bool:
        met = 0
        for field, value in message.ListFields():
            # A field that the type does not know is an extension.
            check = checks.get(field, doubt)
            if check is not None and not check(value):
                return False
            if field in needed:
                met += 1
        return met == len(needed) and (whole is None or whole(message))

    return accepts


def _carries_rules(descriptor: Descriptor) -> bool:
    """Whether there are rules on the type or on anything a message of it can hold."""
    seen, ahead = {descriptor}, [descriptor]
    while ahead:
        current = ahead.pop()
        if _has_own_rules(current):
            return True
        below = {field.message_type for field in current.fields if field.message_type is not None} - seen
        seen |= below
        ahead.extend(below)
    return False


def _has_own_rules(descriptor: Descriptor) -> bool:
    parts: dict[str, Sequence[Any]] = {"message": [descriptor], "field": descriptor.fields, "oneof": descriptor.oneofs}
    return any(has_rules(kind, part.GetOptions()) for kind, those in parts.items() for part in those)


def _expressions(rules: dict[str, Any], about: Descriptor | FieldDescriptor) -> Iterator[Check]:
    for rule in rules.get("cel", ()):
        yield expressions.compiled(given(rule, "id", "message", "expression")["expression"], about)


def _oneofs(descriptor: Descriptor) -> Iterator[Check]:
    for oneof in descriptor.oneofs:
        if given(rules_of("oneof", oneof.GetOptions()), "required").get("required"):
            yield _chosen(oneof)


def _chosen(oneof: OneofDescriptor) -> Check:
    name = oneof.name
    return lambda message: message.WhichOneof(name) is not None


def _needed(field: FieldDescriptor, check: Check | None) -> bool:
    """Whether a message without the field breaks a rule, or may break one."""
    if field.is_required or field.has_default_value:
        raise Unsure(f"{field.full_name} has a default or presence that proto3 does not know")
    rules = rules_of("field", field.GetOptions())
    if rules.ignore == ALWAYS_IGNORED:
        return False
    if rules.required and not field.has_presence and isinstance(field.default_value, float):
        raise Unsure(f"{field.full_name} may be a negative zero")
    if rules.required:
        return True
    if field.has_presence or check is None or rules.ignore == ZERO_IGNORED:
        return False
    return not check({} if _map_entry(field) else field.default_value)


def _field(field: FieldDescriptor) -> Check | None:
    """What the value of the field must pass; None when there is nothing to pass."""
    rules = rules_of("field", field.GetOptions())
    if rules.ignore == ALWAYS_IGNORED:
        return None
    try:
        if entry := _map_entry(field):
            return _map(entry, rules)
        return _repeated(field, rules) if field.is_repeated else _value(field, rules, "required")
    except Unsure:
        return doubt


def _map_entry(field: FieldDescriptor) -> Descriptor | None:
    kind = field.message_type
    return kind if kind is not None and kind.GetOptions().map_entry else None


def _value(field: FieldDescriptor, rules: Any, *known: str) -> Check | None:
    """Checks one value: that of a field, an item, a key or a value of a map."""
    if rules.ignore == ALWAYS_IGNORED:
        return None
    name, makers = standard(field)
    own = given(rules, "ignore", "cel", name, *known)
    found = [times.LIMITS[name]] if name in times.LIMITS else []
    found.extend(makers[rule](limit) for rule, limit in given(own.get(name), *makers).items())
    found.extend(_expressions(own, field))
    if field.message_type is not None and _carries_rules(field.message_type):
        found.append(_nested(field.message_type))
    return every(found)


def _nested(descriptor: Descriptor) -> Check:
    def accepts(message: Any) -> bool:
        # Asked for this late because a type may hold itself.
        return acceptor(descriptor)(message)

    return accepts


def _repeated(field: FieldDescriptor, rules: Any) -> Check | None:
    own = _of_many(rules, "repeated", "min_items", "max_items", "unique", "items")
    found = _sizes(own.get("min_items"), own.get("max_items"))
    if own.get("unique"):
        found.append(unique(field))
    if item := _value(field, own.get("items", NO_RULES)):
        found.append(_all(item))
    return every(found)


def _map(entry: Descriptor, rules: Any) -> Check | None:
    own = _of_many(rules, "map", "min_pairs", "max_pairs", "keys", "values")
    found = _sizes(own.get("min_pairs"), own.get("max_pairs"))
    for name in ("key", "value"):
        if item := _value(entry.fields_by_name[name], own.get(f"{name}s", NO_RULES)):
            found.append(_all(item, operator.methodcaller(f"{name}s")))
    return every(found)


def _of_many(rules: Any, name: str, *known: str) -> dict[str, Any]:
    return given(given(rules, "ignore", "required", name).get(name), *known)


def _sizes(least: int | None, most: int | None) -> list[Check]:
    limits = {"min_len": least, "max_len": most}
    return [SIZES[rule](limit) for rule, limit in limits.items() if limit is not None]


def _all(check: Check, values: Callable[[Any], Any] = iter) -> Check:
    return lambda items: all(map(check, values(items)))
