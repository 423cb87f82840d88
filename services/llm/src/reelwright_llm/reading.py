"""Requests of the contract as questions."""

from __future__ import annotations

import base64
import binascii
import itertools
from typing import Any

import msgspec
from google.protobuf import json_format, struct_pb2

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.jobs.rendering import digest_of
from reelwright_llm.analysing import Look
from reelwright_llm.chatting import Asked
from reelwright_llm.providers.interface import Hints, Json, Media, Part, Question, Sampling, Tool, ToolCall, Turn

ChatLike = pb.ChatRequest | pb.StreamChatRequest

_PLAIN = frozenset({"role", "content"})
"""What most messages have, and nothing else."""
_SAME = ("seed", "max_output_tokens", "parallel_tool_calls")
_SAMPLING = frozenset(Sampling.__struct_fields__)
_HINTS = frozenset(Hints.__struct_fields__)
_OPTIONS = {"image": ("detail",), "audio": ("format",), "video": ("frames_per_second",), "file": ()}


def asked_from(request: ChatLike) -> Asked:
    """The question a request asks."""
    # Only under a request id it matters whether the question is the same.
    digest = digest_of(request) if request.request_id else b""
    question = question_from(request)
    return Asked(question, request.model, request.request_id, digest, tuple(_needs(question)))


def question_from(request: ChatLike) -> Question:
    """What is asked, without of whom."""
    given = _set(request)
    asked: dict[str, Any] = {name: given[name] for name in _SAME if name in given}
    if "response_format" in given:
        asked |= _format(given["response_format"])
    if "tool_choice" in given:
        choice = given["tool_choice"]
        asked["tool_choice"] = choice.mode or ("required" if choice.function else "")
        asked["tool_function"] = choice.function
    if "tools" in given:
        asked["tools"] = tuple(_tool(tool.function, f"tools[{n}].function") for n, tool in enumerate(request.tools))
    if not _SAMPLING.isdisjoint(given):
        asked["sampling"] = _sampling(given)
    if not _HINTS.isdisjoint(given):
        asked["hints"] = _hints(given)
    if "extra" in given:
        asked["extra"] = json_of(request.extra)
    if "cache_max_age" in given:
        asked["cache_s"] = request.cache_max_age.ToTimedelta().total_seconds()
    asked["ceiling_micros"] = given.get("max_cost_micros")
    return Question(tuple(map(_turn, given.get("messages", ()), itertools.count())), **asked)


def _set(message: Any) -> dict[str, Any]:
    """The fields that are set; most are not, and asking for each takes longer."""
    return {field.name: value for field, value in message.ListFields()}


def _format(wanted: pb.ResponseFormat) -> dict[str, Any]:
    schema = wanted.json_schema
    return {
        "schema": _schema(schema) if wanted.type == "json_schema" else None,
        "schema_name": schema.name or "answer",
        "schema_description": schema.description,
        "schema_strict": _given(schema, "strict"),
        "json": wanted.type == "json_object",
    }


def ceiling_of(request: Any) -> int | None:
    """What the answer to a request may cost, millionths of a US dollar; None without a limit."""
    return request.max_cost_micros if request.HasField("max_cost_micros") else None


def look_from(request: pb.AnalyzeRequest) -> Look:
    """What is to be looked at."""
    kind = request.WhichOneof("subject") or "text"
    media = None if kind == "text" else media_of(kind, getattr(request, kind), kind)
    return Look(
        kind,
        tuple(request.aspects),
        media,
        request.text,
        tuple(request.brands),
        request.max_tags if request.HasField("max_tags") else 8,
        request.language or "en",
        json_of(request.extra),
        ceiling_of(request),
    )


