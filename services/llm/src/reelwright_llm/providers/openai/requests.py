"""Questions as bodies of chat completions."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from msgspec.structs import asdict

from reelwright_llm.errors import CapabilityUnsupported
from reelwright_llm.providers.interface import Hints, Json, Media, Part, Question, Sampling, ToolCall, Turn

_DEFAULTS = Question(())
"""What is asked where nothing is said; compared by identity, because most questions share these very parts."""


def chat_body(question: Question, model: str, tokens_field: str) -> Json:
    """The body that asks `model`; `tokens_field` is what the host calls the limit of an answer's tokens.

    Fields of `extra` go in as they are, except where the contract has a field of its own for it.
    """
    known: Json = {
        "model": model,
        "messages": [_message(turn, model, n) for n, turn in enumerate(question.turns)],
        tokens_field: question.max_output_tokens,
        "seed": question.seed,
        "response_format": _format(question),
        "parallel_tool_calls": question.parallel_tool_calls,
    }
    if question.tools or question.tool_choice or question.tool_function:
        known |= _tools(question)
    if question.sampling is not _DEFAULTS.sampling:
        known |= _sampling(question.sampling)
    if question.hints is not _DEFAULTS.hints:
        known |= _hints(question.hints)
    return question.extra | _given(known)


def _given(known: Json) -> Json:
    return {name: value for name, value in known.items() if value is not None}


def streamed(body: Json) -> Json:
    """The body of the same question, answered piece by piece and with the usage at the end."""
    options = body.get("stream_options")
    asked = options if isinstance(options, dict) else {}
    return body | {"stream": True, "stream_options": {**asked, "include_usage": True}}


def _sampling(sampling: Sampling) -> Json:
    return {
        "temperature": sampling.temperature,
        "top_p": sampling.top_p,
        "top_k": sampling.top_k,
        "presence_penalty": sampling.presence_penalty,
        "frequency_penalty": sampling.frequency_penalty,
        "logit_bias": sampling.logit_bias or None,
        "stop": list(sampling.stop) or None,
        "n": sampling.n,
        "logprobs": sampling.logprobs or None,
        "top_logprobs": sampling.top_logprobs,
    }


def _hints(hints: Hints) -> Json:
    return {name: value or None for name, value in asdict(hints).items()}


def _tools(question: Question) -> Json:
    tools = [{"type": "function", "function": _function(asdict(tool))} for tool in question.tools]
    choice: Any = question.tool_choice or None
    if question.tool_function:
        choice = {"type": "function", "function": {"name": question.tool_function}}
    return {"tools": tools or None, "tool_choice": choice}


def _function(tool: Mapping[str, Any]) -> Json:
    return {name: value for name, value in tool.items() if value not in (None, "")}


def _format(question: Question) -> Json | None:
    if question.schema is None:
        return {"type": "json_object"} if question.json else None
    schema = {
        "name": question.schema_name,
        "description": question.schema_description or None,
        "schema": question.schema,
        "strict": question.schema_strict,
    }
    return {"type": "json_schema", "json_schema": _given(schema)}


def _message(turn: Turn, model: str, number: int) -> Json:
    known = {
        "role": turn.role,
        "content": _content(turn, model, f"messages[{number}]") if turn.parts else turn.text,
        "name": turn.name or None,
        "tool_calls": [_call(call) for call in turn.calls] if turn.calls else None,
        "tool_call_id": turn.call_id or None,
        "refusal": turn.refusal or None,
        "reasoning_content": turn.reasoning or None,
    }
    return turn.extra | _given(known)


def _content(turn: Turn, model: str, field: str) -> list[Json]:
    return [_part(part, model, f"{field}.parts[{n}]") for n, part in enumerate(turn.parts)]


def _call(call: ToolCall) -> Json:
    return call.extra | {
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    }


def _part(part: Part, model: str, field: str) -> Json:
    if part.media is None:
        return part.extra | {"type": "text", "text": part.text}
    match part.media.kind:
        case "image":
            return part.extra | {"type": "image_url", "image_url": {"url": url_of(part.media), **part.media.options}}
        case "audio":
            return part.extra | {"type": "input_audio", "input_audio": _sound(part.media)}
        case "file":
            return part.extra | {"type": "file", "file": _file(part.media)}
    raise CapabilityUnsupported(field, model, f"{part.media.kind}_input")


def url_of(media: Media) -> str:
    """An address for the file: its own, or its bytes."""
    if media.uri:
        return media.uri
    return f"data:{media.media_type};base64,{base64.b64encode(media.content).decode()}"


def _sound(media: Media) -> Json:
    kind = media.options.get("format") or media.media_type.partition("/")[2].removeprefix("x-")
    return {"data": base64.b64encode(media.content).decode(), "format": {"mpeg": "mp3"}.get(kind, kind)}


def _file(media: Media) -> Json:
    return {"filename": media.filename or "file", "file_data": url_of(media)}
