"""What a request said in this API's own words: kept with the response as JSON texts, and given back with it.

As texts, names within keep their order and numbers their digits. A response that was asked for in other words, by gRPC
or REST, is told in these as well as it can be.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from google.protobuf import json_format, struct_pb2

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai.structs import Json, text_of, with_extra

ECHOED: dict[str, type | tuple[type, ...]] = {
    "tools": list,
    "tool_choice": (str, dict),
    "parallel_tool_calls": bool,
    "text": dict,
    "reasoning": dict,
    "truncation": str,
    "top_logprobs": int,
    "user": str,
    "safety_identifier": str,
}
"""The fields, and what they are."""


def echo_of(raw: Mapping[str, Any]) -> struct_pb2.Struct | None:
    """What is kept of a body; raises FieldInvalid."""
    said = {name: text_of(raw[name], name) for name in ECHOED if raw.get(name) is not None}
    if not said:
        return None
    echo = struct_pb2.Struct()
    echo.update(said)
    return echo


def echoed(request: kept.CreateResponseRequest) -> Json:
    """The same fields of a response."""
    read = {name: _read(request.echo.fields[name]) for name in ECHOED if name in request.echo.fields}
    # Who asks by gRPC may keep here what he likes.
    known = _known(request) | {name: value for name, value in read.items() if isinstance(value, ECHOED[name])}
    known["text"] = {"format": {"type": "text"}} | known["text"]
    known["reasoning"] = {"effort": None, "summary": None} | known["reasoning"]
    return known


def _read(value: struct_pb2.Value) -> Any:
    try:
        return msgspec.json.decode(value.string_value)
    except msgspec.DecodeError:
        return None


def _known(request: kept.CreateResponseRequest) -> Json:
    chat = request.chat
    tools = [_function(tool.function) for tool in chat.tools]
    return {
        "tools": tools + [_picture(request.image_tool)] * request.HasField("image_tool"),
        "tool_choice": _choice(chat.tool_choice),
        "parallel_tool_calls": chat.parallel_tool_calls if chat.HasField("parallel_tool_calls") else True,
        "text": _text(chat),
        "reasoning": {"effort": chat.reasoning_effort or None},
        "truncation": "disabled",
        "top_logprobs": chat.top_logprobs,
        "user": chat.user or None,
        "safety_identifier": None,
    }


def _function(given: pb.Function) -> Json:
    parameters = json_format.MessageToDict(given.parameters) if given.HasField("parameters") else None
    if given.parameters_json:
        parameters = msgspec.json.decode(given.parameters_json)
    strict = given.strict if given.HasField("strict") else None
    described = {"description": given.description} if given.description else {}
    return {"type": "function", "name": given.name, "parameters": parameters, "strict": strict} | described


def _picture(given: kept.ImageTool) -> Json:
    same = ("model", "action", "quality", "background", "output_format", "input_fidelity")
    known = {"type": "image_generation"} | {name: getattr(given, name) for name in same if getattr(given, name)}
    known |= {"size": f"{given.width}x{given.height}"} if given.width else {}
    known |= {"partial_images": given.sketches} if given.sketches else {}
    return with_extra(known, given)


def _choice(given: pb.ToolChoice) -> str | Json:
    return {"type": "function", "name": given.function} if given.function else given.mode or "auto"


def _text(chat: pb.ChatRequest) -> Json:
    text: Json = {"verbosity": chat.verbosity} if chat.verbosity else {}
    if not chat.HasField("response_format"):
        return text
    form: Json = {"type": chat.response_format.type}
    if chat.response_format.HasField("json_schema"):
        given = chat.response_format.json_schema
        schema = (
            msgspec.json.decode(given.schema_json) if given.schema_json else json_format.MessageToDict(given.schema)
        )
        form |= {"name": given.name, "schema": schema, "strict": given.strict if given.HasField("strict") else None}
    return text | {"format": form}
