"""Answers as messages of the contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from google.protobuf import struct_pb2

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.money.prices import TokenPrices
from reelwright_llm.analysing import Seen
from reelwright_llm.providers.interface import (
    Answer,
    CallDelta,
    Choice,
    Delta,
    Head,
    Json,
    Judgement,
    Logprobs,
    ModelCard,
    Piece,
    TokenLogprob,
    ToolCall,
    Usage,
)


def chat_message(answer: Answer) -> pb.ChatResponse:
    """A whole answer."""
    return pb.ChatResponse(
        **_head(answer.head),
        choices=[_choice(choice) for choice in answer.choices],
        usage=_usage(answer.usage) if answer.usage else None,
        cost=_cost(answer.cost_micros),
        extra=struct_of(answer.extra),
    )


def chunk_message(piece: Piece) -> pb.ChatChunk:
    """A piece of an answer."""
    return pb.ChatChunk(
        **_head(piece.head),
        choices=[_choice_delta(delta) for delta in piece.deltas],
        usage=_usage(piece.usage) if piece.usage else None,
        cost=_cost(piece.cost_micros) if piece.usage else None,
        extra=struct_of(piece.extra),
    )


def usage_message(usage: Usage) -> pb.Usage:
    """Token usage."""
    return pb.Usage(**_usage(usage))


def _usage(usage: Usage) -> Any:
    """The fields of a message, for where one stands in another: made there it is made once, put there twice."""
    known: Json = {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "total_tokens": usage.input_tokens + usage.output_tokens,
        "cached_input_tokens": usage.cached_input_tokens,
        "cache_write_tokens": usage.cache_write_tokens,
        "reasoning_tokens": usage.reasoning_tokens,
        "audio_input_tokens": usage.audio_input_tokens,
        "audio_output_tokens": usage.audio_output_tokens,
        "image_input_tokens": usage.image_input_tokens,
        "estimated": usage.estimated,
    }
    if usage.extra:
        known["extra"] = struct_of(usage.extra)
    return known


def cost_message(micros: int) -> jobs.Cost:
    """What was charged, millionths of a US dollar."""
    return jobs.Cost(settled_micros=micros)


def _cost(micros: int) -> Any:
    return {"settled_micros": micros}


def seen_message(seen: Seen) -> pb.AnalyzeResponse:
    """What was seen."""
    return pb.AnalyzeResponse(
        tags=seen.tags,
        description=seen.description,
        findings=[pb.Finding(kind=one.kind, severity=one.severity, detail=one.detail) for one in seen.findings],
        suggested_file_name=seen.file_name,
        usage=usage_message(seen.usage),
        model=seen.model,
        provider=seen.provider,
        cost=cost_message(seen.cost_micros),
    )


def judgement_message(judged: Judgement) -> pb.ModerationResult:
    """A judgement."""
    return pb.ModerationResult(
        flagged=judged.flagged,
        categories=judged.categories,
        flagged_categories=judged.flagged_categories,
        extra=struct_of(judged.extra),
    )


def model_message(card: ModelCard, price: TokenPrices | None) -> pb.LlmModel:
    """A model with its price."""
    return pb.LlmModel(
        id=card.id,
        provider=card.provider,
        display_name=card.display_name,
        configured=card.configured,
        reason=card.reason,
        kind=card.kind,
        capabilities=card.capabilities,
        context_tokens=card.context_tokens,
        max_output_tokens=card.max_output_tokens,
        input_price_micros=price.input_micros if price else None,
        output_price_micros=price.output_micros if price else None,
        cached_input_price_micros=price.cached_input_micros if price else None,
    )


def struct_of(json: Json) -> struct_pb2.Struct | None:
    """JSON as a Struct; None when there is nothing in it."""
    if not json:
        return None
    struct = struct_pb2.Struct()
    struct.update(json)
    return struct


def _head(head: Head) -> Json:
    return {
        "id": head.id,
        "create_time": {"seconds": head.created},
        "model": head.model,
        "provider": head.provider,
        "service_tier": head.service_tier,
        "system_fingerprint": head.fingerprint,
    }


def _choice(choice: Choice) -> Any:
    turn = choice.turn
    message: Json = {"role": "assistant", "content": turn.text, "refusal": turn.refusal, "reasoning": turn.reasoning}
    if turn.calls:
        message["tool_calls"] = [_call(call) for call in turn.calls]
    if turn.extra:
        message["extra"] = struct_of(turn.extra)
    known: Json = {"index": choice.index, "message": message, "finish_reason": choice.finish_reason}
    if choice.logprobs:
        known["logprobs"] = logprobs_message(choice.logprobs)
    if choice.extra:
        known["extra"] = struct_of(choice.extra)
    return known


def _call(call: ToolCall) -> pb.ToolCall:
    function = pb.FunctionCall(name=call.name, arguments=call.arguments)
    return pb.ToolCall(id=call.id, type="function", function=function, extra=struct_of(call.extra))


def _choice_delta(delta: Delta) -> Any:
    new: Json = {"role": delta.role, "content": delta.text, "refusal": delta.refusal, "reasoning": delta.reasoning}
    if delta.calls:
        new["tool_calls"] = [_call_delta(call) for call in delta.calls]
    if delta.extra:
        new["extra"] = struct_of(delta.extra)
    known: Json = {"index": delta.index, "delta": new, "finish_reason": delta.finish_reason}
    if delta.logprobs:
        known["logprobs"] = logprobs_message(delta.logprobs)
    if delta.choice_extra:
        known["extra"] = struct_of(delta.choice_extra)
    return known


def _call_delta(call: CallDelta) -> pb.ToolCallDelta:
    kind = "function" if call.id else ""
    return pb.ToolCallDelta(
        index=call.index, id=call.id, type=kind, name=call.name, arguments=call.arguments, extra=struct_of(call.extra)
    )


def logprobs_message(logprobs: Logprobs | None) -> pb.Logprobs | None:
    if logprobs is None:
        return None
    return pb.Logprobs(content=_tokens(logprobs.content), refusal=_tokens(logprobs.refusal))


def _tokens(tokens: Sequence[TokenLogprob]) -> list[pb.TokenLogprob]:
    return [
        pb.TokenLogprob(token=one.token, logprob=one.logprob, token_bytes=one.data, top_logprobs=_tokens(one.top))
        for one in tokens
    ]
