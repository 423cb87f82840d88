"""Gemini's content as answers; what the contract does not know is kept beside it."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from reelwright_llm.errors import InputBlocked
from reelwright_llm.joining import joined
from reelwright_llm.providers.interface import Answer, CallDelta, Delta, Head, Json, Piece, Usage

FINISHED = {"STOP": "stop", "MAX_TOKENS": "length"}
"""Every other reason is one of its content rules, or a failure of the model: `content_filter`."""
_RESPONSE = frozenset({"candidates", "usageMetadata", "responseId", "modelVersion"})
_CANDIDATE = frozenset({"index", "content", "finishReason"})
_COUNTS = frozenset(
    {"promptTokenCount", "candidatesTokenCount", "thoughtsTokenCount", "cachedContentTokenCount", "totalTokenCount"}
)


def usage_from(counted: Mapping[str, Any]) -> Usage:
    """Tokens; Gemini counts thoughts apart from the rest of what was written."""
    thoughts = counted.get("thoughtsTokenCount") or 0
    return Usage(
        counted.get("promptTokenCount") or 0,
        (counted.get("candidatesTokenCount") or 0) + thoughts,
        cached_input_tokens=counted.get("cachedContentTokenCount") or 0,
        reasoning_tokens=thoughts,
        extra=_rest(counted, _COUNTS),
    )


class Reader:
    """Reads the responses of one answer: one in all, or one for each piece."""

    def __init__(self, provider: str, model: str) -> None:
        self._provider = provider
        self._head = Head(created=int(time.time()), provider=provider, model=model)
        self._counted: Json = {}
        self._calls: dict[int, int] = {}
        """How many functions each candidate has asked for."""
        self.ended = False

    def answer_of(self, body: Json) -> Answer:
        """A whole answer."""
        return joined([self.piece_of(body), self.last()])

    def piece_of(self, body: Json) -> Piece:
        """What a response says; raises InputBlocked for a question that may not be answered."""
        feedback = body.get("promptFeedback") or {}
        if feedback.get("blockReason"):
            raise InputBlocked(self._provider, "its content rules forbid the question", str(feedback["blockReason"]))
        self._head = Head(body.get("responseId") or "", self._head.created, "", "", self._head.model, self._provider)
        self._counted = body.get("usageMetadata") or self._counted
        deltas = tuple(delta for one in body.get("candidates") or () for delta in self._deltas(one))
        return Piece(deltas, head=self._head, extra=_rest(body, _RESPONSE))

    def last(self) -> Piece:
        """What the whole took."""
        return Piece(usage=usage_from(self._counted) if self._counted else None, head=self._head)

    def _deltas(self, candidate: Json) -> Iterator[Delta]:
        index = candidate.get("index") or 0
        for part in (candidate.get("content") or {}).get("parts") or ():
            yield self._delta(index, part)
        reason, extra = candidate.get("finishReason"), _rest(candidate, _CANDIDATE)
        if reason:
            self.ended = True
            called = reason == "STOP" and index in self._calls
            finish = "tool_calls" if called else FINISHED.get(reason, "content_filter")
            yield Delta(index, finish_reason=finish, choice_extra=extra)

    def _delta(self, index: int, part: Json) -> Delta:
        if call := part.get("functionCall"):
            number = self._calls.get(index, 0)
            self._calls[index] = number + 1
            named = call.get("id") or f"call_{index}_{number}"
            arguments = msgspec.json.encode(call.get("args") or {}).decode()
            # A signature of its thoughts, which must come back with the call.
            extra = _rest(part, frozenset({"functionCall"}))
            return Delta(index, calls=(CallDelta(number, named, call["name"], arguments, extra),))
        extra = _rest(part, frozenset({"text", "thought"}))
        if part.get("thought"):
            return Delta(index, reasoning=part.get("text"), extra=extra)
        return Delta(index, text=part.get("text"), extra=extra)


def _rest(body: Mapping[str, Any], known: frozenset[str]) -> Json:
    return {name: value for name, value in body.items() if name not in known and value not in (None, [])}
