"""Parts of what is said, from this API's JSON to the contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import rest
from reelwright_gateway.dialects.openai.conversation import Audio, bytes_of
from reelwright_gateway.dialects.openai.structs import Json, struct_of
from reelwright_kit.errors import FieldInvalid


class Text(msgspec.Struct, tag_field="type", tag="input_text"):
    """A text among parts."""

    text: str


class Said(msgspec.Struct, tag_field="type", tag="output_text"):
    """A text that a model wrote."""

    text: str


class Refusal(msgspec.Struct, tag_field="type", tag="refusal"):
    """What a model said when it refused."""

    refusal: str


class Picture(msgspec.Struct, tag_field="type", tag="input_image"):
    """A picture: a public address or `data:` URI, or a stored file."""

    image_url: str | None = None
    file_id: str | None = None
    detail: str | None = None


class Paper(msgspec.Struct, tag_field="type", tag="input_file"):
    """A document: a public address, a stored file, or the bytes in base64 or as a `data:` URI."""

    file_url: str | None = None
    file_id: str | None = None
    file_data: str | None = None
    filename: str | None = None


Part = Text | Said | Refusal | Picture | Paper | Audio

ABOUT_ANSWERS = (
    "type",
    "id",
    "status",
    "phase",
    "annotations",
    "logprobs",
    "parsed",
    "parsed_arguments",
    "caller",
    "namespace",
    "async",
    "created_by",
)
"""What comes back with an answer that a program gives as input, and tells a model nothing."""


def extra_of(raw: Mapping[str, Any], form: type[msgspec.Struct]) -> Json:
    """The fields that neither the form nor this API's answers have."""
    unknown = rest(raw, form)
    return {name: value for name, value in unknown.items() if name not in ABOUT_ANSWERS and value is not None}


def refusal_of(content: str | Sequence[Part]) -> str:
    """The refusal among the parts, if there is one."""
    parts = () if isinstance(content, str) else content
    return next((part.refusal for part in parts if isinstance(part, Refusal)), "")


def said_of(content: str | Sequence[Part], raw: Any, field: str) -> Json:
    """The fields `content` and `parts` of a message, without a refusal; raises FieldInvalid.

    One text alone is plain content: many models take no parts from whoever is not the user.
    """
    if isinstance(content, str):
        return {"content": content}
    parts = _parts(content, raw, field)
    if len(parts) == 1 and parts[0].WhichOneof("kind") == "text" and not parts[0].HasField("extra"):
        return {"content": parts[0].text}
    return {"parts": parts} if parts else {}


def _parts(given: Sequence[Part], raw: Sequence[Mapping[str, Any]], field: str) -> list[pb.Part]:
    parts = []
    for number, (part, said) in enumerate(zip(given, raw, strict=True)):
        if isinstance(part, Refusal):
            continue
        place = f"{field}[{number}]"
        made = _part(part, place)
        if extra := struct_of(extra_of(said, type(part)), place):
            made.extra.CopyFrom(extra)
        parts.append(made)
    return parts


def _part(given: Text | Said | Picture | Paper | Audio, field: str) -> pb.Part:
    match given:
        case Text(text) | Said(text):
            return pb.Part(text=text)
        case Picture(image_url=url, file_id=stored, detail=detail):
            _one_of(field, image_url=url, file_id=stored)
            source = assets.MediaReference(uri=url or "") if stored is None else assets.MediaReference(asset=stored)
            return pb.Part(image=pb.ImagePart(source=source, detail=detail or ""))
        case Paper(filename=filename):
            return pb.Part(file=pb.FilePart(source=_paper(given, field), filename=filename or ""))
        case Audio(sound):
            source = assets.MediaReference(content=bytes_of(sound.data, f"{field}.input_audio.data"))
            return pb.Part(audio=pb.AudioPart(source=source, format=sound.format or ""))


def _paper(given: Paper, field: str) -> assets.MediaReference:
    _one_of(field, file_url=given.file_url, file_id=given.file_id, file_data=given.file_data)
    if given.file_id is not None:
        return assets.MediaReference(asset=given.file_id)
    if given.file_url is not None:
        return assets.MediaReference(uri=given.file_url)
    data = given.file_data or ""
    if data.startswith("data:"):
        return assets.MediaReference(uri=data)
    return assets.MediaReference(content=bytes_of(data, f"{field}.file_data"))


def _one_of(field: str, **given: str | None) -> None:
    if sum(value is not None for value in given.values()) != 1:
        raise FieldInvalid(field, f"needs one of {', '.join(given)}")
