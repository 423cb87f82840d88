"""Embeddings and moderations as the current Python SDK sees them."""

from __future__ import annotations

import math
from typing import Any

import openai
import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from tests.conformance.scripted import Script


async def test_vectors_are_the_same_in_numbers_and_in_base64(sdk: openai.AsyncOpenAI) -> None:
    """The SDK asks for base64 by itself and unpacks it."""
    texts = ["a red boat", "a blue house"]
    packed = await sdk.embeddings.create(model="local/embed", input=texts, dimensions=64)
    plain = await sdk.embeddings.create(model="local/embed", input=texts, dimensions=64, encoding_format="float")

    assert [one.embedding for one in packed.data] == [one.embedding for one in plain.data]
    assert [(one.index, len(one.embedding)) for one in plain.data] == [(0, 64), (1, 64)]
    assert (plain.object, plain.data[0].object, plain.model) == ("list", "embedding", "local/embed")
    assert plain.usage.total_tokens == plain.usage.prompt_tokens > 0
    assert math.isclose(math.hypot(*plain.data[0].embedding), 1, rel_tol=1e-3)


async def test_one_text_is_a_list_of_one(sdk: openai.AsyncOpenAI) -> None:
    answer = await sdk.embeddings.create(model="local/embed", input="a red boat")

    assert [one.index for one in answer.data] == [0]


async def test_many_long_vectors_fit_in_one_answer(told: openai.AsyncOpenAI, script: Script) -> None:
    """2,048 of 4,096 numbers, the most that the contract gives."""
    values = [0.25] * 4096
    script.answer = pb.EmbedResponse(embeddings=[pb.Embedding(index=n, values=values) for n in range(2048)], model="m")

    answer = await told.embeddings.create(model="m", input=["x"] * 2048, timeout=60)

    assert len(answer.data) == 2048 and answer.data[2047].embedding == values


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({"input": [[1, 2, 3]]}, "input"),
        ({"input": []}, "input"),
        ({"input": ["a", ""]}, "input[1]"),
        ({"input": [1, -1]}, "input[0][1]"),
        ({"input": ["a", 1]}, "input"),
        ({"input": [[1], []]}, "input[1]"),
        ({"input": [[1, 2**31]]}, "input[0][1]"),
        ({"input": [True]}, "input[0]"),
        ({"input": ""}, "input"),
        ({"input": "a", "dimensions": 0}, "dimensions"),
        ({"input": "a", "encoding_format": "hex"}, "encoding_format"),
    ],
)
async def test_wrong_texts_are_named(sdk: openai.AsyncOpenAI, body: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        await sdk.post("/embeddings", cast_to=object, body={"model": "local/embed"} | body)

    assert raised.value.param == param


async def test_unknown_fields_of_embeddings_travel_both_ways(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = pb.EmbedResponse(embeddings=[pb.Embedding(values=[0.5])], model="m")
    script.answer.extra.update({"acme": 1})

    answer = await told.embeddings.create(model="m", input="a", extra_body={"input_type": "query"})

    assert script.heard.extra["input_type"] == "query"
    assert answer.to_dict()["acme"] == 1


async def test_texts_are_judged_one_by_one(sdk: openai.AsyncOpenAI) -> None:
    harmless, harmful = "A boat on the sea.", "I will kill you and your family, I will stab you."
    answer = await sdk.moderations.create(model="local/moderation", input=[harmless, harmful])

    assert [one.flagged for one in answer.results] == [False, True]
    judged = answer.results[1]
    assert judged.categories.violence is True and judged.category_scores.violence >= 0.5
    assert answer.results[0].categories.hate is False and answer.results[0].category_scores.sexual_minors == 0
    assert answer.id and judged.category_applied_input_types.violence == ["text"]


async def test_text_and_picture_are_judged_together(told: openai.AsyncOpenAI, script: Script) -> None:
    result = pb.ModerationResult(flagged=True, categories={"violence": 0.9}, flagged_categories=["violence"])
    script.answer = pb.ModerateResponse(id="modr-1", model="m", flagged=True, results=[result])
    parts: Any = [
        {"type": "text", "text": "See"},
        {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
    ]

    answer = await told.moderations.create(model="m", input=parts)

    assert list(script.heard.texts) == ["See"]
    assert [one.uri for one in script.heard.images] == ["https://example.com/a.png"]
    assert answer.results[0].categories.violence is True and answer.results[0].category_scores.violence == 0.9


@pytest.mark.parametrize(("given", "param"), [([], "input"), ([""], "input[0]"), (7, "input")])
async def test_wrong_things_to_judge_are_named(sdk: openai.AsyncOpenAI, given: Any, param: str) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        await sdk.moderations.create(input=given)

    assert raised.value.param == param
