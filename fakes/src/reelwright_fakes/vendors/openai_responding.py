"""What OpenAI's Responses requests ask for: they are read as the chat requests that they amount to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.text.demand import Demand
from reelwright_fakes.vendors.openai_asking import chat_job

KNOWN = frozenset({
    "input", "model", "instructions", "background", "stream", "stream_options", "store", "conversation",
    "previous_response_id", "include", "max_output_tokens", "max_tool_calls", "metadata", "moderation",
    "parallel_tool_calls", "prompt", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention", "reasoning",
    "safety_identifier", "service_tier", "temperature", "text", "tool_choice", "tools", "top_logprobs", "top_p",
    "truncation", "user",
})  # fmt: skip
CHAT = ("model", "temperature", "top_p", "parallel_tool_calls", "prompt_cache_key", "tool_choice")
LEAST_TOKENS = 16


@dataclass(frozen=True)
class ResponseJob:
    """One understood request; `messages` are the whole conversation in chat's words, `summary` shows thoughts."""

    demand: Demand
    messages: tuple[dict[str, Any], ...]
    stream: bool
    background: bool
    summary: bool


def response_job(fields: Mapping[str, Any], before: Iterable[dict[str, Any]]) -> ResponseJob:
    """What a request asks for after the messages `before`; raises Problem in OpenAI's words."""
    arguments = Arguments(fields, status=400, code="invalid_value")
    messages = [*before, *_messages(arguments, fields.get("input"))]
    reasoning = arguments.mapping("reasoning")
    arguments.mapping("text")
    try:
        demand = chat_job(_as_chat(arguments, fields, messages, reasoning)).demand
    except Problem as problem:
        problem.at = _place(problem.at)
        raise
    unknown = {name: value for name, value in fields.items() if name not in KNOWN}
    return ResponseJob(
        demand=replace(demand, unknown=unknown, most_tokens=_most(arguments, fields)),
        messages=tuple(messages),
        stream=arguments.flag("stream"),
        background=arguments.flag("background"),
        summary=bool(reasoning.get("summary")),
    )


def _as_chat(
    arguments: Arguments, fields: Mapping[str, Any], messages: list[dict[str, Any]], reasoning: Mapping[str, Any]
) -> dict[str, Any]:
    instructions = fields.get("instructions")
    system = [{"role": "system", "content": instructions}] if instructions else []
    chat = {name: fields[name] for name in CHAT if fields.get(name) is not None}
    functions = [tool for tool in arguments.mappings("tools") if tool.get("type") == "function"]
    return chat | {
        "messages": [*system, *messages],
        "tools": [{"type": "function", "function": tool} for tool in functions],
        "response_format": (fields.get("text") or {}).get("format"),
        "reasoning_effort": reasoning.get("effort"),
    }


def _messages(arguments: Arguments, given: object) -> list[dict[str, Any]]:
    """The input as chat messages; results of tools are messages of the role `tool`."""
    if isinstance(given, str) and given:
        return [{"role": "user", "content": given}]
    if not isinstance(given, list) or not given or not all(isinstance(item, dict) for item in given):
        raise arguments.wrong("input", "Invalid 'input': a text or a non-empty array of items is needed.")
    return [_message(item) for item in given if item.get("type") not in {"reasoning", "item_reference"}]


def _message(item: Mapping[str, Any]) -> dict[str, Any]:
    if item.get("type") == "function_call_output":
        output = item.get("output")
        return {"role": "tool", "content": output if isinstance(output, list) else str(output)}
    if item.get("type") == "function_call":
        return {"role": "assistant", "content": None}
    return {"role": item.get("role"), "content": item.get("content")}


def _most(arguments: Arguments, fields: Mapping[str, Any]) -> int | None:
    if fields.get("max_output_tokens") is None:
        return None
    return arguments.whole("max_output_tokens", LEAST_TOKENS, least=LEAST_TOKENS, most=1_000_000)


def _place(at: str | None) -> str | None:
    names = {"response_format": "text.format", "reasoning_effort": "reasoning.effort"}
    return names.get(at, at.replace("messages", "input")) if at else at
