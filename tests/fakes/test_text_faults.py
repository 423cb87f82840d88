"""Each fault is seen by a caller of text as described, at every vendor, and the ledger says what happened."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from reelwright_fakes.scenarios import Fault, Match, Scenario
from reelwright_fakes.testing import Fake

USER = [{"role": "user", "content": "acorn"}]
HEADERS = {"x-goog-api-key": "any", "anthropic-version": "2023-06-01"}
CONTENTS = {"contents": [{"parts": [{"text": "acorn"}]}]}
# By vendor and operation: path, body, and what makes a stream of it.
CALLS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    ("openai", "chat"): ("/openai/v1/chat/completions", {"model": "m", "messages": USER}),
    ("openai", "respond"): ("/openai/v1/responses", {"model": "m", "input": "acorn"}),
    ("openai", "embed"): ("/openai/v1/embeddings", {"model": "m", "input": "acorn"}),
    ("openai", "moderate"): ("/openai/v1/moderations", {"input": "acorn"}),
    ("azure", "respond"): ("/azure/openai/v1/responses", {"model": "d", "input": "acorn"}),
    ("azure", "chat"): ("/azure/openai/deployments/d/chat/completions?api-version=2024-10-21", {"messages": USER}),
    ("fast", "chat"): ("/fast/v1/chat/completions", {"model": "m", "messages": USER}),
    ("anthropic", "message"): ("/anthropic/v1/messages", {"model": "m", "max_tokens": 99, "messages": USER}),
    ("gemini", "generate"): ("/gemini/v1beta/models/m:generateContent", CONTENTS),
    ("gemini", "embed"): ("/gemini/v1beta/models/m:embedContent", {"content": CONTENTS["contents"][0]}),
}
STREAMS: dict[tuple[str, str], tuple[str, dict[str, Any]]] = {
    key: (path, body | {"stream": True})
    for key, (path, body) in CALLS.items()
    if key[1] in {"chat", "respond", "message"}
} | {("gemini", "stream"): ("/gemini/v1beta/models/m:streamGenerateContent?alt=sse", CONTENTS)}
every_call = pytest.mark.parametrize("call", CALLS)
every_stream = pytest.mark.parametrize("call", STREAMS)
Call = tuple[str, str]


def submit(http: httpx.Client, call: Call) -> httpx.Response:
    path, body = CALLS[call]
    return http.post(path, json=body, headers=HEADERS)


def script(fake: Fake, call: Call, *faults: Fault, **more: Any) -> None:
    fake.control.script(Scenario(match=Match(vendor=call[0], operation=call[1], prompt="acorn"), faults=faults, **more))


@every_call
def test_every_call_is_answered_and_recorded(fake: Fake, http: httpx.Client, call: Call) -> None:
    """Accepted, done, its body and path in the ledger; free is moderation only."""
    assert submit(http, call).status_code == 200

    (entry,) = fake.control.ledger().submissions
    assert (entry.vendor, entry.operation, entry.state, entry.closed) == (*call, "succeeded", False)
    assert (entry.path, entry.body) == CALLS[call]
    assert (entry.billed_micro_usd > 0) == (call[1] != "moderate")


@every_call
def test_refused_before_it_is_accepted_leaves_no_trace(fake: Fake, http: httpx.Client, call: Call) -> None:
    """The connection is reset, nothing is in the ledger, and the next call works."""
    script(fake, call, Fault(kind="refuse"))

    with pytest.raises(httpx.TransportError):
        submit(http, call)

    assert fake.control.ledger().submissions == []
    assert submit(http, call).is_success


@every_call
def test_dropped_after_it_is_accepted_is_done_and_billed(fake: Fake, http: httpx.Client, call: Call) -> None:
    """No answer, but the ledger has it, and not as left by its caller."""
    script(fake, call, Fault(kind="drop"))

    with pytest.raises(httpx.RemoteProtocolError):
        submit(http, call)

    (entry,) = fake.control.ledger().submissions
    assert (entry.state, entry.closed) == ("succeeded", False)


@every_call
def test_a_rate_limit_says_when_to_come_back(fake: Fake, http: httpx.Client, call: Call) -> None:
    """429 twice, rejected and free, with the delay where the vendor puts it."""
    script(fake, call, Fault(kind="status", status=429, times=2, retry_after_s=2))

    first, second, third = (submit(http, call) for _ in range(3))

    assert [first.status_code, second.status_code, third.status_code] == [429, 429, 200]
    if call[0] == "gemini":
        assert first.json()["error"]["details"][0]["retryDelay"] == "2s"
    else:
        assert first.headers["retry-after"] == "2"
    assert [entry.state for entry in fake.control.ledger().submissions] == ["rejected", "rejected", "succeeded"]
    assert fake.control.ledger().submissions[0].body == CALLS[call][1]


@every_call
@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 500, 503, 529])
def test_every_status_has_the_vendors_shape(fake: Fake, http: httpx.Client, call: Call, status: int) -> None:
    """An error object with a message."""
    script(fake, call, Fault(kind="status", status=status, message="because"))

    answer = submit(http, call)

    assert (answer.status_code, answer.json()["error"]["message"]) == (status, "because")


@every_call
def test_an_answer_can_be_unreadable(fake: Fake, http: httpx.Client, call: Call) -> None:
    """The right status, and JSON that does not parse."""
    script(fake, call, Fault(kind="malformed"))

    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        submit(http, call).json()


@every_call
def test_a_held_answer_waits_for_its_release(fake: Fake, http: httpx.Client, call: Call) -> None:
    """A call hangs until control lets it go."""
    script(fake, call, Fault(kind="hold"))

    with ThreadPoolExecutor() as pool:
        answer = pool.submit(submit, http, call)
        (held,) = fake.control.wait_for("held")
        assert not answer.done()
        fake.control.release(held.provider_id)
        assert answer.result(timeout=10).is_success


@every_call
def test_who_leaves_a_call_that_hangs_is_seen(fake: Fake, http: httpx.Client, call: Call) -> None:
    """The caller's own time is up, and the vendor notices."""
    script(fake, call, Fault(kind="hold"))
    path, body = CALLS[call]

    with pytest.raises(httpx.ReadTimeout):
        http.post(path, json=body, headers=HEADERS, timeout=0.2)

    fake.control.wait_for("closed")
    (entry,) = fake.control.ledger().submissions
    assert (entry.closed, entry.state) == (True, "cancelled")


