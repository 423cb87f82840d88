"""What a model may use: functions of the caller, and pictures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai.bodies import Int32, invalid, rest
from reelwright_gateway.dialects.openai.structs import Json, struct_of, text_of
from reelwright_kit.errors import FieldInvalid

FUNCTION, PICTURE = "function", "image_generation"
REFUSED = ("input_image_mask", "svg")
"""Fields of the tool for pictures that no provider of ours has a word for."""
_SIZE = re.compile(r"(\d{1,6})x(\d{1,6})")


class Function(msgspec.Struct, tag_field="type", tag=FUNCTION, forbid_unknown_fields=True):
    """A function that may be called."""

    name: str
    description: str | None = None
    parameters: Json | None = None
    strict: bool | None = None


class Drawing(msgspec.Struct, tag_field="type", tag=PICTURE):
    """How pictures are made."""

    model: str | None = None
    action: str | None = None
    size: str | None = None
    quality: str | None = None
    background: str | None = None
    output_format: str | None = None
    input_fidelity: str | None = None
    partial_images: Int32 | None = None


class Named(msgspec.Struct, tag_field="type", tag=FUNCTION, forbid_unknown_fields=True):
    """The function that must be called."""

    name: str


@dataclass
class Tools:
    """What a model may use, by the contract, and the place of each among the tools of the request."""

    functions: list[pb.Tool] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    picture: kept.ImageTool | None = None
    picture_place: int = 0
    choice: pb.ToolChoice | None = None

    def add(self, raw: Json, number: int) -> None:
        """Adds a tool; raises FieldInvalid."""
        place, kind = f"tools[{number}]", raw.get("type")
        if kind == FUNCTION:
            self.functions.append(pb.Tool(type="function", function=_function(raw, place)))
            self.places.append(number)
        elif kind == PICTURE and self.picture is None:
            self.picture, self.picture_place = _picture(raw, place), number
        elif kind == PICTURE:
            raise FieldInvalid(f"{place}.type", "image_generation may be given once")
        else:
            raise FieldInvalid(f"{place}.type", f"must be {FUNCTION} or {PICTURE}")

    def choose(self, given: str | Json | None) -> None:
        """Says which of them must be used; raises FieldInvalid."""
        if isinstance(given, dict):
            self._choose_one(given)
        elif given == "none":
            self.picture = None
        elif given == "required" and self.picture is not None and not self.functions:
            self.picture.required = True
        # Providers refuse a choice where there is nothing to choose from.
        if isinstance(given, str) and (self.functions or given not in ("none", "auto", "required")):
            self.choice = pb.ToolChoice(mode=given)

    def _choose_one(self, given: Json) -> None:
        kind = given.get("type")
        if kind == FUNCTION:
            self.choice = pb.ToolChoice(function=_shaped(given, Named, "tool_choice").name)
        elif kind == PICTURE and self.picture is not None:
            self.picture.required = True
        elif kind == PICTURE:
            raise FieldInvalid("tool_choice", f"{PICTURE} is not among the tools")
        else:
            raise FieldInvalid("tool_choice.type", f"must be {FUNCTION} or {PICTURE}")


def tools_of(given: Sequence[Json], choice: str | Json | None) -> Tools:
    """The tools; raises FieldInvalid."""
    tools = Tools()
    for number, raw in enumerate(given):
        tools.add(raw, number)
    tools.choose(choice)
    return tools


def _function(raw: Json, place: str) -> pb.Function:
    # The SDKs know more about functions by now; what is not said need not be understood.
    given = _shaped({name: value for name, value in raw.items() if value is not None}, Function, place)
    return pb.Function(
        name=given.name,
        description=given.description or "",
        parameters_json="" if given.parameters is None else text_of(given.parameters, f"{place}.parameters"),
        strict=given.strict,
    )


def _picture(raw: Json, place: str) -> kept.ImageTool:
    given = _shaped(raw, Drawing, place)
    for name in REFUSED:
        if raw.get(name) is not None:
            raise FieldInvalid(f"{place}.{name}", "is not offered")
    unknown = rest(raw, Drawing)
    extra = {name: value for name, value in unknown.items() if name not in ("type", *REFUSED) and value is not None}
    width, height = _size(given.size or "auto", f"{place}.size")
    return kept.ImageTool(
        model=given.model or "",
        action=given.action or "",
        width=width,
        height=height,
        quality=given.quality or "",
        background=given.background or "",
        output_format=given.output_format or "",
        input_fidelity=given.input_fidelity or "",
        sketches=given.partial_images or 0,
        extra=struct_of(extra, place),
    )


def _size(text: str, place: str) -> tuple[int, int]:
    if text == "auto":
        return 0, 0
    if not (parsed := _SIZE.fullmatch(text)):
        raise FieldInvalid(place, "must be auto or a width and a height like 1024x1024")
    return int(parsed[1]), int(parsed[2])


def _shaped(raw: Json, form: Any, place: str) -> Any:
    try:
        return msgspec.convert(raw, form)
    except msgspec.ValidationError as error:
        raise invalid(str(error), place) from None
