"""Chat completions as answers; what the contract does not know is kept beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reelwright_llm.providers.interface import (
    Answer,
    CallDelta,
    Choice,
    Delta,
    Head,
    Json,
    Logprobs,
    ModelCard,
    Piece,
    TokenLogprob,
    ToolCall,
    Turn,
    Usage,
)

_ANSWER = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint", "obfuscation"}
)
_CHOICE = frozenset({"index", "message", "delta", "finish_reason", "logprobs"})
_MESSAGE = frozenset({"role", "content", "refusal", "tool_calls", "reasoning_content", "reasoning"})
_CALL = frozenset({"index", "id", "type", "function"})
# What the contract calls what is counted, by where the vendor counts it.
_COUNTS = {
    "prompt_tokens": "input_tokens",
    "completion_tokens": "output_tokens",
    "prompt_tokens_details.cached_tokens": "cached_input_tokens",
    "prompt_tokens_details.cache_write_tokens": "cache_write_tokens",
    "prompt_tokens_details.audio_tokens": "audio_input_tokens",
    "prompt_tokens_details.image_tokens": "image_input_tokens",
    "completion_tokens_details.reasoning_tokens": "reasoning_tokens",
    "completion_tokens_details.audio_tokens": "audio_output_tokens",
}


def answer_from(body: Json, card: ModelCard) -> Answer:
    """A whole answer of the model with this card."""
    choices = tuple(_choice(choice) for choice in _list(body.get("choices")))
    return Answer(_head(body, card), choices, usage_from(body.get("usage")), _rest(body, _ANSWER))


def piece_from(body: Json, card: ModelCard) -> Piece:
    """One piece of an answer of the model with this card; Azure's may have neither choices nor a delta."""
    deltas = tuple(_delta(choice) for choice in _list(body.get("choices")))
    return Piece(deltas, usage_from(body.get("usage")), _head(body, card), _rest(body, _ANSWER))


def usage_from(counted: Any) -> Usage | None:
    """The tokens that a vendor counted; None when it counted none."""
    if not isinstance(counted, dict):
        return None
    counts: dict[str, int] = {}
    rest: Json = {}
    for name, value in counted.items():
        if isinstance(value, dict):
            left: Json = {}
            for inner, count in value.items():
                _count(f"{name}.{inner}", inner, count, counts, left)
            rest |= {name: left} if left else {}
        elif name != "total_tokens":
            _count(name, name, value, counts, rest)
    read, written = counts.pop("input_tokens", 0), counts.pop("output_tokens", 0)
    return Usage(read, written, **counts, extra=rest)  # type: ignore[arg-type]


def _count(path: str, name: str, count: Any, counts: dict[str, int], rest: Json) -> None:
    if path in _COUNTS and isinstance(count, int):
        counts[_COUNTS[path]] = count
    elif count is not None:
        rest[name] = count


def _head(body: Json, card: ModelCard) -> Head:
    return Head(
        id=body.get("id") or "",
        created=int(body.get("created") or 0),
        service_tier=body.get("service_tier") or "",
        fingerprint=body.get("system_fingerprint") or "",
        model=card.id,
        provider=card.provider,
    )


def _choice(choice: Json) -> Choice:
    message = choice.get("message") or {}
    content, extra = _words(message.get("content")), _rest(message, _MESSAGE)
    if isinstance(message.get("content"), list):
        extra["content"] = message["content"]
    turn = Turn(
        "assistant",
        content,
        calls=tuple(_call(call) for call in _list(message.get("tool_calls"))),
        refusal=message.get("refusal") or "",
        reasoning=_reasoning(message) or "",
        extra=extra,
    )
    return Choice(
        turn,
        choice.get("finish_reason") or "",
        choice.get("index") or 0,
        _logprobs(choice.get("logprobs")),
        _rest(choice, _CHOICE),
    )


def _call(call: Json) -> ToolCall:
    function = call.get("function") or {}
    arguments = function.get("arguments") or ""
    return ToolCall(call.get("id") or "", function.get("name") or "", arguments, _rest(call, _CALL))


def _delta(choice: Json) -> Delta:
    delta = choice.get("delta") or {}
    return Delta(
        index=choice.get("index") or 0,
        role=delta.get("role") or "",
        text=_words(delta.get("content")),
        refusal=delta.get("refusal"),
        reasoning=_reasoning(delta),
        calls=tuple(_call_delta(call) for call in _list(delta.get("tool_calls"))),
        finish_reason=choice.get("finish_reason") or "",
        logprobs=_logprobs(choice.get("logprobs")),
        extra=_rest(delta, _MESSAGE),
        choice_extra=_rest(choice, _CHOICE),
    )


def _call_delta(call: Json) -> CallDelta:
    function = call.get("function") or {}
    name, arguments = function.get("name") or "", function.get("arguments") or ""
    return CallDelta(call.get("index") or 0, call.get("id") or "", name, arguments, _rest(call, _CALL))


def _reasoning(message: Json) -> str | None:
    """Hosts disagree on the name."""
    found = message.get("reasoning_content") or message.get("reasoning")
    return found if isinstance(found, str) else None


def _words(content: Any) -> str | None:
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content if isinstance(content, str) else None


def _logprobs(given: Any) -> Logprobs | None:
    if not isinstance(given, dict):
        return None
    content, refusal = (tuple(_token(one) for one in _list(given.get(name))) for name in ("content", "refusal"))
    return Logprobs(content, refusal)


def _token(one: Json) -> TokenLogprob:
    alternatives = tuple(_token(other) for other in _list(one.get("top_logprobs")))
    return TokenLogprob(one["token"], float(one["logprob"]), bytes(one.get("bytes") or b""), alternatives)


def _rest(body: Mapping[str, Any], known: frozenset[str]) -> Json:
    if body.keys() <= known:
        return {}
    return {name: value for name, value in body.items() if name not in known and value is not None}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
