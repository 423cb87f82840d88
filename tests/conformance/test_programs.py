"""Programs of Node, of SDKs before 1.0, of LangChain and of LlamaIndex, each with its own pinned libraries."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright_kit.errors import PartUnavailable
from tests.conformance.conftest import SILENCE_S, Chain
from tests.conformance.programs import CLIENTS, output_of, python_with
from tests.conformance.scripted import Script, chunk, last, said

pytestmark = pytest.mark.timeout(300)


async def ran(node: Path, chain: Chain, scenario: str) -> Any:
    """What the Node program saw."""
    return await output_of("node", "client.mjs", chain.url, scenario, cwd=node)


async def test_node_asks_plainly_and_in_a_stream(node: Path, chain: Chain) -> None:
    plain, chunks = await ran(node, chain, "plain"), await ran(node, chain, "streamed")

    content = plain["choices"][0]["message"]["content"]
    assert content and "".join(one["choices"][0]["delta"].get("content") or "" for one in chunks[:-1]) == content
    assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
    assert chunks[-2]["choices"][0]["finish_reason"] == "stop"
    assert chunks[-1]["choices"] == [] and chunks[-1]["usage"] == plain["usage"]


async def test_node_gets_json_vectors_and_judgements(node: Path, chain: Chain) -> None:
    written = json.loads((await ran(node, chain, "schema"))["choices"][0]["message"]["content"])
    vectors, judged = await ran(node, chain, "vectors"), await ran(node, chain, "moderation")

    assert list(written) == ["title"]
    assert vectors["packed"] == vectors["plain"] and len(vectors["plain"][1]["embedding"]) == 16
    assert judged["results"][0]["flagged"] is False and judged["results"][0]["categories"]["hate/threatening"] is False


async def test_node_knows_failures_by_their_class(
    node: Path, chain: Chain, scripted: tuple[Chain, Script], script: Script
) -> None:
    wrong = await ran(node, chain, "wrong")
    script.answer = [PartUnavailable("provider")] * 3
    refused = await ran(node, scripted[0], "refused")

    assert (wrong["model"]["name"], wrong["model"]["code"]) == ("NotFoundError", "model_not_found")
    assert (wrong["messages"]["name"], wrong["messages"]["param"]) == ("BadRequestError", "messages")
    assert (refused["name"], refused["status"], script.calls) == ("InternalServerError", 503, 3)
    assert refused["requestID"]


async def test_node_puts_streamed_calls_together(node: Path, scripted: tuple[Chain, Script], script: Script) -> None:
    first = pb.ToolCallDelta(index=0, id="call_1", type="function", name="weather")
    rest = [pb.ToolCallDelta(index=0, arguments=text) for text in ('{"city": ', '"Oslo"}')]
    script.steps = [[chunk(tool_calls=[one]) for one in (first, *rest)], [chunk(finish_reason="tool_calls"), last()]]

    answer = await ran(node, scripted[0], "tools")

    [call] = answer["choices"][0]["message"]["tool_calls"]
    assert (call["id"], call["function"]["name"], call["function"]["arguments"]) == (
        "call_1",
        "weather",
        '{"city": "Oslo"}',
    )


async def test_node_fields_of_others_travel_both_ways(
    node: Path, scripted: tuple[Chain, Script], script: Script
) -> None:
    script.answer = said()
    script.answer.extra.update({"acme_route": 2})

    assert (await ran(node, scripted[0], "unknown"))["acme_route"] == 2
    assert script.heard.extra["acme_mode"] == "deep"


async def test_node_raises_what_breaks_a_stream(node: Path, scripted: tuple[Chain, Script], script: Script) -> None:
    script.steps = [[chunk(content="He")], PartUnavailable("provider")]

    broken = await ran(node, scripted[0], "broken")

    assert broken["heard"] == ["He"]
    assert broken["error"]["name"] == "APIError" and "provider" in broken["error"]["message"]


async def test_node_timeout_and_leaving_cancel_the_call(
    node: Path, scripted: tuple[Chain, Script], script: Script
) -> None:
    script.answer = asyncio.Event()
    late = await ran(node, scripted[0], "late")
    assert late["name"] == "APIConnectionTimeoutError" and (script.calls, script.retries) == (2, 1)

    script.forget()
    script.steps = [[chunk(content="He")], asyncio.Event()]
    assert await ran(node, scripted[0], "abandoned") == "He"
    async with asyncio.timeout(10):
        await script.left.wait()


async def test_node_sdk_may_call_from_pages(node: Path, chain: Chain) -> None:
    """A browser asks first whether each header that the SDK adds may be sent."""
    sent = set(await ran(node, chain, "headers"))
    asked = {"origin": "http://localhost:5173", "access-control-request-method": "POST"}
    answer = await chain.rest.options("chat/completions", headers=asked)

    allowed = set(answer.headers["access-control-allow-headers"].split(", "))
    # Browsers set these by themselves, or need not ask.
    assert "x-stainless-lang" in sent and sent - {"user-agent", "accept", "content-length"} <= allowed


@pytest.fixture(scope="module")
def old_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter with the last SDK before 1.0."""
    return python_with("openai0.txt", tmp_path_factory.mktemp("openai0") / "venv")


async def test_programs_for_old_sdks_run_as_they_are(old_python: Path, chain: Chain) -> None:
    seen = await output_of(old_python, CLIENTS / "openai0.py", chain.url, "whole")

    assert seen["content"] and "".join(seen["pieces"]) == seen["content"]
    assert (seen["flagged"], seen["unknown"]) == (False, [404, "model_not_found", "model"])
    assert seen["total"] > 0 and seen["vectors"][0] == seen["vectors"][1] > 0


async def test_old_sdks_raise_what_breaks_a_stream(
    old_python: Path, scripted: tuple[Chain, Script], script: Script
) -> None:
    """They read lines of data only, and pass over comments and names of events."""
    gate = asyncio.Event()
    asyncio.get_running_loop().call_later(3 * SILENCE_S, gate.set)
    script.steps = [[chunk(content="He")], gate, PartUnavailable("provider")]

    seen = await output_of(old_python, CLIENTS / "openai0.py", scripted[0].url, "broken")

    assert seen["first"] == "He" and "provider cannot be reached" in seen["error"]


async def test_frameworks_stream(chain: Chain, tmp_path: Path) -> None:
    """LangChain and LlamaIndex: whole answers, streams, usage, JSON by schema, vectors."""
    python = await asyncio.to_thread(python_with, "chains.txt", tmp_path / "venv")
    seen = await output_of(python, CLIENTS / "chains.py", chain.url)

    for framework in ("langchain", "llama_index"):
        told = seen[framework]
        assert told["plain"] and "".join(told["pieces"]) == told["plain"], framework
        assert len(told["pieces"]) > 3 and told["vectors"][0] == told["vectors"][1] > 0
    kept = seen["langchain_responses"]
    assert kept["plain"] and "".join(kept["pieces"]) == kept["plain"] and kept["usage"] > 0
    assert seen["langchain"]["usage"] > 0 and list(seen["langchain"]["film"]) == ["title"]
