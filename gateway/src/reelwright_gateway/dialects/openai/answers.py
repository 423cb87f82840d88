"""What a model answered, from the contract to this API's JSON."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from typing import Any

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_gateway.dialects.openai.structs import Json, merged, with_extra


def completion(answer: pb.ChatResponse) -> Json:
    """A chat completion."""
    known = head_of(answer, "chat.completion")
    known["choices"] = [_choice(choice) for choice in answer.choices]
    known["usage"] = usage_of(answer.usage)
    return with_extra(known, answer)


def head_of(answer: pb.ChatResponse | pb.ChatChunk, kind: str) -> Json:
    """What an answer says about itself, whole or in pieces."""
    head: Json = {"id": answer.id, "object": kind, "created": answer.create_time.seconds, "model": answer.model}
    if answer.service_tier:
        head["service_tier"] = answer.service_tier
    if answer.system_fingerprint:
        head["system_fingerprint"] = answer.system_fingerprint
    return head


def usage_of(usage: pb.Usage) -> Json:
    """Tokens that were read and written, and what else the provider counts."""
    read = {
        "cached_tokens": usage.cached_input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "audio_tokens": usage.audio_input_tokens,
        "image_tokens": usage.image_input_tokens,
    }
    written = {"reasoning_tokens": usage.reasoning_tokens, "audio_tokens": usage.audio_output_tokens}
    known: Json = {
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": usage.total_tokens or usage.input_tokens + usage.output_tokens,
        "prompt_tokens_details": read,
        "completion_tokens_details": written,
    }
    if not usage.HasField("extra"):
        return known
    counted = merged(known, usage.extra)
    for name in ("prompt_tokens_details", "completion_tokens_details"):
        if name in usage.extra.fields:
            counted[name] = merged(known[name], usage.extra.fields[name].struct_value)
    return counted


def logprobs_of(told: pb.Logprobs) -> Json:
    """Log probabilities of the tokens."""
    return {name: [_token(one) for one in getattr(told, name)] or None for name in ("content", "refusal")}


def pictures_of(parts: Iterable[pb.Part]) -> list[Json]:
    """The pictures a model answers with, in the form that servers of such models share; OpenAI has none."""
    urls = [url_of(part.image) for part in parts if part.WhichOneof("kind") == "image"]
    return [{"type": "image_url", "image_url": {"url": url}, "index": number} for number, url in enumerate(urls)]


def url_of(picture: pb.ImagePart) -> str:
    """The picture's address; its bytes become a `data:` URI."""
    source = picture.source
    if source.WhichOneof("source") == "content":
        return f"data:{_media_type(source.content)};base64,{base64.b64encode(source.content).decode()}"
    return source.uri or f"/api/v1/assets/{source.asset}/content"


def _choice(choice: pb.Choice) -> Json:
    known = {
        "index": choice.index,
        "message": _message(choice.message),
        "logprobs": logprobs_of(choice.logprobs) if choice.HasField("logprobs") else None,
        "finish_reason": choice.finish_reason or "stop",
    }
    return with_extra(known, choice)


def _message(message: pb.Message) -> Json:
    known: Json = {"role": "assistant", "content": _text(message), "refusal": message.refusal or None}
    if message.reasoning:
        known["reasoning_content"] = message.reasoning
    if message.tool_calls:
        known["tool_calls"] = [_tool_call(call) for call in message.tool_calls]
    if pictures := pictures_of(message.parts):
        known["images"] = pictures
    return with_extra(known, message)


def _text(message: pb.Message) -> str | None:
    if message.HasField("content"):
        return message.content
    texts = [part.text for part in message.parts if part.WhichOneof("kind") == "text"]
    return "".join(texts) if texts else None


def _tool_call(call: pb.ToolCall) -> Json:
    function = {"name": call.function.name, "arguments": call.function.arguments}
    return with_extra({"id": call.id, "type": call.type or "function", "function": function}, call)


def _token(one: pb.TokenLogprob) -> Json:
    told = _alone(one)
    told["top_logprobs"] = [_alone(other) for other in one.top_logprobs]
    return told


def _alone(one: pb.TokenLogprob) -> dict[str, Any]:
    shown: Sequence[int] | None = list(one.token_bytes) if one.token_bytes else None
    return {"token": one.token, "logprob": one.logprob, "bytes": shown}


def _media_type(content: bytes) -> str:
    known = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
    return next((kind for mark, kind in known.items() if content.startswith(mark)), "image/webp")
