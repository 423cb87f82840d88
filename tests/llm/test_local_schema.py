"""The schema filler follows any schema of its subset."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reelwright_llm.providers.local import Message, complete


def answer(schema: dict[str, Any], text: str = "A fox writes a letter to the moon") -> Any:
    """The engine's JSON for `schema`, validated."""
    Draft202012Validator.check_schema(schema)
    value = json.loads(complete([Message("user", text)], schema=schema, seed=5))
    Draft202012Validator(schema).validate(value)
    return value


@st.composite
def _strings(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(0, 30))
    return {"type": "string", "minLength": low, "maxLength": low + draw(st.integers(0, 60))}


@st.composite
def _numbers(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(-50, 50))
    return {
        "type": draw(st.sampled_from(["integer", "number"])),
        "minimum": low,
        "maximum": low + draw(st.integers(0, 40)),
    }


_SCALARS = st.one_of(
    _strings(),
    _numbers(),
    st.sampled_from(
        [
            {"type": "boolean"},
            {"type": "null"},
            {"const": 7},
            {"type": ["string", "null"]},
            {"type": ["null", "integer"]},
        ]
    ),
    st.lists(st.sampled_from(["a", "b", 3, None]), min_size=1, unique=True).map(lambda options: {"enum": options}),
)


def _nested(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["title", "tags", "narration", "count", "x", "email"])
    objects = st.builds(
        lambda properties, extra: {
            "type": "object",
            "properties": properties,
            "required": sorted(properties),
            "additionalProperties": extra,
        },
        st.dictionaries(names, inner, max_size=4),
        st.booleans(),
    )
    arrays = st.builds(
        lambda item, low, more: {"type": "array", "items": item, "minItems": low, "maxItems": low + more},
        inner,
        st.integers(0, 5),
        st.integers(0, 3),
    )
    return st.one_of(objects, arrays, st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options}))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.recursive(_SCALARS, _nested, max_leaves=8))
def test_any_schema_of_the_subset_is_followed(schema: dict[str, Any]) -> None:
    answer(schema)


def test_references_and_recursion_end() -> None:
    tree = {
        "$defs": {
            "node": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
                    "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
                },
                "required": ["name", "children", "next"],
            }
        },
        "$ref": "#/$defs/node",
    }

    assert answer(tree)["name"]


def test_formats_all_of_and_unique_items_are_respected() -> None:
    schema = {
        "allOf": [{"properties": {"id": {"type": "string", "format": "uuid"}}, "required": ["id"]}],
        "type": "object",
        "properties": {
            "when": {"type": "string", "format": "date"},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 8, "uniqueItems": True},
        },
        "required": ["when", "tags"],
    }

    value = answer(schema)

    assert len(value["id"]) == 36
    assert len(value["tags"]) == 8


def test_strings_come_from_the_prompt() -> None:
    value = answer(
        {
            "type": "object",
            "properties": {"title": {"type": "string"}, "keywords": {"type": "array", "items": {"type": "string"}}},
            "required": ["title", "keywords"],
        }
    )

    assert "Fox" in value["title"] or "Letter" in value["title"]
    assert "fox" in value["keywords"]


@pytest.mark.parametrize("most", [1, 3, 9])
def test_a_longest_length_is_never_exceeded(most: int) -> None:
    assert 0 < len(answer({"type": "string", "minLength": 1, "maxLength": most})) <= most
