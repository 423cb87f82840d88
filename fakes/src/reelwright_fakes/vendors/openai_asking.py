"""What OpenAI's chat requests ask for, in the fake's own words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright_fakes.problems import Problem
from reelwright_fakes.reading import Arguments
from reelwright_fakes.text.demand import REASONING, Attachment, Choice, Demand, Tool
from reelwright_fakes.text.speaking import fits_window

ROLES = frozenset({"developer", "system", "user", "assistant", "tool", "function"})
EFFORTS = frozenset({*REASONING, "none"})
# Models whose names begin like this reason, and do not know `max_tokens` any more.
REASONING_MODELS = ("o1", "o3", "o4", "gpt-5", "gpt-6")
GONE = "no-such-model"
KNOWN = frozenset({
    "messages", "model", "audio", "frequency_penalty", "function_call", "functions", "logit_bias", "logprobs",
    "top_logprobs", "max_completion_tokens", "max_tokens", "metadata", "modalities", "moderation", "n",
    "parallel_tool_calls", "prediction", "presence_penalty", "prompt_cache_key", "prompt_cache_options",
    "prompt_cache_retention", "reasoning_effort", "response_format", "safety_identifier", "seed", "service_tier",
    "stop", "store", "stream", "stream_options", "temperature", "tool_choice", "tools", "top_p", "user",
    "verbosity", "web_search_options", "thinking",
})  # fmt: skip


@dataclass(frozen=True)
class ChatJob:
    """One understood chat request. `top` is how many alternatives each token shows, None: no logprobs at all."""

    demand: Demand
    stream: bool
    include_usage: bool
    top: int | None
    shows_thoughts: bool
    cached_tokens: int
    tier: str


def chat_job(fields: Mapping[str, Any], *, model: str | None = None) -> ChatJob:
    """What a chat request asks for; raises Problem in OpenAI's words. `model` is a deployment that goes before."""
    arguments = Arguments(fields, status=400, code="invalid_value")
    named = known_model(model or arguments.text("model"))
    messages = _messages(arguments, fields)
    stream = arguments.flag("stream")
    options = arguments.mapping("stream_options")
    if options and not stream:
        raise arguments.wrong("stream_options", "'stream_options' is only allowed when 'stream' is enabled.")
    demand = fits_window(_demand(arguments, fields, named, messages))
    return ChatJob(
        demand=demand,
        stream=stream,
        include_usage=bool(options.get("include_usage")),
        top=arguments.whole("top_logprobs", 0, least=0, most=20) if fields.get("logprobs") else None,
        shows_thoughts=thinking(fields),
        cached_tokens=demand.stable,
        tier=str(fields.get("service_tier") or "default"),
    )


def known_model(model: str) -> str:
    """The model; raises Problem 404 for the one that does not exist."""
    if model == GONE:
        message = f"The model `{model}` does not exist or you do not have access to it."
        raise Problem(404, "model_not_found", message, at="model")
    return model


def thinking(fields: Mapping[str, Any]) -> bool:
    """Whether the caller asked, as compatible hosts understand it, to see the reasoning."""
    return isinstance(fields.get("thinking"), dict) and fields["thinking"].get("type") == "enabled"