@every_stream
@pytest.mark.parametrize("pieces", [1, 4])
def test_a_stream_breaks_after_so_many_events(fake: Fake, http: httpx.Client, call: Call, pieces: int) -> None:
    """Whole events, then a reset, which is not the caller's doing."""
    script(fake, call, Fault(kind="reset", after_pieces=pieces))
    path, body = STREAMS[call]
    lines: list[str] = []

    with http.stream("POST", path, json=body, headers=HEADERS) as answer, pytest.raises(httpx.ReadError):
        lines.extend(answer.iter_lines())

    assert sum(line.startswith("data: {") and line.endswith("}") for line in lines) == pieces
    assert not fake.control.ledger().submissions[0].closed


@every_stream
def test_a_stream_can_have_an_event_that_does_not_parse(fake: Fake, http: httpx.Client, call: Call) -> None:
    """After so many good events a broken one, and an ordinary end."""
    script(fake, call, Fault(kind="malformed", after_pieces=2))
    path, body = STREAMS[call]

    lines = [line for line in http.post(path, json=body, headers=HEADERS).text.splitlines() if line[:5] == "data:"]

    assert len(lines) == 3 and lines[1].endswith("}") and not lines[2].endswith("}")


@every_stream
def test_who_leaves_a_stream_is_seen(fake: Fake, http: httpx.Client, call: Call) -> None:
    """Half-way, where it would never go on."""
    script(fake, call, outcome="never")
    path, body = STREAMS[call]

    with http.stream("POST", path, json=body, headers=HEADERS) as answer:
        next(answer.iter_lines())

    fake.control.wait_for("closed")
    (entry,) = fake.control.ledger().submissions
    assert (entry.closed, entry.state) == (True, "cancelled")


async def test_of_many_streams_those_that_were_left_are_closed_and_no_other(fake: Fake) -> None:
    """Sixty at a time, every third left after its first event; nothing goes on that nobody reads."""
    path, body = STREAMS["openai", "chat"]
    slow = body | {"messages": [{"role": "user", "content": "[fake:never]"}]}

    async def read(client: httpx.AsyncClient, number: int) -> str:
        leaves = number % 3 == 0
        async with client.stream("POST", path, json=slow if leaves else body) as answer:
            async for line in answer.aiter_lines():
                if leaves or line == "data: [DONE]":
                    return line
        return ""

    limits = httpx.Limits(max_connections=60)
    headers = {"authorization": "Bearer any"}
    async with httpx.AsyncClient(base_url=fake.address, headers=headers, trust_env=False, limits=limits) as client:
        ends = await asyncio.gather(*(read(client, number) for number in range(60)))

    assert ends.count("data: [DONE]") == 40
    await asyncio.to_thread(fake.control.wait_for, "closed", count=20)
    states = [entry.state for entry in fake.control.ledger().submissions]
    assert (states.count("succeeded"), states.count("cancelled"), len(states)) == (40, 20, 60)


@pytest.mark.parametrize("vendor", ["openai", "azure", "anthropic", "gemini"])
def test_without_the_right_key_nothing_is_served(fake: Fake, vendor: str) -> None:
    """In the vendor's own header."""
    call = next(key for key in CALLS if key[0] == vendor)
    path, body = CALLS[call]
    header = {"openai": "authorization", "azure": "api-key", "anthropic": "x-api-key", "gemini": "x-goog-api-key"}
    fake.control.demand_key(vendor, "right")

    def status(key: str) -> int:
        shown = f"Bearer {key}" if vendor == "openai" else key
        headers = {"anthropic-version": "2023-06-01", header[vendor]: shown}
        return httpx.post(fake.address + path, json=body, headers=headers, trust_env=False).status_code

    assert (status("wrong"), status("right")) == (401, 200)


@every_call
@pytest.mark.parametrize("wrong", [7, "x", [7], [], {}, {"x": 1}, [{"x": 1}], [{"parts": 7}], None, True])
def test_whatever_is_asked_the_server_has_an_answer(http: httpx.Client, call: Call, wrong: Any) -> None:
    """A field of a wrong type is done without or refused; it is never a crash."""
    path, body = CALLS[call]
    more = [
        "tools", "tool_choice", "stop", "stop_sequences", "system", "response_format", "text", "reasoning", "thinking",
        "output_config", "generationConfig", "systemInstruction", "toolConfig", "stream_options", "dimensions", "n",
        "seed", "metadata", "user", "max_tokens", "instructions", "temperature", "requests",
    ]  # fmt: skip
    for field in [*body, *more]:
        answer = http.post(path, json=body | {field: wrong}, headers=HEADERS)
        assert answer.status_code in {200, 400, 404}, (field, answer.text)


def test_a_body_that_is_no_object_is_refused(http: httpx.Client) -> None:
    """As JSON that cannot be read."""
    for content in (b"[1]", b"{", b"\xff"):
        answer = http.post("/openai/v1/chat/completions", content=content)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_json")
