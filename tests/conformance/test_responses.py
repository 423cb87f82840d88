"""Responses as the current Python SDK sees them, from a service that answers as told."""

from __future__ import annotations

import json
from typing import Any

import httpx
import openai
import pytest
from openai.types.responses import Response

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.errors import PartUnavailable
from tests.conformance.conftest import Asking
from tests.conformance.kept import (
    ID,
    MODEL,
    Kept,
    Odd,
    failed,
    message,
    response,
)

WEATHER: Any = {"type": "function", "name": "weather", "parameters": {"z": 1, "a": {}}, "strict": False}


async def heard_of(told: openai.AsyncOpenAI, kept: Kept, **asked: Any) -> pb.CreateResponseRequest:
    """What the service hears of a request."""
    kept.answer = response(output=[message()])
    await told.responses.create(**{"model": MODEL, "input": "Hi"} | asked)
    assert isinstance(kept.heard, pb.CreateResponseRequest)
    return kept.heard


async def test_every_known_field_reaches_the_service(told: openai.AsyncOpenAI, kept: Kept) -> None:
    heard = await heard_of(
        told,
        kept,
        instructions="Be brief.",
        previous_response_id="resp_before",
        temperature=0.5,
        top_p=0.9,
        max_output_tokens=50,
        include=["message.output_text.logprobs", "reasoning.encrypted_content"],
        top_logprobs=2,
        reasoning={"effort": "low", "summary": "auto"},
        text={"verbosity": "high", "format": {"type": "json_object"}},
        service_tier="flex",
        prompt_cache_key="cached",
        safety_identifier="u-1",
        user="u-0",
        metadata={"film": "storm"},
        store=True,
        background=True,
        max_tool_calls=3,
        truncation="auto",
        stream_options={"include_obfuscation": False},
        extra_body={"acme_mode": {"deep": True}, "seed": 7, "stop": "END", "top_k": 5},
        extra_headers={"Idempotency-Key": "all"},
    )

    heard.ClearField("echo")
    chat = llm.ChatRequest(
        messages=[llm.Message(role="user", content="Hi")],
        model=MODEL,
        temperature=0.5,
        top_p=0.9,
        top_k=5,
        max_output_tokens=50,
        seed=7,
        stop=["END"],
        logprobs=True,
        top_logprobs=2,
        response_format=llm.ResponseFormat(type="json_object"),
        reasoning_effort="low",
        verbosity="high",
        service_tier="flex",
        prompt_cache_key="cached",
        user="u-1",
    )
    chat.extra.update({"acme_mode": {"deep": True}})
    assert heard == pb.CreateResponseRequest(
        chat=chat,
        previous="resp_before",
        instructions="Be brief.",
        background=True,
        store=True,
        max_tool_calls=3,
        metadata={"film": "storm"},
        request_id="all",
    )


async def test_log_probabilities_are_asked_for_by_their_name_only(told: openai.AsyncOpenAI, kept: Kept) -> None:
    """Models without them would refuse; other things that may be included cost nothing."""
    heard = await heard_of(told, kept, include=["reasoning.encrypted_content"], top_logprobs=3)

    assert not heard.chat.logprobs and not heard.chat.HasField("top_logprobs")


async def test_store_and_background_are_as_they_were_given(told: openai.AsyncOpenAI, kept: Kept) -> None:
    """Whoever does not say gets the service's default."""
    silent = await heard_of(told, kept)
    said = await heard_of(told, kept, store=False, background=False)

    assert not silent.HasField("store") and said.HasField("store") and not said.store


async def test_answer_has_all_that_the_sdk_knows_to_be_there(asked_json: Asking, kept: Kept) -> None:
    """As JSON, so that nothing is filled in by the SDK; the types are checked as they are written."""
    thought = pb.OutputItem(id="rs_1", kind="reasoning", status="completed", parts=[pb.OutputPart(reasoning="Hm")])
    call = llm.ToolCall(id="call_1", type="function", function=llm.FunctionCall(name="weather", arguments="{}"))
    call.extra.update({"thought_signature": "s1"})
    asked = pb.OutputItem(id="fc_1", kind="tool_call", status="completed", tool_call=call)
    kept.answer = response(output=[thought, message(), asked], service_tier="flex")

    told = await asked_json({"tools": [WEATHER], "reasoning": {"effort": "low", "summary": "auto"}})

    known = Response.model_validate(told, strict=True)
    assert set(told) - set(Response.model_fields) == {"store"}
    assert known.output_text == "Hello" and known.service_tier == "flex"
    assert (known.created_at, known.completed_at, known.status) == (1_700_000_000, 1_700_000_009, "completed")
    assert told["usage"] == {
        "input_tokens": 3,
        "input_tokens_details": {"cached_tokens": 2, "cache_write_tokens": 0},
        "output_tokens": 4,
        "output_tokens_details": {"reasoning_tokens": 1},
        "total_tokens": 7,
    }
    assert told["output"] == [
        {
            "id": "rs_1",
            "type": "reasoning",
            "status": "completed",
            "summary": [],
            "content": [{"type": "reasoning_text", "text": "Hm"}],
        },
        {
            "id": "msg_1",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}],
        },
        {
            "id": "fc_1",
            "type": "function_call",
            "status": "completed",
            "call_id": "call_1",
            "name": "weather",
            "arguments": "{}",
            "thought_signature": "s1",
        },
    ]


