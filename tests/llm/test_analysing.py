"""What is in a picture, a video or a text is asked of a model that can look at it, and told in the contract's form."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from reelwright.llm.v1 import llm_service_pb2 as pb
from tests.llm.asking import MODEL, asked, failed
from tests.llm.conftest import Desk
from tests.llm.test_openai_wire import PICTURE

pytestmark = pytest.mark.asyncio(loop_scope="module")

SAID = {
    "tags": ["Fox", "fox", " forest ", "red", "snow"],
    "description": "A fox.",
    "findings": [
        {"kind": "logo", "severity": "low", "detail": "A small one."},
        {"kind": "character", "severity": "high", "detail": "A famous fox."},
    ],
    "file_name": "A Fox, in the Snow!",
}
EVERYTHING = ["tags", "description", "brand_protection", "file_name"]


def analysis(**fields: Any) -> pb.AnalyzeRequest:
    """A request."""
    return json_format.ParseDict(fields, pb.AnalyzeRequest())


async def test_everything_is_told_in_the_contracts_form(desk: Desk) -> None:
    """Tags once and in lower case, the gravest finding first, a name that is a file's; the vendor saw the picture."""
    from reelwright_fakes.scenarios import Match, Scenario

    desk.vendors.script(Scenario(match=Match(vendor="openai"), text=json.dumps(SAID)))
    seen = await desk.llm.Analyze(
        analysis(image={"uri": PICTURE}, aspects=EVERYTHING, brands=["Acme"], max_tags=3, model=MODEL)
    )
    assert (list(seen.tags), seen.description) == (["fox", "forest", "red"], "A fox.")
    assert [one.severity for one in seen.findings] == ["high", "low"]
    assert seen.suggested_file_name == "a-fox-in-the-snow"
    assert seen.model == MODEL and seen.usage.input_tokens and seen.cost.settled_micros
    body = asked(desk)[0].body
    assert body is not None and body["messages"][1]["content"][0]["image_url"]["url"] == PICTURE
    assert "Acme" in body["messages"][0]["content"]
    assert set(body["response_format"]["json_schema"]["schema"]["properties"]) == set(SAID)


async def test_only_what_is_asked_for_is_told(desk: Desk) -> None:
    """Tags and a description where nothing is named; an equal request id is answered once."""
    request = analysis(text="A fox in the snow.", model=MODEL, request_id="look-1")
    seen = await desk.llm.Analyze(request)
    assert seen.tags and seen.description and not seen.findings and not seen.suggested_file_name
    assert await desk.llm.Analyze(request) == seen and len(asked(desk)) == 1


async def test_who_can_look_is_found_and_who_cannot_says_so(desk: Desk) -> None:
    """A video goes to the only vendor that watches some."""
    video = {"content": "AAAAIGZ0eXBpc29tAAACAGlzb21pc28yYXZjMW1wNDE="}
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(video=video, model=MODEL))
    assert (failed(raised.value).reason, failed(raised.value).fields) == ("CAPABILITY_UNSUPPORTED", ["video"])
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(text="A fox.", model="local/text"))
    assert failed(raised.value).reason == "CAPABILITY_UNSUPPORTED"
    assert not asked(desk)
    seen = await desk.llm.Analyze(analysis(video={"uri": "https://example.com/fox.mp4"}))
    assert seen.provider == "gemini"


async def test_an_answer_that_does_not_fit_is_a_failure(desk: Desk) -> None:
    from reelwright_fakes.scenarios import Match, Scenario

    desk.vendors.script(Scenario(match=Match(vendor="openai"), text="no JSON"))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(text="A fox.", model=MODEL))
    assert failed(raised.value).reason == "PROVIDER_FAILED"
