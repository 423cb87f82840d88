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
    """The names in one request: its messages are at these places, and its tools.

    What asks the model sees `before` messages more at the beginning, None when nobody here knows how many.
    """

    places: Sequence[Place] = ()
    tools: Tools = field(default_factory=Tools)
    before: int | None = 0

    def __call__(self, name: str) -> str:
        """The field by the name that the caller gave it, for example `input[0].content[1].image_url`."""
        inside = name.removeprefix("chat.")
        if found := _MESSAGE.fullmatch(inside):
            before = 0 if name.startswith("chat.") else self.before
            return self._message(found, before)
        if found := _TOOL.fullmatch(inside):
            return f"tools[{_at(self.tools.places, found[1])}]{_replaced(found[2], OUTSIDE)}"
        if inside.startswith("image_tool"):
            return self._picture(inside.removeprefix("image_tool"))
        return _replaced(inside, OUTSIDE)

    def _message(self, found: re.Match[str], before: int | None) -> str:
        number = -1 if found[1] is None or before is None else int(found[1]) - before
        if not 0 <= number < len(self.places) or self.places[0].item == "input":
            # Of what came before, or all of it.
            return "input"
        place = self.places[number]
        if found[2] is not None and int(found[2]) < len(place.calls):
            return place.calls[int(found[2])] + _replaced(found[3], INSIDE)
        return place.item + _replaced(_CONTENT.sub(f".{place.content}", found[3]), INSIDE)

    def _picture(self, rest: str) -> str:
        rest = {".width": ".size", ".height": ".size", ".sketches": ".partial_images", ".extra": ""}.get(rest, rest)
        return f"tools[{self.tools.picture_place}]{rest}"


def _at(places: Sequence[int], number: str) -> int:
    return places[int(number)] if int(number) < len(places) else int(number)


def _replaced(text: str, names: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, name in names:
        text = pattern.sub(name, text)
    return text
