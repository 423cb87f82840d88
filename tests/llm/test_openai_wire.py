"""OpenAI and hosts of its API, over their real wire: what is asked arrives, what is answered comes back."""

from __future__ import annotations

import asyncio
import json
import math

import grpc
import pytest
from google.protobuf import json_format

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from tests.llm.asking import MODEL, WEATHER, Failed, asked, chat, chunks, failed, stream, words
from tests.llm.conftest import Desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def test_an_answer_comes_with_its_usage_cost_and_names(desk: Desk) -> None:
    """One call at the vendor; the price is 2 for a token read and 10 for one written."""
    answer = await desk.llm.Chat(chat())
    (entry,) = asked(desk)
    assert answer.choices[0].message.content and answer.choices[0].finish_reason == "stop"
    assert (answer.model, answer.provider) == (MODEL, "openai")
    assert answer.id.startswith("chatcmpl-") and answer.create_time.seconds
    cost = 2 * answer.usage.input_tokens + 10 * answer.usage.output_tokens
    assert answer.cost.settled_micros == cost > 0
    assert entry.body is not None and entry.body["model"] == "gpt-4.1"


async def test_a_streamed_answer_is_the_whole_one_in_pieces(desk: Desk) -> None:
    """It begins with who speaks; the last piece has no choices, but usage and cost."""
    whole = await desk.llm.Chat(chat())
    pieces = await chunks(desk, stream())
    assert words(pieces) == whole.choices[0].message.content
    assert [one.delta.role for piece in pieces for one in piece.choices][:2] == ["assistant", ""]
    assert {piece.id for piece in pieces} == {pieces[0].id} and pieces[0].id
    last = pieces[-1]
    assert not last.choices and last.usage.total_tokens == whole.usage.total_tokens
    assert last.cost.settled_micros == whole.cost.settled_micros > 0
    assert len(asked(desk)) == 2


async def test_what_the_vendor_reads_from_its_cache_costs_less(desk: Desk) -> None:
    """Whole and streamed: half a micro-dollar for each token of it, and 2 for the others that were read."""
    turns = [{"role": "system", "content": "You know all about foxes. " * 20}, {"role": "user", "content": "A fox?"}]
    request = {"messages": turns, "prompt_cache_key": "foxes"}
    whole, last = await desk.llm.Chat(chat(**request)), (await chunks(desk, stream(**request)))[-1]
    for used, micros in ((whole.usage, whole.cost.settled_micros), (last.usage, last.cost.settled_micros)):
        cached = used.cached_input_tokens
        assert 100 < cached < used.input_tokens
        assert micros == math.ceil(2 * (used.input_tokens - cached) + cached / 2 + 10 * used.output_tokens)


async def test_a_long_stream_comes_whole(desk: Desk) -> None:
    """A thousand pieces in order, in fewer messages."""
    messages = [message async for message in desk.llm.StreamChat(stream("Tell all. [fake:chunks=1000]"))]
    pieces = [chunk for message in messages for chunk in message.chunks]
    assert sum(1 for piece in pieces for one in piece.choices if one.delta.content) == 1000
    assert pieces[-1].usage.output_tokens == 1000


async def test_functions_are_asked_for_whole_and_in_pieces(desk: Desk) -> None:
    """Two calls at once; the pieces put together are the whole ones, and results go back under their ids."""
    tools = [{"function": WEATHER}]
    request = {"tools": tools, "tool_choice": {"mode": "required"}, "parallel_tool_calls": True}
    whole = (await desk.llm.Chat(chat("Weather? [fake:calls=2]", **request))).choices[0]
    assert whole.finish_reason == "tool_calls" and len(whole.message.tool_calls) == 2
    assert {call.function.name for call in whole.message.tool_calls} == {"weather"}
    assert all(json.loads(call.function.arguments)["city"] for call in whole.message.tool_calls)
    arguments: dict[int, str] = {}
    for piece in await chunks(desk, stream("Weather? [fake:calls=2]", **request)):
        for call in (call for one in piece.choices for call in one.delta.tool_calls):
            arguments[call.index] = arguments.get(call.index, "") + call.arguments
    assert list(arguments.values()) == [call.function.arguments for call in whole.message.tool_calls]
    history = [
        {"role": "user", "content": "Weather?"},
        {"role": "assistant", "tool_calls": [json_format.MessageToDict(call) for call in whole.message.tool_calls]},
        *({"role": "tool", "tool_call_id": call.id, "content": "rain"} for call in whole.message.tool_calls),
    ]
    after = await desk.llm.Chat(chat(messages=history, tools=tools))
    body = asked(desk)[-1].body
    assert after.choices[0].message.content and body is not None
    assert body["messages"][2] == {
        "role": "tool", "content": "rain", "tool_call_id": whole.message.tool_calls[0].id
    }  # fmt: skip
    assert body["tools"][0]["function"] == WEATHER


