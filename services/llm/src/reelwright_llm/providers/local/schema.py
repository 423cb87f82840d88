"""Fills JSON Schemas: keeps what is known, invents plausible values for the rest, and respects every limit."""

from __future__ import annotations

import copy
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

MISSING: Any = object()
_DEEP = 4
_DEEPEST = 24
_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, int | float) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
}


@dataclass(frozen=True)
class Filler:
    """Fills one schema.

    `write` invents a string for a property name (and a format, or ""); `random` makes the other choices.
    Supported: type (also as a list), properties, required, additionalProperties, minProperties, items, prefixItems,
    min/maxItems, uniqueItems, min/maxLength, format, minimum, maximum, exclusive bounds, multipleOf, enum, const,
    anyOf, oneOf, allOf, $ref and $defs. Not supported: pattern, not, if/then, dependent keywords.
    """

    root: Mapping[str, Any]
    random: Random
    write: Callable[[str, str], str]

    def fill(self, value: Any = MISSING) -> Any:
        """A value that follows the root schema and keeps what it can of `value`."""
        return self._fill(self.root, value, "", 0)

    def _fill(self, schema: Any, value: Any, name: str, depth: int) -> Any:
        schema = self._resolved(schema)
        if depth > _DEEPEST:
            return None
        if "const" in schema:
            return copy.deepcopy(schema["const"])
        if "enum" in schema:
            return self._choice(schema["enum"], value)
        for keyword in ("anyOf", "oneOf"):
            if schema.get(keyword):
                rest = {key: v for key, v in schema.items() if key != keyword}
                return self._fill(_merged(rest, self._option(schema[keyword], value, depth)), value, name, depth + 1)
        return self._typed(self._kind(schema, value, depth), schema, value, name, depth)

    def _typed(self, kind: str, schema: Mapping[str, Any], value: Any, name: str, depth: int) -> Any:
        makers: Mapping[str, Callable[[], Any]] = {
            "object": lambda: self._object(schema, value, depth),
            "array": lambda: self._array(schema, value, name, depth),
            "string": lambda: self._string(schema, value, name),
            "integer": lambda: self._number(schema, value, whole=True),
            "number": lambda: self._number(schema, value, whole=False),
            "boolean": lambda: value if isinstance(value, bool) else self.random.choice((True, False)),
            "null": lambda: None,
        }
        return makers[kind]()

    def _resolved(self, schema: Any) -> dict[str, Any]:
        if not isinstance(schema, Mapping):
            return {}
        found = dict(schema)
        for _ in range(_DEEPEST):
            if "$ref" in found:
                target = self._pointed_at(str(found.pop("$ref")))
                found = _merged(target, found)
            elif found.get("allOf"):
                parts = found.pop("allOf")
                for part in parts:
                    found = _merged(found, self._resolved(part))
            else:
                break
        return found

    def _pointed_at(self, pointer: str) -> Mapping[str, Any]:
        node: Any = self.root
        for step in pointer.removeprefix("#").strip("/").split("/"):
            if step:
                node = node.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, Mapping) else {}
        return node if isinstance(node, Mapping) else {}

    def _choice(self, options: Sequence[Any], value: Any) -> Any:
        if value is not MISSING:
            said = str(value).strip().lower()
            for option in options:
                if (type(option) is type(value) and option == value) or (
                    isinstance(option, str) and option.lower() == said
                ):
                    return option
        return copy.deepcopy(self.random.choice([o for o in options if o is not None] or list(options)))

    def _option(self, options: Sequence[Any], value: Any, depth: int) -> dict[str, Any]:
        resolved = [self._resolved(option) for option in options]
        if value is not MISSING:
            fitting = [o for o in resolved if any(_TYPES.get(kind, lambda _: False)(value) for kind in _kinds(o))]
            if fitting:
                return max(fitting, key=lambda o: _overlap(o, value))
        simple = [
            o
            for o in resolved
            if set(_kinds(o)) & {"string", "integer", "number", "boolean"} or "const" in o or "enum" in o
        ]
        filled = [o for o in resolved if _kinds(o) != ["null"]]
        if depth >= _DEEP:
            return next((o for o in resolved if "null" in _kinds(o)), (simple or resolved)[0])
        return (filled or resolved)[0]

    def _kind(self, schema: Mapping[str, Any], value: Any, depth: int) -> str:
        kinds = _kinds(schema)
        if value is not MISSING:
            for kind in kinds:
                if _TYPES[kind](value):
                    return kind
        if depth >= _DEEP and "null" in kinds:
            return "null"
        return next((kind for kind in kinds if kind != "null"), "null")

    def _object(self, schema: Mapping[str, Any], value: Any, depth: int) -> dict[str, Any]:
        given = value if isinstance(value, Mapping) else {}
        properties = schema.get("properties") or {}
        required = list(schema.get("required") or ())
        made: dict[str, Any] = {}
        for name, part in properties.items():
            if name in required or name in given or depth < _DEEP:
                made[name] = self._fill(part, given.get(name, MISSING), name, depth + 1)
        extra = schema.get("additionalProperties", True)
        rest = [name for name in required if name not in made]
        if extra is not False:
            rest += [
                name
                for name in given
                if name not in made and name not in rest and (not properties or isinstance(extra, Mapping))
            ]
        for name in rest:
            made[name] = self._fill(
                extra if isinstance(extra, Mapping) else {"type": "string"}, given.get(name, MISSING), name, depth + 1
            )
        for i in range(int(schema.get("minProperties") or 0) - len(made)):
            made[f"item_{i + 1}"] = self._fill(
                extra if isinstance(extra, Mapping) else {"type": "string"}, MISSING, f"item_{i + 1}", depth + 1
            )
        return made

    def _array(self, schema: Mapping[str, Any], value: Any, name: str, depth: int) -> list[Any]:
        given = list(value) if isinstance(value, list) else None
        fewest, most = int(schema.get("minItems") or 0), schema.get("maxItems")
        wished = len(given) if given is not None else (3 if depth < _DEEP else 0)
        prefix = list(schema.get("prefixItems") or ())
        length = max(wished, fewest, len(prefix) if schema.get("items") is False else 0)
        length = min(length, int(most)) if most is not None else length
        one = name.removesuffix("s") or "item"
        items: list[Any] = []
        for i in range(length):
            part = prefix[i] if i < len(prefix) else schema.get("items", {"type": "string"})
            # A list that is too short goes round again, so that it stays about the same thing.
            old = given[i % len(given)] if given else MISSING
            item = self._fill(part, old, one, depth + 1)
            items.append(self._unlike(part, item, items, one, depth) if schema.get("uniqueItems") else item)
        return items

    def _unlike(self, part: Any, item: Any, others: Sequence[Any], name: str, depth: int) -> Any:
        seen = {json.dumps(other, sort_keys=True) for other in others}
        options = self._resolved(part).get("enum")
        if options:
            return next((o for o in options if json.dumps(o, sort_keys=True) not in seen), item)
        for i in range(100):
            if json.dumps(item, sort_keys=True) not in seen:
                break
            item = self._fill(
                part,
                f"{name} {len(others) + 1 + i}"
                if isinstance(item, str)
                else len(others) + i
                if isinstance(item, int | float)
                else MISSING,
                name,
                depth + 1,
            )
        return item

    def _string(self, schema: Mapping[str, Any], value: Any, name: str) -> str:
        text = (
            value
            if isinstance(value, str)
            else str(value)
            if isinstance(value, int | float)
            else self.write(name, str(schema.get("format") or ""))
        )
        fewest, most = int(schema.get("minLength") or 0), schema.get("maxLength")
        source = text or "and so it goes on"
        while len(text) < fewest:
            text = f"{text} {source}" if text else source
        if most is not None and len(text) > int(most):
            text = clipped(text, fewest, int(most))
        return text

    def _number(self, schema: Mapping[str, Any], value: Any, *, whole: bool) -> int | float:
        step = schema.get("multipleOf") or (1 if whole else None)
        low, high = _bounds(schema, step or 1e-6)
        if isinstance(value, int | float) and not isinstance(value, bool):
            number: float = value
        else:
            start = low if low is not None else min(0.0, high - 10) if high is not None else 1.0
            number = start + self.random.random() * ((high - start) if high is not None else 9.0)
        number = max(number, low) if low is not None else number
        number = min(number, high) if high is not None else number
        if step:
            steps = math.floor(number / step)
            steps += 1 if low is not None and steps * step < low else 0
            number = steps * step
        return (
            int(number)
            if whole or (step and float(number).is_integer() and isinstance(step, int))
            else round(float(number), 6)
        )


