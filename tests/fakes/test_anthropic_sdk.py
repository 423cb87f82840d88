"""Anthropic's own SDK is satisfied."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import anthropic
import httpx
import jsonschema
import pytest
from anthropic.types import Message

from reelwright_fakes.scenarios import Fault, Scenario
from reelwright_fakes.testing import Fake
from reelwright_fakes.text.tokens import count

MODEL = "claude-sonnet-5"
WEATHER: dict[str, Any] = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
CLOCK: dict[str, Any] = {
    "name": "read_clock",
    "input_schema": {"type": "object", "properties": {"n": {"type": "integer"}}},
}


@pytest.fixture
def sdk(fake: Fake) -> Iterator[anthropic.Anthropic]:
    base_url = fake.bases("anthropic")["base_url"]
    with anthropic.Anthropic(api_key="any", max_retries=0, timeout=10, base_url=base_url) as client:
        yield client


def ask(sdk: anthropic.Anthropic, content: Any, **fields: Any) -> Message:
    asked = {"model": MODEL, "max_tokens": 1000, "messages": [{"role": "user", "content": content}]} | fields
    answer: Message = sdk.messages.create(**asked)
    return answer


def stream(sdk: anthropic.Anthropic, content: Any, **fields: Any) -> list[Any]:
    return list(ask(sdk, content, stream=True, **fields))  # type: ignore[call-overload]


def text_of(message: Message) -> str:
    return "".join(block.text for block in message.content if block.type == "text")


def test_an_answer_has_text_a_reason_and_usage(sdk: anthropic.Anthropic, fake: Fake) -> None:
    """Tokens are counted by the rule on the page and billed; the request is in the ledger, its key is not."""
    reply = ask(sdk, "An acorn, and an oak.", extra_body={"x_mine": 1})

    assert text_of(reply).startswith("You said: An acorn, and an oak.")
    assert (reply.role, reply.stop_reason, reply.usage.input_tokens) == ("assistant", "end_turn", 7)
    assert reply.usage.output_tokens == count(text_of(reply))
    assert (reply.model_extra or {})["x_fake"] == {"unknown": {"x_mine": 1}}
    (entry,) = fake.control.ledger().submissions
    assert entry.billed_micro_usd == 3 * 7 + 15 * reply.usage.output_tokens
    assert entry.body is not None and entry.body["x_mine"] == 1
    assert entry.headers["anthropic-version"] and "x-api-key" not in entry.headers


def test_a_stream_says_what_the_whole_answer_says(sdk: anthropic.Anthropic) -> None:
    """All events in their order, put together by the SDK's own helper."""
    whole = ask(sdk, "acorn")
    kinds = [event.type for event in stream(sdk, "acorn")]
    with sdk.messages.stream(model=MODEL, max_tokens=1000, messages=[{"role": "user", "content": "acorn"}]) as helped:
        final = helped.get_final_message()

    assert kinds[:2] == ["message_start", "content_block_start"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert kinds.count("content_block_delta") == count(text_of(whole))
    assert text_of(final) == text_of(whole) and final.usage.output_tokens == whole.usage.output_tokens


def test_tools_are_called_whole_and_streamed(sdk: anthropic.Anthropic) -> None:
    """Parallel calls, arguments that fit, the same in pieces; then the result is taken up."""
    words = "The weather and the clock"
    whole = ask(sdk, words, tools=[WEATHER, CLOCK])
    with sdk.messages.stream(
        model=MODEL,
        max_tokens=1000,
        messages=[{"role": "user", "content": words}],
        tools=[WEATHER, CLOCK],  # type: ignore[list-item]
    ) as helped:
        streamed = helped.get_final_message()

    calls = [block for block in whole.content if block.type == "tool_use"]
    assert [call.name for call in calls] == ["get_weather", "read_clock"] and whole.stop_reason == "tool_use"
    jsonschema.validate(calls[0].input, WEATHER["input_schema"])
    assert [block.input for block in streamed.content if block.type == "tool_use"] == [call.input for call in calls]
    result = {"type": "tool_result", "tool_use_id": calls[0].id, "content": "sunny"}
    turns = [
        {"role": "user", "content": words},
        {"role": "assistant", "content": [call.model_dump() for call in calls]},
        {"role": "user", "content": [result]},
    ]
    assert "The tool said: sunny" in text_of(ask(sdk, "", messages=turns, tools=[WEATHER]))


def test_the_choice_of_a_tool_is_obeyed(sdk: anthropic.Anthropic) -> None:
    """Any means one, a named one means that one, and one at a time if so asked."""
    any_one = ask(sdk, "Hello", tools=[WEATHER, CLOCK], tool_choice={"type": "any"})
    named = ask(sdk, "Hello", tools=[WEATHER, CLOCK], tool_choice={"type": "tool", "name": "read_clock"})
    alone = {"type": "auto", "disable_parallel_tool_use": True}
    single = ask(sdk, "The weather and the clock", tools=[WEATHER, CLOCK], tool_choice=alone)

    assert [block.name for block in any_one.content if block.type == "tool_use"] == ["get_weather"]
    assert [block.name for block in named.content if block.type == "tool_use"] == ["read_clock"]
    assert len(single.content) == 1


def test_what_is_marked_is_read_from_the_cache(sdk: anthropic.Anthropic) -> None:
    """Usage tells cached tokens apart from others."""
    system = [{"type": "text", "text": "one two three", "cache_control": {"type": "ephemeral"}}]
    usage = ask(sdk, "four five", system=system).usage

    assert (usage.cache_read_input_tokens, usage.input_tokens) == (3, 2)


def test_thoughts_schemas_pictures_and_stops(sdk: anthropic.Anthropic) -> None:
    """Thinking is shown first, a schema is obeyed, attachments are described, a stop sequence is named."""
    thinking = ask(sdk, "acorn", thinking={"type": "enabled", "budget_tokens": 1024})
    assert [block.type for block in thinking.content] == ["thinking", "text"]

    schema = {"type": "object", "properties": {"title": {"type": "string"}}, "required": ["title"]}
    fitted = ask(sdk, "x", extra_body={"output_config": {"format": {"type": "json_schema", "schema": schema}}})
    assert text_of(fitted).startswith('{"title": ')

    source = {"type": "base64", "media_type": "image/png", "data": "iVBORw0KGgo="}
    assert "I see a picture (image/png, 8 bytes)." in text_of(ask(sdk, [{"type": "image", "source": source}]))

    stopped = ask(sdk, "[fake:text=one,two]", stop_sequences=[","])
    assert (text_of(stopped), stopped.stop_reason, stopped.stop_sequence) == ("one", "stop_sequence", ",")
    assert ask(sdk, "acorn", max_tokens=2).stop_reason == "max_tokens"
    assert ask(sdk, "[fake:finish=content_filter]").stop_reason == "refusal"


@pytest.mark.parametrize(
    ("status", "expected", "kind"),
    [
        (400, anthropic.BadRequestError, "invalid_request_error"),
        (401, anthropic.AuthenticationError, "authentication_error"),
        (403, anthropic.PermissionDeniedError, "permission_error"),
        (404, anthropic.NotFoundError, "not_found_error"),
        (429, anthropic.RateLimitError, "rate_limit_error"),
        (500, anthropic.InternalServerError, "api_error"),
        (529, anthropic.InternalServerError, "overloaded_error"),
    ],
)
def test_every_status_arrives_as_its_exception(
    sdk: anthropic.Anthropic, fake: Fake, status: int, expected: type[anthropic.APIStatusError], kind: str
) -> None:
    """With Anthropic's type, and a request id."""
    fake.control.script(Scenario(faults=(Fault(kind="status", status=status, retry_after_s=3),)))

    with pytest.raises(expected) as error:
        ask(sdk, "acorn")

    assert isinstance(error.value.body, dict) and error.value.body["error"]["type"] == kind
    assert error.value.request_id is not None
    assert error.value.response.headers["retry-after"] == "3"


def test_bad_requests_are_refused(sdk: anthropic.Anthropic, http: httpx.Client) -> None:
    """No messages, too long a prompt, and no version."""
    with pytest.raises(anthropic.BadRequestError, match="at least one message"):
        ask(sdk, "", messages=[])
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long"):
        ask(sdk, "a " * 200_001)
    asked = {"model": MODEL, "max_tokens": 9, "messages": [{"role": "user", "content": "x"}]}
    answer = http.post("/anthropic/v1/messages", json=asked)
    assert (answer.status_code, "anthropic-version" in answer.text) == (400, True)


def test_a_stream_fails_half_way_with_its_error_event(sdk: anthropic.Anthropic) -> None:
    """Overloaded, after the first half."""
    events: list[Any] = []

    with pytest.raises(anthropic.APIStatusError, match="Overloaded"):
        events.extend(ask(sdk, "[fake:fail] [fake:chunks=10]", stream=True))  # type: ignore[arg-type]


def test_a_caller_who_leaves_is_seen(sdk: anthropic.Anthropic, fake: Fake) -> None:
    """A stream that is closed early is closed in the ledger."""
    answer: Any = ask(sdk, "[fake:never] [fake:chunks=50]", stream=True)
    next(iter(answer))
    answer.close()

    fake.control.wait_for("closed")
    assert fake.control.ledger().submissions[0].closed


def test_tokens_are_counted_and_models_listed(sdk: anthropic.Anthropic) -> None:
    """Without costing anything."""
    counted = sdk.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "one two"}])

    assert counted.input_tokens == 2
    assert MODEL in [model.id for model in sdk.models.list()]
