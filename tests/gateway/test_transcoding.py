"""JSON in and out of plain RPCs, and streams."""

from __future__ import annotations

import json

import pytest
from tests.gateway.edge import Gateway

from reelwright.jobs.v1 import jobs_service_pb2 as pb

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_answers_are_snake_case_with_every_plain_field_and_the_body_the_contract_names(gateway: Gateway) -> None:
    log = gateway.memory.job("img_plain")
    await log.add(percent=0.0)

    job = (await gateway.rest.get("/api/v1/jobs/img_plain")).json()

    assert job["id"] == "img_plain"
    assert job["state"] == "STATE_RUNNING"
    assert job["latest_sequence"] == 1
    assert (job["percent"], job["labels"]) == (0, {})
    assert not {"start_time", "queue_position"} & job.keys()


async def test_large_answers_keep_their_form(gateway: Gateway) -> None:
    log = gateway.memory.job("img_large")
    log.record = lambda: pb.Job(id="img_large", stage="y" * 3_000_000)  # type: ignore[method-assign]

    answer = await gateway.rest.get("/api/v1/jobs/img_large")

    assert answer.headers["content-encoding"] == "gzip"
    assert len(answer.json()["stage"]) == 3_000_000


@pytest.mark.parametrize("name", ["page_size", "pageSize"])
async def test_fields_are_accepted_in_both_spellings(gateway: Gateway, name: str) -> None:
    assert (await gateway.rest.get("/api/v1/jobs", params={name: "3"})).status_code == 200


@pytest.mark.parametrize("state", ["STATE_RUNNING", "state_running", "2"])
async def test_enums_are_accepted_by_name_in_any_case_and_by_number(gateway: Gateway, state: str) -> None:
    assert (await gateway.rest.get("/api/v1/jobs", params={"states": state})).status_code == 200


async def test_unknown_fields_of_a_body_are_ignored(gateway: Gateway) -> None:
    answer = await gateway.rest.post("/api/v1/images", json={"prompt": "a fox", "no_such_field": 1})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"prompt": "a fox", "count": "many"}, "count"),
        ({"prompt": {"text": "a fox"}}, "prompt"),
        ({"prompt": "a fox", "wait": "soon"}, "wait"),
    ],
)
async def test_value_of_another_type_is_refused_naming_the_field(gateway: Gateway, body: object, field: str) -> None:
    answer = await gateway.rest.post("/api/v1/images", json=body)

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "INVALID_ARGUMENT"
    assert field in answer.json()["error"]["message"]


async def test_broken_json_is_refused(gateway: Gateway) -> None:
    answer = await gateway.rest.post(
        "/api/v1/images", content=b'{"prompt": ', headers={"content-type": "application/json"}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "INVALID_ARGUMENT"


async def test_unknown_query_parameter_is_refused_by_name(gateway: Gateway) -> None:
    answer = await gateway.rest.get("/api/v1/jobs", params={"page_sise": "3"})

    assert answer.status_code == 400
    assert "page_sise" in answer.json()["error"]["message"]


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/nothing", "/reelwright.jobs.v1.JobService/GetJob"])
async def test_unknown_path_is_not_found_without_its_query(gateway: Gateway, path: str) -> None:
    answer = await gateway.rest.get(path, params={"key": "secret"})

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == f"There is no GET {path}."


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
async def test_body_that_is_not_declared_as_json_is_refused(gateway: Gateway, content_type: str | None) -> None:
    headers = {"content-type": content_type} if content_type else {}

    answer = await gateway.rest.post("/api/v1/images", content=b'{"prompt": "a fox"}', headers=headers)

    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "INVALID_ARGUMENT"


async def test_post_without_a_body_needs_no_type(gateway: Gateway) -> None:
    await gateway.memory.job("img_cancel").add()

    assert (await gateway.rest.post("/api/v1/jobs/img_cancel:cancel")).json()["id"] == "img_cancel"


async def test_streams_are_lines_of_json(gateway: Gateway) -> None:
    log = gateway.memory.job("img_lines")
    await log.add(percent=5.0)
    await log.end()

    answer = await gateway.rest.get("/api/v1/jobs/img_lines:watch")

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line)["event"]["sequence"] for line in answer.text.splitlines()] == [1, 2]


async def test_each_message_of_a_stream_arrives_when_it_is_sent(gateway: Gateway) -> None:
    log = gateway.memory.job("img_live")
    await log.add(message="first")

    async with gateway.rest.stream("GET", "/api/v1/jobs/img_live:watch") as answer:
        lines = answer.aiter_lines()
        first = json.loads(await anext(lines))
        await log.end()
        last = json.loads(await anext(lines))

    assert (first["event"]["message"], last["event"]["state"]) == ("first", "STATE_SUCCEEDED")


async def test_streams_are_events_for_who_accepts_events(gateway: Gateway) -> None:
    await gateway.memory.job("img_events").end()

    answer = await gateway.rest.get("/api/v1/jobs/img_events:watch", headers={"accept": "text/event-stream"})

    assert answer.headers["content-type"] == "text/event-stream"
    assert json.loads(answer.text.removeprefix("data: "))["event"]["sequence"] == 1


async def test_streaming_post_takes_a_body(gateway: Gateway) -> None:
    answer = await gateway.rest.post("/api/v1/llm/chat:stream", json={"messages": [{"role": "user"}]})

    assert answer.headers["content-type"] == "application/x-ndjson"
    assert len(answer.text.splitlines()) == 3
