"""Responses: made whole or event by event, kept, gone on from, watched, cancelled; the vendor behind is played here."""

from __future__ import annotations

import asyncio
import json

import grpc
import pytest

from reelwright.llm.v1 import responses_service_pb2 as pb
from tests.llm.asking import WEATHER, asked, failed
from tests.llm.conftest import Desk
from tests.llm.responding import ENDED, all_of, create, each, kinds, said, spoken, stream

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_response_is_kept_and_gone_on_from(desk: Desk) -> None:
    """The next one's vendor sees the whole conversation, without the instructions of the first."""
    first = (await desk.responses.CreateResponse(create("Hello", instructions="Be terse."))).response
    assert first.state == pb.RESPONSE_STATE_COMPLETED and said(first) and first.cost.settled_micros > 0
    assert first.usage.total_tokens == first.usage.input_tokens + first.usage.output_tokens > 0

    kept = (await desk.responses.GetResponse(pb.GetResponseRequest(id=first.id))).response
    assert [message.content for message in kept.input] == ["Hello"]
    del kept.input[:]
    kept.last_sequence = first.last_sequence
    assert kept == first

    await desk.responses.CreateResponse(create("And now?", previous=first.id))
    before, after = asked(desk)
    assert before.body is not None and after.body is not None
    assert [one["role"] for one in before.body["messages"]] == ["system", "user"]
    assert [(one["role"], one["content"]) for one in after.body["messages"]] == [
        ("user", "Hello"),
        ("assistant", said(first)),
        ("user", "And now?"),
    ]


async def test_a_stream_tells_everything_in_order(desk: Desk) -> None:
    """The last event has the response, which is what is kept, and whose text is what came."""
    events = await all_of(desk.responses.StreamResponse(stream("Hello", chat={"reasoning_effort": "low"})))
    assert events[0].sequence == 0
    said_in_parts = ["PART_ADDED", "TEXT_DELTA", "TEXT_DONE", "PART_DONE"]
    assert kinds(events) == ["CREATED", "STARTED", "ITEM_ADDED", *said_in_parts, "ITEM_DONE", "ENDED"]
    last = events[-1].response
    assert said(last) == spoken(events) != ""
    kept = (await desk.responses.GetResponse(pb.GetResponseRequest(id=last.id))).response
    assert list(kept.output) == list(last.output)


async def test_what_fails_before_anything_came_is_the_status_of_the_call(desk: Desk) -> None:
    """Whole or streamed, alone or under a request id; and nothing is kept."""
    for more in ({}, {"request_id": "fails"}):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await desk.responses.CreateResponse(create("[fake:400 times=always]", **more))
        assert failed(caught.value).reason == "PROVIDER_FAILED", more
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await all_of(desk.responses.StreamResponse(stream("[fake:400 times=always]")))
    assert failed(caught.value).reason == "PROVIDER_FAILED"


async def test_what_fails_half_way_is_in_the_last_event(desk: Desk) -> None:
    """The items that were open are closed as incomplete."""
    events = await all_of(desk.responses.StreamResponse(stream("Tell all. [fake:reset after_pieces=5]")))
    assert kinds(events)[-2:] == ["ITEM_DONE", "ENDED"]
    assert events[-2].item.status == "incomplete"
    assert events[-1].response.state == pb.RESPONSE_STATE_FAILED and events[-1].response.error.message


async def test_an_answer_that_was_cut_off_is_incomplete(desk: Desk) -> None:
    """And says why."""
    response = (await desk.responses.CreateResponse(create("Tell all. [fake:finish=length]"))).response
    assert response.state == pb.RESPONSE_STATE_INCOMPLETE
    assert response.incomplete_reason == "max_output_tokens"
    assert [item.status for item in response.output] == ["incomplete"]