def clipped(text: str, fewest: int, most: int) -> str:
    """`text` cut to at most `most` characters, at a word's end where that leaves at least `fewest`."""
    cut = text[:most]
    if most < len(text) and not text[most].isspace():
        at = cut.rfind(" ")
        if at >= max(fewest, most // 2):
            cut = cut[:at]
    trimmed = cut.rstrip(" ,;:-")
    return trimmed if len(trimmed) >= fewest else cut


def _bounds(schema: Mapping[str, Any], step: float) -> tuple[float | None, float | None]:
    lows = [
        schema[k] + extra
        for k, extra in (("minimum", 0), ("exclusiveMinimum", step))
        if _TYPES["number"](schema.get(k))
    ]
    highs = [
        schema[k] - extra
        for k, extra in (("maximum", 0), ("exclusiveMaximum", step))
        if _TYPES["number"](schema.get(k))
    ]
    return (max(lows) if lows else None), (min(highs) if highs else None)


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    kind = schema.get("type")
    if isinstance(kind, str):
        return [kind] if kind in _TYPES else ["string"]
    if isinstance(kind, list):
        return [k for k in kind if k in _TYPES] or ["string"]
    if "properties" in schema or "required" in schema:
        return ["object"]
    if "items" in schema or "prefixItems" in schema:
        return ["array"]
    numeric = {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"} & set(schema)
    return ["number"] if numeric else ["string"]


def _overlap(schema: Mapping[str, Any], value: Any) -> int:
    return len(set(schema.get("properties") or ()) & set(value)) if isinstance(value, Mapping) else 0


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    made = {**first, **second}
    for key in ("properties", "$defs"):
        if key in first and key in second:
            made[key] = {**first[key], **second[key]}
    if "required" in first and "required" in second:
        made["required"] = list(dict.fromkeys([*first["required"], *second["required"]]))
    return made
