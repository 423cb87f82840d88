"""OpenAI's embeddings, moderations and models, and Azure's paths, satisfy the SDK."""

from __future__ import annotations

import math
from collections.abc import Iterator

import httpx
import openai
import pytest

from reelwright_fakes.testing import Fake


@pytest.fixture
def sdk(fake: Fake) -> Iterator[openai.OpenAI]:
    base_url = fake.bases("openai")["base_url"]
    with openai.OpenAI(api_key="sk-any", max_retries=0, timeout=10, base_url=base_url) as client:
        yield client


@pytest.fixture
def classic(fake: Fake) -> Iterator[openai.AzureOpenAI]:
    endpoint = fake.bases("azure")["azure_endpoint"]
    with openai.AzureOpenAI(
        api_key="any", api_version="2026-10-01", azure_endpoint=endpoint, max_retries=0, timeout=10
    ) as client:
        yield client


def vectors(sdk: openai.OpenAI, *texts: str) -> list[list[float]]:
    return [one.embedding for one in sdk.embeddings.create(model="text-embedding-3-small", input=list(texts)).data]


def test_embeddings_have_length_one_and_know_shared_words(sdk: openai.OpenAI, fake: Fake) -> None:
    """Texts that share words are nearer than texts that share none; the tokens are billed."""
    acorn, oak, ship = vectors(sdk, "an acorn falls from an oak", "an oak and an acorn", "ships sail north")
    near, far = (sum(a * b for a, b in zip(acorn, other, strict=True)) for other in (oak, ship))

    assert math.isclose(sum(number * number for number in acorn), 1, rel_tol=1e-5)
    assert near > 0.5 and far < 0.2
    assert fake.control.bill().total_micro_usd == 14


def test_floats_and_base64_are_the_same_vector(sdk: openai.OpenAI, http: httpx.Client) -> None:
    """The SDK asks for base64 by itself; plain floats say the same, in as many numbers as asked for."""
    asked = {"model": "m", "input": "acorn", "dimensions": 64, "encoding_format": "float"}
    plain = http.post("/openai/v1/embeddings", json=asked).json()["data"][0]["embedding"]
    packed = sdk.embeddings.create(model="m", input="acorn", dimensions=64).data[0].embedding

    assert len(plain) == 64
    assert packed == pytest.approx(plain, abs=1e-6)


@pytest.mark.parametrize("wrong", [None, "", [], ["a", ""], [7.5]])
def test_nothing_to_embed_is_refused(http: httpx.Client, wrong: object) -> None:
    """The refusal names the input."""
    answer = http.post("/openai/v1/embeddings", json={"model": "m", "input": wrong})

    assert (answer.status_code, answer.json()["error"]["param"]) == (400, "input")


def test_moderation_flags_what_the_words_say(sdk: openai.OpenAI, fake: Fake) -> None:
    """Each text is judged for itself, and nothing is charged."""
    clear, flagged = sdk.moderations.create(input=["a quiet garden", "graphic violence"]).results

    assert not clear.flagged and clear.categories.violence is False
    assert flagged.flagged and flagged.categories.violence_graphic and not flagged.categories.sexual
    assert flagged.category_scores.violence > 0.9
    assert fake.control.bill().total_micro_usd == 0


def test_pictures_are_moderated_with_their_text(sdk: openai.OpenAI) -> None:
    """The parts of one message are one result."""
    (result,) = sdk.moderations.create(
        input=[
            {"type": "text", "text": "a garden"},
            {"type": "image_url", "image_url": {"url": "https://example.org/violence.png"}},
        ]
    ).results

    assert result.flagged
    assert result.category_applied_input_types.violence == ["image", "text"]


def test_models_are_listed_and_one_is_missing(sdk: openai.OpenAI) -> None:
    """The list is not empty, each of it can be asked for, and one name is known not to exist."""
    listed = [model.id for model in sdk.models.list()]

    assert "gpt-4.1" in listed and sdk.models.retrieve(listed[0]).id == listed[0]
    with pytest.raises(openai.NotFoundError):
        sdk.models.retrieve("no-such-model")


