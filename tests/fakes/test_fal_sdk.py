"""fal's own SDK is satisfied."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from typing import Any

import fal_client
import httpx
import pytest
import pytest_asyncio
from PIL import Image

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake

FLUX = "fal-ai/flux/dev"
QUICK = 0.001


@pytest.fixture
def redirected(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK has no base address to set; its module's attributes are read at every call."""
    for name, address in fake.bases("fal").items():
        monkeypatch.setattr(fal_client.client, name, address)


@pytest_asyncio.fixture
async def sdk(redirected: None) -> AsyncIterator[fal_client.AsyncClient]:
    client = fal_client.AsyncClient(key="id:secret", default_timeout=10)
    yield client
    # It has no way to be closed.
    await (await client._client).aclose()


def picture(address: str) -> Image.Image:
    return Image.open(io.BytesIO(httpx.get(address, trust_env=False).content))


async def test_work_is_seen_queued_running_and_finished(sdk: fal_client.AsyncClient) -> None:
    handle = await sdk.submit(FLUX, {"prompt": "acorn"})
    seen = [type(status).__name__ async for status in handle.iter_events(with_logs=True, interval=QUICK)]

    assert seen == ["Queued", "InProgress", "Completed"]


async def test_the_result_holds_the_pictures_that_were_asked_for(sdk: fal_client.AsyncClient) -> None:
    arguments = {"prompt": "acorn", "image_size": {"width": 320, "height": 200}, "num_images": 2, "seed": 7}
    result: Any = await sdk.subscribe(FLUX, arguments | {"output_format": "png"}, interval=QUICK)

    shapes = [(entry["width"], entry["height"], entry["content_type"]) for entry in result["images"]]
    assert shapes == [(320, 200, "image/png")] * 2
    assert picture(result["images"][1]["url"]).size == (320, 200)
    assert (result["seed"], result["prompt"]) == (7, "acorn")


async def test_named_sizes_are_known(sdk: fal_client.AsyncClient) -> None:
    result: Any = await sdk.subscribe(FLUX, {"prompt": "acorn", "image_size": "landscape_16_9"}, interval=QUICK)

    assert picture(result["images"][0]["url"]).size == (1024, 576)


@pytest.mark.parametrize(
    ("model", "known_as"),
    [
        ("fal-ai/flux-pro/kontext/text-to-image", "fal-ai/flux-pro"),
        ("workflows/acme/poster/large", "workflows/acme/poster"),
    ],
)
async def test_request_addresses_leave_out_the_rest_of_the_model(
    sdk: fal_client.AsyncClient, model: str, known_as: str
) -> None:
    handle = await sdk.submit(model, {"prompt": "acorn"})

    assert f"/{known_as}/requests/" in handle.status_url
    assert isinstance(await sdk.status(model, handle.request_id), fal_client.Queued)


async def test_a_direct_run_answers_with_the_result(sdk: fal_client.AsyncClient, fake: Fake) -> None:
    result: Any = await sdk.run(FLUX, {"prompt": "acorn", "sync_mode": True})

    assert result["images"][0]["url"].startswith("data:image/jpeg;base64,")
    assert fake.control.ledger().submissions[0].state == "succeeded"


async def test_a_model_stream_brings_the_result(sdk: fal_client.AsyncClient) -> None:
    events: list[Any] = [event async for event in sdk.stream(FLUX, {"prompt": "acorn"})]

    assert len(events) == 1 and events[0]["images"]


async def test_cancelled_work_is_gone_and_free(sdk: fal_client.AsyncClient, fake: Fake) -> None:
    handle = await sdk.submit(FLUX, {"prompt": "acorn"})
    await handle.cancel()

    with pytest.raises(fal_client.FalClientHTTPError) as gone:
        await handle.status()
    assert gone.value.status_code == 404
    (entry,) = fake.control.ledger().submissions
    assert (entry.cancelled, entry.state, entry.billed_micro_usd) == (True, "cancelled", 0)


async def test_failed_work_completes_with_an_error_and_the_result_explains(sdk: fal_client.AsyncClient) -> None:
    handle = await sdk.submit(FLUX, {"prompt": "[fake:fail]"})
    *_, last = [status async for status in handle.iter_events(interval=QUICK)]

    assert isinstance(last, fal_client.Completed)
    assert last.error_type == "content_policy_violation"
    with pytest.raises(fal_client.FalClientHTTPError) as failure:
        await handle.get(interval=QUICK)
    assert failure.value.status_code == 422
    assert failure.value.response.json()["detail"][0]["type"] == "content_policy_violation"


async def test_a_server_error_on_a_poll_leaves_the_work_alone(sdk: fal_client.AsyncClient, fake: Fake) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="status", at="poll", status=500),)))
    handle = await sdk.submit(FLUX, {"prompt": "acorn"})

    with pytest.raises(fal_client.FalClientHTTPError) as trouble:
        await handle.status()

    assert trouble.value.status_code == 500
    assert (await handle.get(interval=QUICK))["images"]


async def test_the_sdk_submits_again_after_429(sdk: fal_client.AsyncClient, fake: Fake) -> None:
    storm = Fault(kind="status", status=429, times=1)
    fake.control.script(Scenario(match=Match(vendor="fal", operation="submit"), faults=(storm,)))

    await sdk.submit(FLUX, {"prompt": "acorn"})

    assert [entry.state for entry in fake.control.ledger().submissions] == ["rejected", "queued"]


async def test_the_sdk_pays_twice_for_a_dropped_answer(sdk: fal_client.AsyncClient, fake: Fake) -> None:
    await sdk.submit(FLUX, {"prompt": "[fake:drop]"})

    (total,) = fake.control.ledger().intents.values()
    assert total.accepted == 2


async def test_uploads_come_back_under_their_address(sdk: fal_client.AsyncClient) -> None:
    address = await sdk.upload(b"some bytes", "text/plain", "note.txt")
    async with httpx.AsyncClient(trust_env=False) as client:
        download = await client.get(address)

    assert (download.content, download.headers["content-type"]) == (b"some bytes", "text/plain; charset=utf-8")


async def test_models_of_other_media_are_not_found(sdk: fal_client.AsyncClient) -> None:
    with pytest.raises(fal_client.FalClientHTTPError) as unknown:
        await sdk.submit("fal-ai/veo3.1", {"prompt": "acorn"})

    assert unknown.value.status_code == 404


def test_the_synchronous_client_is_satisfied_too(redirected: None) -> None:
    client = fal_client.SyncClient(key="id:secret")
    result: Any = client.run(FLUX, {"prompt": "acorn"})
    client._client.close()

    assert picture(result["images"][0]["url"]).format == "JPEG"
