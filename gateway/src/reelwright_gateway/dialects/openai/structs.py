"""JSON that the contract does not know, as the Struct that carries it, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec
from google.protobuf import json_format, struct_pb2

from reelwright_kit.errors import FieldInvalid

Json = dict[str, Any]

DEEPEST = 28
"""How deep JSON may be nested: a Struct needs three levels of messages for one of JSON, and there are 100 at most."""
DEEPEST_TEXT = 100
"""How deep JSON may be that travels as text."""


def struct_of(values: Mapping[str, Any], field: str) -> struct_pb2.Struct | None:
    """The values as a Struct, None when there are none; raises FieldInvalid naming `field`."""
    if not values:
        return None
    if _is_deeper(values, DEEPEST):
        raise FieldInvalid(field, f"is nested deeper than {DEEPEST} levels")
    struct = struct_pb2.Struct()
    try:
        struct.update(values)
    except OverflowError:
        raise FieldInvalid(field, "has a number that is too large") from None
    return struct


def text_of(values: Any, field: str) -> str:
    """JSON values as text, which keeps the order of names; raises FieldInvalid naming `field`."""
    if _is_deeper(values, DEEPEST_TEXT):
        raise FieldInvalid(field, f"is nested deeper than {DEEPEST_TEXT} levels")
    return msgspec.json.encode(values).decode()


def _is_deeper(value: Any, levels: int) -> bool:
    inside = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else None
    return inside is not None and (levels == 0 or any(_is_deeper(item, levels - 1) for item in inside))


def merged(known: Json, extra: struct_pb2.Struct) -> Json:
    """What is known, and those fields of the provider that are not; nothing known is replaced."""
    return {**_whole(json_format.MessageToDict(extra)), **known} if extra.fields else known


class Extended(Protocol):
    """A message that carries what its contract does not know."""

    @property
    def extra(self) -> struct_pb2.Struct: ...

    def HasField(self, field_name: Literal["extra"], /) -> bool: ...


def with_extra(known: Json, message: Extended) -> Json:
    """`merged` with what `message` carries, which is mostly nothing and costs nothing then."""
    return merged(known, message.extra) if message.HasField("extra") else known


def _whole(value: Any) -> Any:
    """The same with integers where they are meant: a Struct knows floating point only."""
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