async def test_an_answer_fits_its_schema(desk: Desk) -> None:
    legs = {"properties": {"legs": {"type": "integer"}}, "required": ["legs"]}
    schema = {"type": "object", "additionalProperties": False, **legs}
    wanted = {"type": "json_schema", "json_schema": {"name": "pet", "schema": schema, "strict": True}}
    answer = await desk.llm.Chat(chat(response_format=wanted))
    assert isinstance(json.loads(answer.choices[0].message.content)["legs"], int)
    body = asked(desk)[0].body
    assert body is not None and body["response_format"] == wanted


async def test_pictures_and_files_reach_the_vendor(desk: Desk) -> None:
    """A public address as it is; bytes and a stored file as data."""

    async def pieces() -> object:
        yield assets.UploadAssetRequest(header=assets.UploadHeader(filename="notes.txt", media_type="text/plain"))
        yield assets.UploadAssetRequest(data=b"The fox is red.")

    stored = (await desk.assets.UploadAsset(pieces())).asset
    parts = [
        {"text": "What is it?"},
        {"image": {"source": {"uri": "https://example.com/fox.png"}, "detail": "low"}},
        {"image": {"source": {"uri": PICTURE}}},
        {"file": {"source": {"asset": stored.id}}},
    ]
    await desk.llm.Chat(chat(messages=[{"role": "user", "parts": parts}]))
    body = asked(desk)[0].body
    assert body is not None
    text, far, near, file = body["messages"][0]["content"]
    assert text == {"type": "text", "text": "What is it?"}
    assert far == {"type": "image_url", "image_url": {"url": "https://example.com/fox.png", "detail": "low"}}
    assert near["image_url"]["url"] == PICTURE
    assert file["file"]["filename"] == "notes.txt" and file["file"]["file_data"].startswith("data:text/plain;base64,")


async def test_a_private_address_is_not_passed_on(desk: Desk) -> None:
    """A host of one's own would fetch it from where private addresses are near."""
    parts = [{"image": {"source": {"uri": "https://169.254.169.254/latest/meta-data"}}}]
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat(model="fast/qwen", messages=[{"role": "user", "parts": parts}]))
    told = failed(raised.value)
    assert (told.reason, told.fields) == ("URI_REFUSED", ["messages[0].parts[0].image.source.uri"])
    assert not asked(desk)


async def test_what_the_contract_does_not_know_goes_through_both_ways(desk: Desk) -> None:
    """Of requests, messages, answers, choices, usage and each piece of a stream."""
    messages = [{"role": "user", "content": "Hello", "extra": {"mood": "glad"}}]
    request = {"extra": {"moon": {"phase": 3}}, "messages": messages}
    answer = await desk.llm.Chat(chat(**request))
    body = asked(desk)[0].body
    assert body is not None and body["moon"] == {"phase": 3} and body["messages"][0]["mood"] == "glad"
    assert json_format.MessageToDict(answer.extra)["x_fake"]["unknown"] == {"moon": {"phase": 3.0}}
    choice = answer.choices[0]
    assert "x_fake_choice" in choice.extra and "x_fake_message" in choice.message.extra
    assert "x_fake_usage" in answer.usage.extra
    pieces = await chunks(desk, stream(**request))
    assert all("x_fake" in piece.extra for piece in pieces)
    assert "x_fake_delta" in pieces[0].choices[0].delta.extra


