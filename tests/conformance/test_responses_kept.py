"""Responses of the real service to the end: SDK, Envoy, adapters, llm service, database, and a vendor played here."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import openai
import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter

from reelwright_fakes.testing import Fake
from tests.conformance.conftest import Chain
from tests.conformance.test_responses_stream import events_in

MODEL = "openai/gpt-4.1"
WEATHER: Any = {
    "type": "function",
    "name": "weather",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Scene(BaseModel):
    place: str
    lines: list[str]


def bodies(vendor: Fake) -> list[Any]:
    """What the vendor was asked, in order."""
    return [one.body for one in vendor.control.ledger().submissions]


async def test_local_engine_answers(sdk: openai.AsyncOpenAI, chain: Chain) -> None:
    """Whole, event by event and again from where it is kept, with the same words; no key, no vendor."""
    plain = await sdk.responses.create(model="local/text", input="Why is the sea salt?", extra_body={"seed": 7})
    answer = await chain.rest.post(
        "responses", json={"model": "local/text", "input": "Why is the sea salt?", "seed": 7, "stream": True}
    )
    events = events_in(answer.text)
    kept = await sdk.responses.retrieve(plain.id)

    assert (plain.status, plain.model, plain.object) == ("completed", "local/text", "response")
    assert plain.output_text and kept == plain
    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert "".join(one["delta"] for one in events if one["type"] == "response.output_text.delta") == plain.output_text
    Response.model_validate(events[-1]["response"], strict=True)


async def test_helper_of_the_sdk_streams(client: openai.AsyncOpenAI) -> None:
    async with client.responses.stream(model=MODEL, input="Tell all. [fake:chunks=200]") as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == final.output_text and len(deltas) >= 200
    assert final.usage and final.usage.output_tokens >= 200
    assert [event.sequence_number for event in events] == list(range(len(events)))


async def test_json_is_parsed_into_a_model(client: openai.AsyncOpenAI) -> None:
    """By the schema that the SDK makes of it, whole and streamed."""
    answer = await client.responses.parse(model=MODEL, input="A storm", text_format=Scene)
    async with client.responses.stream(model=MODEL, input="A storm", text_format=Scene) as stream:
        streamed = await stream.get_final_response()

    assert isinstance(answer.output_parsed, Scene) and answer.output_parsed.lines
    assert streamed.output_parsed == answer.output_parsed
    assert answer.text and answer.text.format and answer.text.format.type == "json_schema"


@pytest.mark.parametrize("by", ["previous_response_id", "input"])
async def test_functions_are_called_and_their_results_go_back(
    client: openai.AsyncOpenAI, vendor: Fake, by: str
) -> None:
    """On top of what is kept, or with the whole conversation; the vendor sees the same."""
    question = "Weather in Oslo and Rome? [fake:calls=2]"
    first = await client.responses.create(model=MODEL, input=question, tools=[WEATHER], parallel_tool_calls=True)
    calls = [item for item in first.output if item.type == "function_call"]
    assert len(calls) == 2 and all(set(json.loads(call.arguments)) == {"city"} for call in calls)

    results: list[Any] = [
        {"type": "function_call_output", "call_id": call.call_id, "output": "12 degrees"} for call in calls
    ]
    given: Any = {"previous_response_id": first.id, "input": results}
    if by == "input":
        given = {"input": [{"role": "user", "content": question}, *first.output, *results]}
    last = await client.responses.create(model=MODEL, tools=[WEATHER], **given)

    assert last.status == "completed"
    assert last.previous_response_id == (first.id if by == "previous_response_id" else None)
    *_, asked = bodies(vendor)
    told = [(one["role"], one.get("content")) for one in asked["messages"]]
    assert told[0] == ("user", question) and told[1][0] == "assistant" and told[2:] == [("tool", "12 degrees")] * 2
    assert [one["id"] for one in asked["messages"][1]["tool_calls"]] == [call.call_id for call in calls]


async def test_streamed_calls_are_the_whole_ones(client: openai.AsyncOpenAI) -> None:
    async with client.responses.stream(model=MODEL, input="[fake:calls=2]", tools=[WEATHER]) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    done = [event.arguments for event in events if event.type == "response.function_call_arguments.done"]
    assert done == [item.arguments for item in final.output if item.type == "function_call"] and len(done) == 2


async def test_unknown_fields_reach_the_vendor(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    await client.responses.create(model=MODEL, input="Hm", extra_body={"acme_mode": {"deep": [1, 2.5]}})

    [asked] = bodies(vendor)
    assert asked["acme_mode"] == {"deep": [1, 2.5]} and "input" not in asked


async def test_log_probabilities_are_told(client: openai.AsyncOpenAI) -> None:
    answer = await client.responses.create(
        model=MODEL, input="Hm", include=["message.output_text.logprobs"], top_logprobs=2
    )

    [item] = answer.output
    assert item.type == "message" and item.content[0].type == "output_text"
    told = item.content[0].logprobs
    assert told and "".join(one.token for one in told) == answer.output_text
    assert all(len(one.top_logprobs) == 2 and one.bytes == list(one.token.encode()) for one in told)


async def test_thoughts_are_items(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    """Shown as they come, and given to the model again where the program gives them back."""
    asked: Any = {"model": MODEL, "input": "Hm", "extra_body": {"thinking": {"type": "enabled"}}}
    async with client.responses.stream(**asked) as stream:
        events: list[Any] = [event async for event in stream]
        final = await stream.get_final_response()

    thought, said = final.output
    assert thought.type == "reasoning" and thought.content and said.type == "message"
    deltas = [event.delta for event in events if event.type == "response.reasoning_text.delta"]
    assert "".join(deltas) == thought.content[0].text
    await client.responses.create(model=MODEL, input=[*final.output, {"role": "user", "content": "So?"}])  # type: ignore[list-item]
    assert bodies(vendor)[-1]["messages"][0]["reasoning_content"] == thought.content[0].text


async def test_same_idempotency_key_gives_the_same_response(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    """Whole or streamed; another question under it is refused."""
    for stream in (False, True):
        asked: Any = {"model": MODEL, "input": "Hm", "stream": stream}
        key = {"Idempotency-Key": f"response-{id(client)}-{stream}"}
        first, again = [await client.responses.with_raw_response.create(**asked, extra_headers=key) for _ in range(2)]
        texts = [(await one.http_response.aread()).decode() for one in (first, again)]
        assert texts[0] == texts[1] and again.headers["idempotent-replayed"] == "true"
        with pytest.raises(openai.ConflictError) as raised:
            await client.responses.create(**asked | {"input": "Else"}, extra_headers=key)
        assert raised.value.param == "Idempotency-Key"
    assert len(bodies(vendor)) == 2


async def test_background_stream_goes_on_where_it_was_cut(
    client: openai.AsyncOpenAI, paid: Chain, vendor: Fake
) -> None:
    """The client's connection ends at a few moments; no event comes twice, none is missing, the work is done once."""
    text = "Tell all. [fake:chunks=120] [fake:slow every_s=0.01]"
    asked: dict[str, Any] = {"model": MODEL, "input": text, "stream": True, "background": True}
    seen: list[dict[str, Any]] = []
    for most in (1, 3, 50, 1000):
        sent: dict[str, Any] = {"method": "POST", "url": "responses", "json": asked}
        if seen:
            after = {"stream": "true", "starting_after": seen[-1]["sequence_number"]}
            sent = {"method": "GET", "url": f"responses/{seen[0]['response']['id']}", "params": after}
        async with paid.rest.stream(**sent) as answer:
            lines = (line async for line in answer.aiter_lines() if line.startswith("data: "))
            read = 0
            async for line in lines:
                seen.append(json.loads(line[6:]))
                read += 1
                if read == most:
                    break

    assert [one["sequence_number"] for one in seen] == list(range(len(seen)))
    assert seen[0]["type"] == "response.created" and seen[-1]["type"] == "response.completed"
    final = Response.model_validate(seen[-1]["response"])
    assert "".join(one["delta"] for one in seen if one["type"] == "response.output_text.delta") == final.output_text
    whole = [one async for one in await client.responses.retrieve(final.id, stream=True)]
    assert [one.to_dict() for one in whole] == seen
    assert len(bodies(vendor)) == 1


