"""Messages of any type, and for each of their fields values on both sides of what its rules allow."""

from __future__ import annotations

import functools
import itertools
import math
import random
from collections.abc import Iterator
from typing import Any

import protovalidate
from google.protobuf import descriptor_pool, message_factory, struct_pb2, text_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pb2 import FileDescriptorProto
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from buf.validate import validate_pb2
from reelwright_kit import contract

TEXTS = (
    "7", "", "a", "A", "a\n", "\na", "a b", "a-b_c", "é", "e\u0301", "１", "_", "-", "!", "~", "\x7f", "\x80", "!~\n",
    " ", "\t", "\x0b", "\x1c", "\x85", "\u00a0", "\u2028", "\u200b", " x ", "0123456789", "01234567890", "7\n", "٣",
    "https://a", "http://a", "http://", "https://a\n", "https://\na", "https://a\nb", "HTTP://a", "xhttps://a", "httpss://a",
    "=", "a=",
    "a=b", "a=b\n", "a=b\nc", "a==", "\n=", "=b", "x" * 64, "x" * 65, "x" * 255, "x" * 256, "𝄞" * 64, "𝄞" * 65,
)  # fmt: skip
SPANS = (
    (0, 0),
    (0, 1),
    (0, -1),
    (1, -1),
    (-1, 1),
    (1, 1 - 10**9),
    (-1, 10**9 - 1),
    (5, 10**9),
    (5, 2 * 10**9),
    (10**11, 0),
    (315576000001, 0),
    (-(10**11), 0),
)
MOMENTS = (
    (0, 0),
    (1, -1),
    (1, 10**9),
    (253402300799, 999999999),
    (253402300800, 0),
    (-62135596800, 0),
    (-62135596801, 0),
)
HEAVY = 10_000
KINDS = {
    number: name.removeprefix("TYPE_").lower() for name, number in vars(FieldDescriptor).items() if name[:5] == "TYPE_"
}


def rules(part: Any, kind: str = "field") -> Any:
    """The rules of one part of the contract."""
    return part.GetOptions().Extensions[validate_pb2.DESCRIPTOR.extensions_by_name[kind]]


@functools.cache
def requests() -> tuple[Descriptor, ...]:
    """The type of every request."""
    methods = itertools.chain.from_iterable(service.methods for service in contract.services().values())
    return tuple(sorted({method.input_type for method in methods}, key=lambda kind: kind.full_name))


@functools.cache
def types() -> tuple[Descriptor, ...]:
    """The types of our own that requests are made of."""
    found = {kind.full_name: kind for kind in requests()}
    ahead = list(found.values())
    while ahead:
        below = {field.message_type.full_name: field.message_type for field in ahead.pop().fields if field.message_type}
        ahead.extend(kind for name, kind in below.items() if name not in found)
        found |= below
    return tuple(kind for name, kind in sorted(found.items()) if not kind.GetOptions().map_entry)


def coined(file: str, content: str) -> Descriptor:
    """The type `Coin` of a contract that a test has made up: what a file descriptor holds, as text."""
    imports = "".join(f'dependency: "google/protobuf/{name}.proto" ' for name in ("duration", "timestamp"))
    parsed = text_format.Parse(f'name: "{file}" package: "{file}" {imports} {content}', FileDescriptorProto())
    added = descriptor_pool.Default().AddSerializedFile(parsed.SerializeToString())
    coin: Descriptor = added.message_types_by_name["Coin"]
    return coin


def made(kind: Descriptor, **fields: Any) -> Message:
    """A message of a type that is known by its descriptor."""
    return message_factory.GetMessageClass(kind)(**fields)


def put(message: Message, field: FieldDescriptor, content: Any) -> Message:
    """The message with nothing but `content` in its field."""
    changed = type(message)()
    changed.CopyFrom(message)
    changed.ClearField(field.name)
    changed.MergeFrom(type(message)(**{field.name: content}))
    return changed


@functools.cache
def valid(kind: Descriptor) -> Message:
    """A message that obeys: an empty one, mended where protovalidate points until nothing is left to mend."""
    chance = random.Random(kind.full_name)
    for boldness in range(6, 300, 6):
        message = made(kind)
        for _ in range(20):
            found = protovalidate.collect_violations(message)
            if not found:
                return message
            path = found[0].proto.field
            name = path.elements[0].field_name if path else chance.choice(kind.fields).name
            field = kind.fields_by_name.get(name) or chance.choice(kind.oneofs_by_name[name].fields)
            message = put(message, field, chance.choice(light(field)[:boldness]))
    raise AssertionError(f"no valid {kind.full_name} was found")


def drafts(kind: Descriptor, count: int) -> Iterator[Message]:
    """Messages that are valid but for some fields, which are as likely wrong as right."""
    chance = random.Random(f"drafts of {kind.full_name}")
    for _ in range(count):
        message = valid(kind)
        for field in chance.sample(list(kind.fields), k=min(len(kind.fields), chance.randint(0, 5))):
            choices = good(field) if chance.random() < 0.8 else light(field)
            message = put(message, field, chance.choice(choices or light(field)))
        yield message


