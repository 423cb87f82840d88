"""JSON Schemas that come as text: their names keep their order."""

from __future__ import annotations

import json

import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.interceptors.validation import RequestInvalid, check
from reelwright_llm.reading import question_from

NAMES = ["zeal", "reasoning", "answer", "beta"]
SCHEMA = {"type": "object", "properties": {name: {"type": "string"} for name in NAMES}, "required": NAMES}


def asking(**schema: str) -> pb.ChatRequest:
    """A question with a form and a function."""
    form = pb.ResponseFormat(type="json_schema", json_schema=pb.JsonSchema(name="film", **schema))
    function = pb.Function(name="judge", parameters_json=json.dumps(SCHEMA))
    return pb.ChatRequest(
        messages=[pb.Message(role="user", content="Hi")], response_format=form, tools=[pb.Tool(function=function)]
    )


def test_names_keep_their_order() -> None:
    request = asking(schema_json=json.dumps(SCHEMA))
    check(request)

    question = question_from(request)

    assert question.schema and list(question.schema["properties"]) == NAMES
    assert question.tools[0].parameters and list(question.tools[0].parameters["properties"]) == NAMES


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"a": "\\u0000"}'])
def test_text_that_is_no_object_is_named(text: str) -> None:
    with pytest.raises(FieldInvalid) as raised:
        question_from(asking(schema_json=text))

    assert raised.value.metadata["field"] == "response_format.json_schema.schema_json"


def test_one_of_the_two_forms_is_needed() -> None:
    both = asking(schema_json="{}")
    both.response_format.json_schema.schema.update({"type": "object"})

    for request in (asking(), both):
        with pytest.raises(RequestInvalid) as raised:
            check(request)
        assert "one of schema and schema_json is required" in raised.value.message