async def test_every_field_arrives_under_the_vendors_name(desk: Desk) -> None:
    fields = {
        "temperature": 0.5, "top_p": 0.9, "max_output_tokens": 40, "seed": 7, "stop": ["END"], "n": 2,
        "presence_penalty": 0.1, "frequency_penalty": 0.2, "logit_bias": {"50256": -100}, "logprobs": True,
        "top_logprobs": 2, "reasoning_effort": "low", "verbosity": "low", "service_tier": "flex",
        "prompt_cache_key": "k", "user": "u", "metadata": {"a": "b"},
    }  # fmt: skip
    answer = await desk.llm.Chat(chat(**fields))
    body = asked(desk)[0].body
    assert body is not None
    expected = {name: value for name, value in fields.items() if name != "max_output_tokens"}
    assert {name: body[name] for name in expected} == expected and body["max_completion_tokens"] == 40
    assert [choice.index for choice in answer.choices] == [0, 1]
    token = answer.choices[0].logprobs.content[0]
    assert token.token and token.logprob <= 0 and len(token.top_logprobs) == 2


@pytest.mark.parametrize(
    ("directive", "code", "reason"),
    [
        ("[fake:401]", "FAILED_PRECONDITION", "PROVIDER_FAILED"),
        ("[fake:403]", "FAILED_PRECONDITION", "PROVIDER_FAILED"),
        ("[fake:404]", "FAILED_PRECONDITION", "PROVIDER_FAILED"),
        ("[fake:429 retry_after_s=7]", "RESOURCE_EXHAUSTED", "PROVIDER_LIMITED"),
        ("[fake:429 code=insufficient_quota]", "RESOURCE_EXHAUSTED", "PROVIDER_QUOTA"),
        ("[fake:400 code=context_length_exceeded]", "INVALID_ARGUMENT", "CONTEXT_TOO_LONG"),
        ("[fake:400 code=content_filter]", "FAILED_PRECONDITION", "CONTENT_BLOCKED"),
        ("[fake:500]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:drop]", "UNAVAILABLE", "PROVIDER_BUSY"),
        ("[fake:malformed]", "UNAVAILABLE", "PROVIDER_BUSY"),
    ],
)
async def test_a_refusal_is_told_and_nothing_is_asked_twice(desk: Desk, directive: str, code: str, reason: str) -> None:
    """Whole or streamed: one call each, one failure each, and the key is in no message."""
    seen = list[Failed]()
    with pytest.raises(grpc.aio.AioRpcError) as whole:
        await desk.llm.Chat(chat(f"Hello {directive}"))
    seen.append(failed(whole.value))
    assert len(asked(desk)) == 1
    with pytest.raises(grpc.aio.AioRpcError) as streamed:
        await chunks(desk, stream(f"Bye {directive}"))
    seen.append(failed(streamed.value))
    assert len(asked(desk)) == 2
    assert {(one.code, one.reason) for one in seen} == {(code, reason)}
    assert all("sk-" not in one.message for one in seen)
    if reason == "PROVIDER_LIMITED" and "retry" in directive:
        assert {one.retry_s for one in seen} == {7.0}


