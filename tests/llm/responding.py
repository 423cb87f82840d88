"""Requests for the tests of responses, and what comes of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any

from google.protobuf import json_format

from reelwright.llm.v1 import responses_service_pb2 as pb
from tests.llm.asking import MODEL

ENDED = pb.RESPONSE_EVENT_KIND_ENDED
OPEN = (pb.RESPONSE_STATE_QUEUED, pb.RESPONSE_STATE_IN_PROGRESS)


def create(
    text: str = "Tell me of a fox.", chat: dict[str, Any] | None = None, **more: Any
) -> pb.CreateResponseRequest:
    """A request for a response to words."""
    asked = {"model": MODEL, "messages": [{"role": "user", "content": text}]} | (chat or {})
    return json_format.ParseDict({"chat": asked} | more, pb.CreateResponseRequest())


def stream(
    text: str = "Tell me of a fox.", chat: dict[str, Any] | None = None, **more: Any
) -> pb.StreamResponseRequest:
    """The same, event by event."""
    return pb.StreamResponseRequest.FromString(create(text, chat, **more).SerializeToString())


def said(response: pb.Response) -> str:
    """All text of a response."""
    return "".join(part.text for item in response.output for part in item.parts if item.kind == "message")


def kinds(events: Sequence[pb.ResponseEvent]) -> list[str]:
    """What happened, repetitions left out."""
    names = [pb.ResponseEventKind.Name(event.kind).removeprefix("RESPONSE_EVENT_KIND_") for event in events]
    return [name for n, name in enumerate(names) if n == 0 or names[n - 1] != name]


async def all_of(batches: Any) -> list[pb.ResponseEvent]:
    """Every event of a stream, which has no gap."""
    events = [event async for event in each(batches)]
    first = events[0].sequence
    assert [event.sequence for event in events] == list(range(first, first + len(events)))
    return events


async def each(batches: Any) -> AsyncIterator[pb.ResponseEvent]:
    """The events of a stream one by one."""
    async for batch in batches:
        for event in batch.events:
            yield event


def spoken(events: Sequence[pb.ResponseEvent]) -> str:
    """All text as it came."""
    return "".join(event.delta for event in events if event.kind == pb.RESPONSE_EVENT_KIND_TEXT_DELTA)
