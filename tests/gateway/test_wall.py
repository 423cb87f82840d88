"""What one Envoy lets in at all: refusals have the shape of whoever asked; nothing from outside passes as internal."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest
import pytest_asyncio
from tests.gateway.edge import Edge, Gateway, open_gateway

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_grpc

pytestmark = pytest.mark.asyncio(loop_scope="session")

INTERNAL = "x-reelwright-internal"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def walled(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway whose one call is used up."""
    async with open_gateway(tmp_path_factory.mktemp("walled"), Edge(burst=1)) as opened:
        await opened.rest.get("/api/v1/jobs")
        yield opened


async def test_rest_is_told_in_its_shape_and_when_to_come_back(walled: Gateway) -> None:
    answer = await walled.rest.get("/api/v1/jobs", headers={"origin": "http://localhost:1", "x-request-id": "wall-1"})

    told = answer.json()["error"]
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    assert (told["code"], told["request_id"]) == ("RESOURCE_EXHAUSTED", "wall-1")
    assert (told["details"][0]["reason"], told["details"][0]["domain"]) == ("RATE_LIMITED", "admin.reelwright")
    assert told["details"][1]["retry_delay"] == "1s"
    # Or a page could not read when to come back.
    assert "retry-after" in answer.headers["access-control-expose-headers"]


async def test_openai_dialect_is_told_in_its_shape(walled: Gateway) -> None:
    answer = await walled.rest.get("/v1/models", headers={"x-request-id": "wall-2"})

    error = answer.json()["error"]
    assert answer.status_code == 429
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["param"], error["code"]) == ("requests", None, "rate_limit_exceeded")
    told = [answer.headers[name] for name in ("retry-after", "retry-after-ms", "x-should-retry", "x-request-id")]
    assert told == ["1", "1000", "true", "wall-2"]


async def test_grpc_is_told_by_a_status(walled: Gateway) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await jobs_grpc.JobServiceStub(walled.channel).GetJob(pb.GetJobRequest(id="any"))

    assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert dict(raised.value.trailing_metadata() or ())["retry-after"] == "1"


async def test_health_is_answered_all_the_same(walled: Gateway) -> None:
    assert (await walled.rest.get("/health")).status_code == 200


async def test_committed_wall_lets_many_times_a_busy_second_through(gateway: Gateway) -> None:
    """The refusals above are no accident of the others."""
    answers = [await gateway.rest.get("/api/v1/jobs") for _ in range(3)]

    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.parametrize("path", ["/api/v1/jobs/none", "/api/v1/jobs/none/events"])
async def test_no_rest_call_from_outside_passes_for_one_of_a_service(gateway: Gateway, path: str) -> None:
    for service in gateway.services.values():
        service.heard.seen.clear()

    await gateway.rest.get(path, headers={INTERNAL: "forged", "x-api-key": "kept"})

    [seen] = heard(gateway)
    assert seen["x-api-key"] == "kept"
    assert INTERNAL not in seen


async def test_no_grpc_call_from_outside_passes_for_one_of_a_service(gateway: Gateway) -> None:
    for service in gateway.services.values():
        service.heard.seen.clear()
    sent = ((INTERNAL, "forged"), (INTERNAL, "twice"), ("x-api-key", "kept"))

    with pytest.raises(grpc.aio.AioRpcError):
        await jobs_grpc.JobServiceStub(gateway.channel).GetJob(pb.GetJobRequest(id="none"), metadata=sent)

    [seen] = heard(gateway)
    assert seen["x-api-key"] == "kept"
    assert INTERNAL not in seen


def heard(gateway: Gateway) -> list[dict[str, str]]:
    """What the services were told with GetJob."""
    all_seen = (service.heard.seen for service in gateway.services.values())
    return [seen[name] for seen in all_seen if (name := "/reelwright.jobs.v1.JobService/GetJob") in seen]
