"""What is asked of a model, from this API's JSON to the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import Int32, Int64, invalid, rest
from reelwright_gateway.dialects.openai.conversation import Message, messages_of
from reelwright_gateway.dialects.openai.structs import Json, struct_of, text_of
from reelwright_kit.errors import FieldInvalid

UNKNOWN = ("Object contains unknown field", "Invalid value")
"""How msgspec says that a field or a type is none that the form has."""


class StreamOptions(msgspec.Struct):
    """What a stream is to tell beside the answer."""

    include_usage: bool | None = None


class Question(msgspec.Struct):
    """The body of a chat completion as far as the contract knows it.

    `tools`, `tool_choice` and `response_format` have forms that the contract does not know: those go along as they are.
    """

    messages: list[Message]
    model: str | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: Int32 | None = None
    max_completion_tokens: Int32 | None = None
    max_tokens: Int32 | None = None
    seed: Int64 | None = None
    stop: str | list[str] | None = None
    n: Int32 | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    logit_bias: dict[str, float] | None = None
    logprobs: bool | None = None
    top_logprobs: Int32 | None = None
    tools: list[Json] | None = None
    tool_choice: str | Json | None = None
    parallel_tool_calls: bool | None = None
    response_format: Json | None = None
    reasoning_effort: str | None = None
    verbosity: str | None = None
    service_tier: str | None = None
    prompt_cache_key: str | None = None
    user: str | None = None
    metadata: dict[str, str] | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None


class Function(msgspec.Struct, forbid_unknown_fields=True):
    """A function as the model sees it."""

    name: str
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None


class Tool(msgspec.Struct, tag_field="type", tag="function", forbid_unknown_fields=True):
    """A function that may be called."""

    function: Function


class Named(msgspec.Struct, forbid_unknown_fields=True):
    """A function by its name."""

    name: str


class Choice(msgspec.Struct, tag_field="type", tag="function", forbid_unknown_fields=True):
    """The function that must be called."""

    function: Named


class Schema(msgspec.Struct, forbid_unknown_fields=True):
    """A named JSON Schema."""

    name: str
    schema: Json
    description: str | None = None
    strict: bool | None = None


class ByType(msgspec.Struct, forbid_unknown_fields=True):
    """A form of the answer."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: Schema | None = None


# Where the two APIs have the same name for the same thing.
SAME = frozenset(
    (
        "temperature",
        "top_p",
        "top_k",
        "seed",
        "n",
        "presence_penalty",
        "frequency_penalty",
        "logit_bias",
        "logprobs",
        "top_logprobs",
        "parallel_tool_calls",
        "reasoning_effort",
        "verbosity",
        "service_tier",
        "prompt_cache_key",
        "user",
        "metadata",
        "model",
    )
)


def fields_of(given: Question, raw: Json) -> dict[str, Any]:
    """The fields of ChatRequest, which are those of StreamChatRequest; raises FieldInvalid."""
    if given.stream_options and not given.stream:
        raise FieldInvalid("stream_options", "is for stream only")
    extra = rest(raw, Question)
    known = {name: getattr(given, name) for name in SAME.intersection(raw)}
    known["max_output_tokens"] = (
        given.max_tokens if given.max_completion_tokens is None else given.max_completion_tokens
    )
    if given.stop is not None:
        known["stop"] = [given.stop] if isinstance(given.stop, str) else given.stop
    known["messages"] = messages_of(given.messages, raw["messages"])
    for name, typed in (("tools", _tools), ("tool_choice", _choice), ("response_format", _format)):
        value = raw.get(name)
        if value is None:
            continue
        try:
            known[name] = typed(value)
        except msgspec.ValidationError as error:
            if not str(error).startswith(UNKNOWN):
                raise invalid(str(error), name) from None
            # Not a form that the contract knows: the provider may, and tells if it does not.
            extra[name] = value
    known["extra"] = struct_of(extra, "body")
    return known


def _tools(given: list[Json]) -> list[pb.Tool]:
    return [pb.Tool(type="function", function=_function(one.function)) for one in msgspec.convert(given, list[Tool])]


def _function(given: Function) -> pb.Function:
    return pb.Function(
        name=given.name,
        description=given.description or "",
        parameters_json="" if given.parameters is None else text_of(given.parameters, "tools"),
        strict=given.strict,
    )


def _choice(given: str | Mapping[str, Any]) -> pb.ToolChoice:
    if isinstance(given, str):
        return pb.ToolChoice(mode=given)
    return pb.ToolChoice(function=msgspec.convert(given, Choice).function.name)


def _format(given: Json) -> pb.ResponseFormat:
    form = msgspec.convert(given, ByType)
    if form.json_schema is None:
        return pb.ResponseFormat(type=form.type)
    schema = pb.JsonSchema(
        name=form.json_schema.name,
        description=form.json_schema.description or "",
        schema_json=text_of(form.json_schema.schema, "response_format.json_schema.schema"),
        strict=form.json_schema.strict,
    )
    return pb.ResponseFormat(type=form.type, json_schema=schema)
