"""Streams of responses as the current Python SDK sees them, from a service that answers as told."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import ResponseStreamEvent
from pydantic import BaseModel, TypeAdapter

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.errors import PartUnavailable
from tests.conformance.conftest import SILENCE_S
from tests.conformance.kept import ID, MODEL, Kept, Missing, Odd, Story, failed, message, response

EVENT: TypeAdapter[Any] = TypeAdapter(ResponseStreamEvent)


class Film(BaseModel):
    title: str


def events_in(text: str) -> list[dict[str, Any]]:
    """The events of a stream that came whole; each is what its type in the SDK says it is."""
    frames = [frame.strip("\n").split("\n") for frame in text.split("\n\n") if frame and not frame.startswith(":")]
    data = [json.loads(line.removeprefix("data: ")) for _, line in frames]
    assert [name for name, _ in frames] == [f"event: {one['type']}" for one in data]
    for one in data:
        if one["type"] != "response.cancelled":
            EVENT.validate_python(one, strict=True)
    return data


async def asked(rest: httpx.AsyncClient, **body: Any) -> list[dict[str, Any]]:
    answer = await rest.post("responses", json={"model": MODEL, "input": "Hi", "stream": True} | body)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("text/event-stream"), answer.text
    return events_in(answer.text)


def everything() -> Story:
    """Each kind of event that there is, but those of pictures."""
    story = Story(background=True)
    queued = response(pb.RESPONSE_STATE_QUEUED, request=story.asked)
    started = response(pb.RESPONSE_STATE_IN_PROGRESS, request=story.asked)
    story.add("CREATED", response=queued).add("QUEUED", response=queued).add("STARTED", response=started)
    at: dict[str, Any] = {"item_index": 0, "item_id": "rs_1"}
    thought = pb.OutputPart(reasoning="Hm")
    story.add("ITEM_ADDED", **at, item=pb.OutputItem(id="rs_1", kind="reasoning", status="in_progress"))
    story.add("PART_ADDED", **at, part=pb.OutputPart(reasoning="")).add("REASONING_DELTA", **at, delta="Hm")
    story.add("REASONING_DONE", **at, text="Hm").add("PART_DONE", **at, part=thought)
    done = pb.OutputItem(id="rs_1", kind="reasoning", status="completed", parts=[thought])
    story.add("ITEM_DONE", **at, item=done)
    story.say(["Let ", "me see."], index=1)
    at = {"item_index": 2, "item_id": "msg_2"}
    refusal = pb.OutputPart(refusal="No.")
    story.add("ITEM_ADDED", **at, item=pb.OutputItem(id="msg_2", kind="message", status="in_progress"))
    story.add("PART_ADDED", **at, part=pb.OutputPart(refusal="")).add("REFUSAL_DELTA", **at, delta="No.")
    story.add("REFUSAL_DONE", **at, text="No.").add("PART_DONE", **at, part=refusal)
    story.add("ITEM_DONE", **at, item=pb.OutputItem(id="msg_2", kind="message", status="incomplete", parts=[refusal]))
    at = {"item_index": 3, "item_id": "fc_1"}
    call = llm.ToolCall(id="call_1", type="function", function=llm.FunctionCall(name="weather"))
    begun = pb.OutputItem(id="fc_1", kind="tool_call", status="in_progress", tool_call=call)
    story.add("ITEM_ADDED", **at, item=begun).add("ARGUMENTS_DELTA", **at, delta="{").add(
        "ARGUMENTS_DELTA", **at, delta="}"
    )
    story.add("ARGUMENTS_DONE", **at, text="{}", name="weather")
    call = llm.ToolCall(id="call_1", type="function", function=llm.FunctionCall(name="weather", arguments="{}"))
    story.add("ITEM_DONE", **at, item=pb.OutputItem(id="fc_1", kind="tool_call", status="completed", tool_call=call))
    return story.end()


async def test_every_event_has_its_name_its_number_and_its_fields(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    kept.steps = [list(everything())]

    events = await asked(scripted_rest, stream_options={"include_obfuscation": True})

    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert [one["type"].removeprefix("response.") for one in events] == [
        *("created", "queued", "in_progress"),
        *("output_item.added", "content_part.added", "reasoning_text.delta", "reasoning_text.done"),
        *("content_part.done", "output_item.done"),
        *("output_item.added", "content_part.added", "output_text.delta", "output_text.delta", "output_text.done"),
        *("content_part.done", "output_item.done"),
        *("output_item.added", "content_part.added", "refusal.delta", "refusal.done"),
        *("content_part.done", "output_item.done"),
        *("output_item.added", "function_call_arguments.delta", "function_call_arguments.delta"),
        *("function_call_arguments.done", "output_item.done"),
        "completed",
    ]
    assert [one["response"]["status"] for one in events[:3]] == ["queued", "queued", "in_progress"]
    assert events[4]["part"] == {"type": "reasoning_text", "text": ""}
    assert events[9]["item"]["content"] == [] and events[10]["part"]["type"] == "output_text"
    delta = {"item_id": "msg_1", "output_index": 1, "content_index": 0, "delta": "Let ", "logprobs": []}
    assert events[11] == {"type": "response.output_text.delta", "sequence_number": 11} | delta
    assert events[13]["text"] == "Let me see." and events[19]["refusal"] == "No."
    assert (events[-3]["arguments"], events[-3]["name"], events[-3]["item_id"]) == ("{}", "weather", "fc_1")
    assert events[-1]["response"]["output"] == [one["item"] for one in events if one["type"].endswith("item.done")]


async def test_events_that_wait_together_are_all_there(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    pieces = [f"{number} " for number in range(3000)]
    kept.steps = [[one] for one in Story().begin().say(pieces).end()]

    events = await asked(scripted_rest)

    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert [one["delta"] for one in events if "delta" in one] == pieces


async def test_helper_of_the_sdk_puts_a_stream_together(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.steps = [[one] for one in everything()]

    async with told.responses.stream(model=MODEL, input="Hi", background=True) as stream:
        snapshots = [event.snapshot async for event in stream if event.type == "response.output_text.delta"]
        final = await stream.get_final_response()

    assert snapshots == ["Let ", "Let me see."]
    assert (final.output_text, final.status) == ("Let me see.", "completed")
    assert [item.type for item in final.output] == ["reasoning", "message", "message", "function_call"]


async def test_streamed_json_is_parsed(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.steps = [list(Story().begin().say(['{"title": ', '"Storm"}']).end())]

    async with told.responses.stream(model=MODEL, input="Hi", text_format=Film) as stream:
        final = await stream.get_final_response()

    assert final.output_parsed == Film(title="Storm")
    schema = kept.heard.chat.response_format.json_schema
    assert (schema.name, schema.strict) == ("Film", True) and "title" in schema.schema_json


async def test_log_probabilities_come_with_the_words(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    other = llm.TokenLogprob(token="Ho", logprob=-3.5, token_bytes=b"Ho")
    token = llm.TokenLogprob(token="Hé", logprob=-0.5, top_logprobs=[other])
    story, told = Story().begin(), llm.Logprobs(content=[token])
    part, at = pb.OutputPart(text="Hé", logprobs=told), {"item_id": "msg_1"}
    story.add("TEXT_DELTA", **at, delta="Hé", logprobs=told).add("TEXT_DONE", **at, text="Hé", logprobs=told)
    done = pb.OutputItem(id="msg_1", kind="message", status="completed", parts=[part])
    kept.steps = [list(story.add("PART_DONE", **at, part=part).add("ITEM_DONE", **at, item=done).end())]

    events = await asked(scripted_rest, include=["message.output_text.logprobs"], top_logprobs=1)

    top = [{"token": "Ho", "logprob": -3.5, "bytes": [72, 111]}]
    expected = [{"token": "Hé", "logprob": -0.5, "bytes": list("Hé".encode()), "top_logprobs": top}]
    assert events[2]["logprobs"] == events[3]["logprobs"] == events[4]["part"]["logprobs"] == expected
    assert events[-1]["response"]["output"][0]["content"][0]["logprobs"] == expected


ENDS: list[tuple[pb.ResponseState, str]] = [
    (pb.RESPONSE_STATE_INCOMPLETE, "response.incomplete"),
    (pb.RESPONSE_STATE_FAILED, "response.failed"),
    (pb.RESPONSE_STATE_CANCELLED, "response.cancelled"),
]


@pytest.mark.parametrize(("state", "name"), ENDS, ids=[name for _, name in ENDS])
async def test_every_end_ends_the_loop_of_a_program(
    told: openai.AsyncOpenAI, kept: Kept, state: pb.ResponseState, name: str
) -> None:
    """With the response as it is then; also one that the SDK has no type for."""
    why: dict[str, Any] = {"error": failed(Odd(8, "PROVIDER_LIMITED"))} if name == "response.failed" else {}
    kept.steps = [list(Story().begin().end(state, **why))]

    plain = await told.responses.create(model=MODEL, input="Hi", stream=True)
    events: list[Any] = [event async for event in plain]
    async with told.responses.stream(model=MODEL, input="Hi") as stream:
        helped: list[Any] = [event async for event in stream]

    assert [event.type for event in events] == [event.type for event in helped]
    assert (events[-1].type, events[-1].sequence_number) == (name, 2)
    last = TypeAdapter(dict[str, Any]).validate_python(events[-1].to_dict())["response"]
    assert (last["id"], last["status"]) == (ID, name.removeprefix("response."))
    assert (last["error"] and last["error"]["code"]) == ("rate_limit_exceeded" if why else None)


async def test_stream_ends_without_a_mark(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    """As the API has it: the last event says that it is the last."""
    kept.steps = [list(Story().begin().say(["Hi"]).end())]

    answer = await scripted_rest.post("responses", json={"input": "Hi", "stream": True})

    assert "[DONE]" not in answer.text and answer.text.rstrip().split("\n")[-2] == "event: response.completed"
    assert answer.headers["cache-control"] == "no-store"


async def test_silence_carries_comments(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    """Before the first event and between others."""
    first, second = asyncio.Event(), asyncio.Event()
    story = Story().begin().say(["Hi"]).end()
    kept.steps = [first, story[:3], second, story[3:]]
    lines: list[str] = []

    async with scripted_rest.stream("POST", "responses", json={"input": "Hi", "stream": True}) as answer:
        async for line in answer.aiter_lines():
            lines.append(line)
            if line == ": heartbeat":
                (second if any(one.startswith("data") for one in lines) else first).set()

    text = "\n".join(lines)
    assert text.index(": heartbeat") < text.index("data: ") < text.rindex(": heartbeat")
    assert [one["sequence_number"] for one in events_in(text)] == list(range(len(story.events)))


BREAKS: list[tuple[list[Any], str]] = [
    ([PartUnavailable("provider")], "service_unavailable"),
    ([ValueError("secret")], "internal"),
    ([], "service_unavailable"),
]


@pytest.mark.parametrize(("breaks", "code"), BREAKS, ids=["told", "unforeseen", "silent"])
async def test_break_in_the_middle_is_told(
    scripted_rest: httpx.AsyncClient, kept: Kept, breaks: list[Any], code: str
) -> None:
    """Also where the service just stops; it is none of the events, and has the number of the last."""
    kept.steps = [list(Story().begin()), *breaks]

    events = await asked(scripted_rest)

    assert [one["type"] for one in events] == ["response.created", "response.in_progress", "error"]
    assert set(events[-1]) == {"type", "code", "message", "param", "sequence_number"}
    assert (events[-1]["code"], events[-1]["sequence_number"]) == (code, 1)
    assert events[-1]["message"] and "secret" not in events[-1]["message"]


async def test_break_after_silence_is_told(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    """The status was told with the first comment, so that the failure has to be an event."""
    gate = asyncio.Event()
    asyncio.get_running_loop().call_later(3 * SILENCE_S, gate.set)
    kept.steps = [gate, PartUnavailable("provider")]

    [error] = await asked(scripted_rest)

    assert (error["type"], error["code"], error["sequence_number"]) == ("error", "service_unavailable", -1)


async def test_sdk_gives_the_break_to_the_program(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.steps = [list(Story().begin()), PartUnavailable("provider")]

    events: list[Any] = [event async for event in await told.responses.create(model=MODEL, input="Hi", stream=True)]

    assert (events[-1].type, events[-1].code) == ("error", "service_unavailable")
    assert "provider cannot be reached" in events[-1].message


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
async def test_failure_before_the_first_event_has_its_status(
    told: openai.AsyncOpenAI, kept: Kept, stream: bool
) -> None:
    kept.answer, kept.steps = PartUnavailable("provider"), [PartUnavailable("provider")]

    with pytest.raises(openai.InternalServerError) as raised:
        await told.with_options(max_retries=0).responses.create(model=MODEL, input="Hi", stream=stream)

    assert raised.value.status_code == 503


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
async def test_response_to_go_on_from_is_not_there(told: openai.AsyncOpenAI, kept: Kept, stream: bool) -> None:
    """Clients look for this code, and send the whole conversation then."""
    kept.answer, kept.steps = Missing("resp_before"), [Missing("resp_before")]

    with pytest.raises(openai.BadRequestError) as raised:
        await told.responses.create(model=MODEL, input="Hi", previous_response_id="resp_before", stream=stream)

    assert (raised.value.code, raised.value.param) == ("previous_response_not_found", "previous_response_id")
    assert "resp_before" in raised.value.message


@pytest.mark.parametrize("events", [0, 2])
async def test_leaving_a_stream_cancels_the_call(told: openai.AsyncOpenAI, kept: Kept, events: int) -> None:
    """Whether or not the answer had begun."""
    kept.steps = [list(Story().begin())[:events]] * bool(events) + [asyncio.Event()]

    async def ask() -> None:
        async for _ in await told.responses.create(model=MODEL, input="Hi", stream=True):
            pass

    asking = asyncio.create_task(ask())
    await kept.begun.wait()
    asking.cancel()

    async with asyncio.timeout(10):
        await kept.left.wait()


async def test_leaving_a_plain_call_cancels_it(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.answer = asyncio.Event()
    asking = asyncio.create_task(told.responses.create(model=MODEL, input="Hi"))
    await kept.begun.wait()
    asking.cancel()

    async with asyncio.timeout(10):
        await kept.left.wait()


async def test_stream_is_resumed_after_any_event(told: openai.AsyncOpenAI, kept: Kept) -> None:
    """What was seen and what comes then are all events, each once; after the last there is nothing."""
    story = everything()
    kept.steps = [[one] for one in story]
    total = len(story.events)

    for after in (None, 0, 7, total - 2, total - 1):
        given: Any = {} if after is None else {"starting_after": after}
        events: list[Any] = [event async for event in await told.responses.retrieve(ID, stream=True, **given)]
        assert [event.sequence_number for event in events] == list(range(0 if after is None else after + 1, total))
        assert (kept.method, kept.heard.id) == ("WatchResponse", ID)
        assert kept.heard.HasField("after_sequence") == (after is not None)


async def test_helper_of_the_sdk_resumes(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.steps = [list(everything())]

    async with told.responses.stream(response_id=ID, starting_after=12) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    assert events[0].sequence_number == 13 and final.output_text == "Let me see."


async def test_break_of_a_stream_that_can_be_resumed_hides_no_event(
    scripted_rest: httpx.AsyncClient, kept: Kept
) -> None:
    """A program goes on after the highest number that it saw; that of the failure is not one more."""
    story = everything()
    seen: list[int] = []
    kept.steps = [story[:5], PartUnavailable("provider")]
    answer = await scripted_rest.post("responses", json={"input": "Hi", "stream": True, "background": True})
    seen += [one["sequence_number"] for one in events_in(answer.text)]
    assert seen == [0, 1, 2, 3, 4, 4]

    kept.steps = [story[:9], PartUnavailable("provider")]
    answer = await scripted_rest.get(f"responses/{ID}?stream=true&starting_after={max(seen)}")
    again = [one["sequence_number"] for one in events_in(answer.text)]
    assert again == [5, 6, 7, 8, 8]

    gate = asyncio.Event()
    asyncio.get_running_loop().call_later(3 * SILENCE_S, gate.set)
    kept.steps = [gate, PartUnavailable("provider")]
    nothing = events_in((await scripted_rest.get(f"responses/{ID}?stream=true&starting_after=8")).text)
    assert [(one["type"], one["sequence_number"]) for one in nothing] == [("error", 8)]

    kept.steps = [list(story)]
    answer = await scripted_rest.get(f"responses/{ID}?stream=true&starting_after=8")
    assert [one["sequence_number"] for one in events_in(answer.text)] == list(range(9, len(story.events)))


@pytest.mark.parametrize("after", ["x", "1.5", "9" * 30, "٣"])
async def test_wrong_place_to_resume_is_refused(scripted_rest: httpx.AsyncClient, kept: Kept, after: str) -> None:
    answer = await scripted_rest.get("responses/resp_1", params={"stream": "true", "starting_after": after})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "starting_after")
    assert kept.calls == 0


async def test_leaving_a_watched_stream_ends_the_watching(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    kept.steps = [list(Story(background=True).begin()), asyncio.Event()]

    async with scripted_rest.stream("GET", f"responses/{ID}?stream=true") as answer:
        await anext(answer.aiter_lines())

    async with asyncio.timeout(10):
        await kept.left.wait()


async def test_kept_responses_are_found_cancelled_and_deleted(
    told: openai.AsyncOpenAI, kept: Kept, scripted_rest: httpx.AsyncClient
) -> None:
    kept.answer = response(output=[message()])
    found = await told.responses.retrieve(ID, include=["message.output_text.logprobs"])
    assert (kept.method, kept.heard.id, found.output_text) == ("GetResponse", ID, "Hello")

    kept.answer = response(pb.RESPONSE_STATE_CANCELLED)
    assert (await told.responses.cancel(ID)).status == "cancelled"
    assert (kept.method, kept.heard.id) == ("CancelResponse", ID)

    deleted = await scripted_rest.delete(f"responses/{ID}")
    assert deleted.json() == {"id": ID, "object": "response", "deleted": True}
    await told.responses.delete(ID)
    assert (kept.method, kept.heard.id) == ("DeleteResponse", ID)


async def test_responses_that_are_not_there_are_not_found(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.answer, kept.steps = Missing(ID), [Missing(ID)]

    for ask in (
        told.responses.retrieve(ID),
        told.responses.retrieve(ID, stream=True),
        told.responses.cancel(ID),
        told.responses.delete(ID),
        told.responses.input_items.list(ID),
    ):
        with pytest.raises(openai.NotFoundError) as raised:
            await ask
        assert raised.value.code == "response_not_found" and ID in raised.value.message


async def test_only_background_responses_are_watched_and_cancelled(told: openai.AsyncOpenAI, kept: Kept) -> None:
    refusal = Odd(9, "RESPONSE_NOT_BACKGROUND", "It was not made in the background.")
    kept.answer, kept.steps = refusal, [refusal]

    for ask in (told.responses.cancel(ID), told.responses.retrieve(ID, stream=True)):
        with pytest.raises(openai.BadRequestError) as raised:
            await ask
        assert raised.value.code == "response_not_background"


@pytest.mark.parametrize("path", ["responses/input_tokens", "responses/compact", f"responses/{ID}/else"])
async def test_what_is_not_offered_is_no_address(scripted_rest: httpx.AsyncClient, path: str) -> None:
    answer = await scripted_rest.post(path, json={"input": "Hi"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_url")