def media_of(kind: str, source: assets.MediaReference, field: str) -> Media:
    """The file that a reference names; the bytes of a `data:` address are taken out of it."""
    if source.WhichOneof("source") == "asset":
        return Media(kind, asset=source.asset)
    if source.WhichOneof("source") == "content":
        return Media(kind, content=source.content)
    if source.uri[:5].lower() != "data:":
        return Media(kind, uri=source.uri)
    head, _, text = source.uri[5:].partition(",")
    media_type, _, form = head.rpartition(";")
    if form.lower() != "base64":
        raise FieldInvalid(f"{field}.uri", "is no data: URI in base64")
    try:
        return Media(kind, content=base64.b64decode(text, validate=True), media_type=media_type)
    except binascii.Error:
        raise FieldInvalid(f"{field}.uri", "is no data: URI in base64: it is broken") from None


def json_of(struct: struct_pb2.Struct) -> Json:
    """A Struct as JSON; whole numbers, which a Struct only knows as floating point, become integers again."""
    if not struct.fields:
        return {}
    whole: Json = _whole(json_format.MessageToDict(struct))
    return whole


def _turn(message: pb.Message, number: int) -> Turn:
    given = _set(message)
    if given.keys() <= _PLAIN:
        return Turn(given.get("role", ""), given.get("content"))
    return Turn(
        message.role,
        given.get("content"),
        tuple(_part(part, f"messages[{number}].parts[{n}]") for n, part in enumerate(message.parts)),
        message.name,
        tuple(ToolCall(c.id, c.function.name, c.function.arguments, json_of(c.extra)) for c in message.tool_calls),
        message.tool_call_id,
        message.refusal,
        message.reasoning,
        json_of(message.extra),
    )


def _part(part: pb.Part, field: str) -> Part:
    kind = part.WhichOneof("kind")
    if kind is None or kind == "text":
        return Part(part.text, None, json_of(part.extra))
    shown = getattr(part, kind)
    found = media_of(kind, shown.source, f"{field}.{kind}.source")
    options = {name: getattr(shown, name) for name in _OPTIONS[kind] if getattr(shown, name)}
    named = (shown.filename, shown.media_type) if kind == "file" else ("", "")
    media = Media(kind, found.uri, found.content, found.asset, named[1] or found.media_type, named[0], options)
    return Part("", media, json_of(part.extra))


def _tool(function: pb.Function, field: str) -> Tool:
    parameters = json_of(function.parameters) if function.HasField("parameters") else None
    if function.parameters_json:
        parameters = _object(function.parameters_json, f"{field}.parameters_json")
    return Tool(function.name, function.description, parameters, _given(function, "strict"))


def _schema(given: pb.JsonSchema) -> Json:
    if given.schema_json:
        return _object(given.schema_json, "response_format.json_schema.schema_json")
    return json_of(given.schema)


def _object(text: str, field: str) -> Json:
    """The JSON object that a text is, its names in their order."""
    # As in every text, which an answer may repeat and the database keep.
    if "\\u0000" in text:
        raise FieldInvalid(field, "must not contain NUL characters")
    try:
        return msgspec.json.decode(text, type=Json)
    except (msgspec.DecodeError, RecursionError):
        raise FieldInvalid(field, "is no JSON object") from None


def _sampling(given: Json) -> Sampling:
    chosen = {name: given[name] for name in _SAMPLING if name in given}
    if "logit_bias" in chosen:
        chosen["logit_bias"] = dict(chosen["logit_bias"])
    if "stop" in chosen:
        chosen["stop"] = tuple(chosen["stop"])
    return Sampling(**chosen)


def _hints(given: Json) -> Hints:
    told = {name: given[name] for name in _HINTS if name in given}
    if "metadata" in told:
        told["metadata"] = dict(told["metadata"])
    return Hints(**told)


def _given(message: Any, field: str) -> Any:
    """The value of an optional field; None when it was not given."""
    return getattr(message, field) if message.HasField(field) else None


def _needs(question: Question) -> list[tuple[str, str]]:
    needed = []
    if question.tools:
        needed.append(("tools", "tools"))
    if (question.sampling.n or 1) > 1:
        needed.append(("n", "choices"))
    if question.sampling.logprobs:
        needed.append(("logprobs", "logprobs"))
    for number, turn in enumerate(question.turns):
        if turn.parts:
            kinds = sorted({media.kind for media in turn.media})
            needed.extend((f"messages[{number}].parts", f"{kind}_input") for kind in kinds)
    return needed


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
