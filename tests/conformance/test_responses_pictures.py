"""Pictures in responses, from a service that answers as told: their bytes, sketches, and those that cannot be had."""

from __future__ import annotations

import asyncio
import base64
import json
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import Response

from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_gateway.dialects.openai.responses import pictures
from tests.conformance.conftest import Asking
from tests.conformance.kept import ID, MODEL, PNG, Kept, Odd, Story, asset, failed, picture, request, response
from tests.conformance.test_responses_stream import asked

SKETCH = b"\x89PNG sketch"
DRAW: Any = {"type": "image_generation", "quality": "high", "background": "opaque"}
TOOL = pb.ImageTool(quality="high", background="opaque")


def drawn(sketches: int = 1) -> Story:
    """A picture is made, and then something is said about it."""
    story, at = Story(image_tool=TOOL).begin(), {"item_id": "ig_1"}
    story.add("ITEM_ADDED", **at, item=picture("in_progress")).add("PICTURE_STARTED", **at)
    story.add("PICTURE_DRAWING", **at)
    for number in range(sketches):
        sketch = asset(f"ast_s{number}", SKETCH, width=256, height=192)
        story.add("PICTURE_SKETCH", **at, sketch=sketch, sketch_index=number)
    story.add("PICTURE_DONE", **at).add("ITEM_DONE", **at, item=picture(asset=asset()))
    return story.say(["There."], index=1).end()


async def test_picture_has_its_bytes_and_says_how_it_was_made(told: openai.AsyncOpenAI, kept: Kept) -> None:
    content = bytes(range(256)) * 100_000
    # A large one, larger than any answer without pictures.
    kept.files = {"ast_1": content}
    made = asset(content=content, media_type="image/webp")
    kept.answer = response(output=[picture(asset=made, edited=True)], request=request(image_tool=TOOL))

    answer = await told.responses.create(model=MODEL, input="Draw a storm", tools=[DRAW])

    [call] = answer.output
    assert call.type == "image_generation_call" and call.result
    assert base64.b64decode(call.result, validate=True) == content
    assert (call.id, call.status, call.action, call.error) == ("ig_1", "completed", "edit", None)
    assert (call.size, call.output_format, call.quality, call.background) == ("1024x768", "webp", "high", "opaque")
    assert call.revised_prompt == "A storm"


