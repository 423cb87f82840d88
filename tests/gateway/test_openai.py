"""The OpenAI dialect as its own SDK sees it: models, failures, and when it tries again."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import grpc
import openai
import pytest
import pytest_asyncio
from tests.gateway.edge import Gateway, envoy, free_port, open_gateway
from tests.gateway.suite import REVOKED, Refusal

from reelwright_gateway.dialects.openai.errors import kind_of
from reelwright_gateway.errors import Failure

pytestmark = pytest.mark.asyncio(loop_scope="session")

SERVICES = ("llm", "image", "video", "audio")
LIMITED = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "RATE_LIMITED", 0.7)
SPENT = Refusal(grpc.StatusCode.RESOURCE_EXHAUSTED, "BUDGET_EXHAUSTED")
UNREACHED = Refusal(grpc.StatusCode.PERMISSION_DENIED, "SCOPE_MISSING")
AWAY = Refusal(grpc.StatusCode.UNAVAILABLE, "PART_UNAVAILABLE", 0.1, "jobs.reelwright")
TWICE = Refusal(grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED", None, "jobs.reelwright")
CRASHED = Refusal(grpc.StatusCode.INTERNAL, "INTERNAL", None, "jobs.reelwright")
ALL = ["local/text", "local/image", "acme/image", "local/video", "local/speech"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def listing(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway to services that have models."""
    async with open_gateway(tmp_path_factory.mktemp("listing")) as opened:
        opened.memory.models = {"llm": ALL[:1], "image": ALL[1:3], "video": ALL[3:4], "audio": ALL[4:]}
        yield opened


@pytest_asyncio.fixture(loop_scope="session")
async def sdk(listing: Gateway) -> AsyncIterator[openai.AsyncOpenAI]:
    """The SDK as it comes, which tries again twice."""
    listing.memory.refusals.clear()
    async with openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{listing.port}/v1", api_key="rw_any") as client:
        yield client


def asked(gateway: Gateway, service: str = "image") -> int:
    """How often a service was asked for its models."""
    calls = gateway.services[service].heard.calls
    return calls.count(f"/reelwright.{service}.v1.{service.capitalize()}Service/ListModels")


async def refused(sdk: openai.AsyncOpenAI, kind: type[openai.APIStatusError]) -> openai.APIStatusError:
    """What a client that never tries again gets."""
    with pytest.raises(kind) as raised:
        await sdk.with_options(max_retries=0).models.list(extra_headers={"x-request-id": "sdk-1"})
    assert type(raised.value) is kind
    return raised.value


async def test_models_of_all_services_are_one_list(sdk: openai.AsyncOpenAI) -> None:
    page = await sdk.models.list()

    assert page.object == "list"
    assert [one.id for one in page.data] == ALL
    assert {(one.object, one.created) for one in page.data} == {("model", 0)}
    assert [one.owned_by for one in page.data] == ["local", "local", "acme", "local", "local"]


async def test_one_model_is_found_by_its_id_with_a_slash(sdk: openai.AsyncOpenAI) -> None:
    model = await sdk.models.retrieve("acme/image")

    assert (model.id, model.owned_by) == ("acme/image", "acme")


