"""What text vendors say: tokens, values that fit schemas, and answers that hold nothing but what was asked."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwright_fakes.scenarios import Scenario
from reelwright_fakes.text.answers import answers_to
from reelwright_fakes.text.demand import Demand
from reelwright_fakes.text.schemas import instance
from reelwright_fakes.text.tokens import count, tokens_of

TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#"}},
        "parent": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
    "required": ["name", "children", "parent"],
    "additionalProperties": False,
}
SCHEMAS: list[Any] = [
    TREE,
    {"type": "string", "minLength": 40, "maxLength": 50},
    {"type": "string", "format": "date-time"},
    {"enum": ["red", "green"]},
    {"const": 7},
    {"type": "integer", "minimum": 10, "maximum": 12},
    {"type": "integer", "exclusiveMinimum": 3, "multipleOf": 5},
    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
    {"type": ["null", "boolean"]},
    {"type": "array", "items": {"type": "integer"}, "minItems": 4, "maxItems": 4},
    {"type": "array", "prefixItems": [{"const": 1}, {"const": "b"}], "items": False, "maxItems": 2},
    {"allOf": [{"properties": {"a": {"type": "integer"}}, "required": ["a"]}, {"properties": {"b": {"type": "null"}}}]},
    {
        "$ref": "#/$defs/link",
        "$defs": {
            "link": {"type": ["object", "null"], "properties": {"next": {"$ref": "#/$defs/link"}}, "required": ["next"]}
        },
    },
    {"oneOf": [{"type": "integer"}, {"type": "string"}]},
    {"$ref": "#/$defs/x", "$defs": {"x": {"type": "object", "required": ["anything"]}}},
]


@pytest.mark.parametrize("schema", SCHEMAS, ids=str)
@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_made_value_fits_its_schema(schema: Any, seed: str) -> None:
    """Whatever the seed; the same seed makes the same value."""
    made = instance(schema, seed)

    jsonschema.Draft202012Validator(schema).validate(made)
    assert instance(schema, seed) == made


def test_a_schema_that_nothing_fits_still_has_an_end() -> None:
    """Asked for itself in itself, for ever, the answer is cut rather than never given."""
    schema = {"type": "object", "properties": {"again": {"$ref": "#"}}, "required": ["again"]}

    assert instance(schema, "a")["again"]["again"] is not None


@given(st.text())
def test_the_tokens_of_a_text_are_the_text(text: str) -> None:
    """Nothing is lost between two tokens, in any script."""
    assert "".join(tokens_of(text)) == text
    assert count(text) == len(tokens_of(text))


def test_directives_are_not_repeated() -> None:
    """An answer that is put into the next prompt must not break that one too."""
    (answer,) = answers_to(Demand("m", "x", "", "acorn [fake:drop] oak"), Scenario())

    assert answer.text.startswith("You said: acorn oak")


@given(st.integers(1, 60), st.integers(1, 80))
def test_limits_count_every_token(chunks: int, most: int) -> None:
    """What is thought counts too, and what is cut says so."""
    demand = Demand("m", "x", "", "x", effort="low", most_tokens=most)

    (answer,) = answers_to(demand, Scenario(chunks=chunks))

    assert answer.completion_tokens == min(most, chunks + 16)
    assert answer.ending == ("length" if most < chunks + 16 else "stop")