async def test_background_response_is_awaited_as_the_sdk_documents(client: openai.AsyncOpenAI) -> None:
    answer = await client.responses.create(model=MODEL, input="Tell all. [fake:chunks=20]", background=True)
    assert answer.status in ("queued", "in_progress") and answer.background is True and answer.output == []
    async for _ in await client.responses.retrieve(answer.id, stream=True):
        pass

    done = await client.responses.retrieve(answer.id)
    assert (done.id, done.status) == (answer.id, "completed") and done.output_text and done.usage


async def test_background_response_is_cancelled(client: openai.AsyncOpenAI, vendor: Fake) -> None:
    """Whoever watches it sees that it was; the vendor is left."""
    text = "Tell all. [fake:chunks=1000] [fake:slow every_s=0.05]"
    stream: Any = await client.responses.create(model=MODEL, input=text, background=True, stream=True)
    events: list[Any] = [await anext(stream)]
    async for event in stream:
        events.append(event)
        if event.type == "response.output_text.delta" and len(events) < 20:
            cancelled = await client.responses.cancel(events[0].response.id)
            break
    events += [event async for event in stream]

    assert cancelled.status == "cancelled" and cancelled.completed_at is None
    # The SDK has no type for this event, and gives what it says as it is.
    assert (events[-1].type, events[-1].response["status"]) == ("response.cancelled", "cancelled")
    assert [event.sequence_number for event in events] == list(range(len(events)))
    await asyncio.to_thread(vendor.control.wait_for, "closed")
    assert (await client.responses.cancel(cancelled.id)).status == "cancelled"


