"""Anthropic over its real wire: turns, functions, schemas, files, cache counts, failures, leaving."""

from __future__ import annotations

import asyncio
import json

import grpc
import pytest
from google.protobuf import json_format

from reelwright.llm.v1 import llm_service_pb2 as pb
from tests.llm.asking import WEATHER, asked, chat, chunks, failed, stream, words
from tests.llm.conftest import Desk
from tests.llm.test_openai_wire import PICTURE

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "anthropic/claude-sonnet-4-5"
SPOKEN = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Hello"},
    {"role": "user", "parts": [{"text": "What is it?"}, {"image": {"source": {"uri": PICTURE}}}]},
]


async def test_a_conversation_goes_out_in_anthropics_form(desk: Desk) -> None:
    """The system apart, neighbours of one role together, a limit always; its version and key in headers."""
    answer = await desk.llm.Chat(chat(model=MODEL, messages=SPOKEN, top_k=5, stop=["END"], user="u", extra={"moon": 3}))
    (entry,) = asked(desk, "anthropic")
    body = entry.body
    assert body is not None and body["system"] == [{"type": "text", "text": "Be brief."}]
    (message,) = body["messages"]
    assert [block["type"] for block in message["content"]] == ["text", "text", "image"]
    assert message["content"][2]["source"]["media_type"] == "image/png"
    assert (body["max_tokens"], body["top_k"], body["stop_sequences"]) == (4096, 5, ["END"])
    assert body["metadata"] == {"user_id": "u"} and body["moon"] == 3
    assert entry.headers["anthropic-version"] == "2023-06-01"
    assert (answer.model, answer.choices[0].finish_reason) == (MODEL, "stop") and answer.usage.input_tokens
    assert "x_fake" in answer.extra and "x_fake_usage" in answer.usage.extra


async def test_a_streamed_answer_is_the_whole_one_in_pieces(desk: Desk) -> None:
    """With the usage of the whole in the last piece."""
    whole = await desk.llm.Chat(chat(model=MODEL))
    pieces = await chunks(desk, stream(model=MODEL))
    assert words(pieces) == whole.choices[0].message.content
    assert [one.finish_reason for piece in pieces for one in piece.choices if one.finish_reason] == ["stop"]
    assert pieces[0].choices[0].delta.role == "assistant" and not pieces[-1].choices
    counts = [(usage.input_tokens, usage.output_tokens) for usage in (whole.usage, pieces[-1].usage)]
    assert counts[0] == counts[1] and len({piece.id for piece in pieces}) == 1


async def test_what_is_read_from_the_cache_is_charged_at_its_own_price(desk: Desk) -> None:
    """Which is nothing here; Anthropic counts it apart from the rest, and we count it as read."""
    known = {"text": "All about foxes. " * 30, "extra": {"cache_control": {"type": "ephemeral"}}}
    messages = [{"role": "user", "parts": [known, {"text": "What is a fox?"}]}]
    whole = await desk.llm.Chat(chat(model=MODEL, messages=messages))
    last = (await chunks(desk, stream(model=MODEL, messages=messages)))[-1]
    for used, micros in ((whole.usage, whole.cost.settled_micros), (last.usage, last.cost.settled_micros)):
        assert 100 < used.cached_input_tokens < used.input_tokens
        assert micros == 2 * (used.input_tokens - used.cached_input_tokens) + 10 * used.output_tokens


