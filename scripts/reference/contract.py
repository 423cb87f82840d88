"""Reads the contract with its comments: RPCs, reasons, and the limits of every request field."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gen_protos import build_image
from google.api import annotations_pb2
from google.protobuf import descriptor_pb2, descriptor_pool, duration_pb2
from google.protobuf.message import Message

import buf.validate.validate_pb2  # noqa: F401  registers the rules, so that options can be read

RULES: Any = descriptor_pool.Default().FindExtensionByName("buf.validate.field")
BOUNDS = {"gt": "more than", "gte": "at least", "lt": "less than", "lte": "at most"}
# Rules that set no number.
NUMBERLESS = ("required", "defined_only", "pattern", "unique", "gt_now", "lt_now")


@dataclass(frozen=True)
class Rpc:
    """One method."""

    name: str
    route: str
    purpose: str
    streams: bool


@dataclass(frozen=True)
class Reason:
    """One value of an ErrorReason."""

    api: str
    name: str
    meaning: str
    code: str
    example: str


@dataclass(frozen=True)
class Limit:
    """What the contract allows a field to be."""

    api: str
    message: str
    field: str
    text: str


@cache
def files() -> tuple[descriptor_pb2.FileDescriptorProto, ...]:
    """The files of the contract, with comments."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "contract.binpb"
        build_image(path)
        image = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    return tuple(file for file in image.file if file.name.startswith("reelwright/"))


def _api(file: descriptor_pb2.FileDescriptorProto) -> str:
    return file.package.split(".")[1]


