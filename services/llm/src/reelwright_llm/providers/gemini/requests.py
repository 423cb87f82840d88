"""Questions as bodies of generateContent."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Mapping
from typing import Any

import msgspec

from reelwright_kit.errors import FieldInvalid
from reelwright_llm.providers.interface import Json, Media, Part, Question, Sampling, Tool, ToolCall, Turn

SYSTEM = ("system", "developer")
LEVELS = {"minimal": "minimal", "low": "low", "medium": "medium", "high": "high", "xhigh": "high", "max": "high"}
MODES = {"none": "NONE", "auto": "AUTO", "required": "ANY"}


def content_body(question: Question) -> Json:
    """The body. Fields of `extra` go in as they are, except where the contract has one for it."""
    system = [{"text": turn.words} for turn in question.turns if turn.role in SYSTEM]
    config = _set({**_sampling(question.sampling), **_form(question)})
    given = question.extra.get("generationConfig")
    known = {
        "contents": _contents(question),
        "systemInstruction": {"parts": system} if system else None,
        "tools": [{"functionDeclarations": [_tool(tool) for tool in question.tools]}] if question.tools else None,
        "toolConfig": _choice(question),
        "generationConfig": (given if isinstance(given, dict) else {}) | config or None,
    }
    return question.extra | _set(known)


def _sampling(sampling: Sampling) -> Json:
    return {
        "temperature": sampling.temperature,
        "topP": sampling.top_p,
        "topK": sampling.top_k,
        "presencePenalty": sampling.presence_penalty,
        "frequencyPenalty": sampling.frequency_penalty,
        "stopSequences": list(sampling.stop) or None,
        "candidateCount": sampling.n,
    }


def _form(question: Question) -> Json:
    as_json = question.json or question.schema is not None
    effort = question.hints.reasoning_effort
    thinking = {"thinkingBudget": 0} if effort == "none" else {"thinkingLevel": LEVELS.get(effort)}
    return {
        "maxOutputTokens": question.max_output_tokens,
        "seed": question.seed,
        "responseMimeType": "application/json" if as_json else None,
        "responseJsonSchema": question.schema,
        "thinkingConfig": thinking if effort else None,
    }


def _contents(question: Question) -> list[Json]:
    names = {call.id: call.name for turn in question.turns for call in turn.calls}
    contents: list[Json] = []
    for number, turn in enumerate(question.turns):
        if turn.role in SYSTEM:
            continue
        role = "model" if turn.role == "assistant" else "user"
        parts = _parts(turn, names, f"messages[{number}]")
        if contents and contents[-1]["role"] == role:
            contents[-1]["parts"] += parts
        else:
            contents.append(turn.extra | {"role": role, "parts": parts})
    return contents


def _parts(turn: Turn, names: Mapping[str, str], field: str) -> list[Json]:
    if turn.role == "tool":
        return [{"functionResponse": _result(turn, names, field)}]
    said = [{"text": turn.text}] if turn.text else [_part(part) for part in turn.parts]
    return said + [_call(call, f"{field}.tool_calls[{n}]") for n, call in enumerate(turn.calls)]


def _result(turn: Turn, names: Mapping[str, str], field: str) -> Json:
    if turn.call_id not in names:
        raise FieldInvalid(f"{field}.tool_call_id", "names no call of an earlier message, which Gemini needs")
    return {"id": turn.call_id, "name": names[turn.call_id], "response": {"result": turn.words}}


def _call(call: ToolCall, field: str) -> Json:
    try:
        given = msgspec.json.decode(call.arguments or "{}")
    except msgspec.DecodeError:
        raise FieldInvalid(f"{field}.function.arguments", "is no JSON, which Gemini needs here") from None
    return call.extra | {"functionCall": {"id": call.id, "name": call.name, "args": given}}


def _part(part: Part) -> Json:
    if part.media is None:
        return part.extra | {"text": part.text}
    return part.extra | _file(part.media)


def _file(media: Media) -> Json:
    if media.uri:
        kind = media.media_type or mimetypes.guess_type(media.uri)[0]
        return {"fileData": _set({"fileUri": media.uri, "mimeType": kind})}
    return {"inlineData": {"mimeType": media.media_type, "data": base64.b64encode(media.content).decode()}}


def _tool(tool: Tool) -> Json:
    return _set({"name": tool.name, "description": tool.description or None, "parametersJsonSchema": tool.parameters})


def _choice(question: Question) -> Json | None:
    if not question.tool_choice:
        return None
    names = [question.tool_function] if question.tool_function else None
    return {"functionCallingConfig": _set({"mode": MODES[question.tool_choice], "allowedFunctionNames": names})}


def _set(fields: Mapping[str, Any]) -> Json:
    return {name: value for name, value in fields.items() if value is not None}