async def test_the_callers_functions_are_items_and_their_results_go_back(desk: Desk) -> None:
    """Two calls at once; each has its arguments whole, and the next response answers to the results."""
    chat = {"tools": [{"function": WEATHER}]}
    events = await all_of(desk.responses.StreamResponse(stream("Weather? [fake:calls=2]", chat=chat)))
    response = events[-1].response
    assert [item.kind for item in response.output] == ["tool_call", "tool_call"]
    for n, item in enumerate(response.output):
        came = [event.delta for event in events if event.item_id == item.id and event.delta]
        assert "".join(came) == item.tool_call.function.arguments and json.loads("".join(came))["city"]
        assert {event.item_index for event in events if event.item_id == item.id} == {n}
    calls = [item.tool_call.id for item in response.output]
    results = [{"role": "tool", "tool_call_id": call, "content": f"sunny {call}"} for call in calls]
    await desk.responses.CreateResponse(create(chat=chat | {"messages": results}, previous=response.id))
    body = asked(desk)[-1].body
    assert body is not None
    assert [(one["role"], one.get("tool_call_id")) for one in body["messages"]] == [
        ("user", None),
        ("assistant", None),
        *(("tool", call) for call in calls),
    ]
    assert [call["id"] for call in body["messages"][1]["tool_calls"]] == calls


