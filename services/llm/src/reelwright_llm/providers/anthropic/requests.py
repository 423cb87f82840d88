"""Questions as bodies of Anthropic's messages."""

from __future__ import annotations

import base64
from typing import Any

import msgspec

from reelwright_kit.errors import FieldInvalid
from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.providers.interface import Json, Media, Part, Question, Tool, ToolCall, Turn

DEFAULT_MAX_TOKENS = 4096
"""Anthropic wants a limit; this is the one where a request gives none."""
OTHER_BLOCKS = "content_blocks"
"""In `extra` of an answer: signed thoughts and whatever else must come back before what was said."""
SYSTEM = ("system", "developer")


def message_body(question: Question, model: str) -> Json:
    """The body that asks `model`. Fields of `extra` go in as they are, except where the contract has one for it."""
    sampling = question.sampling
    system = [block for turn in question.turns if turn.role in SYSTEM for block in _system(turn)]
    known = {
        "model": model,
        "max_tokens": question.max_output_tokens or DEFAULT_MAX_TOKENS,
        "system": system or None,
        "messages": _messages(question, model),
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "stop_sequences": list(sampling.stop) or None,
        "tools": [_tool(tool) for tool in question.tools] or None,
        "tool_choice": _choice(question),
        "service_tier": question.hints.service_tier or None,
        "metadata": {"user_id": question.hints.user} if question.hints.user else None,
        "output_config": _output(question),
    }
    return question.extra | {name: value for name, value in known.items() if value is not None}


def _output(question: Question) -> Json | None:
    effort = question.hints.reasoning_effort
    wanted: Json = {"effort": effort} if effort not in ("", "none", "minimal") else {}
    if question.schema is not None:
        wanted["format"] = {"type": "json_schema", "schema": question.schema}
    return wanted or None


def _system(turn: Turn) -> list[Json]:
    return [turn.extra | {"type": "text", "text": turn.words}]


def _messages(question: Question, model: str) -> list[Json]:
    """Turns as messages; neighbours of one role become one message, as results of functions must."""
    messages: list[Json] = []
    for number, turn in enumerate(question.turns):
        if turn.role in SYSTEM:
            continue
        role = "assistant" if turn.role == "assistant" else "user"
        blocks = _blocks(turn, model, f"messages[{number}]")
        if messages and messages[-1]["role"] == role:
            messages[-1]["content"] += blocks
        else:
            extra = {name: value for name, value in turn.extra.items() if name != OTHER_BLOCKS}
            messages.append(extra | {"role": role, "content": blocks})
    return messages


def _blocks(turn: Turn, model: str, field: str) -> list[Json]:
    said = [_block(part, model, f"{field}.parts[{n}]") for n, part in enumerate(turn.parts)]
    if turn.text:
        said = [{"type": "text", "text": turn.text}]
    if turn.role == "tool":
        return [{"type": "tool_result", "tool_use_id": turn.call_id, "content": said}]
    others = turn.extra.get(OTHER_BLOCKS) or []
    return [*others, *said] + [_call(call, f"{field}.tool_calls[{n}]") for n, call in enumerate(turn.calls)]


def _call(call: ToolCall, field: str) -> Json:
    try:
        given = msgspec.json.decode(call.arguments or "{}")
    except msgspec.DecodeError:
        raise FieldInvalid(f"{field}.function.arguments", "is no JSON, which Anthropic needs here") from None
    return call.extra | {"type": "tool_use", "id": call.id, "name": call.name, "input": given}


def _block(part: Part, model: str, field: str) -> Json:
    if part.media is None:
        return part.extra | {"type": "text", "text": part.text}
    kinds = {"image": "image", "file": "document"}
    if part.media.kind not in kinds:
        raise CapabilityUnsupported(field, model, f"{part.media.kind}_input")
    return part.extra | {"type": kinds[part.media.kind], "source": _source(part.media)}


def _source(media: Media) -> Json:
    if media.uri:
        return {"type": "url", "url": media.uri}
    if media.media_type == "text/plain":
        return {"type": "text", "media_type": "text/plain", "data": media.content.decode(errors="replace")}
    return {"type": "base64", "media_type": media.media_type, "data": base64.b64encode(media.content).decode()}


def _tool(tool: Tool) -> Json:
    known = {
        "name": tool.name,
        "description": tool.description or None,
        "input_schema": tool.parameters or {"type": "object", "properties": {}},
        "strict": tool.strict,
    }
    return {name: value for name, value in known.items() if value is not None}


def _choice(question: Question) -> Json | None:
    kind = {"none": "none", "auto": "auto", "required": "any", "": "auto"}[question.tool_choice]
    choice: dict[str, Any] = {"type": kind}
    if question.tool_function:
        choice = {"type": "tool", "name": question.tool_function}
    if question.parallel_tool_calls is False and kind != "none":
        choice["disable_parallel_tool_use"] = True
    return choice if question.tools and choice != {"type": "auto"} else None
