"""What is in a picture, a video or a text is asked of a model that can look at it, and told in the contract's form."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.llm.v1 import llm_service_pb2 as pb
from tests.llm.asking import MODEL, asked, failed
from tests.llm.conftest import Desk
from tests.llm.films import film, picture_of, share_of
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
    """A video goes to the vendor that watches some, as it is."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(text="A fox.", model="local/text"))
    assert failed(raised.value).reason == "CAPABILITY_UNSUPPORTED"
    assert not asked(desk)
    seen = await desk.llm.Analyze(analysis(video={"uri": "https://example.com/fox.mp4"}))
    assert seen.provider == "gemini"


async def test_a_video_is_watched_whole_where_a_model_can(desk: Desk, tmp_path: Path) -> None:
    """The bytes that came are those that arrive."""
    content = base64.b64encode(film(tmp_path / "film.mp4", 2).read_bytes()).decode()
    assert (await desk.llm.Analyze(analysis(video={"content": content}))).provider == "gemini"
    body = asked(desk, "gemini")[0].body
    assert body is not None
    assert body["contents"][0]["parts"] == [{"inlineData": {"mimeType": "video/mp4", "data": content}}]


@pytest.mark.parametrize("stored", [False, True])
async def test_a_video_is_told_in_stills_where_a_model_sees_pictures_only(
    desk: Desk, tmp_path: Path, stored: bool
) -> None:
    """Each is a picture of the moment that is said before it; what is held for the answer counts them all."""
    content = film(tmp_path / "film.mp4", 16).read_bytes()
    source = {"asset": await uploaded(desk, content)} if stored else {"content": base64.b64encode(content).decode()}
    assert (await desk.llm.Analyze(analysis(video=source, model=MODEL))).provider == "openai"
    body = asked(desk)[0].body
    assert body is not None
    first, *others = body["messages"][1]["content"]
    assert "16.0 s long" in first["text"] and len(others) == 16
    for second, said, shown in zip(range(1, 16, 2), others[::2], others[1::2], strict=True):
        head, _, jpeg = shown["image_url"]["url"].partition(",")
        assert (said["text"], head) == (f"{second}.0 s:", "data:image/jpeg;base64")
        assert share_of(picture_of(base64.b64decode(jpeg))) == pytest.approx(second / 16, abs=0.03)
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(video=source, model=MODEL, max_cost_micros=16_000 + 5_000))
    assert failed(raised.value).reason == "COST_CEILING"


async def test_a_video_that_is_none_is_refused_by_name(desk: Desk) -> None:
    """Bytes, a stored picture, an address that may not be reached, and a model that sees nothing of it."""
    picture = PICTURE.partition(",")[2]
    stored = await uploaded(desk, base64.b64decode(picture))
    told = [
        await refusal(desk, video=video, model=MODEL)
        for video in ({"content": picture}, {"asset": stored}, {"uri": "https://127.0.0.1/film.mp4"})
    ]
    assert told == [
        ("MEDIA_UNREADABLE", ["video.content"]),
        ("MEDIA_UNREADABLE", ["video.asset"]),
        ("URI_REFUSED", ["video.uri"]),
    ]
    assert await refusal(desk, image={"uri": "https://127.0.0.1/a.png"}, model=MODEL) == ("URI_REFUSED", ["image.uri"])
    assert await refusal(desk, video={"content": picture}, model="local/text") == ("CAPABILITY_UNSUPPORTED", ["video"])
    assert not asked(desk)


async def refusal(desk: Desk, **fields: Any) -> tuple[str, list[str]]:
    """Why a request is refused, and the fields that are named."""
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(**fields))
    return failed(raised.value).reason, failed(raised.value).fields


async def uploaded(desk: Desk, content: bytes) -> str:
    """The id of a stored file."""

    async def pieces() -> AsyncIterator[assets.UploadAssetRequest]:
        yield assets.UploadAssetRequest(header=assets.UploadHeader(filename="shown"))
        yield assets.UploadAssetRequest(data=content)

    return (await desk.assets.UploadAsset(pieces())).asset.id


async def test_an_answer_that_does_not_fit_is_a_failure(desk: Desk) -> None:
    from reelwright_fakes.scenarios import Match, Scenario

    desk.vendors.script(Scenario(match=Match(vendor="openai"), text="no JSON"))
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await desk.llm.Analyze(analysis(text="A fox.", model=MODEL))
    assert failed(raised.value).reason == "PROVIDER_FAILED"