async def test_a_background_response_can_be_watched_from_anywhere(desk: Desk) -> None:
    """Accepted at once; from each number on, the events are those of the whole log."""
    accepted = (await desk.responses.CreateResponse(create("Tell all. [fake:chunks=300]", background=True))).response
    assert accepted.state == pb.RESPONSE_STATE_QUEUED and not accepted.output
    whole = await all_of(desk.responses.WatchResponse(pb.WatchResponseRequest(id=accepted.id)))
    assert kinds(whole)[:3] == ["CREATED", "QUEUED", "STARTED"] and whole[-1].kind == ENDED
    for after in (0, 5, len(whole) // 2, len(whole) - 2):
        tail = await all_of(desk.responses.WatchResponse(pb.WatchResponseRequest(id=accepted.id, after_sequence=after)))
        assert tail == whole[after + 1 :]
    kept = (await desk.responses.GetResponse(pb.GetResponseRequest(id=accepted.id))).response
    assert kept.state == pb.RESPONSE_STATE_COMPLETED and said(kept) == spoken(whole)
    assert kept.last_sequence == whole[-1].sequence


async def test_cancelling_stops_the_vendor_and_ends_the_log(desk: Desk) -> None:
    """What was said stays in the log; the call at the vendor is closed; cancelling again changes nothing."""
    request = stream("Tell all. [fake:chunks=1000] [fake:slow every_s=0.05]", background=True)
    events, response = list[pb.ResponseEvent](), ""
    async for event in each(desk.responses.StreamResponse(request)):
        events.append(event)
        response = response or event.response.id
        if event.kind == pb.RESPONSE_EVENT_KIND_TEXT_DELTA and len(events) < 1000:
            cancelled = (await desk.responses.CancelResponse(pb.CancelResponseRequest(id=response))).response
            assert cancelled.state == pb.RESPONSE_STATE_CANCELLED
    assert [event.sequence for event in events] == list(range(len(events)))
    assert events[-1].kind == ENDED and events[-1].response.state == pb.RESPONSE_STATE_CANCELLED
    await asyncio.to_thread(desk.vendors.wait_for, event="closed")
    again = (await desk.responses.CancelResponse(pb.CancelResponseRequest(id=response))).response
    assert again.state == pb.RESPONSE_STATE_CANCELLED and again.last_sequence == events[-1].sequence


async def test_leaving_a_stream_stops_the_vendor_unless_it_is_in_the_background(desk: Desk) -> None:
    """A background response goes on to its end."""
    words = "Tell all. [fake:chunks=100] [fake:slow every_s=0.02]"
    leaving = desk.responses.StreamResponse(stream(words))
    await anext(aiter(each(leaving)))
    leaving.cancel()
    await asyncio.to_thread(desk.vendors.wait_for, event="closed")

    staying = desk.responses.StreamResponse(stream(words, background=True))
    response = (await anext(aiter(each(staying)))).response.id
    staying.cancel()
    events = await all_of(desk.responses.WatchResponse(pb.WatchResponseRequest(id=response)))
    assert events[-1].response.state == pb.RESPONSE_STATE_COMPLETED
    assert [entry.closed for entry in asked(desk)] == [True, False]


async def test_a_request_id_names_one_response(desk: Desk) -> None:
    """Asked twice at once and once more: the vendor is asked once; another body is refused."""
    request = create("Hello", request_id="one")
    twice = await asyncio.gather(desk.responses.CreateResponse(request), desk.responses.CreateResponse(request))
    events = await all_of(
        desk.responses.StreamResponse(pb.StreamResponseRequest.FromString(request.SerializeToString()))
    )
    assert {one.response.id for one in twice} == {events[-1].response.id}
    assert len(asked(desk)) == 1
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await desk.responses.CreateResponse(create("Good bye", request_id="one"))
    assert failed(caught.value).reason == "REQUEST_ID_REUSED"


async def test_a_retry_of_an_sdk_joins_what_it_began(desk: Desk) -> None:
    """SDKs repeat a call without a key, and say only that they do."""
    request = create("Hello again", background=True)
    first = (await desk.responses.CreateResponse(request)).response
    retried = await desk.responses.CreateResponse(request, metadata=(("x-stainless-retry-count", "1"),))
    assert retried.response.id == first.id
    another = (await desk.responses.CreateResponse(request)).response
    assert another.id != first.id


async def test_what_is_not_stored_and_what_is_deleted_is_not_found(desk: Desk) -> None:
    """The same answer as for an id that never was."""
    hidden = (await desk.responses.CreateResponse(create("Hello", store=False))).response
    gone = (await desk.responses.CreateResponse(create("Hello"))).response
    await desk.responses.DeleteResponse(pb.DeleteResponseRequest(id=gone.id))
    for response in (hidden.id, gone.id, "resp_never"):
        for call in (
            desk.responses.GetResponse(pb.GetResponseRequest(id=response)),
            desk.responses.CancelResponse(pb.CancelResponseRequest(id=response)),
            desk.responses.DeleteResponse(pb.DeleteResponseRequest(id=response)),
            all_of(desk.responses.WatchResponse(pb.WatchResponseRequest(id=response))),
            desk.responses.CreateResponse(create("Go on", previous=response)),
        ):
            with pytest.raises(grpc.aio.AioRpcError) as caught:
                await call
            assert failed(caught.value).reason == "RESPONSE_NOT_FOUND"


async def test_only_what_was_made_in_the_background_is_watched_and_cancelled(desk: Desk) -> None:
    """The events of others are not kept."""
    response = (await desk.responses.CreateResponse(create("Hello"))).response.id
    for call in (
        desk.responses.CancelResponse(pb.CancelResponseRequest(id=response)),
        all_of(desk.responses.WatchResponse(pb.WatchResponseRequest(id=response))),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call
        assert failed(caught.value).reason == "RESPONSE_NOT_BACKGROUND"


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (create("x", background=True, store=False), "FIELD_INVALID"),
        (create("x", chat={"n": 2}), "FIELD_INVALID"),
        (create("x", chat={"request_id": "inner"}), "FIELD_INVALID"),
        (create("x", image_tool={"width": 64}), "FIELD_INVALID"),
        (create("x", image_tool={}, chat={"tools": [{"function": {"name": "image_generation"}}]}), "FIELD_INVALID"),
        (create("x", background=True, chat={"model": "openai-but-not/known"}), "MODEL_NOT_FOUND"),
        (
            create("x", background=True, chat={"model": "local/text", "tools": [{"function": WEATHER}]}),
            "CAPABILITY_UNSUPPORTED",
        ),
    ],
)
async def test_bad_requests_are_refused_before_anything_is_accepted(
    desk: Desk, request_: pb.CreateResponseRequest, reason: str
) -> None:
    """Also those in the background, whose caller would not see it otherwise."""
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await desk.responses.CreateResponse(request_)
    assert failed(caught.value).reason == reason
