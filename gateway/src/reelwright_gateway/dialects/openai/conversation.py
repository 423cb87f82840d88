"""Messages of a conversation, from this API's JSON to the contract."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import rest
from reelwright_gateway.dialects.openai.structs import struct_of
from reelwright_kit.errors import FieldInvalid


class Url(msgspec.Struct):
    """Where a picture or a video is: a public address, or a `data:` URI."""

    url: str
    detail: str | None = None


class Sound(msgspec.Struct):
    """Sound in base64."""

    data: str
    format: str | None = None


class Document(msgspec.Struct):
    """A stored file by its id, or the bytes as a `data:` URI."""

    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None


class Text(msgspec.Struct, tag_field="type", tag="text"):
    """A text among parts."""

    text: str


class Refusal(msgspec.Struct, tag_field="type", tag="refusal"):
    """What a model said when it refused."""

    refusal: str


class Picture(msgspec.Struct, tag_field="type", tag="image_url"):
    """A picture among parts."""

    image_url: Url | str


class Film(msgspec.Struct, tag_field="type", tag="video_url"):
    """A video among parts; not OpenAI's, but what servers of open models take."""

    video_url: Url | str


class Audio(msgspec.Struct, tag_field="type", tag="input_audio"):
    """Sound among parts."""

    input_audio: Sound


class Paper(msgspec.Struct, tag_field="type", tag="file"):
    """A document among parts."""

    file: Document


Part = Text | Refusal | Picture | Film | Audio | Paper


class FunctionCall(msgspec.Struct):
    """A function with its arguments as the model wrote them."""

    name: str
    arguments: str = ""


class ToolCall(msgspec.Struct):
    """A function that the model asked for; other kinds of tools have no `function`."""

    id: str
    type: str = "function"
    function: FunctionCall | None = None


class Message(msgspec.Struct):
    """One message."""

    role: str
    content: str | list[Part] | None = None
    name: str | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None
    refusal: str | None = None
    reasoning_content: str | None = None


_PLAIN = frozenset({"role", "content"})
"""What most messages have, and nothing else."""


def messages_of(given: Sequence[Message], raw: Sequence[Mapping[str, Any]]) -> list[pb.Message]:
    """The conversation; what the contract does not know goes along in `extra`. Raises FieldInvalid."""
    pairs = zip(given, raw, strict=True)
    return [_message(message, said, f"messages[{number}]") for number, (message, said) in enumerate(pairs)]


def _message(given: Message, raw: Mapping[str, Any], field: str) -> pb.Message:
    if raw.keys() <= _PLAIN and isinstance(given.content, str):
        return pb.Message(role=given.role, content=given.content)
    extra = rest(raw, Message)
    calls = given.tool_calls or []
    if any(call.function is None for call in calls):
        # A kind of tool that the contract does not know: whoever knows it gets all of them as they are.
        extra, calls = extra | {"tool_calls": raw["tool_calls"]}, []
    refusal = given.refusal
    content = given.content
    parts = []
    if isinstance(content, list):
        refusal = next((part.refusal for part in content if isinstance(part, Refusal)), refusal)
        parts = _parts(content, raw["content"], f"{field}.content")
    return pb.Message(
        role=given.role,
        content=content if isinstance(content, str) else None,
        parts=parts,
        name=given.name or "",
        tool_calls=[
            _tool_call(call, said, field) for call, said in zip(calls, raw.get("tool_calls") or [], strict=False)
        ],
        tool_call_id=given.tool_call_id or "",
        refusal=refusal or "",
        reasoning=given.reasoning_content or "",
        extra=struct_of(extra, field),
    )


def _tool_call(given: ToolCall, raw: Mapping[str, Any], field: str) -> pb.ToolCall:
    assert given.function
    function = pb.FunctionCall(name=given.function.name, arguments=given.function.arguments)
    extra = struct_of(rest(raw, ToolCall), f"{field}.tool_calls")
    return pb.ToolCall(id=given.id, type=given.type, function=function, extra=extra)


def _parts(given: Sequence[Part], raw: Sequence[Mapping[str, Any]], field: str) -> list[pb.Part]:
    parts = []
    for number, (part, said) in enumerate(zip(given, raw, strict=True)):
        if isinstance(part, Refusal):
            continue
        place = f"{field}[{number}]"
        made = _part(part, place)
        unknown = {name: value for name, value in rest(said, type(part)).items() if name != "type"}
        if extra := struct_of(unknown, place):
            made.extra.CopyFrom(extra)
        parts.append(made)
    return parts


def _part(given: Text | Picture | Film | Audio | Paper, field: str) -> pb.Part:
    match given:
        case Text(text):
            return pb.Part(text=text)
        case Picture(where):
            url, detail = (where, None) if isinstance(where, str) else (where.url, where.detail)
            return pb.Part(image=pb.ImagePart(source=assets.MediaReference(uri=url), detail=detail or ""))
        case Film(where):
            url = where if isinstance(where, str) else where.url
            return pb.Part(video=pb.VideoPart(source=assets.MediaReference(uri=url)))
        case Audio(sound):
            content = bytes_of(sound.data, f"{field}.input_audio.data")
            source = assets.MediaReference(content=content)
            return pb.Part(audio=pb.AudioPart(source=source, format=sound.format or ""))
        case Paper(document):
            return pb.Part(file=pb.FilePart(source=_source(document, field), filename=document.filename or ""))


def _source(document: Document, field: str) -> assets.MediaReference:
    if (document.file_id is None) == (document.file_data is None):
        raise FieldInvalid(f"{field}.file", "needs file_id or file_data, and not both")
    if document.file_id is not None:
        return assets.MediaReference(asset=document.file_id)
    data = document.file_data or ""
    if data.startswith("data:"):
        return assets.MediaReference(uri=data)
    return assets.MediaReference(content=bytes_of(data, f"{field}.file.file_data"))


def bytes_of(text: str, field: str) -> bytes:
    """The bytes that a text in base64 stands for; raises FieldInvalid naming `field`."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise FieldInvalid(field, "is not valid base64") from None
