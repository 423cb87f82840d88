"""Chat completions as the current Python SDK sees them."""

from __future__ import annotations

import asyncio
import json
import random
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletionMessageParam

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.errors import PartUnavailable
from tests.conformance.conftest import Chain
from tests.conformance.scripted import MODEL, Script, chunk, last, said

ASKED: list[ChatCompletionMessageParam] = [{"role": "user", "content": "Why is the sea salt?"}]
SCHEMA = {
    "type": "object",
    "properties": {"title": {"type": "string"}, "scenes": {"type": "array", "items": {"type": "string"}}},
    "required": ["title", "scenes"],
    "additionalProperties": False,
}


async def test_plain_answer_of_the_real_service(sdk: openai.AsyncOpenAI) -> None:
    answer = await sdk.chat.completions.create(model="local/text", messages=ASKED)

    [choice] = answer.choices
    assert (answer.object, answer.model, choice.finish_reason) == ("chat.completion", "local/text", "stop")
    assert choice.message.role == "assistant" and choice.message.content
    assert answer.usage and answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0
    assert answer.created > 1_600_000_000


async def test_streamed_answer_is_the_plain_one(sdk: openai.AsyncOpenAI) -> None:
    """The same question and seed give the same words, whole or in pieces."""
    plain = await sdk.chat.completions.create(model="local/text", messages=ASKED, seed=7)
    stream = await sdk.chat.completions.create(model="local/text", messages=ASKED, seed=7, stream=True)
    chunks = [one async for one in stream]

    assert "".join(one.choices[0].delta.content or "" for one in chunks) == plain.choices[0].message.content
    assert [one.choices[0].delta.role for one in chunks] == ["assistant"] + [None] * (len(chunks) - 1)
    assert [one.choices[0].finish_reason for one in chunks] == [None] * (len(chunks) - 1) + ["stop"]
    assert len({(one.id, one.created, one.model) for one in chunks}) == 1 < len(chunks)
    assert all(one.usage is None for one in chunks)


async def test_usage_chunk_comes_last_for_who_asks(sdk: openai.AsyncOpenAI) -> None:
    options: Any = {"include_usage": True}
    stream = await sdk.chat.completions.create(model="local/text", messages=ASKED, stream=True, stream_options=options)
    chunks = [one async for one in stream]

    assert chunks[-1].choices == [] and chunks[-1].usage and chunks[-1].usage.total_tokens > 0
    assert all(one.choices and one.usage is None for one in chunks[:-1])


async def test_answer_fits_the_schema(sdk: openai.AsyncOpenAI) -> None:
    answer = await sdk.chat.completions.create(
        model="local/text",
        messages=ASKED,
        response_format={"type": "json_schema", "json_schema": {"name": "film", "strict": True, "schema": SCHEMA}},
    )

    written = json.loads(answer.choices[0].message.content or "")
    assert set(written) == {"title", "scenes"} and isinstance(written["scenes"], list)


async def test_same_idempotency_key_gives_the_same_answer(sdk: openai.AsyncOpenAI, chain: Chain) -> None:
    key = {"Idempotency-Key": f"key-{random.randrange(10**9)}"}
    first = await sdk.chat.completions.create(model="local/text", messages=ASKED, extra_headers=key)
    again = await sdk.chat.completions.create(model="local/text", messages=ASKED, extra_headers=key)

    assert again.id == first.id and again.choices == first.choices
    with pytest.raises(openai.ConflictError) as raised:
        await sdk.chat.completions.create(
            model="local/text", messages=[{"role": "user", "content": "Else"}], extra_headers=key
        )
    assert raised.value.code == "request_id_reused" and raised.value.param == "Idempotency-Key"