async def test_a_wrong_field_is_named_as_the_contract_calls_it(desk: Desk) -> None:
    """The vendor's words, our field."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat(model="fast/gpt-5.4", max_output_tokens=5))
    told = failed(raised.value)
    assert (told.code, told.reason, told.fields) == ("INVALID_ARGUMENT", "FIELD_INVALID", ["max_output_tokens"])


@pytest.mark.parametrize("fault", ["reset", "truncate", "malformed"])
async def test_a_stream_that_breaks_ends_with_its_failure(desk: Desk, fault: str) -> None:
    """What came before stays; it is never an answer that looks complete."""
    pieces = list[pb.ChatChunk]()
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await chunks(desk, stream(f"Tell all. [fake:chunks=20] [fake:{fault} at=submit after_pieces=6]"), pieces)
    assert failed(raised.value).reason == "PROVIDER_BUSY"
    assert words(pieces)


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_caller_who_leaves_closes_the_vendors_call(desk: Desk, streamed: bool) -> None:
    """At once, while the vendor still writes or has not even begun."""
    if streamed:
        call = desk.llm.StreamChat(stream("Tell all. [fake:chunks=1000] [fake:slow every_s=3600 after_pieces=1]"))
        reading = asyncio.create_task(anext(aiter(call)))
        await asyncio.to_thread(desk.vendors.wait_for, submissions=1)
        reading.cancel()
    else:
        call = desk.llm.Chat(chat("Hello [fake:hold]"))
        waiting = asyncio.ensure_future(call)
        await asyncio.to_thread(desk.vendors.wait_for, event="held")
        waiting.cancel()
    call.cancel()
    await asyncio.to_thread(desk.vendors.wait_for, event="closed")
    (entry,) = asked(desk)
    assert entry.closed


async def test_many_at_a_time_of_whom_a_third_leaves_close_what_they_left_and_nothing_else(desk: Desk) -> None:
    """20 of 60 streams are left while they are written; the other 40 come whole."""
    slow = "[fake:chunks=1000] [fake:slow every_s=3600]"
    leaving = [desk.llm.StreamChat(stream(f"Leave {number} {slow}")) for number in range(20)]
    staying = [asyncio.create_task(chunks(desk, stream(f"Stay {number} [fake:chunks=50]"))) for number in range(40)]
    await asyncio.to_thread(desk.vendors.wait_for, submissions=60)
    for call in leaving:
        call.cancel()
    answers = await asyncio.gather(*staying)
    assert all(answer[-1].usage.output_tokens == 50 for answer in answers)
    await asyncio.to_thread(desk.vendors.wait_for, event="closed", count=20)
    assert sum(entry.closed for entry in asked(desk)) == 20 and len(asked(desk)) == 60


async def test_an_equal_request_id_is_answered_once(desk: Desk) -> None:
    """Whole and streamed; tool calls and usage are given again too."""
    request = {"tools": [{"function": WEATHER}], "request_id": "tools-1"}
    first = await desk.llm.Chat(chat("Weather? [fake:calls=1]", **request))
    again = await desk.llm.Chat(chat("Weather? [fake:calls=1]", **request))
    assert again == first and len(asked(desk)) == 1
    told = await chunks(desk, stream(request_id="stream-1"))
    repeated = await chunks(desk, stream(request_id="stream-1"))
    assert words(repeated) == words(told) and repeated[-1].usage == told[-1].usage
    assert repeated[0].id == told[0].id and len(asked(desk)) == 2


async def test_the_hosts_differ_only_in_their_ways(desk: Desk) -> None:
    """Azure's deployments with its key and version; a compatible host with the older limit of tokens."""
    await desk.llm.Chat(chat(model="azure/spare", max_output_tokens=9))
    await desk.llm.Chat(chat(model="fast/qwen", max_output_tokens=9))
    await chunks(desk, stream(model="azure/spare"))
    (whole, streamed) = asked(desk, "azure")
    (fast,) = asked(desk, "openai")
    assert "/openai/deployments/spare/chat/completions?api-version=2026-10-01" in whole.path == streamed.path
    assert whole.body is not None and whole.body["max_completion_tokens"] == 9
    assert fast.body is not None and fast.body["max_tokens"] == 9 and "max_completion_tokens" not in fast.body


async def test_names_lead_to_models(desk: Desk) -> None:
    """An alias, a model that is not listed, and one of nobody."""
    assert (await desk.llm.Chat(chat(model="quick"))).model == "openai/gpt-4.1-mini"
    assert (await desk.llm.Chat(chat(model="openai/gpt-99"))).model == "openai/gpt-99"
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Chat(chat(model="acme/gpt"))
    assert failed(raised.value).reason == "MODEL_NOT_FOUND"
    listed = {model.id: model for model in (await desk.llm.ListModels(pb.ListModelsRequest())).models}
    assert listed["openai/gpt-4.1"].configured and "tools" in listed["openai/gpt-4.1"].capabilities
    assert listed["openai/gpt-4.1"].input_price_micros == 2_000_000
    assert listed["openai/gpt-4.1"].cached_input_price_micros == 500_000
    assert not listed["gemini/gemini-embedding-001"].HasField("cached_input_price_micros")
    assert {"azure/spare", "fast/qwen", "openai/text-embedding-3-small", "local/text"} <= set(listed)


async def test_texts_are_embedded(desk: Desk) -> None:
    request = pb.EmbedRequest(inputs=["a fox", "a boat"], model="openai/text-embedding-3-small", dimensions=64)
    made = await desk.llm.Embed(request)
    assert [len(one.values) for one in made.embeddings] == [64, 64] and made.usage.input_tokens
    assert made.embeddings[0].values != made.embeddings[1].values and made.cost.settled_micros
    assert asked(desk)[0].body["input"] == ["a fox", "a boat"]  # type: ignore[index]


