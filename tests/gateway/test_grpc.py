"""What is not REST on the same port: gRPC, gRPC-Web, reflection, health, CORS."""

from __future__ import annotations

import asyncio
import base64

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from tests.gateway.edge import Gateway

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_grpc

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_grpc_streams_pass_and_a_cancelled_one_ends_at_the_service(gateway: Gateway) -> None:
    log = gateway.memory.job("img_grpc")
    await log.add(message="one")
    call = jobs_grpc.JobServiceStub(gateway.channel).WatchJob(pb.WatchJobRequest(id="img_grpc"))

    event = (await call.read()).event
    call.cancel()

    assert event.message == "one"
    await asyncio.wait_for(log.left.wait(), 5)


async def test_deadline_of_a_grpc_caller_is_kept(gateway: Gateway) -> None:
    await gateway.memory.job("img_deadline").add()
    call = jobs_grpc.JobServiceStub(gateway.channel).WatchJob(pb.WatchJobRequest(id="img_deadline"), timeout=0.2)

    with pytest.raises(grpc.aio.AioRpcError) as raised:
        async for _ in call:
            pass

    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize("text", [False, True])
async def test_grpc_web_answers_with_a_message_and_trailers(gateway: Gateway, text: bool) -> None:
    await gateway.memory.job("img_web").add()
    message = pb.GetJobRequest(id="img_web").SerializeToString()
    body = b"\0" + len(message).to_bytes(4, "big") + message
    kind = "application/grpc-web-text" if text else "application/grpc-web+proto"

    answer = await gateway.rest.post(
        "/reelwright.jobs.v1.JobService/GetJob",
        content=base64.b64encode(body) if text else body,
        headers={"content-type": kind, "x-grpc-web": "1", "accept": kind},
    )

    # Message and trailers are encoded each by itself.
    quads = [answer.content[at : at + 4] for at in range(0, len(answer.content), 4)]
    content = b"".join(map(base64.b64decode, quads)) if text else answer.content
    size = int.from_bytes(content[1:5], "big")
    assert answer.headers["content-type"].startswith(kind)
    assert pb.GetJobResponse.FromString(content[5 : 5 + size]).job.id == "img_web"
    assert b"grpc-status:0" in content[5 + size :]


async def test_grpc_web_failures_are_left_as_they_are(gateway: Gateway) -> None:
    message = pb.GetJobRequest(id="none").SerializeToString()
    kind = "application/grpc-web+proto"

    answer = await gateway.rest.post(
        "/reelwright.jobs.v1.JobService/GetJob",
        content=b"\0" + len(message).to_bytes(4, "big") + message,
        headers={"content-type": kind, "x-grpc-web": "1"},
    )

    assert answer.status_code == 200
    assert b'"error"' not in answer.content
    assert b"grpc-status:5" in answer.content or answer.headers["grpc-status"] == "5"


async def test_unknown_grpc_service_is_unimplemented(gateway: Gateway) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await gateway.channel.unary_unary("/reelwright.nothing.v1.NothingService/Do")(b"")

    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_reflection_lists_services(gateway: Gateway) -> None:
    stub = reflection_pb2_grpc.ServerReflectionStub(gateway.channel)
    call = stub.ServerReflectionInfo(iter([reflection_pb2.ServerReflectionRequest(list_services="")]))

    names = [service.name async for answer in call for service in answer.list_services_response.service]

    assert "reelwright.jobs.v1.JobService" in names


async def test_grpc_health_answers(gateway: Gateway) -> None:
    answer = await health_pb2_grpc.HealthStub(gateway.channel).Check(health_pb2.HealthCheckRequest())

    assert answer.status == health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize(
    "path", ["/api/v1/jobs", "/reelwright.jobs.v1.JobService/GetJob", "/api/v1/jobs/x/events", "/v1/models"]
)
async def test_pages_of_this_machine_may_call(gateway: Gateway, path: str) -> None:
    asked = {"origin": "http://localhost:5173", "access-control-request-method": "POST"}

    answer = await gateway.rest.options(path, headers=asked)

    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "http://localhost:5173"
    assert "idempotency-key" in answer.headers["access-control-allow-headers"]


@pytest.mark.parametrize("path", ["/api/v1/jobs/none", "/api/v1/nothing", "/api/v1/jobs/none/events"])
async def test_pages_of_this_machine_may_read_failures(gateway: Gateway, path: str) -> None:
    answer = await gateway.rest.get(path, headers={"origin": "http://127.0.0.1:3000"})

    assert answer.headers["access-control-allow-origin"] == "http://127.0.0.1:3000"
    assert "x-request-id" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", ["https://example.com", "http://localhost.example.com", "https://xlocalhost:1"])
async def test_other_pages_may_not_read(gateway: Gateway, origin: str) -> None:
    answer = await gateway.rest.get("/api/v1/jobs", headers={"origin": origin})

    assert "access-control-allow-origin" not in answer.headers
