"""What is asked for, from this API's JSON to the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import Int32, Int64, rest
from reelwright_gateway.dialects.openai.responses.echoes import echo_of
from reelwright_gateway.dialects.openai.responses.items import conversation_of
from reelwright_gateway.dialects.openai.responses.names import Names
from reelwright_gateway.dialects.openai.responses.tools import Tools, tools_of
from reelwright_gateway.dialects.openai.structs import Json, struct_of, text_of
from reelwright_kit.errors import FieldInvalid

LOGPROBS = "message.output_text.logprobs"
"""What `include` has for who wants log probabilities."""


class Plain(msgspec.Struct, tag_field="type", tag="text"):
    """Free text."""


class AnyObject(msgspec.Struct, tag_field="type", tag="json_object"):
    """Some JSON object."""


class Schema(msgspec.Struct, tag_field="type", tag="json_schema", forbid_unknown_fields=True):
    """JSON by a named schema."""

    name: str
    schema: Json
    description: str | None = None
    strict: bool | None = None


class Written(msgspec.Struct, forbid_unknown_fields=True):
    """How the answer is to be written."""

    format: Plain | AnyObject | Schema | None = None
    verbosity: str | None = None


class Reasoning(msgspec.Struct):
    """How much to think first; the rest of it is given back and has no effect."""

    effort: str | None = None


class Asked(msgspec.Struct):
    """The body as far as the contract knows it, and what servers of open models take beside it."""

    input: str | list[Json] | None = None
    model: str | None = None
    instructions: str | None = None
    previous_response_id: str | None = None
    conversation: Any = None
    prompt: Any = None
    tools: list[Json] | None = None
    tool_choice: str | Json | None = None
    parallel_tool_calls: bool | None = None
    max_tool_calls: Int32 | None = None
    text: Written | None = None
    reasoning: Reasoning | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: Int32 | None = None
    seed: Int64 | None = None
    stop: str | list[str] | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    max_output_tokens: Int32 | None = None
    top_logprobs: Int32 | None = None
    include: list[str] | None = None
    metadata: dict[str, str] | None = None
    store: bool | None = None
    background: bool | None = None
    stream: bool | None = None
    stream_options: Json | None = None
    service_tier: str | None = None
    truncation: Literal["auto", "disabled"] | None = None
    user: str | None = None
    safety_identifier: str | None = None
    prompt_cache_key: str | None = None


# Where both have the same name for the same thing.
OF_CHAT = (
    "model",
    "temperature",
    "top_p",
    "top_k",
    "seed",
    "presence_penalty",
    "frequency_penalty",
    "max_output_tokens",
    "service_tier",
    "prompt_cache_key",
)
OF_RESPONSES = ("instructions", "background", "store", "max_tool_calls", "metadata")
NOT_OFFERED = {
    "conversation": "is not offered: go on with previous_response_id",
    "prompt": "is not offered: templates are kept elsewhere",
}


@dataclass(frozen=True)
class Question:
    """What is asked for: the fields of CreateResponseRequest, which StreamResponseRequest has too, and their names."""

    fields: dict[str, Any]
    names: Names


def question_of(given: Asked, raw: Json) -> Question:
    """The question; raises FieldInvalid."""
    for name, why in NOT_OFFERED.items():
        if getattr(given, name) is not None:
            raise FieldInvalid(name, why)
    conversation = conversation_of(given.input)
    tools = tools_of(given.tools or [], given.tool_choice)
    fields = {name: getattr(given, name) for name in OF_RESPONSES}
    fields |= {"previous": given.previous_response_id, "image_tool": tools.picture, "echo": echo_of(raw)}
    chat = pb.ChatRequest(
        messages=conversation.messages, **_chat(given, tools), extra=struct_of(rest(raw, Asked), "body")
    )
    before = None if given.previous_response_id else int(bool(given.instructions))
    return Question(fields | {"chat": chat}, Names(conversation.places, tools, before))


def _chat(given: Asked, tools: Tools) -> dict[str, Any]:
    known = {name: getattr(given, name) for name in OF_CHAT}
    known |= {"tools": tools.functions, "tool_choice": tools.choice}
    if tools.functions or tools.picture:
        # Providers refuse it where there are no tools.
        known["parallel_tool_calls"] = given.parallel_tool_calls
    if LOGPROBS in (given.include or ()):
        known |= {"logprobs": True, "top_logprobs": given.top_logprobs}
    known["stop"] = [given.stop] if isinstance(given.stop, str) else given.stop
    known["user"] = given.safety_identifier or given.user
    known["reasoning_effort"] = given.reasoning.effort if given.reasoning else None
    if given.text:
        known |= {"verbosity": given.text.verbosity, "response_format": _format(given.text.format)}
    return known


def _format(given: Plain | AnyObject | Schema | None) -> pb.ResponseFormat | None:
    match given:
        case None:
            return None
        case Schema(name, schema, description, strict):
            text = text_of(schema, "text.format.schema")
            form = pb.JsonSchema(name=name, description=description or "", schema_json=text, strict=strict)
            return pb.ResponseFormat(type="json_schema", json_schema=form)
        case AnyObject():
            return pb.ResponseFormat(type="json_object")
        case Plain():
            return pb.ResponseFormat(type="text")