def test_azure_is_found_by_deployment(classic: openai.AzureOpenAI, fake: Fake) -> None:
    """The classic path, its version and its key header; the deployment is the model."""
    reply = classic.chat.completions.create(model="my-deployment", messages=[{"role": "user", "content": "acorn"}])

    assert (reply.choices[0].message.content or "").startswith("You said: acorn")
    assert reply.model_extra is not None and reply.model_extra["prompt_filter_results"]
    (entry,) = fake.control.ledger().submissions
    assert (entry.vendor, entry.model) == ("azure", "my-deployment")
    assert entry.path == "/azure/openai/deployments/my-deployment/chat/completions?api-version=2026-10-01"
    assert "api-key" not in entry.headers
    assert len(classic.embeddings.create(model="d", input="acorn").data[0].embedding) == 1536


def test_azures_stream_has_chunks_without_choices_and_without_delta(classic: openai.AzureOpenAI) -> None:
    """What Azure's filter adds to a stream is there, and the text is whole."""
    chunks = list(
        classic.chat.completions.create(model="d", messages=[{"role": "user", "content": "acorn"}], stream=True)
    )

    assert chunks[0].choices == [] and chunks[0].id == ""
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert any(delta is None for delta in deltas)
    assert "".join(delta.content or "" for delta in deltas if delta).startswith("You said: acorn")


def test_azures_newer_paths_need_no_version(fake: Fake) -> None:
    """The plain SDK speaks to them, with a bearer key."""
    with openai.OpenAI(api_key="any", base_url=fake.bases("azure")["base_url"], max_retries=0) as sdk:
        reply = sdk.chat.completions.create(model="d", messages=[{"role": "user", "content": "acorn"}])

    assert reply.model == "d"


def test_azures_filter_says_why(classic: openai.AzureOpenAI) -> None:
    """A blocked prompt has Azure's inner error."""
    with pytest.raises(openai.BadRequestError) as refusal:
        classic.chat.completions.create(
            model="d", messages=[{"role": "user", "content": "[fake:400 code=content_filter]"}]
        )

    assert refusal.value.code == "content_filter"
    assert refusal.value.body["innererror"]["code"] == "ResponsibleAIPolicyViolation"  # type: ignore[index]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/azure/openai/deployments/d/chat/completions", 404, "404"),
        ("/azure/openai/deployments/d/chat/completions?api-version=v1", 404, "404"),
        ("/azure/openai/chat/completions?api-version=2024-10-21", 404, "404"),
        ("/azure/openai/v1/chat/completions?api-version=2024-10-21", 400, "BadRequest"),
        ("/azure/openai/v1/embeddings?api-version=2024-10-21", 400, "BadRequest"),
        ("/azure/openai/deployments/no-such-model/chat/completions?api-version=2024-10-21", 404, "DeploymentNotFound"),
    ],
)
def test_who_mixes_azures_two_forms_is_refused_in_its_words(
    http: httpx.Client, path: str, status: int, code: str
) -> None:
    """The classic one wants a dated version, the newer one must not have it."""
    asked = {"model": "d", "messages": [{"role": "user", "content": "x"}], "input": "x"}

    answer = http.post(path, json=asked)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert set(answer.json()["error"]) == {"code", "message"}


def test_a_key_that_azure_does_not_know_is_refused_in_its_words(fake: Fake) -> None:
    """In either header."""
    fake.control.demand_key("azure", "right")
    body = {"model": "d", "input": "x"}

    def code(**headers: str) -> str | None:
        address = f"{fake.address}/azure/openai/v1/embeddings"
        answer = httpx.post(address, json=body, headers=headers, trust_env=False)
        return (answer.json().get("error") or {}).get("code")

    assert code(**{"api-key": "wrong"}) == code(authorization="Bearer wrong") == "401"
    assert code(**{"api-key": "right"}) is code(authorization="Bearer right") is None
    assert [entry.key_in for entry in fake.control.ledger().submissions if entry.state != "rejected"] == [
        "api-key",
        "authorization",
    ]
