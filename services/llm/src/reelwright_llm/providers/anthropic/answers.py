"""Anthropic's messages and events as answers; what the contract does not know is kept beside it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from reelwright_llm.providers.anthropic.requests import OTHER_BLOCKS
from reelwright_llm.providers.interface import (
    Answer,
    CallDelta,
    Choice,
    Delta,
    Head,
    Json,
    Piece,
    ToolCall,
    Turn,
    Usage,
)

FINISHED = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "pause_turn": "stop",
    "refusal": "content_filter",
}
_MESSAGE = frozenset({"id", "type", "role", "model", "content", "stop_reason", "stop_sequence", "usage"})
_COUNTS = frozenset(
    {"input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "service_tier"}
)
_SPOKEN = ("text", "thinking", "tool_use")


def answer_from(body: Json) -> Answer:
    """A whole answer. Thoughts and other blocks, which must come back signed, are in `extra.content_blocks`."""
    blocks = body["content"]
    text = "".join(block["text"] for block in blocks if block["type"] == "text")
    thoughts = "".join(block.get("thinking") or "" for block in blocks if block["type"] == "thinking")
    calls = tuple(_call(block) for block in blocks if block["type"] == "tool_use")
    others = [block for block in blocks if block["type"] not in ("text", "tool_use")]
    extra = {OTHER_BLOCKS: others} if others else {}
    turn = Turn("assistant", text or None, calls=calls, reasoning=thoughts, extra=extra)
    choice = Choice(turn, finish_of(body.get("stop_reason")))
    return Answer(head_of(body), (choice,), usage_from(body["usage"]), rest_of(body, _MESSAGE))


def head_of(body: Json) -> Head:
    """What the message says about itself."""
    tier = (body.get("usage") or {}).get("service_tier") or ""
    return Head(id=body.get("id") or "", created=int(time.time()), service_tier=tier)


def finish_of(reason: str | None) -> str:
    """Why an answer ends, in the contract's words; a reason that is new here is passed on."""
    return FINISHED.get(reason, reason) if reason else ""


def usage_from(counted: Mapping[str, Any]) -> Usage:
    """Tokens; Anthropic counts what was read from or put into its cache apart from the rest."""
    cached, written = counted.get("cache_read_input_tokens") or 0, counted.get("cache_creation_input_tokens") or 0
    return Usage(
        (counted.get("input_tokens") or 0) + cached + written,
        counted.get("output_tokens") or 0,
        cached_input_tokens=cached,
        cache_write_tokens=written,
        extra=rest_of(counted, _COUNTS),
    )


def rest_of(body: Mapping[str, Any], known: frozenset[str]) -> Json:
    """What is not known."""
    return {name: value for name, value in body.items() if name not in known and value is not None}


def _call(block: Json) -> ToolCall:
    return ToolCall(block["id"], block["name"], msgspec.json.encode(block["input"]).decode())


class Reader:
    """Puts the events of one answer together to pieces."""

    def __init__(self) -> None:
        self._head = Head()
        self._counted: Json = {}
        self._calls: dict[int, int] = {}
        """Number of the call that each block is."""
        self.ended = False

    def piece_of(self, event: Json) -> Piece | None:
        """The piece that an event is; None for one that says nothing."""
        match event["type"]:
            case "message_start":
                return self._begin(event["message"])
            case "content_block_start":
                return self._block(event["index"], event["content_block"])
            case "content_block_delta":
                return self._delta(event["index"], event["delta"])
            case "message_delta":
                self._counted |= {
                    name: count for name, count in (event.get("usage") or {}).items() if count is not None
                }
                finish = finish_of(event["delta"].get("stop_reason"))
                return Piece((Delta(finish_reason=finish),), head=self._head)
            case "message_stop":
                self.ended = True
                return Piece(usage=usage_from(self._counted), head=self._head)
        return None

    def _begin(self, message: Json) -> Piece:
        self._head, self._counted = head_of(message), dict(message.get("usage") or {})
        return Piece((Delta(text=""),), head=self._head, extra=rest_of(message, _MESSAGE))

    def _block(self, index: int, block: Json) -> Piece | None:
        if block["type"] == "tool_use":
            self._calls[index] = len(self._calls)
            return self._said(Delta(calls=(CallDelta(self._calls[index], block["id"], block["name"]),)))
        if block["type"] in _SPOKEN:
            return None
        return self._said(Delta(extra={"content_block": block}))

    def _delta(self, index: int, delta: Json) -> Piece:
        match delta["type"]:
            case "text_delta":
                return self._said(Delta(text=delta["text"]))
            case "thinking_delta":
                return self._said(Delta(reasoning=delta["thinking"]))
            case "input_json_delta":
                return self._said(Delta(calls=(CallDelta(self._calls[index], arguments=delta["partial_json"]),)))
        return self._said(Delta(extra={delta["type"]: rest_of(delta, frozenset({"type"}))}))

    def _said(self, delta: Delta) -> Piece:
        return Piece((delta,), head=self._head)
