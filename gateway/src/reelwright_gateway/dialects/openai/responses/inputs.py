"""What a response was asked with, from the contract's messages to items of this API, page by page."""

from __future__ import annotations

import base64
from collections.abc import Iterator

from starlette.datastructures import QueryParams

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai.answers import url_of
from reelwright_gateway.dialects.openai.structs import Json, with_extra
from reelwright_kit.errors import FieldInvalid

USUAL, MOST = 20, 100
"""Items on a page."""


def listed(response: kept.Response, parameters: QueryParams) -> Json:
    """The page that `order`, `after` and `limit` ask for; raises FieldInvalid."""
    items = [item for number, message in enumerate(response.input) for item in _items(message, response.id, number)]
    order = parameters.get("order", "desc")
    if order not in ("asc", "desc"):
        raise FieldInvalid("order", "must be asc or desc")
    if order == "desc":
        items.reverse()
    first = 0
    if after := parameters.get("after"):
        first = next((number + 1 for number, item in enumerate(items) if item["id"] == after), -1)
        if first < 0:
            raise FieldInvalid("after", "is no item of this response")
    last = first + _limit(parameters.get("limit", str(USUAL)))
    page = items[first:last]
    ends = {"first_id": page[0]["id"] if page else None, "last_id": page[-1]["id"] if page else None}
    return {"object": "list", "data": page, **ends, "has_more": last < len(items)}


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= MOST):
        raise FieldInvalid("limit", f"must be 1 to {MOST}")
    return int(text)


def _items(message: pb.Message, response: str, number: int) -> Iterator[Json]:
    name = f"{response.removeprefix('resp_')}_{number}"
    done = {"status": "completed"}
    if message.role == "tool":
        output = message.content if message.HasField("content") else [_part(part) for part in message.parts]
        result = {"type": "function_call_output", "call_id": message.tool_call_id, "output": output}
        yield {"id": f"fco_{name}"} | result | done
        return
    if message.reasoning:
        thought = {"type": "reasoning_text", "text": message.reasoning}
        yield {"id": f"rs_{name}", "type": "reasoning", "summary": [], "content": [thought]} | done
    if content := _content(message):
        yield {"id": f"msg_{name}", "type": "message", "role": message.role, "content": content} | done
    for place, call in enumerate(message.tool_calls):
        asked = {"call_id": call.id, "name": call.function.name, "arguments": call.function.arguments}
        yield with_extra({"id": f"fc_{name}_{place}", "type": "function_call"} | asked | done, call)


def _content(message: pb.Message) -> list[Json]:
    parts = [pb.Part(text=message.content)] if message.HasField("content") else message.parts
    if message.role != "assistant":
        return [_part(part) for part in parts]
    said: list[Json] = [
        {"type": "output_text", "text": part.text, "annotations": [], "logprobs": []}
        for part in parts
        if part.WhichOneof("kind") == "text"
    ]
    return said + [{"type": "refusal", "refusal": message.refusal}] * bool(message.refusal)


def _part(part: pb.Part) -> Json:
    match part.WhichOneof("kind"):
        case "image":
            return with_extra(_picture(part.image), part)
        case "file":
            return with_extra({"type": "input_file"} | _paper(part.file), part)
        case "audio":
            sound = {"data": base64.b64encode(part.audio.source.content).decode(), "format": part.audio.format}
            return with_extra({"type": "input_audio", "input_audio": sound}, part)
        case _:
            return with_extra({"type": "input_text", "text": part.text}, part)


def _picture(picture: pb.ImagePart) -> Json:
    stored = picture.source.asset or None
    where = {"image_url": None if stored else url_of(picture), "file_id": stored}
    return {"type": "input_image", "detail": picture.detail or "auto"} | where


def _paper(paper: pb.FilePart) -> Json:
    known = _where(paper.source)
    return known | ({"filename": paper.filename} if paper.filename else {})


def _where(source: assets.MediaReference) -> Json:
    match source.WhichOneof("source"):
        case "asset":
            return {"file_id": source.asset}
        case "uri":
            return {"file_data" if source.uri.startswith("data:") else "file_url": source.uri}
        case _:
            return {"file_data": base64.b64encode(source.content).decode()}
