"""Keys over HTTP: a real Envoy, the adapters, and real services behind them."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import grpc
import httpx
import pytest
import pytest_asyncio
from tests.gateway.edge import adapters, envoy
from tests.postgres import Postgres
from tests.processes import ServiceProcess

from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc

pytestmark = pytest.mark.asyncio(loop_scope="module")

SEEDS = itertools.count(1)
LONGEST = "x" * 255
NO_KEYS = ["", "x" * 256, "x" * 20_000, "a b", "a\tb", b"\xe9", b"caf\xc3\xa9"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def port(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[int]:
    """Where Envoy listens; behind it are the image and the llm service, and nobody else."""
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": postgres.fresh(),
        "REELWRIGHT_STORE_URL": f"file://{tmp_path_factory.mktemp('store')}",
        "REELWRIGHT_EXECUTOR_ID": "one",
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "1",
    }
    async with contextlib.AsyncExitStack() as stack:
        processes = {name: await ServiceProcess.start(f"reelwright_{name}", environment) for name in ("image", "llm")}
        for process in processes.values():
            stack.push_async_callback(process.kill)
        ports = {name: int((await process.said("serving"))["port"]) for name, process in processes.items()}
        services: dict[str, Any] = {
            name: SimpleNamespace(port=ports.get(name, ports["image"]))
            for name in ("llm", "image", "video", "audio", "story")
        }
        behind = await stack.enter_async_context(adapters(services, asyncio.Event()))
        listening, _ = await stack.enter_async_context(envoy(tmp_path_factory.mktemp("envoy"), services, behind))
        yield listening


@pytest_asyncio.fixture(loop_scope="module")
async def rest(port: int) -> AsyncIterator[httpx.AsyncClient]:
    """An ordinary HTTP client."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        yield client


def picture(**changed: Any) -> dict[str, Any]:
    """A body that no other test has."""
    return {"prompt": "a red boat", "width": 64, "height": 64, "seed": next(SEEDS)} | changed


async def post(rest: httpx.AsyncClient, body: dict[str, Any], **headers: str | bytes) -> httpx.Response:
    named = {name.replace("_", "-").encode(): value for name, value in headers.items()}
    encoded = {name: value if isinstance(value, bytes) else value.encode() for name, value in named.items()}
    return await rest.post("/api/v1/images", json=body, headers=list(encoded.items()))


def field_of(answer: httpx.Response) -> tuple[int, str, list[str]]:
    """Status, code and the fields that are wrong."""
    error = answer.json()["error"]
    violations = [violation["field"] for part in error["details"] for violation in part.get("field_violations", [])]
    return answer.status_code, error["code"], violations


