"""What a model is given, from the items of this API to the messages of the contract."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.bodies import invalid
from reelwright_gateway.dialects.openai.responses.parts import Part, extra_of, refusal_of, said_of
from reelwright_gateway.dialects.openai.structs import Json, struct_of
from reelwright_kit.errors import FieldInvalid

Form = TypeVar("Form", bound=msgspec.Struct)

UNSEEN = {
    "image_generation_call": "is not taken back: go on with previous_response_id, or give the picture as input_image",
    "item_reference": "is not followed: go on with previous_response_id, or give the item itself",
}
"""Items that this API has and that mean nothing without what was kept."""


class Message(msgspec.Struct):
    """Something that was said."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]


class Call(msgspec.Struct):
    """A function that the model asked for."""

    call_id: str
    name: str
    arguments: str = ""


class Result(msgspec.Struct):
    """What the function gave."""

    call_id: str
    output: str | list[Part]


class Line(msgspec.Struct):
    """A text."""

    text: str


class Thought(msgspec.Struct):
    """What the model thought; what is encrypted is nobody's but OpenAI's."""

    summary: list[Line] | None = None
    content: list[Line] | None = None
    encrypted_content: str | None = None


@dataclass
class Place:
    """Where a message is in the input: the field of the item it is made of, and those of its calls."""

    item: str
    calls: list[str] = field(default_factory=list)
    content: str = "content"
    """How the item calls what the message says."""


@dataclass
class Conversation:
    """Messages, each with its place. What a model answers at once is one message, in however many items it comes."""

    messages: list[pb.Message] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    _open: bool = False
    """Whether the last message is an answer that may go on."""

    def add(self, raw: Json, place: str) -> None:
        """Adds an item; raises FieldInvalid."""
        match raw.get("type") or ("message" if "role" in raw else "item_reference"):
            case "message":
                self._say(_shaped(raw, Message, place), raw, place)
            case "function_call":
                self._call(_shaped(raw, Call, place), raw, place)
            case "function_call_output":
                result = _shaped(raw, Result, place)
                said = said_of(result.output, raw["output"], f"{place}.output")
                self._append(pb.Message(role="tool", tool_call_id=result.call_id, **said), place)
                self.places[-1].content = "output"
            case "reasoning":
                self._think(_shaped(raw, Thought, place), place)
            case other:
                raise FieldInvalid(f"{place}.type", UNSEEN.get(str(other), "is not offered"))

    def whole(self) -> Conversation:
        """The conversation without thoughts that nothing came of."""
        pairs = zip(self.messages, self.places, strict=True)
        kept = [(message, place) for message, place in pairs if not _is_bare(message)]
        return Conversation([message for message, _ in kept], [place for _, place in kept])

    def _say(self, given: Message, raw: Json, place: str) -> None:
        said = said_of(given.content, raw["content"], f"{place}.content")
        extra = struct_of(extra_of(raw, Message), place)
        if given.role != "assistant":
            self._append(pb.Message(role=given.role, extra=extra, **said), place)
            return
        answer = self._answer(place, begun=lambda last: not _has_said(last))
        self.places[-1].item = place
        answer.MergeFrom(pb.Message(refusal=refusal_of(given.content), extra=extra, **said))

    def _call(self, given: Call, raw: Json, place: str) -> None:
        function = pb.FunctionCall(name=given.name, arguments=given.arguments)
        extra = struct_of(extra_of(raw, Call), place)
        answer = self._answer(place)
        answer.tool_calls.append(pb.ToolCall(id=given.call_id, type="function", function=function, extra=extra))
        self.places[-1].calls.append(place)

    def _think(self, given: Thought, place: str) -> None:
        lines = [line.text for line in given.content or given.summary or []]
        if lines:
            answer = self._answer(place, begun=lambda last: not _has_said(last))
            answer.reasoning = "\n".join([answer.reasoning] * bool(answer.reasoning) + lines)

    def _answer(self, place: str, begun: Callable[[pb.Message], bool] = lambda _: True) -> pb.Message:
        """The answer that goes on where it was `begun` so, else a new one."""
        if not (self._open and begun(self.messages[-1])):
            self._append(pb.Message(role="assistant"), place)
            self._open = True
        return self.messages[-1]

    def _append(self, message: pb.Message, place: str) -> None:
        self.messages.append(message)
        self.places.append(Place(place))
        self._open = False


def conversation_of(given: str | Sequence[Json] | None) -> Conversation:
    """The conversation that the field `input` has; raises FieldInvalid."""
    if given is None:
        raise FieldInvalid("input", "is required")
    conversation = Conversation()
    for number, item in enumerate([{"role": "user", "content": given}] if isinstance(given, str) else given):
        conversation.add(item, "input" if isinstance(given, str) else f"input[{number}]")
    return conversation.whole()


def _shaped(raw: Json, form: type[Form], place: str) -> Form:
    try:
        return msgspec.convert(raw, form)
    except msgspec.ValidationError as error:
        raise invalid(str(error), place) from None


def _has_said(message: pb.Message) -> bool:
    return message.HasField("content") or bool(message.parts) or bool(message.refusal)


def _is_bare(message: pb.Message) -> bool:
    return bool(message.reasoning) and not _has_said(message) and not message.tool_calls