async def test_streamed_picture_is_loaded_once_and_shown_twice(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    kept.files = {"ast_1": PNG, "ast_s0": SKETCH, "ast_s1": SKETCH}
    kept.steps = [[one] for one in drawn(sketches=2)]

    events = await asked(scripted_rest, tools=[DRAW])

    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert [one["type"].removeprefix("response.image_generation_call.") for one in events[3:8]] == [
        *("in_progress", "generating", "partial_image", "partial_image", "completed")
    ]
    assert (events[2]["item"]["status"], events[2]["item"]["result"]) == ("in_progress", None)
    assert [base64.b64decode(one["partial_image_b64"]) for one in events[5:7]] == [SKETCH, SKETCH]
    assert [one["partial_image_index"] for one in events[5:7]] == [0, 1]
    assert (events[5]["size"], events[5]["quality"], events[5]["output_format"]) == ("256x192", "high", "png")
    done, [last, _] = events[8]["item"], events[-1]["response"]["output"]
    assert done == last and base64.b64decode(done["result"]) == PNG
    assert kept.loaded == ["ast_s0", "ast_s1", "ast_1"]


async def test_helper_of_the_sdk_shows_pictures(told: openai.AsyncOpenAI, kept: Kept) -> None:
    kept.files = {"ast_1": PNG, "ast_s0": SKETCH}
    kept.steps = [list(drawn())]
    async with told.responses.stream(model=MODEL, input="Draw", tools=[DRAW]) as stream:
        events = [event async for event in stream]
        final = await stream.get_final_response()

    [sketch] = [one for one in events if one.type == "response.image_generation_call.partial_image"]
    assert base64.b64decode(sketch.partial_image_b64) == SKETCH
    assert final.output[0].type == "image_generation_call" and final.output_text == "There."
    assert base64.b64decode(final.output[0].result or "") == PNG


async def test_failed_picture_says_why(asked_json: Asking, kept: Kept) -> None:
    why = Odd(9, "CONTENT_BLOCKED", "The provider refuses it.")
    kept.answer = response(output=[picture("failed", error=failed(why)), picture("incomplete")])

    told = await asked_json({})

    Response.model_validate(told, strict=True)
    first, second = told["output"]
    assert (first["status"], first["result"], second["status"]) == ("failed", None, "failed")
    assert first["error"] == {
        "message": "The provider refuses it.",
        "type": "invalid_request_error",
        "param": None,
        "code": "content_policy_violation",
    }


async def test_what_is_internal_about_a_picture_stays_so(asked_json: Asking, kept: Kept) -> None:
    kept.answer = response(output=[picture("failed", error=failed(Odd(13, "INTERNAL", "secret")))])

    assert "secret" not in json.dumps(await asked_json({}))


async def test_picture_that_is_gone_is_told_and_the_rest_is_there(told: openai.AsyncOpenAI, kept: Kept) -> None:
    """What was made was paid; an old answer is still an answer."""
    kept.files = {}
    kept.answer = response(output=[picture(asset=asset())])

    answer = await told.responses.retrieve(ID)

    [call] = answer.output
    assert call.type == "image_generation_call" and call.error
    assert (call.status, call.result, call.error.code) == ("completed", None, "asset_not_found")


async def test_sketch_that_is_gone_leaves_no_gap(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    kept.files = {"ast_1": PNG}
    kept.steps = [list(drawn())]

    events = await asked(scripted_rest, tools=[DRAW])

    assert [one["sequence_number"] for one in events] == list(range(len(events)))
    assert [one["type"].rpartition(".")[2] for one in events[3:7]] == [
        *("in_progress", "generating", "generating", "completed")
    ]


async def test_pictures_of_one_answer_are_bounded_together(asked_json: Asking, kept: Kept) -> None:
    """The one that is too much is told with the address where it is."""
    kept.files = {"ast_1": PNG, "ast_3": PNG}
    large = asset("ast_2")
    large.size_bytes = pictures.MOST_BYTES - len(PNG) + 1
    kept.answer = response(output=[picture(asset=asset()), picture(asset=large), picture(asset=asset("ast_3"))])

    first, second, third = (await asked_json({}))["output"]

    assert base64.b64decode(first["result"]) == base64.b64decode(third["result"]) == PNG
    assert second["result"] is None and second["error"]["code"] == "asset_too_large"
    assert "/api/v1/assets/ast_2/content" in second["error"]["message"]
    assert kept.loaded == ["ast_1", "ast_3"]


async def test_pictures_are_asked_for_in_the_name_of_the_caller(scripted_rest: httpx.AsyncClient, kept: Kept) -> None:
    """As everything else is, with the same key and under the same id."""
    kept.files = {"ast_1": PNG}
    kept.answer = response(output=[picture(asset=asset())])

    await scripted_rest.get(f"responses/{ID}", headers={"x-api-key": "rw_some", "x-request-id": "one-call"})

    assert kept.told["x-api-key"] == "rw_some" and kept.told["x-request-id"] == "one-call"


@pytest.mark.parametrize("stream", [False, True])
async def test_leaving_while_a_picture_is_loaded_ends_that_too(
    scripted_rest: httpx.AsyncClient, kept: Kept, stream: bool
) -> None:
    kept.files, kept.hold = {"ast_1": PNG}, True
    kept.steps = [list(drawn(sketches=0))]
    kept.answer = response(output=[picture(asset=asset())])

    async def ask() -> None:
        await scripted_rest.post("responses", json={"input": "Draw", "tools": [DRAW], "stream": stream})

    asking = asyncio.create_task(ask())
    async with asyncio.timeout(10):
        await kept.holding.wait()
        asking.cancel()
        await kept.left.wait()
