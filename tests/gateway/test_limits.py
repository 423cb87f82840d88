"""What a key may still do, told with every answer whichever way it takes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
from tests.gateway.edge import Gateway, open_gateway
from tests.gateway.suite import Refusal

pytestmark = pytest.mark.asyncio(loop_scope="session")

LIMITS = {
    "x-ratelimit-limit-requests": "60",
    "x-ratelimit-remaining-requests": "59",
    "x-ratelimit-reset-requests": "1.5s",
}
ORIGIN = {"origin": "http://localhost:5173"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def limited(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway to services that know a limited key."""
    async with open_gateway(tmp_path_factory.mktemp("limited")) as opened:
        opened.memory.limits = LIMITS
        opened.memory.models = {"image": ["local/image"]}
        opened.memory.keep("ast_kept", b"bytes")
        await opened.memory.job("img_ended").end()
        yield opened


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("GET", "/api/v1/jobs/img_ended"),
        ("GET", "/api/v1/jobs/img_ended/events"),
        ("GET", "/api/v1/jobs/img_ended/events?after_sequence=1"),
        ("GET", "/api/v1/assets/ast_kept/content"),
        ("HEAD", "/api/v1/assets/ast_kept/content"),
        ("POST", "/api/v1/assets"),
        ("GET", "/api/v1/usage"),
        ("GET", "/api/v1/usage.csv"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/local/image"),
    ],
)
async def test_limits_come_with_the_answer_and_pages_may_read_them(limited: Gateway, verb: str, path: str) -> None:
    answer = await limited.rest.request(verb, path, headers=ORIGIN, content=b"x" if verb == "POST" else None)

    assert answer.status_code in (200, 201, 204), answer.text
    assert {name: answer.headers[name] for name in LIMITS} == LIMITS
    exposed = answer.headers["access-control-expose-headers"]
    assert all(name in exposed for name in (*LIMITS, "retry-after", "retry-after-ms", "x-should-retry"))


async def test_unchanged_file_tells_them_too(limited: Gateway) -> None:
    etag = (await limited.rest.head("/api/v1/assets/ast_kept/content")).headers["etag"]

    answer = await limited.rest.get("/api/v1/assets/ast_kept/content", headers={"if-none-match": etag})

    assert answer.status_code == 304
    assert {name: answer.headers[name] for name in LIMITS} == LIMITS


async def test_rest_is_told_when_to_come_back(limited: Gateway) -> None:
    limited.memory.refusals["image"] = [Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", 1.2)]

    answer = await limited.rest.get("/api/v1/images/models")

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert {name: answer.headers[name] for name in LIMITS} == LIMITS
