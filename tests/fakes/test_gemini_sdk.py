"""Google's own SDK is satisfied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from google import genai
from google.genai import errors, types

from reelwright_fakes.scenarios import Fault, Scenario
from reelwright_fakes.testing import Fake
from reelwright_fakes.text.tokens import count

MODEL = "gemini-3.5-flash"


@pytest.fixture
def sdk(fake: Fake) -> Iterator[genai.Client]:
    options = types.HttpOptions(
        base_url=fake.bases("gemini")["base_url"], timeout=10_000, retry_options=types.HttpRetryOptions(attempts=1)
    )
    client = genai.Client(api_key="any", http_options=options)
    yield client
    client.close()


def ask(sdk: genai.Client, contents: Any, **config: Any) -> types.GenerateContentResponse:
    return sdk.models.generate_content(
        model=MODEL, contents=contents, config=types.GenerateContentConfig(**config) if config else None
    )


WEATHER = types.FunctionDeclaration(
    name="get_weather",
    parameters=types.Schema(
        type=types.Type.OBJECT, properties={"city": types.Schema(type=types.Type.STRING)}, required=["city"]
    ),
)


def test_an_answer_has_text_a_reason_and_usage(sdk: genai.Client, fake: Fake) -> None:
    """Tokens are counted by the rule on the page and billed; the request is in the ledger, its key is not."""
    reply = ask(sdk, "An acorn, and an oak.", temperature=0.2, system_instruction="Be brief")

    assert reply.text is not None and reply.text.startswith("You said: An acorn, and an oak.")
    assert reply.candidates is not None and reply.candidates[0].finish_reason == types.FinishReason.STOP
    assert reply.usage_metadata is not None
    assert (reply.usage_metadata.prompt_token_count, reply.usage_metadata.candidates_token_count) == (
        9,
        count(reply.text),
    )
    (entry,) = fake.control.ledger().submissions
    assert entry.billed_micro_usd == 9 + 4 * count(reply.text)
    assert entry.body is not None and entry.body["generationConfig"] == {"temperature": 0.2}
    assert "x-goog-api-key" not in entry.headers


def test_a_stream_says_what_the_whole_answer_says(sdk: genai.Client) -> None:
    """One token is one response; the last says why it ended and what it took."""
    whole = ask(sdk, "acorn").text
    pieces = list(sdk.models.generate_content_stream(model=MODEL, contents="acorn"))

    assert whole is not None and "".join(piece.text or "" for piece in pieces) == whole
    assert len(pieces) == count(whole) + 1
    assert pieces[-1].usage_metadata is not None and pieces[0].usage_metadata is None


# The SDK takes aiohttp where it is installed, and makes a class of its own of its session.
@pytest.mark.filterwarnings("ignore:Inheritance class AiohttpClientSession:DeprecationWarning")
async def test_the_asynchronous_client_is_satisfied_too(sdk: genai.Client) -> None:
    """The same over the client that services use."""
    pieces = [
        piece.text or "" async for piece in await sdk.aio.models.generate_content_stream(model=MODEL, contents="acorn")
    ]
    await sdk.aio.aclose()

    assert "".join(pieces).startswith("You said: acorn")


def test_tools_are_called_and_their_results_taken_up(sdk: genai.Client) -> None:
    """A declared function is called with arguments that fit, at once or because it must be; its result is quoted."""
    tools = [types.Tool(function_declarations=[WEATHER])]
    manual = types.AutomaticFunctionCallingConfig(disable=True)
    (call,) = ask(sdk, "How is the weather?", tools=tools, automatic_function_calling=manual).function_calls or []
    assert call.name == "get_weather" and isinstance((call.args or {})["city"], str)

    must = types.ToolConfig(
        function_calling_config=types.FunctionCallingConfig(mode=types.FunctionCallingConfigMode.ANY)
    )
    assert ask(sdk, "Hello", tools=tools, tool_config=must, automatic_function_calling=manual).function_calls

    turns = [
        types.UserContent("How is the weather?"),
        types.ModelContent(types.Part.from_function_call(name="get_weather", args={"city": "x"})),
        types.UserContent(types.Part.from_function_response(name="get_weather", response={"sky": "sunny"})),
    ]
    assert "sunny" in (ask(sdk, turns, tools=tools, automatic_function_calling=manual).text or "")


def test_schemas_thoughts_pictures_and_limits(sdk: genai.Client) -> None:
    """A schema is obeyed, thoughts are shown and counted, attachments described, limits kept."""
    schema = {"type": "OBJECT", "properties": {"shots": {"type": "ARRAY", "items": {"type": "STRING"}, "minItems": 3}}}
    made = ask(sdk, "x", response_mime_type="application/json", response_schema=schema)
    assert len(json.loads(made.text or "")["shots"]) == 3

    thinking = ask(sdk, "acorn", thinking_config=types.ThinkingConfig(include_thoughts=True))
    assert [part.thought for part in thinking.parts or []] == [True, None]
    assert thinking.usage_metadata is not None and thinking.usage_metadata.thoughts_token_count == 16

    seen = ask(sdk, ["what?", types.Part.from_bytes(data=b"\x89PNG\xff\xfe", mime_type="image/png")])
    assert "I see a picture (image/png, 6 bytes)." in (seen.text or "")

    short = ask(sdk, "acorn", max_output_tokens=2, candidate_count=2).candidates or []
    assert [one.finish_reason for one in short] == [types.FinishReason.MAX_TOKENS] * 2


def test_blocked_prompts_and_answers_are_not_errors(sdk: genai.Client) -> None:
    """A blocked prompt has no candidates, a blocked answer no content."""
    prompt = ask(sdk, "[fake:400 code=content_filter]")
    answer = ask(sdk, "[fake:finish=content_filter]").candidates or []

    assert prompt.candidates is None and prompt.prompt_feedback is not None
    assert prompt.prompt_feedback.block_reason == types.BlockedReason.PROHIBITED_CONTENT
    assert (answer[0].content, answer[0].finish_reason) == (None, types.FinishReason.SAFETY)


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (400, "INVALID_ARGUMENT"),
        (401, "UNAUTHENTICATED"),
        (429, "RESOURCE_EXHAUSTED"),
        (500, "INTERNAL"),
        (503, "UNAVAILABLE"),
    ],
)
def test_every_status_arrives_with_its_word(sdk: genai.Client, fake: Fake, status: int, word: str) -> None:
    """And with the delay in the details, where Gemini puts it."""
    fake.control.script(Scenario(faults=(Fault(kind="status", status=status, retry_after_s=13),)))

    with pytest.raises(errors.APIError) as error:
        ask(sdk, "acorn")

    assert (error.value.code, error.value.status) == (status, word)
    assert error.value.details["error"]["details"][0]["retryDelay"] == "13s"


def test_too_long_a_prompt_and_no_contents_are_refused(sdk: genai.Client, http: httpx.Client) -> None:
    """In Gemini's words; without a key nothing is served."""
    with pytest.raises(errors.ClientError, match="exceeds the maximum"):
        ask(sdk, "a " * 200_001)
    path = f"/gemini/v1beta/models/{MODEL}:generateContent"
    assert "not specified" in http.post(path, json={}, headers={"x-goog-api-key": "any"}).json()["error"]["message"]
    assert http.post(path, json={}).status_code == 401


