"""A service tells a webhook, fetches what a request names by address, and refuses addresses it must not reach."""

from __future__ import annotations

import io
import json

import pytest
from google.protobuf import duration_pb2
from PIL import Image

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.video.v1 import video_service_pb2 as video
from tests.kit.receivers import OK, answers, receiving, status
from tests.services.answers import refusal
from tests.services.conftest import Suite


def frame() -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (64, 36), "teal").save(file, "PNG")
    return file.getvalue()


async def test_the_end_of_a_picture_is_told(suite: Suite) -> None:
    async with receiving(answers(OK)) as receiver:
        request = image.CreateImageRequest(
            prompt="a red boat", width=64, height=64, webhook=receiver.url("/hook"), labels={"order": "17"}
        )
        job = (await suite.image.CreateImage(request)).job
        (heard,) = await receiver.count(1)
    event = json.loads(heard.body)
    assert (event["type"], event["data"]["id"], event["data"]["labels"]) == ("job.succeeded", job.id, {"order": "17"})


@pytest.mark.parametrize("url", ["http://192.168.0.1/", "https://[::1]/", "http://127.0.0.2:9/", "http://2130706433/"])
async def test_a_job_whose_webhook_is_private_is_refused(suite: Suite, url: str) -> None:
    refused = await refusal(suite.image.CreateImage(image.CreateImageRequest(prompt="a red boat", webhook=url)))
    assert (refused.code, refused.reason, refused.fields) == ("INVALID_ARGUMENT", "WEBHOOK_URL_REFUSED", ["webhook"])


async def test_a_clip_begins_with_a_picture_that_is_fetched(suite: Suite) -> None:
    async with receiving(answers(status(200, body=frame()))) as receiver:
        request = video.CreateVideoRequest(
            prompt="push in",
            first_frame=assets.MediaReference(uri=receiver.url("/frame.png")),
            duration=duration_pb2.Duration(seconds=1),
            resolution=360,
            fps=12,
        )
        job = (await suite.video.CreateVideo(request)).job
    clip = (await suite.done(job)).result.video.video
    (parent,) = clip.provenance.parents
    kept = (await suite.assets().GetAsset(assets.GetAssetRequest(id=parent))).asset
    assert (kept.media_type, kept.width, kept.height) == ("image/png", 64, 36)


async def test_a_picture_at_a_private_address_is_refused_naming_the_field(suite: Suite) -> None:
    request = video.CreateVideoRequest(prompt="x", first_frame=assets.MediaReference(uri="https://10.0.0.1/a.png"))
    refused = await refusal(suite.video.CreateVideo(request))
    assert (refused.code, refused.reason, refused.fields) == ("INVALID_ARGUMENT", "URI_REFUSED", ["first_frame.uri"])
