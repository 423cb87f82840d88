"""What is wrong with a request, and every failure of the service, in the shape that SDKs turn into exceptions."""

from __future__ import annotations

import json
from typing import Any

import httpx
import openai
import pytest

from reelwright_gateway.dialects.openai.bodies import LIMIT_BYTES
from reelwright_kit.access import errors as access
from reelwright_kit.errors import AppError, Code, NotOffered, PartUnavailable, RequestIdReused
from tests.conformance.conftest import Chain
from tests.conformance.scripted import MODEL, Script, said

HI: Any = [{"role": "user", "content": "Hi"}]
JSON = {"content-type": "application/json"}


def error_of(answer: httpx.Response) -> dict[str, Any]:
    """What is said about a failure, which has the one shape and a request id."""
    assert list(answer.json()) == ["error"] and answer.headers["x-request-id"]
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"} and error["type"] == "invalid_request_error"
    return error


def chat(**changed: Any) -> bytes:
    """A body of a chat completion."""
    return json.dumps({"model": "local/text", "messages": HI} | changed).encode()


def message(**changed: Any) -> bytes:
    """The same with one message."""
    return chat(messages=[{"role": "user"} | changed])


WRONG = {
    "no json": (b'{"model": "x", ', "body"),
    "nothing": (b"", "body"),
    "no object": (b"[]", "body"),
    "no utf-8": (b'{"model": "\xff\xfe", "messages": []}', "body"),
    "half a surrogate": (b'{"model": "\\ud800", "messages": []}', "body"),
    "too deep to read": (b'{"a": ' + b"[" * 100_000, "body"),
    "too deep to pass on": (chat(acme=json.loads('{"a":' * 40 + "1" + "}" * 40)), "body"),
    "too large a number": (chat(acme=10**400), "body"),
    "too large a temperature": (chat(temperature=10**400), "temperature"),
    "no messages": (b'{"model": "local/text"}', "messages"),
    "empty messages": (chat(messages=[]), "messages"),
    "messages of another type": (chat(messages="Hi"), "messages"),
    "a message of another type": (chat(messages=["Hi"]), "messages[0]"),
    "no role": (chat(messages=[{"content": "Hi"}]), "messages[0].role"),
    "unknown role": (chat(messages=[*HI, {"role": "king", "content": "Hi"}]), "messages[1].role"),
    "content of another type": (message(content=7), "messages[0].content"),
    "no content": (message(), "messages[0]"),
    "unknown part": (message(content=[{"type": "smell"}]), "messages[0].content[0].type"),
    "incomplete part": (message(content=[{"type": "text"}]), "messages[0].content[0].text"),
    "sound that is none": (
        message(content=[{"type": "input_audio", "input_audio": {"data": "?"}}]),
        "messages[0].content[0].input_audio.data",
    ),
    "model of another type": (chat(model=3), "model"),
    "temperature of another type": (chat(temperature="hot"), "temperature"),
    "temperature out of range": (chat(temperature=3), "temperature"),
    "n out of range": (chat(n=2**40), "n"),
    "no room for an answer": (chat(max_completion_tokens=0), "max_completion_tokens"),
    "options without a stream": (chat(stream_options={"include_usage": True}), "stream_options"),
    "stream of another type": (chat(stream="yes"), "stream"),
    "tool without a name": (chat(tools=[{"type": "function", "function": {}}]), "tools[0].function.name"),
    "tool with a strange name": (
        chat(tools=[{"type": "function", "function": {"name": "a b"}}]),
        "tools[0].function.name",
    ),
    "schema without a name": (
        chat(response_format={"type": "json_schema", "json_schema": {"schema": {}}}),
        "response_format.json_schema.name",
    ),
    "tools for a model that has none": (
        chat(tools=[{"type": "function", "function": {"name": "weather"}}]),
        "tools",
    ),
    "picture for a model that sees none": (
        message(content=[{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]),
        "messages[0].content",
    ),
}


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(("body", "param"), WRONG.values(), ids=WRONG)
async def test_wrong_request_names_what_is_wrong(chain: Chain, body: bytes, param: str, stream: bool) -> None:
    """The same whether a stream was asked for or not: nothing has been sent yet."""
    if stream and body.startswith(b'{"model": "local/text", "messages": [{'):
        body = body[:-1] + b', "stream": true}' if b'"stream' not in body else body

    answer = await chain.rest.post("chat/completions", content=body, headers=JSON)

    assert answer.status_code == 400, answer.text
    assert error_of(answer)["param"] == param


@pytest.mark.parametrize("stream", [False, True])
async def test_unknown_model_is_not_found(chain: Chain, stream: bool) -> None:
    answer = await chain.rest.post("chat/completions", content=chat(model="acme/none", stream=stream), headers=JSON)

    assert answer.status_code == 404
    assert (error_of(answer)["param"], error_of(answer)["code"]) == ("model", "model_not_found")


@pytest.mark.parametrize("route", ["chat/completions", "embeddings", "moderations"])
@pytest.mark.parametrize("size", [LIMIT_BYTES + 1, 12_000_000])
async def test_large_body_is_refused_whole(chain: Chain, route: str, size: int) -> None:
    """Also one larger than other routes take; the client reads the answer although it was still sending."""
    answer = await chain.rest.post(route, content=b"{" + b" " * (size - 2) + b"}", headers=JSON)

    assert answer.status_code == 413
    assert (error_of(answer)["param"], error_of(answer)["code"]) == ("body", "request_too_large")


async def test_large_body_is_taken_up_to_the_limit(scripted: tuple[Chain, Script]) -> None:
    chain, script = scripted
    script.answer = said()
    body = chat(model=MODEL, messages=[{"role": "user", "content": "a" * 990_000} for _ in range(5)])

    answer = await chain.rest.post("chat/completions", content=body.ljust(LIMIT_BYTES), headers=JSON)

    assert answer.status_code == 200, answer.text
    assert sum(len(one.content) for one in script.heard.messages) == 5 * 990_000


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_body_of_another_kind_is_refused(chain: Chain, kind: str) -> None:
    """Pages of other sites can send these without being asked for leave."""
    answer = await chain.rest.post("chat/completions", content=chat(), headers={"content-type": kind})

    assert (answer.status_code, error_of(answer)["param"]) == (415, "content-type")


async def test_bad_idempotency_key_is_refused(chain: Chain) -> None:
    answer = await chain.rest.post("chat/completions", content=chat(), headers=JSON | {"idempotency-key": "a b"})

    assert (answer.status_code, error_of(answer)["param"]) == (400, "Idempotency-Key")


class Odd(AppError):
    """A failure with the code and reason that a test wants."""

    def __init__(self, code: Code, reason: str) -> None:
        super().__init__("So it is.")
        self.code, self.reason = code, reason  # type: ignore[misc]


FAILURES: list[tuple[Exception, type[openai.APIStatusError], int, str | None, int]] = [
    (access.KeyInvalid(), openai.AuthenticationError, 401, "invalid_api_key", 1),
    (access.ScopeMissing("llm"), openai.PermissionDeniedError, 403, "missing_scope", 1),
    (RequestIdReused("a", "answer", "txt_1"), openai.ConflictError, 409, "request_id_reused", 1),
    (Odd(Code.RESOURCE_EXHAUSTED, "PROVIDER_LIMITED"), openai.RateLimitError, 429, "provider_limited", 3),
    (Odd(Code.RESOURCE_EXHAUSTED, "BUDGET_EXHAUSTED"), openai.RateLimitError, 429, "insufficient_quota", 1),
    (Odd(Code.INVALID_ARGUMENT, "CONTEXT_TOO_LONG"), openai.BadRequestError, 400, "context_length_exceeded", 1),
    (Odd(Code.FAILED_PRECONDITION, "CONTENT_BLOCKED"), openai.BadRequestError, 400, "content_policy_violation", 1),
    (PartUnavailable("provider"), openai.InternalServerError, 503, "service_unavailable", 3),
    (Odd(Code.DEADLINE_EXCEEDED, ""), openai.InternalServerError, 504, "timeout", 3),
    (NotOffered.call("Chat"), openai.InternalServerError, 501, "not_offered", 1),
    (ValueError("secret"), openai.InternalServerError, 500, "internal", 3),
]


@pytest.mark.parametrize(("failure", "kind", "status", "code", "tries"), FAILURES, ids=lambda one: str(one)[:24])
async def test_failures_are_the_exceptions_that_programs_expect(
    told: openai.AsyncOpenAI,
    script: Script,
    failure: Exception,
    kind: type[openai.APIStatusError],
    status: int,
    code: str,
    tries: int,
) -> None:
    """And are tried again by the SDK where that can help, and nowhere else."""
    script.answer = [failure] * 3

    with pytest.raises(kind) as raised:
        await told.chat.completions.create(model=MODEL, messages=HI, extra_headers={"x-request-id": "sdk-9"})

    assert type(raised.value) is kind and raised.value.status_code == status
    assert (raised.value.code, raised.value.request_id) == (code, "sdk-9")
    assert "secret" not in str(raised.value)
    assert script.calls == tries


async def test_busy_service_is_asked_again_and_answers(told: openai.AsyncOpenAI, script: Script) -> None:
    script.answer = [PartUnavailable("provider"), said("Back.")]

    answer = await told.chat.completions.create(model=MODEL, messages=HI)

    assert answer.choices[0].message.content == "Back."
    assert (script.calls, script.retries) == (2, 1)