async def test_input_is_listed_and_the_response_deleted(client: openai.AsyncOpenAI) -> None:
    made = await client.responses.create(
        model=MODEL,
        instructions="Be brief.",
        input=[{"role": "developer", "content": "A"}, {"role": "user", "content": "B"}],
    )
    listed = await client.responses.input_items.list(made.id, order="asc")
    assert [item.to_dict()["content"] for item in listed.data] == [
        [{"type": "input_text", "text": text}] for text in ("A", "B")
    ]
    assert listed.has_more is False

    await client.responses.delete(made.id)

    for ask in (client.responses.retrieve(made.id), client.responses.delete(made.id)):
        with pytest.raises(openai.NotFoundError) as raised:
            await ask
        assert raised.value.code == "response_not_found"
    with pytest.raises(openai.BadRequestError) as gone:
        await client.responses.create(model=MODEL, input="B", previous_response_id=made.id)
    assert (gone.value.code, gone.value.param) == ("previous_response_not_found", "previous_response_id")


async def test_response_that_is_not_kept_is_not_found(client: openai.AsyncOpenAI) -> None:
    made = await client.responses.create(model=MODEL, input="Hm", store=False)

    assert made.output_text and made.to_dict()["store"] is False
    with pytest.raises(openai.NotFoundError):
        await client.responses.retrieve(made.id)


async def test_response_of_the_foreground_is_neither_watched_nor_cancelled(client: openai.AsyncOpenAI) -> None:
    made = await client.responses.create(model=MODEL, input="Hm")

    for ask in (client.responses.cancel(made.id), client.responses.retrieve(made.id, stream=True)):
        with pytest.raises(openai.BadRequestError) as raised:
            await ask
        assert raised.value.code == "response_not_background"


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
        await client.responses.create(model=MODEL, input=directive, stream=streamed)

    assert raised.value.code == code


async def test_what_breaks_half_way_fails_the_response(client: openai.AsyncOpenAI) -> None:
    """What came until then was told, and the item that was begun is closed."""
    text = "Tell all. [fake:reset after_pieces=5] [fake:chunks=50]"
    events: list[Any] = [one async for one in await client.responses.create(model=MODEL, input=text, stream=True)]

    assert (events[-1].type, events[-1].response.status) == ("response.failed", "failed")
    TypeAdapter(ResponseStreamEvent).validate_python(events[-1].to_dict())
    assert events[-1].response.error.code == "server_error" and events[-1].response.error.message
    assert [event.type for event in events].count("response.output_text.delta") == 4
    assert (events[-2].type, events[-2].item.status) == ("response.output_item.done", "incomplete")


async def test_answer_that_was_cut_is_incomplete(client: openai.AsyncOpenAI) -> None:
    answer = await client.responses.create(model=MODEL, input="Tell all. [fake:finish=length]")

    assert (answer.status, answer.output[0].type) == ("incomplete", "message")
    assert answer.incomplete_details and answer.incomplete_details.reason == "max_output_tokens"


@pytest.mark.parametrize("stream", [False, True])
async def test_leaving_reaches_the_vendor(client: openai.AsyncOpenAI, vendor: Fake, stream: bool) -> None:
    """The connection to it is closed at once: nothing more is written for nobody."""
    asking = asyncio.create_task(
        client.responses.create(model=MODEL, input="Hm [fake:slow every_s=1000] [fake:chunks=50]", stream=stream)
    )
    if stream:
        await (await asking).close()
    else:
        await asyncio.to_thread(vendor.control.wait_for, "accepted")
        asking.cancel()

    await asyncio.to_thread(vendor.control.wait_for, "closed")


WRONG: dict[str, tuple[dict[str, Any], int, str]] = {
    "unknown model": ({"model": "acme/none"}, 404, "model"),
    "functions of a model that has none": ({"tools": [WEATHER]}, 400, "tools"),
    "picture for a model that sees none": (
        {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]}]},
        400,
        "input[0].content",
    ),
    "picture after instructions": (
        {
            "instructions": "Be brief.",
            "input": [
                {"role": "user", "content": "Hi"},
                {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]},
                {"role": "user", "content": "So?"},
            ],
        },
        400,
        "input[1].content",
    ),
    "log probabilities of a model that has none": ({"include": ["message.output_text.logprobs"]}, 400, "include"),
}


async def test_place_in_a_longer_conversation_is_not_guessed(sdk: openai.AsyncOpenAI) -> None:
    """How many messages came before is known where they are kept; the field is still the right one."""
    first = await sdk.responses.create(model="local/text", input="Hi")
    shown: Any = {"role": "user", "content": [{"type": "input_image", "image_url": "https://example.com/a.png"}]}

    with pytest.raises(openai.BadRequestError) as raised:
        await sdk.responses.create(
            model="local/text",
            input=[shown, *[{"role": "user", "content": "So?"} for _ in range(4)]],  # type: ignore[list-item]
            previous_response_id=first.id,
        )

    assert raised.value.param == "input"


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(("changed", "status", "param"), WRONG.values(), ids=WRONG)
async def test_what_the_model_cannot_do_is_told_in_the_callers_words(
    chain: Chain, changed: dict[str, Any], status: int, param: str, stream: bool
) -> None:
    body = {"model": "local/text", "input": "Hi", "stream": stream} | changed

    answer = await chain.rest.post("responses", json=body)

    assert (answer.status_code, answer.json()["error"]["param"]) == (status, param), answer.text
