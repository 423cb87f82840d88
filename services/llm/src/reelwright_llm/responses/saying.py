"""One answer of a model as items of a response: reasoning, text, and calls of the caller's functions."""

from __future__ import annotations

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.ids import new_id
from reelwright_llm.providers.interface import CallDelta, Delta
from reelwright_llm.rendering import logprobs_message
from reelwright_llm.responses.telling import Teller

EVENTS = {
    "text": (pb.RESPONSE_EVENT_KIND_TEXT_DELTA, pb.RESPONSE_EVENT_KIND_TEXT_DONE),
    "refusal": (pb.RESPONSE_EVENT_KIND_REFUSAL_DELTA, pb.RESPONSE_EVENT_KIND_REFUSAL_DONE),
    "reasoning": (pb.RESPONSE_EVENT_KIND_REASONING_DELTA, pb.RESPONSE_EVENT_KIND_REASONING_DONE),
}
"""What is told of each kind of part: when some came, and when all has come."""


class _Spoken:
    """An item that is said in parts."""

    def __init__(self, teller: Teller, kind: str, prefix: str) -> None:
        self.item = pb.OutputItem(id=new_id(prefix), kind=kind, status="in_progress")
        self._teller = teller
        self._said = list[str]()
        self._logprobs = llm.Logprobs()
        self._kind = ""
        teller.open(self.item)

    def say(self, kind: str, more: str, logprobs: llm.Logprobs | None = None) -> None:
        if kind != self._kind:
            self._end_part()
            self._kind = kind
            self._about(pb.RESPONSE_EVENT_KIND_PART_ADDED, part=_part(kind, ""))
        self._said.append(more)
        if logprobs:
            self._logprobs.MergeFrom(logprobs)
        self._about(EVENTS[kind][0], delta=more, logprobs=logprobs)

    def end(self, status: str) -> None:
        self._end_part()
        self.item.status = status
        self._teller.close(self.item)

    def _end_part(self) -> None:
        if not self._kind:
            return
        text = "".join(self._said)
        known = self._logprobs if self._logprobs.ByteSize() else None
        part = _part(self._kind, text, known)
        self._about(EVENTS[self._kind][1], text=text, logprobs=known)
        self._about(pb.RESPONSE_EVENT_KIND_PART_DONE, part=part)
        self.item.parts.append(part)
        self._kind, self._said, self._logprobs = "", [], llm.Logprobs()

    def _about(self, kind: pb.ResponseEventKind.ValueType, **fields: object) -> None:
        self._teller.about(kind, self.item, part_index=len(self.item.parts), **fields)


def _part(kind: str, text: str, logprobs: llm.Logprobs | None = None) -> pb.OutputPart:
    part = pb.OutputPart(logprobs=logprobs)
    setattr(part, kind, text)
    return part


class Saying:
    """Tells one answer as it comes; calls of the function `own` are not told, they are ours to run."""

    def __init__(self, teller: Teller, own: str = "") -> None:
        self._teller = teller
        self._own = own
        self._spoken: _Spoken | None = None
        self._calls: dict[int, pb.OutputItem | None] = {}
        self._items: list[pb.OutputItem] = []

    def add(self, delta: Delta) -> None:
        """Tells what is new."""
        if delta.reasoning:
            self._speaking("reasoning", "rs").say("reasoning", delta.reasoning)
        if delta.text:
            self._speaking("message", "msg").say("text", delta.text, logprobs_message(delta.logprobs))
        if delta.refusal:
            self._speaking("message", "msg").say("refusal", delta.refusal)
        for call in delta.calls:
            self._call(call)

    def end(self, finished: bool) -> list[pb.OutputItem]:
        """Closes what is open; the items in the order in which they began. One that is not `finished` broke off."""
        self._quiet("completed" if finished else "incomplete")
        for item in self._calls.values():
            if item is None:
                continue
            item.status = "completed" if finished else "incomplete"
            function = item.tool_call.function
            done = pb.RESPONSE_EVENT_KIND_ARGUMENTS_DONE
            self._teller.about(done, item, text=function.arguments, name=function.name)
            self._teller.close(item)
        return self._items

    def _speaking(self, kind: str, prefix: str) -> _Spoken:
        if self._spoken is None or self._spoken.item.kind != kind:
            self._quiet("completed")
            self._spoken = _Spoken(self._teller, kind, prefix)
            self._items.append(self._spoken.item)
        return self._spoken

    def _quiet(self, status: str) -> None:
        if self._spoken:
            self._spoken.end(status)
            self._spoken = None

    def _call(self, delta: CallDelta) -> None:
        if delta.index not in self._calls:
            self._calls[delta.index] = None if self._own and delta.name == self._own else self._begun(delta)
        item = self._calls[delta.index]
        if item is None:
            return
        item.tool_call.id = item.tool_call.id or delta.id
        if delta.arguments:
            item.tool_call.function.arguments += delta.arguments
            self._teller.about(pb.RESPONSE_EVENT_KIND_ARGUMENTS_DELTA, item, delta=delta.arguments)

    def _begun(self, delta: CallDelta) -> pb.OutputItem:
        self._quiet("completed")
        call = llm.ToolCall(id=delta.id, type="function", function=llm.FunctionCall(name=delta.name))
        item = pb.OutputItem(id=new_id("fc"), kind="tool_call", status="in_progress", tool_call=call)
        self._items.append(item)
        self._teller.open(item)
        return item
