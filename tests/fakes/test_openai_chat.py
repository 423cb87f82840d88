"""OpenAI's chat is spoken well enough for its own SDK: whole, streamed, with tools, schemas, pictures and reasoning."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import jsonschema
import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from reelwright_fakes.scenarios import Fault, Scenario
from reelwright_fakes.testing import Fake
from reelwright_fakes.text.tokens import count

MODEL = "gpt-4.1"
PIXEL = "data:image/png;base64,iVBORw0KGgo="


@pytest.fixture
def sdk(fake: Fake) -> Iterator[openai.OpenAI]:
    base_url = fake.bases("openai")["base_url"]
    with openai.OpenAI(api_key="sk-any", max_retries=0, timeout=10, base_url=base_url) as client:
        yield client


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


WEATHER = tool("get_weather", city={"type": "string"}, unit={"enum": ["c", "f"]})
CLOCK = tool("read_clock", zone={"type": "string"})


def ask(sdk: openai.OpenAI, content: Any, **fields: Any) -> ChatCompletion:
    fields = {"model": MODEL, "messages": [{"role": "user", "content": content}]} | fields
    answer: ChatCompletion = sdk.chat.completions.create(**fields)
    return answer


def opened(sdk: openai.OpenAI, content: Any, **fields: Any) -> openai.Stream[ChatCompletionChunk]:
    fields = {"model": MODEL, "messages": [{"role": "user", "content": content}], "stream": True} | fields
    answer: openai.Stream[ChatCompletionChunk] = sdk.chat.completions.create(**fields)
    return answer


def stream(sdk: openai.OpenAI, content: Any, **fields: Any) -> list[ChatCompletionChunk]:
    return list(opened(sdk, content, **fields))


def said(chunks: list[ChatCompletionChunk], index: int = 0) -> str:
    choices = [choice for chunk in chunks for choice in chunk.choices if choice.index == index]
    return "".join(choice.delta.content or "" for choice in choices)


def test_the_answer_depends_on_the_question_and_on_nothing_else(sdk: openai.OpenAI) -> None:
    """The same question is answered alike, another one differently, another seed too."""
    first, again, other = (ask(sdk, words).choices[0].message.content for words in ("acorn", "acorn", "oak"))

    assert first == again and first != other
    assert first is not None and first.startswith("You said: acorn")
    assert ask(sdk, "acorn", seed=7).choices[0].message.content != first


def test_usage_counts_tokens_by_the_rule_on_the_page(sdk: openai.OpenAI, fake: Fake) -> None:
    """Prompt and answer are counted, they add up, and they are what is billed."""
    reply = ask(sdk, "An acorn, and an oak.")

    assert reply.usage is not None and reply.choices[0].message.content is not None
    assert reply.usage.prompt_tokens == 7
    assert reply.usage.completion_tokens == count(reply.choices[0].message.content)
    assert reply.usage.total_tokens == reply.usage.prompt_tokens + reply.usage.completion_tokens
    (entry,) = fake.control.ledger().submissions
    assert entry.billed_micro_usd == 3 * reply.usage.prompt_tokens + 12 * reply.usage.completion_tokens


def test_a_stream_says_what_the_whole_answer_says(sdk: openai.OpenAI) -> None:
    """Role first, then one token per chunk, then the reason, all with one id."""
    whole = ask(sdk, "acorn").choices[0].message.content
    chunks = stream(sdk, "acorn")

    assert said(chunks) == whole and whole is not None
    assert chunks[0].choices[0].delta.role == "assistant"
    assert len(chunks) == count(whole) + 2
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_the_usage_chunk_comes_last_and_has_no_choices(sdk: openai.OpenAI) -> None:
    """With include_usage one more chunk tells the totals."""
    *_, last = stream(sdk, "acorn", stream_options={"include_usage": True})

    assert last.choices == []
    assert last.usage == ask(sdk, "acorn").usage


def test_a_stream_can_have_an_exact_number_of_chunks(sdk: openai.OpenAI) -> None:
    """So many content chunks, and so many tokens, as the directive says."""
    chunks = stream(sdk, "[fake:chunks=1000]", stream_options={"include_usage": True})

    contents = [chunk for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(contents) == 1000
    assert chunks[-1].usage is not None and chunks[-1].usage.completion_tokens == 1000


def test_several_answers_differ(sdk: openai.OpenAI) -> None:
    """`n` answers, in turns when streamed."""
    whole = ask(sdk, "acorn", n=3)
    chunks = stream(sdk, "acorn", n=3)

    texts = [choice.message.content for choice in whole.choices]
    assert len(set(texts)) == 3
    assert [said(chunks, index) for index in range(3)] == texts


def test_a_tool_is_called_when_the_words_name_it(sdk: openai.OpenAI) -> None:
    """Its arguments fit its parameters; without a reason to call it nothing is called."""
    called = ask(sdk, "How is the weather?", tools=[WEATHER, CLOCK]).choices[0]
    assert called.finish_reason == "tool_calls" and called.message.content is None
    (call,) = called.message.tool_calls or []
    assert call.type == "function" and call.function.name == "get_weather"
    jsonschema.validate(json.loads(call.function.arguments), WEATHER["function"]["parameters"])

    assert ask(sdk, "Hello", tools=[WEATHER, CLOCK]).choices[0].message.tool_calls is None
    assert ask(sdk, "How is the weather?", tools=[WEATHER], tool_choice="none").choices[0].finish_reason == "stop"


def test_the_choice_of_a_tool_is_obeyed(sdk: openai.OpenAI) -> None:
    """Required means one, a named one means that one."""
    required = ask(sdk, "Hello", tools=[WEATHER, CLOCK], tool_choice="required").choices[0].message.tool_calls or []
    forced = {"type": "function", "function": {"name": "read_clock"}}
    named = ask(sdk, "Hello", tools=[WEATHER, CLOCK], tool_choice=forced).choices[0].message.tool_calls or []

    assert [call.function.name for call in required if call.type == "function"] == ["get_weather"]
    assert [call.function.name for call in named if call.type == "function"] == ["read_clock"]


def test_parallel_calls_stream_their_arguments_in_pieces(sdk: openai.OpenAI) -> None:
    """Each call opens with its id and name; the pieces joined by index are the arguments of the whole answer."""
    words = "The weather and the clock, please"
    whole = ask(sdk, words, tools=[WEATHER, CLOCK]).choices[0].message.tool_calls or []
    chunks = stream(sdk, words, tools=[WEATHER, CLOCK])
    pieces = [piece for chunk in chunks for piece in chunk.choices[0].delta.tool_calls or []]

    assert [piece.id for piece in pieces if piece.id] == [call.id for call in whole]
    for index, call in enumerate(whole):
        mine = [piece.function.arguments or "" for piece in pieces if piece.index == index and piece.function]
        assert len(mine) > 3
        assert call.type == "function" and "".join(mine) == call.function.arguments
    assert chunks[-1].choices[0].finish_reason == "tool_calls"
    assert (
        len(ask(sdk, words, tools=[WEATHER, CLOCK], parallel_tool_calls=False).choices[0].message.tool_calls or []) == 1
    )


def test_the_result_of_a_tool_is_taken_up(sdk: openai.OpenAI) -> None:
    """After a result comes text that quotes it, not the next call."""
    calls = ask(sdk, "How is the weather?", tools=[WEATHER]).choices[0].message
    messages = [
        {"role": "user", "content": "How is the weather?"},
        calls.model_dump(exclude_none=True),
        {"role": "tool", "tool_call_id": (calls.tool_calls or [])[0].id, "content": "sunny, 21 degrees"},
    ]
    reply = ask(sdk, "", messages=messages, tools=[WEATHER]).choices[0]

    assert reply.finish_reason == "stop" and "sunny, 21 degrees" in (reply.message.content or "")


def test_an_answer_fits_the_schema_that_is_asked_for(sdk: openai.OpenAI) -> None:
    """json_schema is obeyed, and json_object is an object."""
    schema = {
        "type": "object",
        "properties": {"title": {"type": "string"}, "shots": {"type": "array", "items": {"$ref": "#/$defs/shot"}}},
        "required": ["title", "shots"],
        "$defs": {"shot": {"type": "object", "properties": {"seconds": {"type": "integer", "maximum": 9}}}},
    }
    asked = {"type": "json_schema", "json_schema": {"name": "film", "schema": schema, "strict": True}}
    film = json.loads(ask(sdk, "a film", response_format=asked).choices[0].message.content or "")

    jsonschema.validate(film, schema)
    assert film["shots"]
    assert isinstance(json.loads(said(stream(sdk, "x", response_format={"type": "json_object"}))), dict)


def test_pictures_and_files_are_described(sdk: openai.OpenAI) -> None:
    """By address, by data URL, and files; each costs tokens."""
    parts: list[dict[str, Any]] = [
        {"type": "text", "text": "what is this?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/acorn.png"}},
        {"type": "image_url", "image_url": {"url": PIXEL}},
        {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,JVBERi0x"}},
    ]
    reply = ask(sdk, parts)

    text = reply.choices[0].message.content or ""
    assert "I see a picture (https://example.org/acorn.png)." in text
    assert "I see a picture (image/png, 8 bytes)." in text
    assert "I see a file (application/pdf, 6 bytes)." in text
    assert reply.usage is not None and reply.usage.prompt_tokens > 2 * 85 + 200


def test_logprobs_are_there_for_every_token(sdk: openai.OpenAI) -> None:
    """With as many alternatives as asked for, streamed or not."""
    reply = ask(sdk, "acorn", logprobs=True, top_logprobs=2).choices[0]
    chunks = stream(sdk, "acorn", logprobs=True)

    assert reply.logprobs is not None and reply.logprobs.content is not None
    assert "".join(one.token for one in reply.logprobs.content) == reply.message.content
    assert all(len(one.top_logprobs) == 2 and one.logprob <= 0 for one in reply.logprobs.content)
    assert sum(chunk.choices[0].logprobs is not None for chunk in chunks) == count(reply.message.content or "")


def test_reasoning_is_counted_and_shown_to_those_who_ask(sdk: openai.OpenAI) -> None:
    """More effort, more tokens; compatible hosts show their thoughts."""
    low, high = (ask(sdk, "acorn", model="gpt-5.5", reasoning_effort=effort).usage for effort in ("low", "high"))
    assert low is not None and high is not None
    assert (low.completion_tokens_details.reasoning_tokens, high.completion_tokens_details.reasoning_tokens) == (
        16,
        256,
    )

    thinking = ask(sdk, "acorn", extra_body={"thinking": {"type": "enabled"}}).choices[0].message
    assert thinking.model_extra is not None and thinking.model_extra["reasoning_content"].startswith("The ")


def test_stops_and_limits_end_an_answer(sdk: openai.OpenAI) -> None:
    """A stop sequence cuts the text, the limit ends it with `length`."""
    stopped = ask(sdk, "[fake:text=one,two,three]", stop=["three", ",two"]).choices[0]
    limited = ask(sdk, "acorn", max_completion_tokens=3)

    assert (stopped.message.content, stopped.finish_reason) == ("one", "stop")
    assert limited.choices[0].finish_reason == "length"
    assert limited.usage is not None and limited.usage.completion_tokens == 3


def test_a_filtered_answer_ends_with_content_filter(sdk: openai.OpenAI) -> None:
    """Half of it comes, then the reason."""
    assert stream(sdk, "[fake:finish=content_filter]")[-1].choices[0].finish_reason == "content_filter"


def test_unknown_fields_go_in_and_come_out(sdk: openai.OpenAI, fake: Fake) -> None:
    """What the specification does not know arrives in the ledger and in the reply; the reply has fields of its own."""
    reply = ask(sdk, "acorn", extra_body={"x_mine": [1, {"deep": True}]}, extra_headers={"x-trace": "7"})
    (first, *_, last) = stream(sdk, "acorn", extra_body={"x_mine": "too"})

    assert reply.model_extra is not None and reply.model_extra["x_fake"] == {"unknown": {"x_mine": [1, {"deep": True}]}}
    assert (reply.choices[0].message.model_extra or {})["x_fake_message"] == "kept"
    assert (first.model_extra or {})["x_fake"] == {"chunk": 0, "unknown": {"x_mine": "too"}}
    assert (last.model_extra or {})["x_fake"]["chunk"] > 3
    entry = fake.control.ledger().submissions[0]
    assert entry.body is not None and entry.body["x_mine"] == [1, {"deep": True}]
    assert entry.path == "/openai/v1/chat/completions" and entry.headers["x-trace"] == "7"
    assert "authorization" not in entry.headers


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "owl", "content": "x"}]}, "messages[0].role"),
        ({"messages": [{"role": "user", "content": 7}]}, "messages[0].content"),
        ({"temperature": 3}, "temperature"),
        ({"n": 0}, "n"),
        ({"tools": [{"type": "function"}]}, "tools[0].function.name"),
        ({"model": "gpt-5.5", "max_tokens": 5}, "max_tokens"),
        ({"stream_options": {"include_usage": True}}, "stream_options"),
        ({"response_format": {"type": "json_schema"}}, "response_format"),
        ({"response_format": "json"}, "response_format"),
        ({"stop": [7]}, "stop"),
        ({"tool_choice": "perhaps"}, "tool_choice"),
    ],
)
def test_bad_values_are_named(sdk: openai.OpenAI, asked: dict[str, Any], field: str) -> None:
    """The refusal says which field is wrong."""
    with pytest.raises(openai.BadRequestError) as refusal:
        ask(sdk, "x", **asked)

    assert refusal.value.param == field


def test_refusals_of_the_models_own(sdk: openai.OpenAI) -> None:
    """Too long a prompt, a model that does not exist, a prompt the filter stops."""
    with pytest.raises(openai.BadRequestError) as long:
        ask(sdk, "a " * 200_001)
    with pytest.raises(openai.NotFoundError) as gone:
        ask(sdk, "x", model="no-such-model")
    with pytest.raises(openai.BadRequestError) as filtered:
        ask(sdk, "[fake:fail code=content_filter]")

    assert (long.value.code, long.value.param) == ("context_length_exceeded", "messages")
    assert (gone.value.code, gone.value.param) == ("model_not_found", "model")
    assert filtered.value.code == "content_filter"


def test_a_failure_within_a_stream_is_an_api_error(sdk: openai.OpenAI, fake: Fake) -> None:
    """The first half arrives, then the error; nothing is charged."""
    chunks: list[ChatCompletionChunk] = []
    with pytest.raises(openai.APIError, match="server had an error"):
        chunks.extend(opened(sdk, "[fake:fail] [fake:chunks=10]"))

    assert len(said(chunks).split()) > 3
    (entry,) = fake.control.ledger().submissions
    assert (entry.state, entry.billed_micro_usd) == ("failed", 0)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(kind="reset", after_pieces=3), openai.APIConnectionError),
        (Fault(kind="truncate", at="submit", after_pieces=3), openai.APIConnectionError),
        (Fault(kind="malformed", after_pieces=3), ValueError),
    ],
)
def test_a_stream_breaks_after_so_many_pieces(
    sdk: openai.OpenAI, fake: Fake, fault: Fault, expected: type[Exception]
) -> None:
    """Cut, reset or unreadable: three chunks arrive whole, and the ledger does not say that the caller left."""
    fake.control.script(Scenario(faults=(fault,)))
    chunks: list[ChatCompletionChunk] = []

    with pytest.raises(expected):
        chunks.extend(opened(sdk, "acorn"))

    assert len(chunks) == 3
    (entry,) = fake.control.ledger().submissions
    assert (entry.closed, entry.state) == (False, "succeeded")


def test_a_caller_who_leaves_a_stream_is_seen(sdk: openai.OpenAI, fake: Fake) -> None:
    """The ledger has it as closed, and only what was sent is billed."""
    full = ask(sdk, "[fake:chunks=100]").usage
    answer = opened(sdk, "[fake:chunks=100] [fake:slow every_s=1000]")
    next(answer)
    answer.close()

    fake.control.wait_for("closed")
    entry = fake.control.ledger().submissions[-1]
    assert (entry.closed, entry.state) == (True, "cancelled")
    assert full is not None and entry.billed_micro_usd < 12 * full.completion_tokens // 10


def test_a_caller_who_leaves_before_the_answer_is_seen(sdk: openai.OpenAI, fake: Fake) -> None:
    """Also a call that hangs knows that nobody waits for it any more."""
    with pytest.raises(openai.APITimeoutError):
        ask(sdk, "[fake:never]", timeout=0.2)

    fake.control.wait_for("closed")
    (entry,) = fake.control.ledger().submissions
    assert (entry.closed, entry.state) == (True, "cancelled")


def test_slow_tokens_come_as_the_clock_goes_on(sdk: openai.OpenAI, fake: Fake) -> None:
    """Each chunk waits for its time."""
    answer = opened(sdk, "[fake:chunks=3] [fake:slow every_s=3600]")
    chunks = []
    for chunk in answer:
        chunks.append(chunk)
        fake.control.advance(3600)

    assert len(chunks) == 5


async def test_the_asynchronous_client_is_satisfied_too(fake: Fake) -> None:
    """The same over the client that services use."""
    async with openai.AsyncOpenAI(api_key="sk-any", max_retries=0, base_url=fake.bases("openai")["base_url"]) as sdk:
        answer = await sdk.chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "acorn"}], stream=True
        )
        chunks = [chunk async for chunk in answer]

    assert said(chunks).startswith("You said: acorn")