def test_a_stream_fails_half_way(sdk: genai.Client) -> None:
    """The error comes inside the stream."""
    pieces: list[Any] = []

    with pytest.raises(errors.APIError, match="overloaded"):
        pieces.extend(sdk.models.generate_content_stream(model=MODEL, contents="[fake:fail] [fake:chunks=10]"))

    assert len(pieces) > 3


def test_a_caller_who_leaves_is_seen(fake: Fake, http: httpx.Client) -> None:
    """A stream that is closed early is closed in the ledger."""
    path = f"/gemini/v1beta/models/{MODEL}:streamGenerateContent?alt=sse"
    asked = {"contents": [{"parts": [{"text": "[fake:never] [fake:chunks=50]"}]}]}
    with http.stream("POST", path, json=asked, headers={"x-goog-api-key": "any"}) as answer:
        next(answer.iter_lines())

    fake.control.wait_for("closed")
    assert fake.control.ledger().submissions[0].closed


def test_embeddings_and_models(sdk: genai.Client, http: httpx.Client) -> None:
    """Several contents have several vectors of the size asked for; the single call has one."""
    many = sdk.models.embed_content(
        model="gemini-embedding-001",
        contents=["acorn", "oak"],
        config=types.EmbedContentConfig(output_dimensionality=64),
    )
    one = http.post(
        "/gemini/v1beta/models/gemini-embedding-2:embedContent",
        json={"content": {"parts": [{"text": "acorn"}]}, "outputDimensionality": 64},
        headers={"x-goog-api-key": "any"},
    ).json()

    assert [len(vector.values or []) for vector in many.embeddings or []] == [64, 64]
    assert (many.embeddings or [])[0].values == one["embedding"]["values"]
    assert f"models/{MODEL}" in [model.name for model in sdk.models.list()]
