"""Names of the contract's fields as who asked for a response knows them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from reelwright_gateway.dialects.openai.responses.items import Place
from reelwright_gateway.dialects.openai.responses.tools import Tools

_MESSAGE = re.compile(r"messages(?:\[(\d+)\](?:\.tool_calls\[(\d+)\])?)?(.*)")
_CONTENT = re.compile(r"^\.(content|parts)\b")
_TOOL = re.compile(r"tools\[(\d+)\](?:\.function)?(.*)")

# In this order: the first that fits a place counts there.
INSIDE = (
    (re.compile(r"\.image\.source\.asset$"), ".file_id"),
    (re.compile(r"\.image\.source(\.uri)?$"), ".image_url"),
    (re.compile(r"\.image\.detail$"), ".detail"),
    (re.compile(r"\.audio\.source(\.content)?$"), ".input_audio.data"),
    (re.compile(r"\.audio\.format$"), ".input_audio.format"),
    (re.compile(r"\.file\.source\.asset$"), ".file_id"),
    (re.compile(r"\.file\.source\.uri$"), ".file_url"),
    (re.compile(r"\.file\.source(\.content)?$"), ".file_data"),
    (re.compile(r"\.file\.filename$"), ".filename"),
    (re.compile(r"^\.function\."), "."),
    (re.compile(r"^\.id$"), ".call_id"),
    (re.compile(r"^\.tool_call_id$"), ".call_id"),
    (re.compile(r"\.extra$"), ""),
)
"""Of a message."""
OUTSIDE = (
    (re.compile(r"^request_id$"), "Idempotency-Key"),
    (re.compile(r"^previous$"), "previous_response_id"),
    (re.compile(r"^response_format\.json_schema"), "text.format"),
    (re.compile(r"^response_format"), "text.format"),
    (re.compile(r"_json$"), ""),
    (re.compile(r"^verbosity$"), "text.verbosity"),
    (re.compile(r"^reasoning_effort$"), "reasoning.effort"),
    (re.compile(r"^logprobs$"), "include"),
    (re.compile(r"^tool_choice\.function$"), "tool_choice.name"),
    (re.compile(r"^tool_choice\.mode$"), "tool_choice"),
    (re.compile(r"^extra$"), "body"),
)
"""Of a request."""


@dataclass(frozen=True)
class Names:
    """The names in one request: its messages are at these places, and its tools."""

    places: Sequence[Place] = ()
    tools: Tools = field(default_factory=Tools)

    def __call__(self, name: str) -> str:
        """The field by the name that the caller gave it, for example `input[0].content[1].image_url`."""
        inside = name.removeprefix("chat.")
        if found := _MESSAGE.fullmatch(inside):
            return self._message(found[1], found[2], found[3])
        if found := _TOOL.fullmatch(inside):
            return f"tools[{_at(self.tools.places, found[1])}]{_replaced(found[2], OUTSIDE)}"
        if inside.startswith("image_tool"):
            return self._picture(inside.removeprefix("image_tool"))
        return _replaced(inside, OUTSIDE)

    def _message(self, number: str | None, call: str | None, rest: str) -> str:
        if number is None or int(number) >= len(self.places) or self.places[0].item == "input":
            # Of the conversation before, or all of it.
            return "input"
        place = self.places[int(number)]
        if call is not None and int(call) < len(place.calls):
            return place.calls[int(call)] + _replaced(rest, INSIDE)
        return place.item + _replaced(_CONTENT.sub(f".{place.content}", rest), INSIDE)

    def _picture(self, rest: str) -> str:
        rest = {".width": ".size", ".height": ".size", ".sketches": ".partial_images", ".extra": ""}.get(rest, rest)
        return f"tools[{self.tools.picture_place}]{rest}"


def _at(places: Sequence[int], number: str) -> int:
    return places[int(number)] if int(number) < len(places) else int(number)


def _replaced(text: str, names: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, name in names:
        text = pattern.sub(name, text)
    return text
