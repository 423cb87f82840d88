"""What Anthropic's messages ask for, in the fake's own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.text.demand import Attachment, Choice, Demand, Tool
from reelwright_fakes.text.speaking import fits_window
from reelwright_fakes.text.tokens import count
from reelwright_fakes.vendors.openai_asking import known_model

EFFORTS = frozenset({"low", "medium", "high", "xhigh", "max"})
KINDS: Mapping[str, str] = {"image": "picture", "document": "file"}
KNOWN = frozenset({
    "model", "messages", "max_tokens", "system", "temperature", "top_p", "top_k", "stop_sequences", "stream", "tools",
    "tool_choice", "thinking", "output_config", "metadata", "service_tier", "cache_control", "container",
    "inference_geo", "speed",
})  # fmt: skip


@dataclass(frozen=True)
class MessageJob:
    """One understood request; `thinks` says whether its thoughts are shown."""

    demand: Demand
    stream: bool
    thinks: bool


def message_job(fields: Mapping[str, Any]) -> MessageJob:
    """What a request asks for; raises Problem in Anthropic's words."""
    arguments = Arguments(fields, status=400, code="invalid_request_error")
    model = known_model(arguments.text("model"))
    if fields.get("max_tokens") is None:
        raise arguments.wrong("max_tokens", "max_tokens: Field required")
    for name in ("temperature", "top_p"):
        arguments.number(name, least=0, most=1)
    thinks = arguments.mapping("thinking").get("type", "disabled") != "disabled"
    return MessageJob(fits_window(_demand(arguments, fields, model, thinks)), arguments.flag("stream"), thinks)


def _demand(arguments: Arguments, fields: Mapping[str, Any], model: str, thinks: bool) -> Demand:
    messages = _messages(arguments, fields)
    system = _system(fields)
    asking = [one for one in messages if one["role"] == "user" and _texts(one)]
    choice, forced, parallel = _choice(arguments.mapping("tool_choice"))
    output = arguments.mapping("output_config")
    return Demand(
        model=model,
        everything="\n".join([system, *(text for one in messages for text in _texts(one))]).strip("\n"),
        system=system,
        asked="\n".join(_texts(asking[-1])) if asking else "",
        tools=_tools(arguments),
        choice=choice,
        forced=forced,
        parallel=parallel,
        results=tuple(_results(messages[-1])),
        schema=Arguments(output, status=400, code="invalid_request_error").mapping("format").get("schema"),
        stops=arguments.texts("stop_sequences"),
        most_tokens=arguments.whole("max_tokens", 1, least=1, most=1_000_000),
        effort=(output.get("effort") or "low") if thinks else "",
        attachments=tuple(one for message in messages for one in _attached(message)),
        stable=_stable(fields, messages),
        unknown={name: value for name, value in fields.items() if name not in KNOWN},
    )


def _messages(arguments: Arguments, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        raise arguments.wrong("messages", "messages: at least one message is required")
    for number, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in {"user", "assistant"}:
            raise arguments.wrong("messages", f"messages.{number}.role: Input should be 'user' or 'assistant'")
        if not isinstance(message.get("content"), str | list) or not message["content"]:
            raise arguments.wrong("messages", f"messages.{number}.content: a non-empty text or list is needed")
    return messages


def blocks(content: object) -> list[dict[str, Any]]:
    """The blocks of a content, a plain text being one."""
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [block for block in content if isinstance(block, dict)] if isinstance(content, list) else []


def _texts(message: Mapping[str, Any]) -> list[str]:
    return [str(block.get("text", "")) for block in blocks(message["content"]) if block.get("type") == "text"]


def _system(fields: Mapping[str, Any]) -> str:
    return "\n".join(str(block.get("text", "")) for block in blocks(fields.get("system")))


def _results(message: Mapping[str, Any]) -> Iterator[str]:
    for block in blocks(message["content"]):
        if block.get("type") == "tool_result":
            yield "\n".join(str(part.get("text", "")) for part in blocks(block.get("content")))


def _attached(message: Mapping[str, Any]) -> Iterator[Attachment]:
    for block in blocks(message["content"]):
        kind = KINDS.get(str(block.get("type")))
        if kind is not None:
            yield Attachment("picture" if kind == "picture" else "file", _where(block.get("source")))


def _where(source: object) -> str:
    if isinstance(source, dict) and source.get("type") in {"base64", "text"}:
        encoded = str(source.get("data", ""))
        size = len(encoded.rstrip("=")) * 3 // 4 if source["type"] == "base64" else len(encoded.encode())
        return f"{source.get('media_type')}, {size} bytes"
    where = source.get("url") or source.get("file_id") if isinstance(source, dict) else None
    if not where:
        raise Problem(400, "invalid_request_error", "messages: a source needs data, a url or a file_id", at="messages")
    return str(where)


def _tools(arguments: Arguments) -> tuple[Tool, ...]:
    found = []
    for number, tool in enumerate(arguments.mappings("tools")):
        schema = tool.get("input_schema") or {}
        if not tool.get("name") or not isinstance(schema, dict):
            raise arguments.wrong("tools", f"tools.{number}: a name and an input_schema are required")
        found.append(Tool(str(tool["name"]), schema))
    return tuple(found)


def _choice(choice: Mapping[str, Any]) -> tuple[Choice, str | None, bool]:
    parallel = not choice.get("disable_parallel_tool_use", False)
    kind = choice.get("type", "auto")
    if kind == "tool":
        return "required", choice.get("name"), parallel
    return ("none" if kind == "none" else "required" if kind == "any" else "auto"), None, parallel


def _stable(fields: Mapping[str, Any], messages: Sequence[Mapping[str, Any]]) -> int:
    """The tokens up to the last block that is marked to be cached."""
    everything = [*blocks(fields.get("system")), *(block for one in messages for block in blocks(one["content"]))]
    marked = [number for number, block in enumerate(everything) if block.get("cache_control")]
    upto = everything[: marked[-1] + 1] if marked else []
    return sum(count(str(block.get("text", ""))) for block in upto)
