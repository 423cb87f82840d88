"""An answer piece by piece, as server-sent events of this API."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.answers import head_of, logprobs_of, pictures_of, usage_of
from reelwright_gateway.dialects.openai.structs import Json, with_extra

DONE = b"data: [DONE]\n\n"
EVENTS = "text/event-stream"
SILENCE = b": heartbeat\n\n"


def event(data: Json, name: str = "") -> bytes:
    """One event as the wire has it."""
    line = b"data: " + msgspec.json.encode(data) + b"\n\n"
    return b"event: " + name.encode() + b"\n" + line if name else line


class Telling:
    """Tells one answer; which choices have begun and what was used are remembered until its end."""

    def __init__(self, include_usage: bool) -> None:
        self._include_usage = include_usage
        self._begun: set[int] = set()
        self._last: pb.ChatChunk | None = None

    def told(self, chunks: Sequence[pb.ChatChunk]) -> bytes:
        """The events of these pieces."""
        return b"".join(self._told(chunk) for chunk in chunks)

    def end(self) -> bytes:
        """The last events of an answer that is complete."""
        if not self._include_usage or self._last is None:
            return DONE
        known = head_of(self._last, "chat.completion.chunk")
        known |= {"choices": [], "usage": usage_of(self._last.usage)}
        return event(known if self._last.choices else with_extra(known, self._last)) + DONE

    def _told(self, chunk: pb.ChatChunk) -> bytes:
        if chunk.HasField("usage"):
            self._last = chunk
        # Usage has a piece of its own, at the end, for who asked; a provider may tell its own fields without choices.
        if not chunk.choices and (chunk.HasField("usage") or not chunk.extra.fields):
            return b""
        known = head_of(chunk, "chat.completion.chunk")
        known["choices"] = [self._choice(choice) for choice in chunk.choices]
        if self._include_usage:
            known["usage"] = None
        return event(with_extra(known, chunk))

    def _choice(self, choice: pb.ChoiceDelta) -> Json:
        known = {
            "index": choice.index,
            "delta": self._delta(choice),
            "logprobs": logprobs_of(choice.logprobs) if choice.HasField("logprobs") else None,
            "finish_reason": choice.finish_reason or None,
        }
        return with_extra(known, choice)

    def _delta(self, choice: pb.ChoiceDelta) -> Json:
        delta, known = choice.delta, dict[str, object]()
        if choice.index not in self._begun:
            # Every answer begins with its role, and clients look for `content` beside it.
            self._begun.add(choice.index)
            known |= {"role": "assistant", "content": None if delta.tool_calls else "", "refusal": None}
        known |= {name: getattr(delta, name) for name in ("content", "refusal") if delta.HasField(name)}
        if delta.HasField("reasoning"):
            known["reasoning_content"] = delta.reasoning
        if delta.tool_calls:
            known["tool_calls"] = [_tool_call(call) for call in delta.tool_calls]
        if pictures := pictures_of(delta.parts):
            known["images"] = pictures
        return with_extra(known, delta)


def _tool_call(delta: pb.ToolCallDelta) -> Json:
    function = {"name": delta.name} if delta.name else {}
    known: Json = {"index": delta.index, "function": function | {"arguments": delta.arguments}}
    if delta.id:
        known |= {"id": delta.id, "type": delta.type or "function"}
    return with_extra(known, delta)
