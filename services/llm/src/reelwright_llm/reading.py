"""Requests of the contract as questions."""

from __future__ import annotations

from typing import Any

from google.protobuf import json_format, struct_pb2

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.jobs.rendering import digest_of
from reelwright_llm.chatting import Asked
from reelwright_llm.providers.interface import Json, Question, Turn

ChatLike = pb.ChatRequest | pb.StreamChatRequest


def asked_from(request: ChatLike) -> Asked:
    """The question a request asks."""
    wanted = request.response_format
    schema = json_of(wanted.json_schema.schema) if wanted.type == "json_schema" else None
    question = Question(
        turns=tuple(Turn(message.role, text_of(message)) for message in request.messages),
        schema=schema,
        json=wanted.type == "json_object",
        seed=request.seed if request.HasField("seed") else None,
        max_output_tokens=request.max_output_tokens if request.HasField("max_output_tokens") else None,
    )
    digest, needs = digest_of(request), tuple(_needs(request))
    return Asked(question, request.model, request.request_id, digest, ceiling_of(request), needs)


def ceiling_of(request: Any) -> int | None:
    """What the answer to a request may cost, millionths of a US dollar; None without a limit."""
    return request.max_cost_micros if request.HasField("max_cost_micros") else None


def text_of(message: pb.Message) -> str:
    """The words of a message."""
    if message.HasField("content"):
        return message.content
    return "\n".join(part.text for part in message.parts if part.WhichOneof("kind") == "text")


def _needs(request: ChatLike) -> list[tuple[str, str]]:
    needed = []
    if request.tools:
        needed.append(("tools", "tools"))
    if request.HasField("n") and request.n > 1:
        needed.append(("n", "choices"))
    if request.logprobs:
        needed.append(("logprobs", "logprobs"))
    for number, message in enumerate(request.messages):
        kinds = {part.WhichOneof("kind") for part in message.parts} - {"text", None}
        needed.extend((f"messages[{number}].parts", str(kind)) for kind in sorted(kinds, key=str))
    return needed


def json_of(struct: struct_pb2.Struct) -> Json:
    """A Struct as JSON; whole numbers, which a Struct only knows as floating point, become integers again."""
    whole: Json = _whole(json_format.MessageToDict(struct))
    return whole


def _whole(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
