"""Responses as programs with the Node SDK see them: of the real service with a vendor played here, and as told."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from reelwright_fakes.testing import Fake
from reelwright_kit.errors import PartUnavailable
from tests.conformance.conftest import Chain
from tests.conformance.kept import ID, PNG, Kept, Story, asset, picture, response
from tests.conformance.programs import output_of
from tests.conformance.scripted import Script
from tests.conformance.test_responses_stream import everything

pytestmark = pytest.mark.timeout(300)


async def ran(node: Path, chain: Chain, scenario: str, *more: str) -> Any:
    """What the program saw."""
    return await output_of("node", "responses.mjs", chain.url, scenario, *more, cwd=node)


def numbers(events: list[Any]) -> list[int]:
    return [event["sequence_number"] for event in events]


async def test_response_is_made_and_kept(node: Path, paid: Chain) -> None:
    seen = await ran(node, paid, "plain")

    assert seen["answer"]["status"] == "completed" and seen["text"]
    assert seen["kept"] == seen["answer"]


async def test_response_is_streamed(node: Path, paid: Chain) -> None:
    seen = await ran(node, paid, "streamed")

    assert "".join(seen["seen"]) == seen["final"]["output_text"] and len(seen["seen"]) >= 100


async def test_events_make_the_response_that_ends_them(node: Path, scripted: tuple[Chain, Script], kept: Kept) -> None:
    """The SDK puts each kind of event together to what the last one says."""
    kept.steps = [[one] for one in everything()]

    seen = await ran(node, scripted[0], "everything")

    assert numbers(seen["events"]) == list(range(len(seen["events"])))
    assert [item["type"] for item in seen["final"]["output"]] == ["reasoning", "message", "message", "function_call"]
    assert seen["final"]["output_text"] == "Let me see."


async def test_functions_are_called_and_their_results_go_back(node: Path, paid: Chain, vendor: Fake) -> None:
    vendor.control.reset()
    calls = await ran(node, paid, "tools")

    *_, last = vendor.control.ledger().submissions
    told = [(one["role"], one.get("tool_call_id")) for one in last.body["messages"]]
    assert told == [("user", None), ("assistant", None), *(("tool", one["call_id"]) for one in calls)]
    assert len(calls) == 2


async def test_background_stream_goes_on_where_it_was_left(node: Path, paid: Chain, vendor: Fake) -> None:
    """No event comes twice, none is missing, the vendor is asked once."""
    vendor.control.reset()
    seen = await ran(node, paid, "resumed")

    events = seen["begun"] + seen["rest"]
    assert len(seen["begun"]) == 5 and numbers(events) == list(range(len(events)))
    text = "".join(event["delta"] for event in events if event["type"] == "response.output_text.delta")
    assert events[-1]["type"] == "response.completed" and text == seen["helped"]["output_text"]
    assert len(vendor.control.ledger().submissions) == 1


async def test_background_response_is_cancelled_and_deleted(node: Path, paid: Chain) -> None:
    """The loop of a program takes the event that the SDK has no type for."""
    seen = await ran(node, paid, "cancelled")

    assert seen["answer"]["status"] == seen["events"][-1]["response"]["status"] == "cancelled"
    assert seen["events"][-1]["type"] == "response.cancelled"
    assert numbers(seen["events"]) == list(range(len(seen["events"])))
    assert seen["gone"] == {"name": "NotFoundError", "code": "response_not_found"}


async def test_break_in_the_middle_is_given_to_the_program(
    node: Path, scripted: tuple[Chain, Script], kept: Kept
) -> None:
    kept.steps = [list(Story().begin()), PartUnavailable("provider")]

    *_, error = await ran(node, scripted[0], "broken")

    assert (error["type"], error["code"]) == ("error", "service_unavailable") and "provider" in error["message"]


async def test_picture_comes_in_base64(node: Path, scripted: tuple[Chain, Script], kept: Kept) -> None:
    kept.files = {"ast_1": PNG}
    kept.answer = response(output=[picture(asset=asset())])

    [call] = await ran(node, scripted[0], "picture", ID)

    assert call["type"] == "image_generation_call" and base64.b64decode(call["result"]) == PNG
