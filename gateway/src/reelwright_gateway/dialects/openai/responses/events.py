"""What happens while a response is made, as server-sent events of this API."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai import errors as dialect
from reelwright_gateway.dialects.openai.chunks import event as frame
from reelwright_gateway.dialects.openai.responses.answers import STATUS, response_of
from reelwright_gateway.dialects.openai.responses.output import item_of, logprobs_of, part_of
from reelwright_gateway.dialects.openai.responses.pictures import Pictures, pictures_in
from reelwright_gateway.dialects.openai.structs import Json
from reelwright_gateway.errors import of_any

Body = Callable[[kept.ResponseEvent], Json]

PICTURE = "response.image_generation_call"


def _item(event: kept.ResponseEvent) -> Json:
    return {"item_id": event.item_id, "output_index": event.item_index}


def _part(event: kept.ResponseEvent) -> Json:
    return _item(event) | {"content_index": event.part_index}


def _delta(event: kept.ResponseEvent) -> Json:
    return _part(event) | {"delta": event.delta}


def _whole(event: kept.ResponseEvent) -> Json:
    return _part(event) | {"text": event.text}


def _logprobs(event: kept.ResponseEvent) -> Json:
    return {"logprobs": logprobs_of(event.logprobs.content)}


# Those that need neither a picture nor what was asked.
PLAIN: dict[int, tuple[str, Body]] = {
    kept.RESPONSE_EVENT_KIND_PART_ADDED: (
        "response.content_part.added",
        lambda event: _part(event) | {"part": part_of(event.part)},
    ),
    kept.RESPONSE_EVENT_KIND_PART_DONE: (
        "response.content_part.done",
        lambda event: _part(event) | {"part": part_of(event.part)},
    ),
    kept.RESPONSE_EVENT_KIND_TEXT_DELTA: (
        "response.output_text.delta",
        lambda event: _delta(event) | _logprobs(event),
    ),
    kept.RESPONSE_EVENT_KIND_TEXT_DONE: ("response.output_text.done", lambda event: _whole(event) | _logprobs(event)),
    kept.RESPONSE_EVENT_KIND_REFUSAL_DELTA: ("response.refusal.delta", _delta),
    kept.RESPONSE_EVENT_KIND_REFUSAL_DONE: (
        "response.refusal.done",
        lambda event: _part(event) | {"refusal": event.text},
    ),
    kept.RESPONSE_EVENT_KIND_REASONING_DELTA: ("response.reasoning_text.delta", _delta),
    kept.RESPONSE_EVENT_KIND_REASONING_DONE: ("response.reasoning_text.done", _whole),
    kept.RESPONSE_EVENT_KIND_ARGUMENTS_DELTA: (
        "response.function_call_arguments.delta",
        lambda event: _item(event) | {"delta": event.delta},
    ),
    kept.RESPONSE_EVENT_KIND_ARGUMENTS_DONE: (
        "response.function_call_arguments.done",
        lambda event: _item(event) | {"arguments": event.text, "name": event.name},
    ),
    kept.RESPONSE_EVENT_KIND_PICTURE_STARTED: (f"{PICTURE}.in_progress", _item),
    kept.RESPONSE_EVENT_KIND_PICTURE_DRAWING: (f"{PICTURE}.generating", _item),
    kept.RESPONSE_EVENT_KIND_PICTURE_DONE: (f"{PICTURE}.completed", _item),
}
OF_ITEMS = {
    kept.RESPONSE_EVENT_KIND_ITEM_ADDED: "response.output_item.added",
    kept.RESPONSE_EVENT_KIND_ITEM_DONE: "response.output_item.done",
}
OF_RESPONSES = {
    kept.RESPONSE_EVENT_KIND_CREATED: "response.created",
    kept.RESPONSE_EVENT_KIND_QUEUED: "response.queued",
    kept.RESPONSE_EVENT_KIND_STARTED: "response.in_progress",
}


class Telling:
    """Tells one response, from its first event or from a later one on.

    `last` is the number of the event before. What breaks a stream off is no event of the response and has the number of
    the last one, so that who goes on after the highest number misses none.
    """

    def __init__(self, pictures: Pictures, last: int = -1, resumed: bool = False) -> None:
        self._pictures = pictures
        self._tool = kept.ImageTool()
        self._last = last
        self.ended = resumed
        """Whether nothing more need come: all was told, or, of what is resumed, nothing yet."""

    async def told(self, events: Sequence[kept.ResponseEvent]) -> bytes:
        """These events, with their pictures."""
        frames = []
        for event in events:
            await self._pictures.load(_pictures_of(event))
            self._last = event.sequence
            self.ended = event.kind == kept.RESPONSE_EVENT_KIND_ENDED
            frames.append(self._told(event))
        return b"".join(frames)

    def broken(self, error: Exception) -> bytes:
        """The event that tells a failure in the middle."""
        said = dialect.body(of_any(error))["error"]
        known = {name: said[name] for name in ("code", "message", "param")}
        return frame({"type": "error", **known, "sequence_number": self._last}, "error")

    def _told(self, event: kept.ResponseEvent) -> bytes:
        name, known = self._named(event)
        # A kind that this release does not know has no name; nobody misses a number.
        return frame({"type": name, "sequence_number": event.sequence} | known, name) if name else b""

    def _named(self, event: kept.ResponseEvent) -> tuple[str, Json]:
        if event.kind in PLAIN:
            name, body = PLAIN[event.kind]
            return name, body(event)
        if event.kind in OF_ITEMS:
            item = item_of(event.item, self._pictures, self._tool)
            return OF_ITEMS[event.kind], {"output_index": event.item_index, "item": item}
        if event.kind == kept.RESPONSE_EVENT_KIND_PICTURE_SKETCH:
            return self._sketched(event)
        if event.kind in OF_RESPONSES:
            return OF_RESPONSES[event.kind], self._response(event.response)
        if event.kind == kept.RESPONSE_EVENT_KIND_ENDED:
            return f"response.{STATUS[event.response.state]}", self._response(event.response)
        return "", {}

    def _response(self, response: kept.Response) -> Json:
        self._tool = response.request.image_tool
        return {"response": response_of(response, self._pictures)}

    def _sketched(self, event: kept.ResponseEvent) -> tuple[str, Json]:
        sketch = event.sketch
        shown = self._pictures[sketch].content
        if shown is None:
            # Sketches do not stay for ever; the number must not be missing.
            return f"{PICTURE}.generating", _item(event)
        known = {
            "partial_image_b64": shown,
            "partial_image_index": event.sketch_index,
            "size": f"{sketch.width}x{sketch.height}",
            "quality": self._tool.quality or "auto",
            "background": self._tool.background or "auto",
            "output_format": sketch.media_type.removeprefix("image/"),
        }
        return f"{PICTURE}.partial_image", _item(event) | known


def _pictures_of(event: kept.ResponseEvent) -> list[assets.Asset]:
    output = list(event.response.output)
    if event.HasField("item"):
        output.append(event.item)
    return pictures_in(output) + [event.sketch] * event.HasField("sketch")