async def test_texts_are_embedded_by_the_numbers_of_their_tokens(desk: Desk) -> None:
    """The vendor is asked with the same numbers; each is counted, held and charged as the one token that it is."""
    lists = [[17, 4, 100_276], [0]]
    request = {"tokenInputs": [{"tokens": one} for one in lists], "model": "openai/text-embedding-3-small"}
    made = await desk.llm.Embed(json_format.ParseDict(request | {"maxCostMicros": 8}, pb.EmbedRequest()))
    assert asked(desk)[0].body["input"] == lists  # type: ignore[index]
    assert (len(made.embeddings), made.usage.input_tokens, made.cost.settled_micros) == (2, 4, 8)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Embed(json_format.ParseDict(request | {"maxCostMicros": 7}, pb.EmbedRequest()))
    assert failed(raised.value).reason == "COST_CEILING" and len(asked(desk)) == 1
    listed = {model.id: model for model in (await desk.llm.ListModels(pb.ListModelsRequest(kind="embedding"))).models}
    takers = {model for model, card in listed.items() if "token_input" in card.capabilities}
    assert takers == {"openai/text-embedding-3-small", "openai/text-embedding-3-large"}


@pytest.mark.parametrize(
    ("wrong", "reason", "fields"),
    [
        ({"model": "local/embed", "tokenInputs": [{"tokens": [1]}]}, "CAPABILITY_UNSUPPORTED", ["token_inputs"]),
        (
            {"model": "gemini/gemini-embedding-001", "tokenInputs": [{"tokens": [1]}]},
            "CAPABILITY_UNSUPPORTED",
            ["token_inputs"],
        ),
        ({"inputs": ["a"], "tokenInputs": [{"tokens": [1]}]}, "FIELD_INVALID", [""]),
        ({}, "FIELD_INVALID", [""]),
        ({"tokenInputs": [{"tokens": [1]}, {}]}, "FIELD_INVALID", ["token_inputs[1].tokens"]),
        ({"tokenInputs": [{"tokens": [1, -1]}]}, "FIELD_INVALID", ["token_inputs[0].tokens[1]"]),
    ],
)
async def test_numbers_of_tokens_that_nobody_can_embed_are_refused(
    desk: Desk, wrong: dict[str, object], reason: str, fields: list[str]
) -> None:
    """By the field; texts and numbers together, and neither, by the rule for both."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Embed(json_format.ParseDict(wrong, pb.EmbedRequest()))
    assert (failed(raised.value).reason, failed(raised.value).fields) == (reason, fields)
    assert not asked(desk)


async def test_texts_and_pictures_are_judged(desk: Desk) -> None:
    """By OpenAI when a request names nobody and it is configured; texts one by one, pictures all together."""
    texts = await desk.llm.Moderate(pb.ModerateRequest(texts=["a quiet lake", "I will kill you"]))
    assert (texts.model, len(texts.results)) == ("openai/omni-moderation-latest", 2)
    assert texts.results[0].categories and texts.flagged == any(one.flagged for one in texts.results)
    request = json_format.ParseDict(
        {"texts": ["a lake"], "images": [{"content": PICTURE.partition(",")[2]}]}, pb.ModerateRequest()
    )
    assert len((await desk.llm.Moderate(request)).results) == 1
    body = asked(desk)[1].body
    assert body is not None and body["input"][1]["image_url"]["url"] == PICTURE
    own = await desk.llm.Moderate(pb.ModerateRequest(texts=["a lake"], model="local/moderation"))
    assert own.provider == "local" and len(asked(desk)) == 2


async def test_a_prompt_is_rewritten_by_the_model_that_is_named(desk: Desk) -> None:
    """The manner is in what the model is told; without a name the local rules do it."""
    request = pb.OptimizePromptRequest(prompt="a fox [fake:text=better]", mode="cinematic", model=MODEL)
    made = await desk.llm.OptimizePrompt(request)
    assert (made.prompt, made.model) == ("better", MODEL) and made.cost.settled_micros
    body = asked(desk)[0].body
    assert body is not None and "camera" in body["messages"][0]["content"]
    assert (await desk.llm.OptimizePrompt(pb.OptimizePromptRequest(prompt="a fox"))).provider == "local"
