"""Gemini over its real wire: contents, functions, schemas, files, vectors, failures, leaving."""

from __future__ import annotations

import asyncio
import json

import grpc
import pytest
from google.protobuf import json_format

from reelwright.llm.v1 import llm_service_pb2 as pb
from tests.llm.asking import WEATHER, asked, chat, chunks, failed, stream, words
from tests.llm.conftest import Desk
from tests.llm.test_anthropic_wire import SPOKEN

pytestmark = pytest.mark.asyncio(loop_scope="module")

MODEL = "gemini/gemini-2.5-flash"


async def test_a_conversation_goes_out_in_geminis_form(desk: Desk) -> None:
    """The system apart, neighbours of one role together, the rest in its configuration; extras beside it."""
    extra = {"safetySettings": [], "moon": 3}
    answer = await desk.llm.Chat(
        chat(model=MODEL, messages=SPOKEN, top_k=5, stop=["END"], max_output_tokens=500, seed=7, extra=extra)
    )
    body = asked(desk, "gemini")[0].body
    assert body is not None and body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    (content,) = body["contents"]
    assert content["role"] == "user" and [next(iter(part)) for part in content["parts"]] == [
        "text",
        "text",
        "inlineData",
    ]
    assert content["parts"][2]["inlineData"]["mimeType"] == "image/png"
    assert body["generationConfig"] == {"topK": 5, "stopSequences": ["END"], "maxOutputTokens": 500, "seed": 7}
    assert body["moon"] == 3 and body["safetySettings"] == []
    assert (answer.model, answer.choices[0].finish_reason) == (MODEL, "stop") and answer.usage.input_tokens
    assert "xFake" in answer.extra


async def test_a_streamed_answer_is_the_whole_one_in_pieces(desk: Desk) -> None:
    """With the usage of the whole in the last piece and only there."""
    whole = await desk.llm.Chat(chat(model=MODEL))
    pieces = await chunks(desk, stream(model=MODEL))
    assert words(pieces) == whole.choices[0].message.content
    assert [one.finish_reason for piece in pieces for one in piece.choices if one.finish_reason] == ["stop"]
    assert [piece.HasField("usage") for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert pieces[-1].usage.total_tokens == whole.usage.total_tokens and not pieces[-1].choices


async def test_functions_are_asked_for_and_answered(desk: Desk) -> None:
    """Two at once, whole and in pieces; results go back under the name of their function."""
    request = {"model": MODEL, "tools": [{"function": WEATHER}], "tool_choice": {"mode": "required"}}
    whole = (await desk.llm.Chat(chat("Weather? [fake:calls=2]", **request))).choices[0]
    assert whole.finish_reason == "tool_calls" and len(whole.message.tool_calls) == 2
    calls = [
        call
        for piece in await chunks(desk, stream("Weather? [fake:calls=2]", **request))
        for one in piece.choices
        for call in one.delta.tool_calls
    ]
    given = [(call.index, call.id, call.arguments) for call in calls]
    assert given == [(n, one.id, one.function.arguments) for n, one in enumerate(whole.message.tool_calls)]
    history = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "tool_calls": [json_format.MessageToDict(call) for call in whole.message.tool_calls]},
        *({"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in whole.message.tool_calls),
    ]
    await desk.llm.Chat(chat(messages=history, model=MODEL, tools=request["tools"]))
    body = asked(desk, "gemini")[-1].body
    assert body is not None and [content["role"] for content in body["contents"]] == ["user", "model", "user"]
    results = [part["functionResponse"] for part in body["contents"][2]["parts"]]
    assert [(one["name"], one["response"]) for one in results] == [("weather", {"result": "rain"})] * 2


async def test_an_answer_fits_its_schema(desk: Desk) -> None:
    schema = {"type": "object", "properties": {"legs": {"type": "integer"}}, "required": ["legs"]}
    wanted = {"type": "json_schema", "json_schema": {"name": "pet", "schema": schema}}
    answer = await desk.llm.Chat(chat(model=MODEL, response_format=wanted))
    assert isinstance(json.loads(answer.choices[0].message.content)["legs"], int)


async def test_thoughts_and_several_answers_are_told_apart(desk: Desk) -> None:
    extra = {"generationConfig": {"thinkingConfig": {"includeThoughts": True}}}
    whole = await desk.llm.Chat(chat(model=MODEL, n=2, extra=extra))
    assert [choice.index for choice in whole.choices] == [0, 1]
    assert all(choice.message.reasoning and choice.message.content for choice in whole.choices)
    assert whole.usage.output_tokens > whole.usage.reasoning_tokens > 0


@pytest.mark.parametrize(
    ("directive", "code", "reason"),
    [
        ("[fake:401]", "FAILED_PRECONDITION", "PROVIDER_FAILED"),
        ("[fake:429 retry_after_s=7]", "RESOURCE_EXHAUSTED", "PROVIDER_LIMITED"),
        ("[fake:400 code=context_length_exceeded]", "INVALID_ARGUMENT", "CONTEXT_TOO_LONG"),
        ("[fake:400 code=content_filter]", "FAILED_PRECONDITION", "CONTENT_BLOCKED"),
        ("[fake:503]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:drop]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:chunks=20] [fake:reset after_pieces=6]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:chunks=20] [fake:truncate at=submit after_pieces=6]", "UNAVAILABLE", "PROVIDER_BUSY"),
    ],
)
async def test_a_refusal_is_told_and_nothing_is_asked_twice(desk: Desk, directive: str, code: str, reason: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat(f"Hello {directive}", model=MODEL)) if "filter" in directive else await chunks(
            desk, stream(f"Hello {directive}", model=MODEL)
        )
    told = failed(raised.value)
    assert (told.code, told.reason) == (code, reason) and len(asked(desk, "gemini")) == 1
    assert told.retry_s == (7.0 if "retry" in directive else told.retry_s)


async def test_texts_are_embedded(desk: Desk) -> None:
    request = pb.EmbedRequest(inputs=["a fox", "a boat"], model="gemini/gemini-embedding-001", dimensions=64)
    made = await desk.llm.Embed(request)
    assert [len(one.values) for one in made.embeddings] == [64, 64] and made.usage.input_tokens


async def test_a_caller_who_leaves_closes_the_call(desk: Desk) -> None:
    call = desk.llm.StreamChat(stream("Tell all. [fake:chunks=1000] [fake:slow every_s=3600]", model=MODEL))
    reading = asyncio.create_task(anext(aiter(call)))
    await asyncio.to_thread(desk.vendors.wait_for, submissions=1)
    reading.cancel()
    call.cancel()
    await asyncio.to_thread(desk.vendors.wait_for, event="closed")
    assert asked(desk, "gemini")[0].closed