async def test_functions_are_asked_for_and_answered(desk: Desk) -> None:
    """Two at once, whole and in pieces; their results go back in one message."""
    request = {"model": MODEL, "tools": [{"function": WEATHER}], "tool_choice": {"mode": "required"}}
    whole = (await desk.llm.Chat(chat("Weather? [fake:calls=2]", **request))).choices[0]
    assert whole.finish_reason == "tool_calls" and len(whole.message.tool_calls) == 2
    arguments: dict[int, str] = {}
    for piece in await chunks(desk, stream("Weather? [fake:calls=2]", **request)):
        for call in (call for one in piece.choices for call in one.delta.tool_calls):
            arguments[call.index] = arguments.get(call.index, "") + call.arguments
    given = [json.loads(call.function.arguments) for call in whole.message.tool_calls]
    assert [json.loads(text) for text in arguments.values()] == given
    history = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "tool_calls": [json_format.MessageToDict(call) for call in whole.message.tool_calls]},
        *({"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in whole.message.tool_calls),
    ]
    await desk.llm.Chat(chat(messages=history, model=MODEL, tools=request["tools"]))
    body = asked(desk, "anthropic")[-1].body
    assert body is not None and [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert [block["type"] for block in body["messages"][2]["content"]] == ["tool_result"] * 2
    assert body["tools"][0]["input_schema"] == WEATHER["parameters"]


async def test_an_answer_fits_its_schema(desk: Desk) -> None:
    schema = {"type": "object", "properties": {"legs": {"type": "integer"}}, "required": ["legs"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "pet", "schema": schema}}
    answer = await desk.llm.Chat(chat(model=MODEL, response_format=wanted))
    assert isinstance(json.loads(answer.choices[0].message.content)["legs"], int)


async def test_thoughts_are_shown_and_go_back_signed(desk: Desk) -> None:
    """Whole: in the reasoning, and as the block that a later question must carry."""
    thinking = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    whole = (await desk.llm.Chat(chat(model=MODEL, extra=thinking))).choices[0].message
    pieces = await chunks(desk, stream(model=MODEL, extra=thinking))
    thought = "".join(one.delta.reasoning for piece in pieces for one in piece.choices)
    assert whole.reasoning == thought != ""
    history = [pb.Message(role="user", content="Hello"), whole, pb.Message(role="user", content="And?")]
    await desk.llm.Chat(pb.ChatRequest(model=MODEL, messages=history))
    body = asked(desk, "anthropic")[-1].body
    assert body is not None and body["messages"][1]["content"][0] == {
        "type": "thinking", "thinking": thought, "signature": "fake"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("directive", "code", "reason"),
    [
        ("[fake:401]", "FAILED_PRECONDITION", "PROVIDER_FAILED"),
        ("[fake:402]", "RESOURCE_EXHAUSTED", "PROVIDER_QUOTA"),
        ("[fake:429 retry_after_s=7]", "RESOURCE_EXHAUSTED", "PROVIDER_LIMITED"),
        ("[fake:400 code=context_length_exceeded]", "INVALID_ARGUMENT", "CONTEXT_TOO_LONG"),
        ("[fake:400 code=content_filter]", "FAILED_PRECONDITION", "CONTENT_BLOCKED"),
        ("[fake:529]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:drop]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:chunks=20] [fake:reset after_pieces=6]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:chunks=20] [fake:truncate at=submit after_pieces=6]", "UNAVAILABLE", "PROVIDER_BUSY"),
    ],
)
async def test_a_refusal_is_told_and_nothing_is_asked_twice(desk: Desk, directive: str, code: str, reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await chunks(desk, stream(f"Hello {directive}", model=MODEL))
    told = failed(raised.value)
    assert (told.code, told.reason) == (code, reason) and len(asked(desk, "anthropic")) == 1
    assert told.retry_s == (7.0 if "retry" in directive else told.retry_s)


async def test_a_wrong_field_is_named_as_the_contract_calls_it(desk: Desk) -> None:
    """Anthropic says it in the message only."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat("", model=MODEL))
    assert failed(raised.value).fields == ["messages[0].content"]


async def test_what_anthropic_cannot_is_refused_before_it_is_asked(desk: Desk) -> None:
    for field, request in (("n", {"n": 2}), ("logprobs", {"logprobs": True})):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await desk.llm.Chat(chat(model=MODEL, **request))
        assert (failed(raised.value).reason, failed(raised.value).fields) == ("CAPABILITY_UNSUPPORTED", [field])
    assert not asked(desk, "anthropic")


async def test_a_caller_who_leaves_closes_the_call(desk: Desk) -> None:
    call = desk.llm.StreamChat(stream("Tell all. [fake:chunks=1000] [fake:slow every_s=3600]", model=MODEL))
    reading = asyncio.create_task(anext(aiter(call)))
    await asyncio.to_thread(desk.vendors.wait_for, submissions=1)
    reading.cancel()
    call.cancel()
    await asyncio.to_thread(desk.vendors.wait_for, event="closed")
    assert asked(desk, "anthropic")[0].closed