def schema_of(arguments: Arguments, wanted: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The schema that a `response_format` or `text.format` asks for, {} for any object, None for text."""
    kind = wanted.get("type", "text")
    if kind == "text":
        return None
    if kind == "json_object":
        return {}
    described = wanted.get("json_schema", wanted)
    if kind != "json_schema" or not isinstance(described, dict) or not isinstance(described.get("schema"), dict):
        raise arguments.wrong(name, f"Invalid '{name}': json_schema needs a name and a schema.")
    schema: Mapping[str, Any] = described["schema"]
    return schema


def _demand(arguments: Arguments, fields: Mapping[str, Any], model: str, messages: Sequence[dict[str, Any]]) -> Demand:
    for name, most in (("temperature", 2.0), ("top_p", 1.0)):
        arguments.number(name, least=0, most=most)
    choice, forced = _choice(arguments, fields.get("tool_choice"))
    system = texts(one for one in messages if one["role"] in {"system", "developer"})
    said = [one for one in messages if one["role"] == "user"]
    last = messages[-1]["role"] in {"tool", "function"}
    attached = [one for message in messages for one in attachments(_parts(message))]
    asked = texts(said[-1:])
    return Demand(
        model=model,
        everything=texts(messages),
        system=system,
        asked=asked,
        tools=_tools(arguments),
        choice=choice,
        forced=forced,
        parallel=fields.get("parallel_tool_calls") is not False,
        results=tuple(texts([one]) for one in _trailing(messages)) if last else (),
        schema=schema_of(arguments, arguments.mapping("response_format"), "response_format"),
        stops=arguments.texts("stop"),
        most_tokens=_most(arguments, fields, model),
        seed=fields.get("seed"),
        effort=_effort(arguments, fields),
        attachments=tuple(attached),
        count=arguments.whole("n", 1, least=1, most=128),
        stable=Demand(model, system, system, "").prompt_tokens if fields.get("prompt_cache_key") else 0,
        unknown={name: value for name, value in fields.items() if name not in KNOWN},
    )


def _messages(arguments: Arguments, fields: Mapping[str, Any]) -> list[dict[str, Any]]:
    messages = fields.get("messages")
    if not isinstance(messages, list) or not messages:
        raise arguments.wrong("messages", "Invalid 'messages': a non-empty array is needed.")
    for number, message in enumerate(messages):
        at = f"messages[{number}]"
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise arguments.wrong(f"{at}.role", f"Invalid role; supported are {', '.join(sorted(ROLES))}.")
        if not isinstance(message.get("content"), str | list | None):
            raise arguments.wrong(f"{at}.content", "Invalid content: a string or an array of parts is needed.")
    return messages


def _parts(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return [part for part in content or [] if isinstance(part, dict)]


def texts(messages: Iterable[Mapping[str, Any]]) -> str:
    """All text of some messages."""
    parts = (part.get("text") for message in messages for part in _parts(message))
    return "\n".join(text for text in parts if isinstance(text, str))


def attachments(parts: Iterable[Mapping[str, Any]]) -> list[Attachment]:
    """The pictures, sounds and files among the parts of a message."""
    found = []
    for part in parts:
        kind = part.get("type")
        if kind in {"image_url", "input_image"}:
            address = part.get("image_url")
            where = address.get("url") if isinstance(address, dict) else address
            found.append(Attachment("picture", _where(where or part.get("file_id"))))
        elif kind == "input_audio":
            found.append(Attachment("sound", _where(f"data:audio;base64,{_inner(part, kind).get('data', '')}")))
        elif kind in {"file", "input_file"}:
            file = _inner(part, "file")
            found.append(
                Attachment("file", _where(file.get("file_data") or file.get("file_url") or file.get("file_id")))
            )
    return found


def _inner(part: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What a part says of its file, in itself or in an object of its own."""
    inner = part.get(name, part)
    return inner if isinstance(inner, dict) else {}


def _where(address: object) -> str:
    if not isinstance(address, str) or not address:
        raise Problem(400, "invalid_value", "A picture or file needs a URL, data URL or id.", at="messages")
    if not address.startswith("data:"):
        return address
    head, _, encoded = address.partition(",")
    return f"{head.removeprefix('data:').partition(';')[0]}, {len(encoded.rstrip('=')) * 3 // 4} bytes"


def _trailing(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The results of tools that the conversation ends with."""
    start = len(messages)
    while start and messages[start - 1]["role"] in {"tool", "function"}:
        start -= 1
    return list(messages[start:])


def _tools(arguments: Arguments) -> tuple[Tool, ...]:
    found = []
    for number, tool in enumerate(arguments.mappings("tools")):
        if tool.get("type", "function") != "function":
            continue
        function = Arguments(_inner(tool, "function"), status=400, code="invalid_value")
        try:
            found.append(Tool(function.text("name"), function.mapping("parameters")))
        except Problem as problem:
            problem.at = f"tools[{number}].function.{problem.at}"
            raise
    return tuple(found)


def _choice(arguments: Arguments, choice: object) -> tuple[Choice, str | None]:
    if choice is None or choice == "auto":
        return "auto", None
    if isinstance(choice, dict):
        named = _inner(choice, "function").get("name")
        return ("required", named) if named else ("auto", None)
    if choice == "none":
        return "none", None
    if choice == "required":
        return "required", None
    raise arguments.wrong("tool_choice", "Invalid 'tool_choice': one of none, auto, required or a function.")


def _most(arguments: Arguments, fields: Mapping[str, Any], model: str) -> int | None:
    if fields.get("max_tokens") is not None and model.startswith(REASONING_MODELS):
        message = "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens'."
        raise Problem(400, "unsupported_parameter", message, at="max_tokens")
    most = [
        arguments.whole(name, 1, least=1, most=1_000_000)
        for name in ("max_completion_tokens", "max_tokens")
        if fields.get(name) is not None
    ]
    return min(most, default=None)


def _effort(arguments: Arguments, fields: Mapping[str, Any]) -> str:
    usual = "low" if thinking(fields) else "none"
    return arguments.choice("reasoning_effort", EFFORTS, usual).replace("none", "")
