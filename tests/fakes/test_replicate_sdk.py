"""Replicate's own SDK is satisfied."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from replicate.client import Client
from replicate.exceptions import ModelError, ReplicateError

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake

SCHNELL = "black-forest-labs/flux-schnell"
VERSION = "a" * 64


@pytest_asyncio.fixture
async def sdk(fake: Fake) -> AsyncIterator[Client]:
    client = Client(api_token="r8_any", base_url=fake.bases("replicate")["REPLICATE_BASE_URL"])
    client.poll_interval = 0.001
    yield client
    # It has no way to be closed.
    client._client.close()
    await client._async_client.aclose()


def picture(address: str) -> Image.Image:
    return Image.open(io.BytesIO(httpx.get(address, trust_env=False).content))


def test_a_run_that_waits_gives_the_pictures(sdk: Client) -> None:
    asked = {"prompt": "acorn", "num_outputs": 2, "aspect_ratio": "16:9", "output_format": "png"}
    outputs: Any = sdk.run(SCHNELL, input=asked)

    assert len(outputs) == 2
    shown = picture(outputs[1])
    assert shown.format == "PNG"
    assert abs(shown.width / shown.height - 16 / 9) < 0.03


def test_a_run_that_does_not_wait_polls(sdk: Client, fake: Fake) -> None:
    outputs: Any = sdk.run(SCHNELL, input={"prompt": "acorn"}, wait=False)

    assert picture(outputs[0]).format == "WEBP"
    assert fake.control.ledger().submissions[0].polls == 3


def test_a_run_of_one_version_reads_its_schema(sdk: Client) -> None:
    outputs: Any = sdk.run(f"{SCHNELL}:{VERSION}", input={"prompt": "acorn"})

    assert len(outputs) == 1


def test_models_of_one_picture_give_one_address(sdk: Client) -> None:
    output: Any = sdk.run("black-forest-labs/flux-1.1-pro", input={"prompt": "acorn", "output_format": "jpg"})

    assert picture(str(output)).format == "JPEG"


def test_polls_show_progress(sdk: Client) -> None:
    prediction = sdk.predictions.create(version=VERSION, input={"prompt": "acorn"})
    seen: list[str] = [prediction.status]
    for _ in range(2):
        prediction.reload()
        seen.append(prediction.status)
    assert prediction.progress is not None and prediction.progress.percentage == 0.6
    prediction.wait()

    assert [*seen, prediction.status] == ["starting", "starting", "processing", "succeeded"]


def test_a_wait_that_runs_out_leaves_the_prediction_starting(sdk: Client) -> None:
    prediction = sdk.models.predictions.create(SCHNELL, input={"prompt": "[fake:polls=1]"}, wait=5)
    at_first: str = prediction.status
    prediction.wait()

    assert (at_first, prediction.status) == ("starting", "succeeded")


def test_failed_predictions_say_why(sdk: Client, fake: Fake) -> None:
    fake.control.script(Scenario(outcome="fail", message="out of paint"))

    with pytest.raises(ModelError, match="out of paint"):
        sdk.run(SCHNELL, input={"prompt": "acorn"})

    assert fake.control.bill().total_micro_usd == 0


def test_a_cancelled_prediction_says_so(sdk: Client, fake: Fake) -> None:
    prediction = sdk.predictions.create(version=VERSION, input={"prompt": "[fake:never]"})
    prediction.cancel()

    assert prediction.status == "canceled"
    assert fake.control.ledger().submissions[0].cancelled


def test_a_lost_prediction_is_found_in_the_list(sdk: Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        sdk.predictions.create(version=VERSION, input={"prompt": "[fake:drop] acorn", "reelwright_intent": "wish-1"})

    (found,) = [one for one in sdk.predictions.list() if (one.input or {}).get("reelwright_intent") == "wish-1"]
    assert sdk.predictions.get(found.id).id == found.id


def test_the_list_has_pages(sdk: Client) -> None:
    made = [sdk.predictions.create(version=VERSION, input={"prompt": str(number)}).id for number in range(101)]

    first = sdk.predictions.list()
    assert [one.id for one in first] == made[:0:-1]
    assert first.next is not None
    assert [one.id for one in sdk.predictions.list(first.next)] == made[:1]


def test_files_are_uploaded_and_come_back(sdk: Client) -> None:
    file = sdk.files.create(io.BytesIO(b"some bytes"), filename="note.txt", content_type="text/plain")

    assert file.size == 10
    assert httpx.get(file.urls["get"], trust_env=False).content == b"some bytes"


def test_refusals_arrive_as_its_exception(sdk: Client, fake: Fake) -> None:
    throttle = Fault(kind="status", status=429, retry_after_s=3)
    fake.control.script(Scenario(match=Match(vendor="replicate", nth=1), faults=(throttle,)))

    with pytest.raises(ReplicateError) as refusal:
        sdk.predictions.create(version=VERSION, input={"prompt": "acorn"})
    assert refusal.value.status == 429 and "resets in ~3s" in (refusal.value.detail or "")
    with pytest.raises(ReplicateError) as refusal:
        sdk.predictions.create(version=VERSION, input={"prompt": "acorn", "num_outputs": 9})
    assert refusal.value.status == 422


async def test_the_asynchronous_methods_are_satisfied_too(sdk: Client) -> None:
    outputs: Any = await sdk.async_run(SCHNELL, input={"prompt": "acorn"})

    assert len(outputs) == 1
