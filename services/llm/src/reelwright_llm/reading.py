"""Requests of the contract as questions."""

from __future__ import annotations

import base64
import binascii
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

_OPTIONS = {"image": ("detail",), "audio": ("format",), "video": ("frames_per_second",), "file": ()}


def asked_from(request: ChatLike) -> Asked:
    """The question a request asks."""
    # Only under a request id it matters whether the question is the same.
    digest = digest_of(request) if request.request_id else b""
    return Asked(question_from(request), request.model, request.request_id, digest, tuple(_needs(request)))


def question_from(request: ChatLike) -> Question:
    """What is asked, without of whom."""
    wanted = request.response_format
    schema = wanted.json_schema
    choice = request.tool_choice
    return Question(
        turns=tuple(_turn(message, f"messages[{n}]") for n, message in enumerate(request.messages)),
        schema=_schema(schema) if wanted.type == "json_schema" else None,
        schema_name=schema.name or "answer",
        schema_description=schema.description,
        schema_strict=_given(schema, "strict"),
        json=wanted.type == "json_object",
        seed=_given(request, "seed"),
        max_output_tokens=_given(request, "max_output_tokens"),
        tools=tuple(_tool(tool.function, f"tools[{n}].function") for n, tool in enumerate(request.tools)),
        tool_choice=choice.mode or ("required" if choice.function else ""),
        tool_function=choice.function,
        parallel_tool_calls=_given(request, "parallel_tool_calls"),
        sampling=_sampling(request),
        hints=_hints(request),
        extra=json_of(request.extra),
        ceiling_micros=ceiling_of(request),
        cache_s=request.cache_max_age.ToTimedelta().total_seconds() if request.HasField("cache_max_age") else None,
    )


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


def _turn(message: pb.Message, field: str) -> Turn:
    return Turn(
        message.role,
        message.content if message.HasField("content") else None,
        tuple(_part(part, f"{field}.parts[{n}]") for n, part in enumerate(message.parts)),
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


def _sampling(request: ChatLike) -> Sampling:
    return Sampling(
        temperature=_given(request, "temperature"),
        top_p=_given(request, "top_p"),
        top_k=_given(request, "top_k"),
        presence_penalty=_given(request, "presence_penalty"),
        frequency_penalty=_given(request, "frequency_penalty"),
        logit_bias=dict(request.logit_bias),
        stop=tuple(request.stop),
        n=_given(request, "n"),
        logprobs=request.logprobs,
        top_logprobs=_given(request, "top_logprobs"),
    )


def _hints(request: ChatLike) -> Hints:
    return Hints(
        request.reasoning_effort,
        request.verbosity,
        request.service_tier,
        request.prompt_cache_key,
        request.user,
        dict(request.metadata),
    )


def _given(message: Any, field: str) -> Any:
    """The value of an optional field; None when it was not given."""
    return getattr(message, field) if message.HasField(field) else None


def _needs(request: ChatLike) -> list[tuple[str, str]]:
    needed = []
    if request.tools:
        needed.append(("tools", "tools"))
    if request.HasField("n") and request.n > 1:
        needed.append(("n", "choices"))
    if request.logprobs:
        needed.append(("logprobs", "logprobs"))
    for number, message in enumerate(request.messages):
        kinds = {part.WhichOneof("kind") for part in message.parts} - {"text", None}
        needed.extend((f"messages[{number}].parts", f"{kind}_input") for kind in sorted(kinds, key=str))
    return needed


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