async def test_every_known_field_reaches_the_service(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = said()
    await told.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "developer", "content": "Be brief."},
            {"role": "user", "name": "ada", "content": ASKED[0]["content"]},  # type: ignore[typeddict-item]
        ],
        temperature=0.5,
        top_p=0.9,
        max_completion_tokens=50,
        seed=3,
        stop="END",
        n=2,
        presence_penalty=0.1,
        frequency_penalty=-0.1,
        logit_bias={"17": 5},
        logprobs=True,
        top_logprobs=2,
        parallel_tool_calls=False,
        reasoning_effort="low",
        verbosity="high",
        service_tier="flex",
        prompt_cache_key="cached",
        user="u-1",
        metadata={"film": "storm"},
        extra_headers={"Idempotency-Key": "all"},
    )

    assert script.heard == pb.ChatRequest(
        messages=[
            pb.Message(role="developer", content="Be brief."),
            pb.Message(role="user", name="ada", content="Why is the sea salt?"),
        ],
        model=MODEL,
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=50,
        seed=3,
        stop=["END"],
        n=2,
        presence_penalty=0.1,
        frequency_penalty=-0.1,
        logit_bias={"17": 5.0},
        logprobs=True,
        top_logprobs=2,
        parallel_tool_calls=False,
        reasoning_effort="low",
        verbosity="high",
        service_tier="flex",
        prompt_cache_key="cached",
        user="u-1",
        metadata={"film": "storm"},
        request_id="all",
    )


async def test_unknown_fields_travel_both_ways(told: openai.AsyncOpenAI, script: Script) -> None:
    """Of the body, a message and a part on the way in; of the answer, its choice and its message on the way out."""
    script.answer = said()
    script.answer.extra.update({"acme_route": {"hops": 2}})
    script.answer.choices[0].extra.update({"acme_filter": [True, 0.25]})
    script.answer.choices[0].message.extra.update({"annotations": [{"type": "note"}]})
    part: Any = {"type": "text", "text": "Hm", "cache_control": {"type": "ephemeral"}}
    message: Any = {"role": "user", "content": [part], "acme_weight": 3}

    answer = await told.chat.completions.create(
        model=MODEL, messages=[message], extra_body={"acme_mode": {"deep": [1, 2.5, None]}}
    )

    heard = script.heard
    assert dict(heard.extra["acme_mode"])["deep"][1] == 2.5
    assert heard.messages[0].extra["acme_weight"] == 3
    assert heard.messages[0].parts[0].extra["cache_control"]["type"] == "ephemeral"
    told_back = answer.to_dict()
    assert told_back["acme_route"] == {"hops": 2}
    choices: Any = told_back["choices"]
    assert choices[0]["acme_filter"] == [True, 0.25]
    assert choices[0]["message"]["annotations"] == [{"type": "note"}]


async def test_unknown_fields_of_pieces_arrive(told: openai.AsyncOpenAI, script: Script) -> None:
    before = pb.ChatChunk(id="chatcmpl-7", model=MODEL)
    before.extra.update({"prompt_filter_results": []})
    first = chunk(role="assistant", content="He")
    first.choices[0].delta.extra.update({"acme_mood": "calm"})
    script.steps = [[before, first], [chunk(finish_reason="stop"), last()]]

    stream = await told.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    chunks = [one.to_dict() async for one in stream]

    assert chunks[0]["prompt_filter_results"] == [] and chunks[0]["choices"] == []
    choices: Any = chunks[1]["choices"]
    assert choices[0]["delta"]["acme_mood"] == "calm"