def _comments(file: descriptor_pb2.FileDescriptorProto) -> dict[tuple[int, ...], str]:
    return {tuple(place.path): " ".join(place.leading_comments.split()) for place in file.source_code_info.location}


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.:])\s+(?=[A-Z`])", text, maxsplit=1)[0].rstrip(":")


def services() -> list[tuple[str, str]]:
    """Every API with the word that its service's file is named after, which is the API's own for most."""
    return sorted((_api(file), _subject(file)) for file in files() if file.service)


def _subject(file: descriptor_pb2.FileDescriptorProto) -> str:
    return file.name.rpartition("/")[2].removesuffix("_service.proto")


def service_of(subject: str) -> tuple[str, str, list[Rpc]]:
    """Name, one-sentence comment and methods of the service in the file named after `subject`."""
    file = next(file for file in files() if file.service and _subject(file) == subject)
    comments, service = _comments(file), file.service[0]
    rpcs = [
        Rpc(
            method.name,
            _route(method.options),
            _first_sentence(comments[6, 0, 2, number]),
            method.server_streaming or method.client_streaming,
        )
        for number, method in enumerate(service.method)
    ]
    return service.name, _first_sentence(comments[6, 0]), rpcs


def _route(options: descriptor_pb2.MethodOptions) -> str:
    if not options.HasExtension(annotations_pb2.http):
        return ""
    rule = options.Extensions[annotations_pb2.http]
    verb = rule.WhichOneof("pattern") or ""
    return f"{verb.upper()} {getattr(rule, verb)}"


def reasons() -> list[Reason]:
    """Every reason, by API in the order of its number."""
    found = []
    for file in files():
        comments = _comments(file)
        for place, enum in enumerate(file.enum_type):
            for number, value in enumerate(enum.value):
                if enum.name == "ErrorReason" and value.number:
                    found.append(_reason(_api(file), value.name, comments[5, place, 2, number]))
    return sorted(found, key=lambda reason: reason.api)


def _reason(api: str, name: str, comment: str) -> Reason:
    comment, _, example = comment.partition(" Example metadata: ")
    code = re.search(r" Sent with ([A-Z_]+)\.", comment)
    meaning = comment.replace(code.group(0), "") if code else comment
    return Reason(api, name.removeprefix("ERROR_REASON_"), meaning, code.group(1) if code else "", example.rstrip("."))


def limits() -> list[Limit]:
    """Every limit, by API, in the order of the contract."""
    found = [limit for file in files() for message in file.message_type for limit in _limits(_api(file), message)]
    return sorted(found, key=lambda limit: limit.api)


def _limits(api: str, message: descriptor_pb2.DescriptorProto) -> Iterator[Limit]:
    for field in message.field:
        if field.options.HasExtension(RULES) and (text := _text(field.options.Extensions[RULES])):
            yield Limit(api, message.name, field.name, text)


def _text(rules: Message) -> str:
    parts = [part for name, value in _set(rules) for part in _part(name, value)]
    return "; ".join(parts)


def _set(message: Message) -> list[tuple[str, Any]]:
    return [(field.name, value) for field, value in message.ListFields()]


def _part(kind: str, rules: Any) -> Iterator[str]:
    if kind in NUMBERLESS:
        return
    if kind == "cel":
        yield from (rule.message for rule in rules)
        return
    given = dict(_set(rules))
    known: dict[str, Callable[[], Iterator[str]]] = {
        "repeated": lambda: _repeated(given),
        "map": lambda: _map(given),
        "string": lambda: _sized(given, "characters"),
        "bytes": lambda: _sized(given, "bytes"),
    }
    yield from known[kind]() if kind in known else _number(given, " s" if kind == "duration" else "")


def _sized(given: dict[str, Any], unit: str) -> Iterator[str]:
    least, most = given.pop("min_len", None), given.pop("max_len", None)
    # The pattern of request ids is the one that says a length.
    if match := re.fullmatch(r"\^\[.*\]\{(\d+),(\d+)\}\$", given.get("pattern", "")):
        least, most = int(match[1]), int(match[2])
    yield from _between(least, most, f" {unit}")
    yield from _leftover(given)


def _repeated(given: dict[str, Any]) -> Iterator[str]:
    yield from _between(given.pop("min_items", None), given.pop("max_items", None), " items")
    items = given.pop("items", None)
    if items is not None and (text := _text(items)):
        yield f"each {text}"
    yield from _leftover(given)


def _map(given: dict[str, Any]) -> Iterator[str]:
    yield from _between(given.pop("min_pairs", None), given.pop("max_pairs", None), " entries")
    for name in ("keys", "values"):
        rules = given.pop(name, None)
        if rules is not None and (text := _text(rules)):
            yield f"{name} {text}"
    yield from _leftover(given)


def _number(given: dict[str, Any], unit: str) -> Iterator[str]:
    bounds = {name: _plain(given.pop(name)) for name in BOUNDS if name in given}
    if "gt" in bounds or "lt" in bounds:
        yield " and ".join(f"{BOUNDS[name]} {value:,}{unit}" for name, value in bounds.items())
    else:
        yield from _between(bounds.get("gte"), bounds.get("lte"), unit)
    yield from _leftover(given)


def _plain(value: Any) -> int | float:
    number: float = value.seconds + value.nanos / 1e9 if isinstance(value, duration_pb2.Duration) else value
    return int(number) if float(number).is_integer() else number


def _between(least: int | float | None, most: int | float | None, unit: str) -> Iterator[str]:
    least_text, most_text = (f"{bound:,}" if bound is not None else "" for bound in (least, most))
    if most is None:
        yield from (f"at least {least_text}{unit}",) if least is not None else ()
    elif least is None:
        yield f"at most {most_text}{unit}"
    else:
        yield f"{least_text} to {most_text}{unit}"


def _leftover(given: dict[str, Any]) -> Iterator[str]:
    for name, value in given.items():
        if name == "in":
            yield "one of " + ", ".join(f"`{item}`" for item in value if item not in ("", 0))
        elif name not in NUMBERLESS:
            # A rule of a kind that is not read here would be a limit that the page hides.
            raise SystemExit(f"scripts/reference/contract.py does not know the rule {name}")
