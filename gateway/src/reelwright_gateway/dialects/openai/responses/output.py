"""What was made, from the contract's items to those of this API."""

from __future__ import annotations

from collections.abc import Iterable

from google.rpc import status_pb2

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2 as kept
from reelwright_gateway.dialects.openai import errors as dialect
from reelwright_gateway.dialects.openai.responses.pictures import Pictures
from reelwright_gateway.dialects.openai.structs import Json, with_extra
from reelwright_gateway.errors import INTERNAL_MESSAGE, Failure, of_status

UNFINISHED = {"failed": "incomplete"}
"""Only pictures fail; everything else is incomplete then."""


def item_of(item: kept.OutputItem, pictures: Pictures, tool: kept.ImageTool) -> Json:
    """An item; its picture must have been loaded, and was made as `tool` says."""
    status = UNFINISHED.get(item.status, item.status)
    if item.kind == "picture":
        return _picture(item, pictures, tool)
    if item.kind == "tool_call":
        call = item.tool_call
        asked = {"call_id": call.id, "name": call.function.name, "arguments": call.function.arguments}
        return with_extra({"id": item.id, "type": "function_call", "status": status} | asked, call)
    parts = [part_of(part) for part in item.parts]
    if item.kind == "reasoning":
        return {"id": item.id, "type": "reasoning", "status": status, "summary": [], "content": parts}
    return {"id": item.id, "type": "message", "status": status, "role": "assistant", "content": parts}


def part_of(part: kept.OutputPart) -> Json:
    """A part of what is said."""
    match part.WhichOneof("kind"):
        case "refusal":
            return {"type": "refusal", "refusal": part.refusal}
        case "reasoning":
            return {"type": "reasoning_text", "text": part.reasoning}
        case _:
            logprobs = logprobs_of(part.logprobs.content)
            return {"type": "output_text", "text": part.text, "annotations": [], "logprobs": logprobs}


def logprobs_of(tokens: Iterable[pb.TokenLogprob]) -> list[Json]:
    """How likely each token was."""
    return [_token(one) | {"top_logprobs": [_token(other) for other in one.top_logprobs]} for one in tokens]


def failure_of(status: status_pb2.Status) -> Failure:
    """A failure that was kept; what is internal stays so."""
    failure = of_status(status, {})
    return Failure(500, "INTERNAL", INTERNAL_MESSAGE) if failure.status == 500 else failure


def _token(one: pb.TokenLogprob) -> Json:
    return {"token": one.token, "logprob": one.logprob, "bytes": list(one.token_bytes or one.token.encode())}


def _picture(item: kept.OutputItem, pictures: Pictures, tool: kept.ImageTool) -> Json:
    known: Json = {"id": item.id, "type": "image_generation_call", "status": item.status, "result": None}
    if item.status == "incomplete":
        known["status"] = "failed"
    picture = item.picture
    known |= {"action": "edit" if picture.edited else "generate", "revised_prompt": picture.prompt or None}
    known |= {"quality": tool.quality or "auto", "background": tool.background or "auto", "error": None}
    if picture.HasField("error"):
        known["error"] = dialect.body(failure_of(picture.error))["error"]
    if not picture.HasField("asset"):
        return known
    shown, asset = pictures[picture.asset], picture.asset
    known |= {"result": shown.content, "error": shown.error or known["error"], "size": f"{asset.width}x{asset.height}"}
    return known | {"output_format": asset.media_type.removeprefix("image/")}