async def test_services_hear_the_key_of_the_caller(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    await sdk.models.list()

    for service in SERVICES:
        path = f"/reelwright.{service}.v1.{service.capitalize()}Service/ListModels"
        assert listing.services[service].heard.seen[path]["authorization"] == "Bearer rw_any"


async def test_unknown_model_is_not_found(sdk: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as raised:
        await sdk.models.retrieve("acme/none")

    assert (raised.value.type, raised.value.code, raised.value.param) == (
        "invalid_request_error",
        "model_not_found",
        "model",
    )
    assert raised.value.request_id


async def test_request_id_is_readable_of_answers(sdk: openai.AsyncOpenAI) -> None:
    answer = await sdk.models.with_raw_response.list(extra_headers={"x-request-id": "sdk-2"})

    assert answer.request_id == "sdk-2"


async def test_wrong_key_is_an_authentication_error(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {service: [REVOKED] * 3 for service in SERVICES}
    before = asked(listing)

    with pytest.raises(openai.AuthenticationError) as raised:
        await sdk.models.list(extra_headers={"x-request-id": "sdk-3"})

    assert (raised.value.type, raised.value.code) == ("invalid_request_error", "invalid_api_key")
    assert raised.value.request_id == "sdk-3"
    assert asked(listing) == before + 1


async def test_services_that_the_key_does_not_reach_are_left_out(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {service: [UNREACHED] for service in ("llm", "video", "audio")}

    assert [one.id for one in (await sdk.models.list()).data] == ["local/image", "acme/image"]


async def test_key_that_reaches_no_models_is_denied(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {service: [UNREACHED] for service in SERVICES}

    error = await refused(sdk, openai.PermissionDeniedError)

    assert (error.type, error.code) == ("invalid_request_error", "missing_scope")


async def test_list_is_never_short_for_a_service_that_is_away(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {"llm": [UNREACHED], "video": [AWAY] * 9}

    error = await refused(sdk, openai.InternalServerError)

    assert (error.status_code, error.type) == (503, "server_error")
    assert error.response.headers["x-should-retry"] == "true"


async def test_limited_key_is_tried_again_when_the_headers_say(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {"image": [LIMITED]}
    before, began = asked(listing), time.monotonic()

    page = await sdk.models.list()

    assert [one.id for one in page.data] == ALL
    assert asked(listing) == before + 2
    # The SDK by itself would wait half a second at most.
    assert time.monotonic() - began >= 0.7


async def test_limited_key_is_a_rate_limit_error_for_who_does_not_try_again(
    sdk: openai.AsyncOpenAI, listing: Gateway
) -> None:
    listing.memory.refusals = {"image": [LIMITED]}

    error = await refused(sdk, openai.RateLimitError)

    headers = error.response.headers
    assert (error.type, error.code, error.request_id) == ("requests", "rate_limit_exceeded", "sdk-1")
    assert (headers["retry-after-ms"], headers["retry-after"], headers["x-should-retry"]) == ("700", "1", "true")


async def test_spent_budget_is_not_tried_again(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {"image": [SPENT, SPENT, SPENT]}
    before = asked(listing)

    with pytest.raises(openai.RateLimitError) as raised:
        await sdk.models.list()

    assert (raised.value.type, raised.value.code) == ("insufficient_quota", "insufficient_quota")
    assert asked(listing) == before + 1


async def test_conflict_is_not_tried_again(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {"image": [TWICE, TWICE, TWICE]}
    before = asked(listing)

    with pytest.raises(openai.ConflictError) as raised:
        await sdk.models.list()

    assert raised.value.code == "request_id_reused"
    assert asked(listing) == before + 1


async def test_what_nobody_foresaw_is_a_server_error(sdk: openai.AsyncOpenAI, listing: Gateway) -> None:
    listing.memory.refusals = {"image": [CRASHED]}

    error = await refused(sdk, openai.InternalServerError)

    assert (error.status_code, error.type, error.request_id) == (500, "server_error", "sdk-1")


@pytest.mark.parametrize("verb", ["GET", "POST", "DELETE"])
async def test_unknown_url_says_so(listing: Gateway, verb: str) -> None:
    answer = await listing.rest.request(verb, "/v1/fine_tuning/jobs")

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_url"


async def test_adapters_that_are_away_are_told_by_envoy_in_this_shape(tmp_path: Path) -> None:
    """The SDK must not meet another shape because another process answers."""
    nobody: dict[str, Any] = {name: SimpleNamespace(port=free_port()) for name in (*SERVICES, "story")}
    async with contextlib.AsyncExitStack() as stack:
        port, _ = await stack.enter_async_context(envoy(tmp_path, nobody, free_port()))
        sdk = openai.AsyncOpenAI(base_url=f"http://127.0.0.1:{port}/v1", api_key="x")
        error = await refused(await stack.enter_async_context(sdk), openai.InternalServerError)

    assert (error.status_code, error.type, error.request_id) == (503, "server_error", "sdk-1")
    assert error.response.headers["x-should-retry"] == "true"


@pytest.mark.parametrize("status", [one.value for one in HTTPStatus if one.value >= 400])
async def test_every_status_has_a_type_and_a_code(status: int) -> None:
    kind = kind_of(Failure(status, "UNKNOWN", "said"))

    assert kind.type in ("requests", "server_error" if status >= 500 else "invalid_request_error")
    assert kind.code


def described(**changed: Any) -> Failure:
    return Failure(**{"status": 400, "code": "INVALID_ARGUMENT", "message": "said"} | changed)


async def test_reason_of_the_contract_is_the_code_where_the_dialect_has_none() -> None:
    kind = kind_of(described(reason="FIELD_INVALID"))

    assert (kind.type, kind.code) == ("invalid_request_error", "field_invalid")