async def test_logprobs_reasoning_and_counts_arrive(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = said(reasoning="Rivers carry it.")
    token = pb.TokenLogprob(token="He", logprob=-0.5, token_bytes=b"He")
    script.answer.choices[0].logprobs.content.append(token)
    script.answer.service_tier = "flex"

    answer = await told.chat.completions.create(model=MODEL, messages=ASKED, logprobs=True)

    logprobs = answer.choices[0].logprobs
    assert logprobs and logprobs.content and logprobs.content[0].bytes == [72, 101] and logprobs.refusal is None
    assert answer.choices[0].message.to_dict()["reasoning_content"] == "Rivers carry it."
    assert answer.usage and answer.usage.prompt_tokens_details and answer.usage.completion_tokens_details
    assert answer.usage.prompt_tokens_details.cached_tokens == 2
    assert answer.usage.completion_tokens_details.reasoning_tokens == 1
    assert answer.service_tier == "flex"


async def test_a_thousand_pieces_arrive_byte_for_byte(told: openai.AsyncOpenAI, script: Script) -> None:
    """Letters of several bytes, line ends, quotes and control characters among them."""
    dice = random.Random(5)
    letters = ["a", "é", "漢", "🌊", "\n", "\r", '"', "\\", "\u2028", "\x01", " ", "data: "]
    words = ["".join(dice.choices(letters, k=dice.randint(1, 9))) for _ in range(1000)]
    pieces = [chunk(content=word) for word in words]
    script.steps = [pieces[start : start + 7] for start in range(0, 1000, 7)] + [[chunk(finish_reason="stop"), last()]]

    stream = await told.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
    heard = [one.choices[0].delta.content async for one in stream]

    assert heard[:1000] == words


async def test_silence_is_filled_with_comments(scripted: tuple[Chain, Script]) -> None:
    """Before the first piece and between two, so that no proxy and no client takes the stream for dead."""
    chain, script = scripted
    first, second = asyncio.Event(), asyncio.Event()
    script.steps = [first, [chunk(content="He")], second, [chunk(content="llo", finish_reason="stop"), last()]]
    lines: list[str] = []
    body = {"model": MODEL, "messages": ASKED, "stream": True}
    async with chain.rest.stream("POST", "chat/completions", json=body) as answer:
        async for line in answer.aiter_lines():
            lines.append(line)
            if line == ": heartbeat":
                (second if first.is_set() else first).set()

    shown = [line[:6] for line in lines if line]
    assert shown[0] == ": hear" and shown.index("data: ") < len(shown) - shown[::-1].index(": hear")
    assert lines[-2:] == ["data: [DONE]", ""] or lines[-1] == "data: [DONE]"


async def test_silence_does_not_reach_the_client_program(told: openai.AsyncOpenAI, script: Script) -> None:
    """A model that thinks longer than the client's read timeout is waited for."""
    gate = asyncio.Event()
    script.steps = [gate, [chunk(content="Hello", finish_reason="stop"), last()]]
    loop = asyncio.get_running_loop()
    loop.call_later(1.0, gate.set)

    stream = await told.with_options(timeout=0.5, max_retries=0).chat.completions.create(
        model=MODEL, messages=ASKED, stream=True
    )

    assert [one.choices[0].delta.content async for one in stream] == ["Hello"]


async def test_failure_in_the_middle_is_raised_and_never_looks_like_an_end(scripted: tuple[Chain, Script]) -> None:
    chain, script = scripted
    script.steps = [[chunk(content="He")], PartUnavailable("provider")]
    body = {"model": MODEL, "messages": ASKED, "stream": True}

    raw = (await chain.rest.post("chat/completions", json=body)).text
    async with openai.AsyncOpenAI(base_url=chain.url, api_key="none") as client:
        stream = await client.chat.completions.create(model=MODEL, messages=ASKED, stream=True)
        first = await anext(stream)
        with pytest.raises(openai.APIError) as raised:
            await anext(stream)

    assert first.choices[0].delta.content == "He"
    assert "provider cannot be reached" in raised.value.message and raised.value.code == "service_unavailable"
    assert "[DONE]" not in raw and raw.count("event: error") == 1


async def test_failure_before_the_first_piece_has_its_status(told: openai.AsyncOpenAI, script: Script) -> None:
    script.steps = [PartUnavailable("provider")]

    with pytest.raises(openai.InternalServerError) as raised:
        await told.with_options(max_retries=0).chat.completions.create(model=MODEL, messages=ASKED, stream=True)

    assert raised.value.status_code == 503


@pytest.mark.parametrize("pieces", [0, 1])
async def test_leaving_a_stream_cancels_the_call(told: openai.AsyncOpenAI, script: Script, pieces: int) -> None:
    """Whether or not the answer had begun."""
    script.steps = [[chunk(content="He")]] * pieces + [asyncio.Event()]

    async def ask() -> None:
        async for _ in await told.chat.completions.create(model=MODEL, messages=ASKED, stream=True):
            pass

    asking = asyncio.create_task(ask())
    await script.begun.wait()
    asking.cancel()

    async with asyncio.timeout(10):
        await script.left.wait()


async def test_leaving_a_plain_call_cancels_it(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = asyncio.Event()
    asking = asyncio.create_task(told.chat.completions.create(model=MODEL, messages=ASKED))
    await script.begun.wait()
    asking.cancel()

    async with asyncio.timeout(10):
        await script.left.wait()


async def test_timeout_of_the_client_cancels_the_call_and_is_counted_when_repeated(
    told: openai.AsyncOpenAI, script: Script
) -> None:
    script.answer = asyncio.Event()

    with pytest.raises(openai.APITimeoutError):
        await told.with_options(timeout=0.3, max_retries=1).chat.completions.create(model=MODEL, messages=ASKED)

    assert (script.calls, script.retries) == (2, 1)
    async with asyncio.timeout(10):
        await script.left.wait()