ECHO: list[tuple[str, Any]] = [
    ("tools", [WEATHER, {"type": "image_generation", "size": "auto", "output_compression": 90}]),
    ("tool_choice", {"type": "function", "name": "weather"}),
    ("tool_choice", "none"),
    ("parallel_tool_calls", False),
    (
        "text",
        {
            "format": {"type": "json_schema", "name": "film", "schema": {"z": 2**60, "a": 1}, "strict": True},
            "verbosity": "low",
        },
    ),
    ("reasoning", {"effort": "high", "summary": "detailed"}),
    ("truncation", "auto"),
    ("user", "u-1"),
    ("safety_identifier", "u-2"),
    ("instructions", "Be brief."),
    ("metadata", {"film": "storm"}),
    ("max_output_tokens", 99),
    ("max_tool_calls", 2),
    ("temperature", 0.25),
    ("top_p", 0.5),
    ("store", False),
    ("background", False),
    ("previous_response_id", "resp_before"),
    ("prompt_cache_key", "cached"),
]


@pytest.mark.parametrize(("name", "value"), ECHO, ids=[name for name, _ in ECHO])
async def test_what_was_asked_comes_back_in_its_own_words(
    asked_json: Asking, kept: Kept, name: str, value: Any
) -> None:
    """Names in their order, numbers with all digits."""
    kept.echoing = True
    kept.answer = response()

    told = await asked_json({name: value})

    assert json.dumps(told[name]) == json.dumps(value)
    Response.model_validate(told)


async def test_what_was_asked_by_grpc_is_told_in_the_words_of_this_api(
    scripted_rest: httpx.AsyncClient, kept: Kept
) -> None:
    """And what it may keep for itself is not taken for what it is not."""
    function = llm.Function(name="weather", parameters_json='{"type":"object"}', strict=True, description="It.")
    schema = llm.JsonSchema(name="film", schema_json='{"z":1,"a":2}')
    chat = llm.ChatRequest(
        model=MODEL,
        tools=[llm.Tool(function=function)],
        tool_choice=llm.ToolChoice(function="weather"),
        response_format=llm.ResponseFormat(type="json_schema", json_schema=schema),
        verbosity="low",
        reasoning_effort="high",
    )
    tool = pb.ImageTool(width=640, height=480, quality="low", sketches=1)
    asked = pb.CreateResponseRequest(chat=chat, image_tool=tool)
    asked.echo.update({"tools": "{}", "truncation": 7, "reasoning": "no json", "more": 1})
    kept.answer = response(request=asked)

    told = (await scripted_rest.get(f"responses/{ID}")).json()

    Response.model_validate(told)
    drawing = {"type": "image_generation", "quality": "low", "size": "640x480", "partial_images": 1}
    parameters = {"type": "object"}
    assert told["tools"] == [
        {"type": "function", "name": "weather", "parameters": parameters, "strict": True, "description": "It."},
        drawing,
    ]
    assert told["tool_choice"] == {"type": "function", "name": "weather"}
    form = {"type": "json_schema", "name": "film", "schema": {"z": 1, "a": 2}, "strict": None}
    assert told["text"] == {"format": form, "verbosity": "low"}
    assert told["reasoning"]["effort"] == "high" and told["truncation"] == "disabled"


async def test_only_pictures_fail_by_themselves(asked_json: Asking, kept: Kept) -> None:
    """The API knows no other item that has failed."""
    kept.answer = response(output=[message(status="failed")])

    told = await asked_json({})

    Response.model_validate(told, strict=True)
    assert told["output"][0]["status"] == "incomplete"


STATES: list[tuple[pb.ResponseState, str]] = [
    (pb.RESPONSE_STATE_QUEUED, "queued"),
    (pb.RESPONSE_STATE_IN_PROGRESS, "in_progress"),
    (pb.RESPONSE_STATE_INCOMPLETE, "incomplete"),
    (pb.RESPONSE_STATE_CANCELLED, "cancelled"),
]


@pytest.mark.parametrize(("state", "status"), STATES, ids=[status for _, status in STATES])
async def test_states_have_their_names(
    told: openai.AsyncOpenAI, kept: Kept, state: pb.ResponseState, status: str
) -> None:
    kept.answer = response(state, incomplete_reason="max_output_tokens" if status == "incomplete" else "")

    answer = await told.responses.retrieve(ID)

    assert (answer.status, answer.completed_at, answer.error) == (status, None, None)
    assert (answer.incomplete_details and answer.incomplete_details.reason) == (
        "max_output_tokens" if status == "incomplete" else None
    )
    assert (answer.usage is None) == (status in ("queued", "in_progress"))


CODES: list[tuple[Any, str]] = [
    (PartUnavailable("provider"), "server_error"),
    (Odd(8, "PROVIDER_LIMITED"), "rate_limit_exceeded"),
    (Odd(9, "CONTENT_BLOCKED"), "invalid_prompt"),
    (Odd(3, "CONTEXT_TOO_LONG"), "invalid_prompt"),
    (Odd(9, "PROVIDER_FAILED"), "server_error"),
    (Odd(3, "URI_REFUSED"), "invalid_image_url"),
    (Odd(13, "INTERNAL", "secret"), "server_error"),
]


@pytest.mark.parametrize(("failure", "code"), CODES, ids=[failure.reason for failure, _ in CODES])
async def test_failed_responses_say_why_in_codes_that_the_sdk_knows(
    asked_json: Asking, kept: Kept, failure: Any, code: str
) -> None:
    kept.answer = response(pb.RESPONSE_STATE_FAILED, error=failed(failure))

    told = await asked_json({})

    known = Response.model_validate(told)
    assert known.error and (known.status, known.error.code) == ("failed", code)
    assert "secret" not in json.dumps(told) and known.error.message
