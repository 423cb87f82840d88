"""Pieces put together to the answer they are, and an answer taken apart again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from msgspec.structs import asdict, replace

from reelwright_llm.providers.interface import (
    Answer,
    CallDelta,
    Choice,
    Delta,
    Head,
    Json,
    Logprobs,
    Piece,
    TokenLogprob,
    ToolCall,
    Turn,
    Usage,
)


@dataclass
class _Choice:
    """One choice as far as it has come."""

    texts: dict[str, list[str]] = field(default_factory=dict)
    calls: dict[int, list[CallDelta]] = field(default_factory=dict)
    finish_reason: str = ""
    content: list[TokenLogprob] = field(default_factory=list)
    refusal: list[TokenLogprob] = field(default_factory=list)
    extra: Json = field(default_factory=dict)
    choice_extra: Json = field(default_factory=dict)

    def add(self, delta: Delta) -> None:
        for name in ("text", "refusal", "reasoning"):
            if (more := getattr(delta, name)) is not None:
                self.texts.setdefault(name, []).append(more)
        for call in delta.calls:
            self.calls.setdefault(call.index, []).append(call)
        self.finish_reason = delta.finish_reason or self.finish_reason
        if delta.logprobs:
            self.content += delta.logprobs.content
            self.refusal += delta.logprobs.refusal
        self.extra |= delta.extra
        self.choice_extra |= delta.choice_extra

    def made(self, index: int) -> Choice:
        text = "".join(self.texts["text"]) if "text" in self.texts else None
        refusal, reasoning = ("".join(self.texts.get(name, ())) for name in ("refusal", "reasoning"))
        calls = tuple(_call(self.calls[number]) for number in sorted(self.calls))
        turn = Turn("assistant", text, calls=calls, refusal=refusal, reasoning=reasoning, extra=self.extra)
        known = self.content or self.refusal
        logprobs = Logprobs(tuple(self.content), tuple(self.refusal)) if known else None
        return Choice(turn, self.finish_reason, index, logprobs, self.choice_extra)


def joined(pieces: Iterable[Piece]) -> Answer:
    """The whole answer."""
    choices: dict[int, _Choice] = {}
    head, extra = Head(), Json()
    usage: Usage | None = None
    micros = 0
    for piece in pieces:
        head = replace(head, **{name: value for name, value in asdict(piece.head).items() if value})
        extra |= piece.extra
        if piece.usage:
            usage, micros = piece.usage, piece.cost_micros
        for delta in piece.deltas:
            choices.setdefault(delta.index, _Choice()).add(delta)
    return Answer(head, tuple(choices[n].made(n) for n in sorted(choices)), usage, extra, micros)


def pieces_of(answer: Answer) -> list[Piece]:
    """An answer as pieces: what was said in one, and the usage in the last."""
    said = Piece(tuple(_delta(choice) for choice in answer.choices), head=answer.head, extra=answer.extra)
    return [said, Piece(usage=answer.usage, head=answer.head, cost_micros=answer.cost_micros)]


def _delta(choice: Choice) -> Delta:
    turn = choice.turn
    calls = (CallDelta(n, call.id, call.name, call.arguments, call.extra) for n, call in enumerate(turn.calls))
    return Delta(
        choice.index,
        "assistant",
        turn.text,
        turn.refusal or None,
        turn.reasoning or None,
        tuple(calls),
        choice.finish_reason,
        choice.logprobs,
        turn.extra,
        choice.extra,
    )


def _call(deltas: Sequence[CallDelta]) -> ToolCall:
    extra: Json = {}
    for delta in deltas:
        extra |= delta.extra
    named = next((delta for delta in deltas if delta.id), deltas[0])
    name = "".join(delta.name for delta in deltas)
    return ToolCall(named.id, name, "".join(delta.arguments for delta in deltas), extra)
