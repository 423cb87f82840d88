"""The standard rules of single values, each as a maker of checks from the limit that the contract sets."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from reelwright_kit.interceptors.accepting import times
from reelwright_kit.interceptors.accepting.patterns import matching
from reelwright_kit.interceptors.accepting.reading import Check, Unsure

Makers = dict[str, Callable[[Any], Check]]

KINDS = {getattr(FieldDescriptor, f"TYPE_{name.upper()}"): name for name in (
    "double", "float", "int32", "int64", "uint32", "uint64", "sint32", "sint64",
    "fixed32", "fixed64", "sfixed32", "sfixed64", "bool", "string", "bytes", "enum",
)}  # fmt: skip
FLOATING = ("double", "float")


def _is(expected: Any) -> Check:
    return lambda value: bool(value == expected)


def _among(values: Any) -> Check:
    return frozenset(values).__contains__


def _not_among(values: Any) -> Check:
    refused = frozenset(values)
    return lambda value: value not in refused


# No comparison with a NaN is true, so none is ever accepted by a bound.
BOUNDS: Makers = {
    "lt": lambda limit: lambda value: value < limit,
    "lte": lambda limit: lambda value: value <= limit,
    "gt": lambda limit: lambda value: value > limit,
    "gte": lambda limit: lambda value: value >= limit,
}
CHOICES: Makers = {"const": _is, "in": _among, "not_in": _not_among}
SIZES: Makers = {
    "len": lambda size: lambda value: len(value) == size,
    "min_len": lambda least: lambda value: len(value) >= least,
    "max_len": lambda most: lambda value: len(value) <= most,
}
FINITE: Makers = {"finite": lambda wanted: math.isfinite if wanted else lambda _: True}
NUMBERS = BOUNDS | CHOICES
FLOATS = BOUNDS | {"const": _is, "in": _among} | FINITE
MAKERS: dict[str, Makers] = {
    **dict.fromkeys(KINDS.values(), NUMBERS),
    **dict.fromkeys(FLOATING, FLOATS),
    **dict.fromkeys(times.LIMITS, times.BOUNDS),
    "bool": {"const": _is},
    "string": SIZES | CHOICES | {"pattern": matching},
    "bytes": SIZES | CHOICES,
}


def standard(field: FieldDescriptor) -> tuple[str, Makers]:
    """The name of the rules that a value of the field can have, and those of them that are known here."""
    if field.message_type is not None:
        package, _, name = field.message_type.full_name.rpartition(".")
        name = name.lower() if package == "google.protobuf" else ""
        return (name, MAKERS[name]) if name in times.LIMITS else ("", {})
    name = KINDS[field.type]
    if field.enum_type is not None:
        return name, CHOICES | {"defined_only": _defined(field.enum_type)}
    return name, MAKERS[name]


def _defined(enum: EnumDescriptor) -> Callable[[Any], Check]:
    numbers = frozenset(enum.values_by_number)
    return lambda wanted: numbers.__contains__ if wanted else lambda _: True


def unique(field: FieldDescriptor) -> Check:
    """Whether no two items are the same."""
    if KINDS.get(field.type) in {None, *FLOATING}:
        raise Unsure("items that cannot be compared by their hash")
    return lambda items: len(set(items)) == len(items)
