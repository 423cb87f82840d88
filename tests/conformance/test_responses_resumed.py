"""Kept responses as the current Python SDK finds, resumes, cancels and deletes them; the service answers as told."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import openai
import pytest

from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.errors import PartUnavailable
from tests.conformance.conftest import SILENCE_S
from tests.conformance.kept import ID, Kept, Missing, Odd, Story, message, response
from tests.conformance.test_responses_stream import events_in, everything


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