async def test_two_hundred_posts_with_one_key_make_one_job(rest: httpx.AsyncClient) -> None:
    body = picture(labels={"of": "200"})
    answers = await asyncio.gather(*(post(rest, body, idempotency_key="two-hundred") for _ in range(200)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [answer.headers.get("idempotent-replayed") for answer in answers].count("true") == 199
    listed = await rest.get("/api/v1/jobs", params={"label": "of=200"})
    assert [job["request_id"] for job in listed.json()["jobs"]] == ["two-hundred"]


async def test_a_key_of_another_body_is_a_conflict_that_names_the_job(rest: httpx.AsyncClient) -> None:
    made = await post(rest, picture(), idempotency_key="conflict")
    answer = await post(rest, picture(), idempotency_key="conflict")
    detail = answer.json()["error"]["details"][0]
    assert (answer.status_code, detail["reason"]) == (409, "REQUEST_ID_REUSED")
    assert detail["metadata"]["job"] == made.json()["id"]


@pytest.mark.parametrize("key", ["k", "!~", LONGEST])
async def test_keys_of_any_visible_characters_name_their_job(rest: httpx.AsyncClient, key: str) -> None:
    body = picture()
    first, second = [await post(rest, body, idempotency_key=key) for _ in range(2)]
    assert first.json()["id"] == second.json()["id"]
    assert first.json()["request_id"] == key
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize("key", NO_KEYS, ids=range(len(NO_KEYS)))
async def test_what_is_no_key_is_refused_naming_the_header(rest: httpx.AsyncClient, key: str | bytes) -> None:
    assert field_of(await post(rest, picture(), idempotency_key=key)) == (400, "INVALID_ARGUMENT", ["Idempotency-Key"])


async def test_two_keys_are_refused(rest: httpx.AsyncClient) -> None:
    twice = [("idempotency-key", "a"), ("idempotency-key", "b")]
    answer = await rest.post("/api/v1/images", json=picture(), headers=twice)
    assert field_of(answer) == (400, "INVALID_ARGUMENT", ["Idempotency-Key"])


async def test_a_key_and_a_request_id_must_agree(rest: httpx.AsyncClient) -> None:
    agreed = await post(rest, picture(request_id="agreed"), idempotency_key="agreed")
    assert agreed.json()["request_id"] == "agreed"
    assert field_of(await post(rest, picture(request_id="this"), idempotency_key="that"))[2] == ["Idempotency-Key"]


async def test_a_retry_of_an_sdk_joins_and_the_next_deliberate_call_does_not(rest: httpx.AsyncClient) -> None:
    body = picture()
    first = await post(rest, body, x_stainless_retry_count="0")
    retry = await post(rest, body, x_stainless_retry_count="1")
    deliberate = await post(rest, body, x_stainless_retry_count="0")
    assert retry.json()["id"] == first.json()["id"] != deliberate.json()["id"]
    assert retry.headers["idempotent-replayed"] == "true"


async def test_grpc_callers_are_told_as_well(port: int) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub = image_service_pb2_grpc.ImageServiceStub(channel)
        told = []
        request = image.CreateImageRequest(prompt="a fox", width=64, height=64)
        for _ in range(2):
            call = stub.CreateImage(request, metadata=(("idempotency-key", "grpc"),))
            told.append(((await call).job.id, dict(await call.initial_metadata()).get("idempotent-replayed")))
    assert told == [(told[0][0], None), (told[0][0], "true")]


async def test_an_upload_with_a_key_is_kept_once(rest: httpx.AsyncClient) -> None:
    async def sent(content: bytes, **fields: str) -> httpx.Response:
        headers = {"idempotency-key": "file-1", "content-type": "text/plain"}
        return await rest.post("/api/v1/assets", content=content, headers=headers, params=fields)

    first, second = await sent(b"hello"), await sent(b"hello")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["id"] == second.json()["id"]
    assert second.headers["idempotent-replayed"] == "true" and "idempotent-replayed" not in first.headers
    other = await sent(b"other")
    assert other.status_code == 409
    assert other.json()["error"]["details"][0]["metadata"]["asset"] == first.json()["id"]
    assert field_of(await sent(b"hello", request_id="file-2"))[2] == ["Idempotency-Key"]


@pytest.mark.parametrize("key", NO_KEYS, ids=range(len(NO_KEYS)))
async def test_an_upload_with_what_is_no_key_is_refused(rest: httpx.AsyncClient, key: str | bytes) -> None:
    headers = [(b"idempotency-key", key if isinstance(key, bytes) else key.encode()), (b"content-type", b"text/plain")]
    answer = await rest.post("/api/v1/assets", content=b"hello", headers=headers)
    assert field_of(answer) == (400, "INVALID_ARGUMENT", ["Idempotency-Key"])


async def test_a_text_is_made_once_for_its_key_also_by_calls_at_one_time(rest: httpx.AsyncClient) -> None:
    body = {"messages": [{"role": "user", "content": "Tell me of a storm."}]}

    async def asked(key: str, body: dict[str, Any] = body) -> httpx.Response:
        return await rest.post("/api/v1/llm/chat", json=body, headers={"idempotency-key": key})

    answers = await asyncio.gather(*(asked("text") for _ in range(20)))
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [answer.headers.get("idempotent-replayed") for answer in answers].count("true") == 19
    other = await asked("text", {"messages": [{"role": "user", "content": "Tell me of a calm."}]})
    assert (other.status_code, field_of(other)[1]) == (409, "ALREADY_EXISTS")


async def test_a_streamed_text_is_streamed_again_for_its_key(rest: httpx.AsyncClient) -> None:
    body = {"messages": [{"role": "user", "content": "Tell me of a harbour."}]}

    async def streamed() -> tuple[str, str | None]:
        headers = {"idempotency-key": "stream"}
        answer = await rest.post("/api/v1/llm/chat:stream", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.text, answer.headers.get("idempotent-replayed")

    first, second = await streamed(), await streamed()
    assert (first[1], second[1]) == (None, "true")


@pytest.mark.parametrize(
    ("path", "body", "other"),
    [
        ("embeddings", {"inputs": ["a"]}, {"inputs": ["b"]}),
        ("moderations", {"texts": ["a"]}, {"texts": ["b"]}),
        ("optimize-prompt", {"prompt": "a"}, {"prompt": "b"}),
    ],
)
async def test_the_smaller_calls_obey_keys_too(
    rest: httpx.AsyncClient, path: str, body: dict[str, Any], other: dict[str, Any]
) -> None:
    async def asked(body: dict[str, Any]) -> httpx.Response:
        return await rest.post(f"/api/v1/llm/{path}", json=body, headers={"idempotency-key": path})

    first, second = await asked(body), await asked(body)
    assert first.json() == second.json() and first.status_code == 200
    assert [answer.headers.get("idempotent-replayed") for answer in (first, second)] == [None, "true"]
    assert (await asked(other)).status_code == 409
