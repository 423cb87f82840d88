"""The whole chain to a vendor and back: SDK, Envoy, adapters, llm service, and a server that speaks OpenAI's wire.

That server answers with fields named `x_fake...` that are in no specification, and tells which fields it did not know.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import openai
import pytest

from reelwright_fakes.testing import Fake
from tests.conformance.conftest import WAYS, environment_of, real_chain
from tests.postgres import Postgres

MODEL = "openai/gpt-4.1"
PIXEL = "data:image/png;base64,iVBORw0KGgo="
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def asking(content: Any) -> Any:
    """A conversation of one message."""
    return [{"role": "user", "content": content}]


async def test_unknown_fields_reach_the_vendor_and_come_back(client: openai.AsyncOpenAI) -> None:
    """At every level of the answer; the vendor tells what of the question it did not know."""
    answer = await client.chat.completions.create(
        model=MODEL, messages=asking("Hm"), extra_body={"acme_mode": {"deep": [1, 2.5]}}
    )

    told: Any = answer.to_dict()
    assert told["x_fake"]["unknown"] == {"acme_mode": {"deep": [1, 2.5]}}
    assert told["choices"][0]["x_fake_choice"] == "kept"
    assert told["choices"][0]["message"]["x_fake_message"] == "kept"
    assert told["usage"]["x_fake_usage"] == "kept"
    assert told["usage"]["completion_tokens_details"]["accepted_prediction_tokens"] == 0


async def test_unknown_fields_of_a_stream_come_back(client: openai.AsyncOpenAI) -> None:
    options: Any = {"include_usage": True}
    stream = await client.chat.completions.create(
        model=MODEL, messages=asking("Hm"), stream=True, stream_options=options, extra_body={"acme_mode": 1}
    )
    told: list[Any] = [one.to_dict() async for one in stream]

    assert told[0]["x_fake"]["unknown"] == {"acme_mode": 1}
    assert told[0]["choices"][0]["delta"]["x_fake_delta"] == "kept"
    assert {one["choices"][0]["x_fake_choice"] for one in told[:-1]} == {"kept"}
    assert told[-1]["usage"]["x_fake_usage"] == "kept" and told[-1]["choices"] == []


async def test_alias_and_pictures(client: openai.AsyncOpenAI) -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    answer = await client.chat.completions.create(model="best", messages=asking(parts))

    assert answer.model.startswith("openai/gpt-4.1") and answer.choices[0].message.content


async def test_tools_in_parallel_and_their_results(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    """Streamed and whole, the calls are the same; with their results the model answers."""
    question = asking("Weather in Oslo and Rome? [fake:calls=2]")
    asked: Any = {"model": MODEL, "messages": question, "tools": [WEATHER], "seed": 1}
    async with client.chat.completions.stream(**asked) as stream:
        streamed = (await stream.get_final_completion()).choices[0].message
    message = (await client.chat.completions.create(**asked)).choices[0].message

    assert message.tool_calls and streamed.tool_calls and len(message.tool_calls) == 2
    arguments = [(one.function.name, one.function.arguments) for one in message.tool_calls]  # type: ignore[union-attr]
    assert [(one.function.name, one.function.arguments) for one in streamed.tool_calls] == arguments
    assert all(set(json.loads(given)) == {"city"} for _, given in arguments)

    results = [{"role": "tool", "tool_call_id": one.id, "content": "12 degrees"} for one in message.tool_calls]
    told: Any = [*asking("Weather?"), message, *results]
    last = await client.chat.completions.create(model=MODEL, messages=told, tools=[WEATHER])
    assert last.choices[0].finish_reason == "stop" and last.choices[0].message.content


async def test_answer_fits_the_schema(client: openai.AsyncOpenAI) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    answer = await client.chat.completions.create(
        model=MODEL,
        messages=asking("A film"),
        response_format={
            "type": "json_schema",
            "json_schema": {"name": "film", "strict": True, "schema": schema | {"additionalProperties": False}},
        },
    )

    assert list(json.loads(answer.choices[0].message.content or "")) == ["title"]


async def test_names_of_schemas_keep_their_order(client: openai.AsyncOpenAI) -> None:
    """Models write in the order of the schema: thinking goes before the verdict, whatever the alphabet says."""
    names = ["zeal", "reasoning", "answer", "confidence", "aside", "beta", "m"]
    schema: Any = {
        "type": "object",
        "properties": {name: {"type": "string"} for name in names},
        "required": names,
        "additionalProperties": False,
    }
    called: Any = {"type": "function", "function": {"name": "judge", "parameters": schema}}
    form: Any = {"type": "json_schema", "json_schema": {"name": "verdict", "strict": True, "schema": schema}}

    written = await client.chat.completions.create(model=MODEL, messages=asking("Judge"), response_format=form)
    asked = await client.chat.completions.create(model=MODEL, messages=asking("[fake:calls=1]"), tools=[called])

    assert list(json.loads(written.choices[0].message.content or "")) == names
    [call] = asked.choices[0].message.tool_calls or []
    assert list(json.loads(call.function.arguments)) == names  # type: ignore[union-attr]


async def test_a_thousand_chunks_are_those_of_the_vendor(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    """Each of them, in order, as the vendor tells them to a client of its own."""
    question: Any = {"model": "gpt-4.1", "messages": asking("Long [fake:chunks=1000]"), "stream": True, "seed": 1}
    async with openai.AsyncOpenAI(base_url=vendor.bases("openai")["base_url"], api_key="sk-any") as direct:
        wanted = [one.choices[0].delta.content async for one in await direct.chat.completions.create(**question)]
    stream = await client.chat.completions.create(**question | {"model": MODEL})
    heard = [one.choices[0].delta.content async for one in stream if one.choices]

    assert len(wanted) > 1000 and heard == wanted


@pytest.mark.parametrize(
    ("directive", "kind", "code"),
    [
        ("[fake:429 retry_after_s=0.2]", openai.RateLimitError, "provider_limited"),
        ("[fake:500 times=always]", openai.InternalServerError, "service_unavailable"),
        ("[fake:400 code=context_length_exceeded]", openai.BadRequestError, "context_length_exceeded"),
    ],
)
@pytest.mark.parametrize("streamed", [False, True])
async def test_refusals_of_the_vendor_are_the_exceptions_they_were(
    client: openai.AsyncOpenAI, directive: str, kind: type[openai.APIStatusError], code: str, streamed: bool
) -> None:
    with pytest.raises(kind) as raised:
        await client.chat.completions.create(model=MODEL, messages=asking(directive), stream=streamed)

    assert raised.value.code == code


async def test_stream_that_the_vendor_breaks_is_raised(client: openai.AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model=MODEL, messages=asking("Hm [fake:reset after_pieces=3] [fake:chunks=50]"), stream=True
    )

    with pytest.raises(openai.APIError):
        [one async for one in stream]


async def test_leaving_reaches_the_vendor(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    """The connection to it is closed at once: nothing more is written for nobody."""
    question = asking("Hm [fake:slow every_s=1000] [fake:chunks=50]")
    stream = await client.chat.completions.create(model=MODEL, messages=question, stream=True)
    await anext(stream)

    await stream.close()

    await asyncio.to_thread(vendor.control.wait_for, "closed")


async def test_vectors_and_judgements_of_the_vendor(client: openai.AsyncOpenAI) -> None:
    vectors = await client.embeddings.create(model="openai/text-embedding-3-small", input=["a", "b"], dimensions=32)
    judged = await client.moderations.create(model="openai/omni-moderation-latest", input=["violence", "a boat"])

    assert [len(one.embedding) for one in vectors.data] == [32, 32]
    assert [one.flagged for one in judged.results] == [True, False]
    assert judged.results[0].categories.violence is True


TOKENS: Any = [[15496, 995], [9906, 11, 1917, 0]]


@pytest.mark.parametrize("given", [TOKENS, TOKENS[1]])
async def test_numbers_of_tokens_reach_the_vendor(client: openai.AsyncOpenAI, vendor: Fake, given: Any) -> None:
    """As LangChain sends them: the vendor sees what it sees of the SDK alone, and gives the same vectors."""
    model = "text-embedding-3-small"
    base_url = vendor.bases("openai")["base_url"]
    async with openai.AsyncOpenAI(base_url=base_url, api_key="sk-any", max_retries=0) as alone:
        direct = await alone.embeddings.create(model=model, input=TOKENS if given is TOKENS else [given])
    ours = await client.embeddings.create(model=f"openai/{model}", input=given)

    first, second = (entry.body for entry in vendor.control.ledger().submissions)
    assert first == second
    assert [one.embedding for one in ours.data] == [one.embedding for one in direct.data]
    assert (
        ours.usage.prompt_tokens == direct.usage.prompt_tokens == sum(map(len, TOKENS if given is TOKENS else [given]))
    )


@pytest.mark.parametrize("way", WAYS)
async def test_stream_ends_when_its_key_is_revoked(vendor: Fake, postgres: Postgres, tmp_path: Path, way: str) -> None:
    """In the middle of an answer, with the error of a wrong key; the vendor is left too."""
    admin = "the-first-key-of-the-dialect-0123456789"
    environment = environment_of(vendor) | {"REELWRIGHT_AUTH": "keys", "REELWRIGHT_ADMIN_KEY": admin}
    vendor.control.reset()
    async with real_chain(tmp_path, postgres.fresh(), way, **environment) as chain:
        keys, told = chain.url.removesuffix("/v1") + "/api/v1/keys", {"authorization": f"Bearer {admin}"}
        made = (await chain.rest.post(keys, json={"name": "short"}, headers=told)).json()
        async with openai.AsyncOpenAI(base_url=chain.url, api_key=made["secret"]) as client:
            question = asking("Hm [fake:slow every_s=1000] [fake:chunks=50]")
            stream = await client.chat.completions.create(model=MODEL, messages=question, stream=True)
            await anext(stream)
            revoked = await chain.rest.post(f"{keys}/{made['key']['id']}:revoke", json={}, headers=told)
            with pytest.raises(openai.APIError) as raised:
                await anext(stream)

    assert revoked.status_code == 200 and raised.value.code == "invalid_api_key"
    await asyncio.to_thread(vendor.control.wait_for, "closed")
