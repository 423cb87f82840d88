"""Failures look the same whichever way they come, and carry the same content as over gRPC."""

from __future__ import annotations

import asyncio
import json

import grpc
import pytest
from google.protobuf import json_format
from grpc_status import rpc_status
from tests.gateway.edge import Gateway, Opener

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_grpc
from reelwright.llm.v1 import llm_service_pb2 as llm_pb
from reelwright.llm.v1 import llm_service_pb2_grpc as llm_grpc
from reelwright_gateway.errors import HTTP_STATUS

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("code", sorted(HTTP_STATUS))
@pytest.mark.parametrize("path", ["/api/v1/jobs/code-{}", "/api/v1/jobs/code-{}/events"])
async def test_rest_and_grpc_tell_the_same_failure(gateway: Gateway, code: str, path: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await jobs_grpc.JobServiceStub(gateway.channel).GetJob(pb.GetJobRequest(id=f"code-{code}"))
    status = rpc_status.from_call(raised.value)

    answer = await gateway.rest.get(path.format(code), headers={"x-request-id": "one-7"})

    told = answer.json()["error"]
    assert answer.status_code == HTTP_STATUS[code]
    assert (told["code"], told["message"], told["request_id"]) == (raised.value.code().name, status.message, "one-7")
    assert told["details"] == [
        json_format.MessageToDict(detail, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)
        for detail in status.details
    ]


async def test_stream_that_fails_at_once_tells_it_in_its_only_line(gateway: Gateway) -> None:
    answer = await gateway.rest.get("/api/v1/jobs/none:watch")

    assert json.loads(answer.text)["error"]["code"] == "NOT_FOUND"


async def test_stream_of_events_that_fails_at_once_tells_it_in_its_only_event(gateway: Gateway) -> None:
    answer = await gateway.rest.get("/api/v1/jobs/none:watch", headers={"accept": "text/event-stream"})

    assert json.loads(answer.text.removeprefix("data: "))["error"]["details"][0]["reason"] == "JOB_NOT_FOUND"


@pytest.mark.parametrize("declared", [True, False])
async def test_body_above_the_limit_is_refused(gateway: Gateway, declared: bool) -> None:
    size = 8 * 1024 * 1024 + 1
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    length = f"content-length: {size}" if declared else "transfer-encoding: chunked"
    head = f"POST /api/v1/images HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n{length}\r\n\r\n"
    writer.write(head.encode() + (b"" if declared else f"{size:x}\r\n".encode() + b'{"prompt":"' + b"x" * size))

    answer = await reader.readuntil(b"}}")

    writer.transport.abort()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b'"code":"RESOURCE_EXHAUSTED"' in answer


async def test_service_that_is_down_is_named(own_gateway: Opener) -> None:
    async with own_gateway() as gateway:
        await gateway.services["llm"].server.stop(None)

        answer = await gateway.rest.post("/api/v1/llm/chat", json={})
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await llm_grpc.LlmServiceStub(gateway.channel).Chat(llm_pb.ChatRequest())
        health = await gateway.rest.get("/health")

    told = answer.json()["error"]
    assert (answer.status_code, told["code"], answer.headers["retry-after"]) == (503, "UNAVAILABLE", "1")
    assert (told["details"][0]["reason"], told["details"][0]["metadata"]) == ("PART_UNAVAILABLE", {"part": "llm"})
    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
    assert not (raised.value.details() or "").startswith("{")
    assert (health.status_code, health.json()["status"]) == (503, "degraded")
    assert health.json()["parts"]["llm"] == "UNREACHABLE"


@pytest.mark.parametrize("client", ["rest", "direct"])
async def test_request_id_of_the_caller_is_kept_when_sane_and_made_otherwise(gateway: Gateway, client: str) -> None:
    caller = getattr(gateway, client)
    path = "/api/v1/jobs/none/events"

    kept = await caller.get(path, headers={"x-request-id": "job:7_a.b-c"})
    made = [await caller.get(path, headers={"x-request-id": given}) for given in ('"};drop', "x" * 129, "")]
    made.append(await caller.get(path))

    assert kept.headers["x-request-id"] == kept.json()["error"]["request_id"] == "job:7_a.b-c"
    ids = [answer.headers["x-request-id"] for answer in made]
    assert len(set(ids)) == 4
    assert all(len(one) == 36 for one in ids)
    assert [answer.json()["error"]["request_id"] for answer in made] == ids


async def test_services_hear_the_request_id_and_who_calls(gateway: Gateway) -> None:
    told = {"x-request-id": "seen-1", "authorization": "Bearer k", "traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}

    await gateway.rest.get("/api/v1/jobs/none/events", headers=told)

    heard = [
        service.heard.seen.get("/reelwright.jobs.v1.JobService/GetJob", {}) for service in gateway.services.values()
    ]
    assert any(told.items() <= seen.items() for seen in heard)


async def test_access_log_has_the_path_without_query(gateway: Gateway) -> None:
    await gateway.rest.get("/api/v1/jobs/none", params={"key": "secret"}, headers={"x-request-id": "logged-1"})

    while not (lines := [line for line in gateway.log if '"logged-1"' in line]):
        await gateway.rest.get("/health")

    entry = json.loads(lines[0])
    assert (entry["method"], entry["path"], entry["status"]) == ("GET", "/api/v1/jobs/none", 400)
    assert "secret" not in lines[0]