def light(field: FieldDescriptor) -> list[Any]:
    """The contents of the field that do not take long to make a message of."""
    return [content for content in contents(field) if not hasattr(content, "__len__") or len(content) < HEAVY]


@functools.cache
def good(field: FieldDescriptor) -> list[Any]:
    """Those of them that leave a valid message valid."""
    base = valid(field.containing_type)
    return [content for content in light(field) if not protovalidate.collect_violations(put(base, field, content))]


@functools.cache
def contents(field: FieldDescriptor) -> list[Any]:
    """What to put into the field: lists and dicts if it is repeated, at both sides of the borders of its rules."""
    own = rules(field)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        return list(_dicts(field.message_type, own.map))
    return list(_lists(field, own.repeated)) if field.is_repeated else list(_values(field, own))


def _lists(field: FieldDescriptor, own: Any) -> Iterator[list[Any]]:
    values = list(_values(field, own.items))
    yield []
    yield from ([value] for value in values)
    yield from ([values[0], value] for value in values)
    yield from ([values[0]] * size for size in _around(own, "min_items", "max_items"))


def _dicts(entry: Descriptor, own: Any) -> Iterator[dict[Any, Any]]:
    keys = list(_values(entry.fields_by_name["key"], own.keys))
    values = list(_values(entry.fields_by_name["value"], own.values))
    yield {}
    yield from ({key: value} for key, value in zip(keys, itertools.cycle(values)))
    yield from ({"7": value} for value in values)
    for size in _around(own, "min_pairs", "max_pairs"):
        yield {keys[0] if size == 1 else f"{number}": values[0] for number in range(size)}


def _values(field: FieldDescriptor, own: Any) -> Iterator[Any]:
    if field.message_type is not None:
        yield from _messages(field.message_type, own)
    elif field.enum_type is not None:
        numbers = list(field.enum_type.values_by_number)
        yield from (*numbers, max(numbers) + 1, -1)
    else:
        yield from _scalars(KINDS[field.type], own)


def _scalars(kind: str, own: Any) -> Iterator[Any]:
    limits = getattr(own, kind)
    yield from _limits(limits)
    if kind == "string":
        yield from (f"{text}{more}" for text in _limits(limits) for more in ("\n", "x"))
        yield from (text.upper() for text in _limits(limits))
        yield from TEXTS
        yield from (letter * size for size in _around(limits, "len", "min_len", "max_len") for letter in ("x", "𝄞"))
    elif kind == "bytes":
        yield from (b"a", b"", b"\x80")
        yield from (b"x" * size for size in _around(limits, "len", "min_len", "max_len"))
    elif kind == "bool":
        yield from (True, False)
    elif kind in {"double", "float"}:
        yield from (0.5, 0.0, -0.0, 1.0, math.nan, math.inf, -math.inf)
        yield from (math.nextafter(limit, end) for limit in _limits(limits) for end in (math.inf, -math.inf))
    else:
        yield from _integers(kind, own, limits)


def _integers(kind: str, own: Any, limits: Any) -> Iterator[int]:
    bits = int(kind[-2:])
    least, most = (
        (0, 2**bits - 1) if kind[0] == "u" or kind.startswith("fixed") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    )
    # The rules of CEL say their borders in words only.
    said = [int(word) for rule in own.cel for word in rule.expression.replace(")", " ").split() if word.isdigit()]
    near = [limit + more for limit in (*_limits(limits), *said, 0) for more in (0, 1, -1)]
    yield from (number for number in (*near, least, most) if least <= number <= most)


def _messages(kind: Descriptor, own: Any) -> Iterator[Message]:
    if kind is Duration.DESCRIPTOR:
        yield from (Duration(seconds=seconds, nanos=nanos) for seconds, nanos in (*_ticks(own.duration), *SPANS))
    elif kind is Timestamp.DESCRIPTOR:
        yield from (Timestamp(seconds=seconds, nanos=nanos) for seconds, nanos in MOMENTS)
    elif kind is struct_pb2.Struct.DESCRIPTOR:
        yield from (struct_pb2.Struct(), struct_pb2.Struct(fields={"a": struct_pb2.Value()}))
        yield struct_pb2.Struct(fields={"": struct_pb2.Value(number_value=math.nan)})
    elif kind.full_name.startswith("google."):
        yield made(kind)
    else:
        yield from (valid(kind), made(kind), *drafts(kind, 12))


def _ticks(limits: Any) -> Iterator[tuple[int, int]]:
    for limit in _limits(limits):
        yield from (
            divmod(limit.ToNanoseconds() + more, 10**9) for more in (-1, 0, 1) if limit.ToNanoseconds() + more >= 0
        )


def _limits(limits: Any) -> Iterator[Any]:
    yield from (value for field, value in limits.ListFields() if field.name in {"gte", "lte", "gt", "lt", "const"})
    yield from (value for field, values in limits.ListFields() if field.name in {"in", "not_in"} for value in values)


def _around(limits: Any, *names: str) -> list[int]:
    """Sizes at the limits of these names that are set, and next to them."""
    sizes = [getattr(limits, name) for name in names if limits.HasField(name)]
    return [size + more for size in sizes for more in (-1, 0, 1) if size + more >= 0]
