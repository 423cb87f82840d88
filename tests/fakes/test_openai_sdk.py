"""OpenAI's own SDK is satisfied."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import httpx
import openai
import pytest
from PIL import Image

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake

MODEL = "gpt-image-2.5-flare"


@pytest.fixture
def sdk(fake: Fake) -> Iterator[openai.OpenAI]:
    base_url = fake.bases("openai")["base_url"]
    with openai.OpenAI(api_key="sk-any", max_retries=0, timeout=10, base_url=base_url) as client:
        yield client


def opened(encoded: str | None) -> Image.Image:
    assert encoded is not None
    image = Image.open(io.BytesIO(base64.b64decode(encoded)))
    image.load()
    return image


def png(colour: tuple[int, int, int, int], size: tuple[int, int] = (64, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGBA", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def test_generation_honours_count_size_format_and_transparency(sdk: openai.OpenAI) -> None:
    reply = sdk.images.generate(
        model=MODEL, prompt="acorn", n=2, size="320x256", output_format="webp", background="transparent", quality="high"
    )

    assert reply.data is not None and len(reply.data) == 2
    first, second = (opened(entry.b64_json) for entry in reply.data)
    assert (first.format, first.size, first.mode) == ("WEBP", (320, 256), "RGBA")
    assert first.getchannel("A").getpixel((0, 0)) == 0
    assert first.tobytes() != second.tobytes()
    assert (reply.size, reply.output_format, reply.background) == ("320x256", "webp", "transparent")


def test_usage_adds_up_and_grows_with_quality(sdk: openai.OpenAI) -> None:
    low, high = (
        sdk.images.generate(model=MODEL, prompt="acorn", size="256x256", quality=quality).usage
        for quality in ("low", "high")
    )

    assert low is not None and high is not None
    assert low.total_tokens == low.input_tokens + low.output_tokens
    assert high.output_tokens > 10 * low.output_tokens


def test_pictures_by_address_can_be_downloaded(sdk: openai.OpenAI) -> None:
    reply = sdk.images.generate(model=MODEL, prompt="acorn", size="256x256", response_format="url")

    assert reply.data is not None and reply.data[0].url is not None
    download = httpx.get(reply.data[0].url, trust_env=False)
    assert download.headers["content-type"] == "image/png"
    assert Image.open(io.BytesIO(download.content)).size == (256, 256)


def test_an_edit_paints_only_into_the_holes_of_the_mask(sdk: openai.OpenAI) -> None:
    mask = Image.new("RGBA", (64, 64), (0, 0, 0, 255))
    mask.paste((0, 0, 0, 0), (32, 0, 64, 64))
    buffer = io.BytesIO()
    mask.save(buffer, "PNG")

    reply = sdk.images.edit(
        model=MODEL,
        prompt="a window",
        size="256x256",
        image=[("a.png", png((10, 200, 30, 255)), "image/png"), ("b.png", png((9, 9, 9, 255)), "image/png")],
        mask=("m.png", buffer.getvalue(), "image/png"),
    )

    assert reply.data is not None and reply.usage is not None
    edited = opened(reply.data[0].b64_json).convert("RGB")
    assert edited.getpixel((40, 40)) == (10, 200, 30)
    assert edited.getpixel((200, 40)) != (10, 200, 30)
    assert reply.usage.input_tokens_details.image_tokens > 0


def test_raw_bytes_are_an_image_too(sdk: openai.OpenAI) -> None:
    reply = sdk.images.edit(model=MODEL, prompt="darker", image=png((1, 2, 3, 255), (96, 64)))

    assert reply.data is not None
    assert opened(reply.data[0].b64_json).size == (1536, 1024)


@pytest.mark.parametrize("partials", [0, 2])
def test_a_stream_brings_previews_and_then_the_picture(sdk: openai.OpenAI, partials: int) -> None:
    stream = sdk.images.generate(model=MODEL, prompt="acorn", size="256x256", stream=True, partial_images=partials)
    events = list(stream)

    assert [event.type for event in events] == [
        *["image_generation.partial_image"] * partials,
        "image_generation.completed",
    ]
    assert events[-1].type == "image_generation.completed"
    assert events[-1].usage.output_tokens > 0
    assert len({event.b64_json for event in events}) == partials + 1


def test_a_streamed_edit_has_its_own_event_names(sdk: openai.OpenAI) -> None:
    stream = sdk.images.edit(model=MODEL, prompt="acorn", image=png((1, 2, 3, 255)), size="256x256", stream=True)

    assert [event.type for event in stream] == ["image_edit.completed"]


def test_a_failure_within_a_stream_is_an_api_error(sdk: openai.OpenAI) -> None:
    stream = sdk.images.generate(model=MODEL, prompt="[fake:fail] x", size="256x256", stream=True, partial_images=1)

    with pytest.raises(openai.APIError, match="safety system"):
        list(stream)


def test_a_moderated_prompt_is_refused_and_not_charged(sdk: openai.OpenAI, fake: Fake) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        sdk.images.generate(model=MODEL, prompt="[fake:fail]")

    assert (refusal.value.code, refusal.value.type) == ("moderation_blocked", "image_generation_user_error")
    assert refusal.value.request_id is not None
    assert fake.control.bill().total_micro_usd == 0


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, openai.BadRequestError),
        (401, openai.AuthenticationError),
        (402, openai.APIStatusError),
        (404, openai.NotFoundError),
        (413, openai.APIStatusError),
        (422, openai.UnprocessableEntityError),
        (429, openai.RateLimitError),
        (500, openai.InternalServerError),
        (529, openai.InternalServerError),
    ],
)
def test_every_status_arrives_as_its_exception(
    sdk: openai.OpenAI, fake: Fake, status: int, expected: type[openai.APIStatusError]
) -> None:
    fake.control.script(Scenario(faults=(Fault(kind="status", status=status, message="because"),)))

    with pytest.raises(expected, match="because") as error:
        sdk.images.generate(model=MODEL, prompt="acorn")

    assert error.value.status_code == status
    assert error.value.body is not None


def test_the_sdks_own_retries_ride_out_a_storm(fake: Fake) -> None:
    storm = Fault(kind="status", status=429, times=2, retry_after_s=0.01)
    fake.control.script(Scenario(match=Match(vendor="openai"), faults=(storm,)))

    with openai.OpenAI(api_key="sk-any", max_retries=2, base_url=fake.bases("openai")["base_url"]) as patient:
        patient.images.generate(model=MODEL, prompt="acorn", size="256x256")

    (total,) = fake.control.ledger().intents.values()
    assert (total.attempts, total.accepted) == (3, 1)


def test_the_sdks_own_retries_pay_twice_for_a_dropped_answer(fake: Fake) -> None:
    with openai.OpenAI(api_key="sk-any", max_retries=1, base_url=fake.bases("openai")["base_url"]) as patient:
        patient.images.generate(model=MODEL, prompt="[fake:drop]", size="256x256")

    (total,) = fake.control.ledger().intents.values()
    assert total.accepted == 2


def test_a_wrong_key_is_an_authentication_error(sdk: openai.OpenAI, fake: Fake) -> None:
    fake.control.demand_key("openai", "sk-right")

    with pytest.raises(openai.AuthenticationError) as refusal:
        sdk.images.generate(model=MODEL, prompt="acorn")

    assert refusal.value.code == "invalid_api_key"


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"size": "250x256"}, "size"),
        ({"n": 11}, "n"),
        ({"output_format": "jpeg", "background": "transparent"}, "background"),
        ({"prompt": " "}, "prompt"),
    ],
)
def test_bad_values_are_named(sdk: openai.OpenAI, asked: dict[str, object], field: str) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        sdk.images.generate(**({"model": MODEL, "prompt": "acorn"} | asked))  # type: ignore[call-overload]

    assert refusal.value.param == field


async def test_the_asynchronous_client_is_satisfied_too(fake: Fake) -> None:
    async with openai.AsyncOpenAI(api_key="sk-any", max_retries=0, base_url=fake.bases("openai")["base_url"]) as sdk:
        reply = await sdk.images.generate(model=MODEL, prompt="acorn", size="256x256", output_format="jpeg")

    assert reply.data is not None
    assert opened(reply.data[0].b64_json).format == "JPEG"
