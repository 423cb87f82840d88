"""The image tool as the model sees it: a function that it calls, and what it is told of the pictures."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.errors import FieldInvalid

NAME = "image_generation"

DEFAULT_PICTURES = 4

_FUNCTION = llm.Function(
    name=NAME,
    description="Draws a picture and shows it to the user. Call it when the user wants to see something.",
    parameters_json=msgspec.json.encode(
        {
            "type": "object",
            "properties": {
                "prompt": {
                    "type": "string",
                    "description": "All that is to be seen, in full: who draws does not know this conversation.",
                }
            },
            "required": ["prompt"],
            "additionalProperties": False,
        }
    ).decode(),
)


class _Wish(msgspec.Struct):
    """Arguments of the function."""

    prompt: str


class Outcome(msgspec.Struct, omit_defaults=True):
    """What the model is told of a picture that it wanted."""

    status: str
    """`shown`, or `failed`."""
    picture: str = ""
    """Id of the file."""
    reason: str = ""


def check(request: pb.CreateResponseRequest) -> None:
    """Raises FieldInvalid when the caller has a function of the tool's name."""
    if not request.HasField("image_tool"):
        return
    if bool(request.image_tool.width) != bool(request.image_tool.height):
        raise FieldInvalid("image_tool.width", "give width and height, or none")
    for number, one in enumerate(request.chat.tools):
        if one.function.name == NAME:
            raise FieldInvalid(
                f"chat.tools[{number}].function.name", f"{NAME} is the name of image_tool; choose another"
            )


def offer(asked: llm.ChatRequest, request: pb.CreateResponseRequest, produced: Sequence[llm.Message]) -> None:
    """Adds the function to what the model is asked, as long as pictures may be drawn."""
    if not request.HasField("image_tool") or _left(request, produced) <= 0:
        return
    asked.tools.add(type="function", function=_FUNCTION)
    if request.image_tool.required and not produced:
        asked.tool_choice.function = NAME


def wish(prompt: str) -> llm.FunctionCall:
    """A call of the function."""
    return llm.FunctionCall(name=NAME, arguments=msgspec.json.encode(_Wish(prompt)).decode())


def prompt_of(call: llm.ToolCall) -> str:
    """What the model wants to see; raises FieldInvalid when it does not say."""
    try:
        prompt = msgspec.json.decode(call.function.arguments, type=_Wish).prompt
    except msgspec.DecodeError:
        prompt = ""
    if not prompt.strip():
        raise FieldInvalid("prompt", "the model asked for a picture without saying of what")
    return prompt


def told(call: llm.ToolCall, outcome: Outcome) -> llm.Message:
    """What the model is told of a picture."""
    return llm.Message(role="tool", tool_call_id=call.id, content=msgspec.json.encode(outcome).decode())


def waiting(request: pb.CreateResponseRequest, produced: Sequence[llm.Message]) -> llm.ToolCall | None:
    """The next picture that the model has asked for and that is not drawn."""
    if not request.HasField("image_tool"):
        return None
    told_of = {message.tool_call_id for message in produced if message.role == "tool"}
    calls = [call for call in _last_calls(produced) if call.function.name == NAME and call.id not in told_of]
    return calls[0] if calls else None


def answered(produced: Sequence[llm.Message]) -> bool:
    """Whether the model is to be asked again: it wanted something, and has been told all it wanted to know."""
    told_of = {message.tool_call_id for message in produced if message.role == "tool"}
    calls = _last_calls(produced)
    return bool(calls) and all(call.id in told_of for call in calls)


def allowed(request: pb.CreateResponseRequest, produced: Sequence[llm.Message]) -> bool:
    """Whether one more picture may be drawn."""
    return _left(request, produced) > 0


def last_words(conversation: Sequence[llm.Message]) -> str:
    """What the user said last."""
    for message in reversed(conversation):
        if message.role == "user":
            return message.content or "\n".join(part.text for part in message.parts if part.text)
    return ""


def last_picture(conversation: Sequence[llm.Message]) -> str:
    """Id of the file that was drawn last; empty when there is none."""
    for message in reversed(conversation):
        if message.role == "tool" and (found := _outcome(message.content)) and found.picture:
            return found.picture
    return ""


def _left(request: pb.CreateResponseRequest, produced: Sequence[llm.Message]) -> int:
    most = request.max_tool_calls if request.HasField("max_tool_calls") else DEFAULT_PICTURES
    return most - sum(message.role == "tool" for message in produced)


def _last_calls(produced: Sequence[llm.Message]) -> Sequence[llm.ToolCall]:
    for message in reversed(produced):
        if message.role == "assistant":
            return message.tool_calls
    return ()


def _outcome(text: str) -> Outcome | None:
    try:
        return msgspec.json.decode(text, type=Outcome)
    except msgspec.DecodeError:
        return None
