"""OpenAI's Responses satisfy the SDK: whole, streamed, in the background, resumed and cancelled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import openai
import pytest
from openai.types.responses import Response

from reelwright_fakes.testing import Fake
from reelwright_fakes.text.tokens import count

MODEL = "gpt-4.1"
WEATHER: dict[str, Any] = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture
def sdk(fake: Fake) -> Iterator[openai.OpenAI]:
    base_url = fake.bases("openai")["base_url"]
    with openai.OpenAI(api_key="sk-any", max_retries=0, timeout=10, base_url=base_url) as client:
        yield client


def ask(sdk: openai.OpenAI, given: Any, **fields: Any) -> Response:
    answer: Response = sdk.responses.create(**({"model": MODEL, "input": given} | fields))
    return answer


def stream(sdk: openai.OpenAI, given: Any, **fields: Any) -> list[Any]:
    return list(sdk.responses.create(**({"model": MODEL, "input": given, "stream": True} | fields)))


def test_an_answer_has_text_and_usage(sdk: openai.OpenAI, fake: Fake) -> None:
    """Text, tokens and bill agree, and unknown fields go in and out."""
    reply = ask(sdk, "An acorn, and an oak.", instructions="Be brief", extra_body={"x_mine": 1})

    assert reply.status == "completed" and reply.output_text.startswith("You said: An acorn, and an oak.")
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (9, count(reply.output_text))
    assert (reply.model_extra or {})["x_fake"] == {"unknown": {"x_mine": 1}}
    assert fake.control.bill().total_micro_usd == 3 * 9 + 12 * reply.usage.output_tokens


def test_a_stream_is_numbered_and_says_the_same(sdk: openai.OpenAI) -> None:
    """Every event in its order, from created to completed."""
    events = stream(sdk, "acorn")
    whole = ask(sdk, "acorn").output_text

    assert [event.sequence_number for event in events] == list(range(len(events)))
    kinds = [event.type for event in events]
    assert kinds[:4] == [
        "response.created",
        "response.in_progress",
        "response.output_item.added",
        "response.content_part.added",
    ]
    assert kinds[-4:] == [
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.completed",
    ]
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta") == whole
    assert events[-1].response.output_text == whole


def test_the_sdks_own_helper_puts_a_stream_together(sdk: openai.OpenAI) -> None:
    """`responses.stream` follows every event and ends with the final response."""
    with sdk.responses.stream(model=MODEL, input="acorn") as helped:
        final = helped.get_final_response()

    assert final.output_text == ask(sdk, "acorn").output_text


def test_a_tool_is_called_and_its_result_taken_up(sdk: openai.OpenAI) -> None:
    """Whole, in pieces, and in the next turn, which knows the one before by its id."""
    reply = ask(sdk, "How is the weather?", tools=[WEATHER])
    (call,) = [item for item in reply.output if item.type == "function_call"]
    jsonschema.validate(json.loads(call.arguments), WEATHER["parameters"])

    events = stream(sdk, "How is the weather?", tools=[WEATHER])
    pieces = [event.delta for event in events if event.type == "response.function_call_arguments.delta"]
    assert "".join(pieces) == call.arguments and len(pieces) > 3

    result = {"type": "function_call_output", "call_id": call.call_id, "output": "sunny"}
    then = ask(sdk, [result], tools=[WEATHER], previous_response_id=reply.id)
    assert "The tool said: sunny" in then.output_text


def test_schemas_reasoning_pictures_and_limits(sdk: openai.OpenAI) -> None:
    """A schema is obeyed, thoughts are summed up, pictures described, a limit leaves it incomplete."""
    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    fitted = ask(sdk, "x", text={"format": {"type": "json_schema", "name": "film", "schema": schema}})
    jsonschema.validate(json.loads(fitted.output_text), schema)

    thinking = ask(sdk, "x", model="gpt-5.5", reasoning={"effort": "low", "summary": "auto"})
    assert [item.type for item in thinking.output] == ["reasoning", "message"]
    assert thinking.usage is not None and thinking.usage.output_tokens_details.reasoning_tokens == 16

    picture = {"type": "input_image", "image_url": "data:image/png;base64,iVBORw0KGgo="}
    assert "I see a picture (image/png, 8 bytes)." in ask(sdk, [{"role": "user", "content": [picture]}]).output_text

    short = ask(sdk, "[fake:chunks=100]", max_output_tokens=16)
    assert short.status == "incomplete" and short.incomplete_details is not None
    assert short.incomplete_details.reason == "max_output_tokens"
    assert stream(sdk, "[fake:finish=length]")[-1].type == "response.incomplete"


def test_work_in_the_background_is_looked_at_until_it_is_done(sdk: openai.OpenAI) -> None:
    """Unfinished twice, then completed; a failure is seen the same way."""
    begun = ask(sdk, "acorn", background=True)
    assert begun.status == "in_progress" and begun.output == []
    states = [sdk.responses.retrieve(begun.id).status for _ in range(3)]
    assert states == ["in_progress", "in_progress", "completed"]

    failing = ask(sdk, "[fake:fail] [fake:polls=0]", background=True)
    failed = sdk.responses.retrieve(failing.id)
    assert failed.status == "failed" and failed.error is not None and failed.error.code == "server_error"


def test_background_work_can_be_cancelled_and_other_work_cannot(sdk: openai.OpenAI) -> None:
    """As with OpenAI itself."""
    begun = ask(sdk, "acorn", background=True)
    done = ask(sdk, "acorn")

    assert sdk.responses.cancel(begun.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="synchronous"):
        sdk.responses.cancel(done.id)
    with pytest.raises(openai.NotFoundError):
        sdk.responses.retrieve("resp_unknown")


def test_a_stream_that_was_left_is_resumed(sdk: openai.OpenAI, fake: Fake) -> None:
    """Background work goes on without its caller, and the rest of its events follows the last one that was seen."""
    answer = sdk.responses.create(model=MODEL, input="acorn [fake:slow every_s=1000]", stream=True, background=True)
    first = next(answer)
    assert first.type == "response.created"
    answer.close()
    fake.control.wait_for("closed")
    assert fake.control.ledger().submissions[0].state == "running"

    rest = list(sdk.responses.retrieve(first.response.id, stream=True, starting_after=0))

    assert [event.sequence_number for event in rest] == list(range(1, len(rest) + 1))
    assert rest[-1].type == "response.completed"


def test_a_stream_fails_half_way(sdk: openai.OpenAI) -> None:
    """The last event says so, numbered like the others."""
    events = stream(sdk, "[fake:fail] [fake:chunks=10]")

    assert events[-1].type == "response.failed" and events[-1].sequence_number == len(events) - 1
    assert events[-1].response.error.message.startswith("The server had an error")


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"input": []}, "input"),
        ({"input": [{"role": "owl", "content": "x"}]}, "input[0].role"),
        ({"max_output_tokens": 3}, "max_output_tokens"),
        ({"previous_response_id": "resp_unknown"}, "previous_response_id"),
        ({"text": {"format": {"type": "json_schema"}}}, "text.format"),
    ],
)
def test_bad_values_are_named(sdk: openai.OpenAI, asked: dict[str, Any], field: str) -> None:
    """In the words of this API, not in chat's."""
    with pytest.raises(openai.BadRequestError) as refusal:
        ask(sdk, "x", **asked)

    assert refusal.value.param == field
