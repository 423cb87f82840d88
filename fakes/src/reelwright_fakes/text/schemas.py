"""Makes a value that fits a JSON Schema: everything that is described is there, and what is recursive ends."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reelwright_fakes.problems import Problem
from reelwright_fakes.text import words

Schema = Mapping[str, Any]
DEEP = 8
# Where a schema asks for itself without end, so that nothing fits it.
HOPELESS = 40
FORMATS = {
    "date-time": "2026-01-02T03:04:05Z",
    "date": "2026-01-02",
    "time": "03:04:05Z",
    "duration": "PT1M",
    "email": "keeper@example.org",
    "hostname": "example.org",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "uri": "https://example.org/",
}


def instance(schema: Schema, seed: str) -> Any:
    """A value for the schema, the same for the same seed. `pattern` and `not` are not obeyed.

    Raises Problem 400 for what is no schema.
    """
    try:
        return _Maker(schema, random.Random(seed)).value(schema, 0)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise Problem(400, "invalid_json_schema", f"The schema cannot be understood: {error}") from None


class _Maker:
    def __init__(self, root: Schema, dice: random.Random) -> None:
        self._root = root
        self._dice = dice

    def value(self, schema: object, depth: int) -> Any:
        if not isinstance(schema, Mapping) or depth > HOPELESS:
            return None
        plain = self._plain(schema, depth)
        if "const" in plain:
            return plain["const"]
        if plain.get("enum"):
            return self._dice.choice(plain["enum"])
        makers: dict[str, Callable[[Schema, int], Any]] = {
            "object": self._object,
            "array": self._array,
            "string": self._string,
            "integer": self._integer,
            "number": self._number,
            "boolean": lambda *_: self._dice.random() < 0.5,
        }
        maker = makers.get(_kind(plain, depth))
        return maker(plain, depth) if maker else None

    def _plain(self, schema: Schema, depth: int) -> dict[str, Any]:
        """The schema with references followed, the parts of `allOf` joined and one of several choices taken."""
        plain = dict(schema)
        for _ in range(DEEP):
            joined = plain.pop("allOf", [])
            choices = plain.pop("anyOf", None) or plain.pop("oneOf", None) or []
            parts = [*joined, *_one(choices, depth)]
            if "$ref" in plain:
                parts.append(self._found(plain.pop("$ref")))
            if not parts:
                break
            for part in parts:
                plain = _merged(part, plain)
        return plain

    def _found(self, reference: str) -> Schema:
        node: Any = self._root
        for step in reference.removeprefix("#").split("/")[1:]:
            node = node.get(step.replace("~1", "/").replace("~0", "~"), {}) if isinstance(node, Mapping) else {}
        return node if isinstance(node, Mapping) else {}

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        required = schema.get("required") or ()
        properties = dict(schema.get("properties") or {})
        # Beyond some depth only what must be there, so that a tree that may have children has an end.
        names = [name for name in properties if depth < DEEP // 2 or name in required]
        names += [name for name in required if name not in properties]
        return {name: self.value(properties.get(name, {"type": "string"}), depth + 1) for name in names}

    def _array(self, schema: Schema, depth: int) -> list[Any]:
        fixed = list(schema.get("prefixItems") or ())
        # Gemini writes whole numbers as text.
        least, most = int(schema.get("minItems") or 0), float(schema.get("maxItems", math.inf))
        usual = 2 if depth < DEEP // 2 else 0
        wanted = int(max(least, min(max(usual, len(fixed)), most)))
        items = [self.value(part, depth + 1) for part in fixed[:wanted]]
        rest = schema.get("items", {"type": "string"})
        return items + [self.value(rest, depth + 1) for _ in range(wanted - len(items))]

    def _string(self, schema: Schema, depth: int) -> str:
        if schema.get("format") in FORMATS:
            return FORMATS[schema["format"]]
        text, least = f"{words.word(self._dice)} {words.word(self._dice)}", int(schema.get("minLength") or 0)
        while len(text) < least:
            text += f" {words.word(self._dice)}"
        most = schema.get("maxLength")
        return text if most is None else text[: int(most)]

    def _integer(self, schema: Schema, depth: int) -> int:
        step = int(schema.get("multipleOf") or 1)
        low, high = _bounds(schema, 1)
        first, last = math.ceil(low / step), math.floor(high / step)
        return self._dice.randint(first, max(first, last)) * step

    def _number(self, schema: Schema, depth: int) -> float:
        if schema.get("multipleOf"):
            step = float(schema["multipleOf"])
            return math.ceil(_bounds(schema, step)[0] / step) * step
        low, high = _bounds(schema, 0.001)
        return low + round((high - low) * self._dice.random(), 3) if high > low else low


def _kind(schema: Schema, depth: int) -> str:
    kinds = schema.get("type")
    if isinstance(kinds, Sequence) and not isinstance(kinds, str):
        if "null" in kinds and depth >= DEEP // 2:
            return "null"
        kinds = next((kind for kind in kinds if kind != "null"), "null")
    if isinstance(kinds, str):
        return kinds.lower()
    return "object" if "properties" in schema else "array" if "items" in schema else "string"


def _one(choices: Sequence[Schema], depth: int) -> list[Schema]:
    nothing = [choice for choice in choices if choice.get("type") == "null"]
    something = [choice for choice in choices if choice.get("type") != "null"]
    preferred = (nothing or something) if depth >= DEEP // 2 else (something or nothing)
    return preferred[:1]


def _merged(part: Schema, over: Schema) -> dict[str, Any]:
    merged = {**part, **over}
    if "properties" in part and "properties" in over:
        merged["properties"] = {**part["properties"], **over["properties"]}
    if "required" in part and "required" in over:
        merged["required"] = [*part["required"], *over["required"]]
    return merged


def _bounds(schema: Schema, step: float) -> tuple[float, float]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if isinstance(schema.get("exclusiveMinimum"), int | float):
        low = schema["exclusiveMinimum"] + step
    if isinstance(schema.get("exclusiveMaximum"), int | float):
        high = schema["exclusiveMaximum"] - step
    if low is None:
        low = 1 if high is None else min(1, high)
    return low, high if high is not None else low + 9
