"""What is wrong with a request is said the same way on gRPC and on REST, with the field and the limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.story.v1 import story_service_pb2 as story
from tests.e2e.suite import Client, RunningSuite

pytestmark = pytest.mark.e2e


@dataclass(frozen=True)
class Bad:
    """A request that must be refused."""

    call: Callable[[Client], Any]
    method: str
    path: str
    body: dict[str, Any] | None
    code: str
    status: int
    reason: str
    field: str
    says: str
    """Words of the message: the limit, or what was looked for."""


def film(**fields: Any) -> Callable[[Client], Any]:
    """A call that orders a film."""
    return lambda client: client.story.MakeFilm(story.MakeFilmRequest(**fields))


BAD = {
    "empty prompt": Bad(
        film(prompt=""), "POST", "/api/v1/films", {"prompt": ""},
        "INVALID_ARGUMENT", 400, "FIELD_INVALID", "prompt", "at least 1 character"),
    "blank prompt": Bad(
        film(prompt="  \n "), "POST", "/api/v1/films", {"prompt": "  \n "},
        "INVALID_ARGUMENT", 400, "FIELD_INVALID", "prompt", "prompt"),
    "a prompt of 40,000 characters": Bad(
        film(prompt="x" * 40_000), "POST", "/api/v1/films", {"prompt": "x" * 40_000},
        "INVALID_ARGUMENT", 400, "FIELD_INVALID", "prompt", "at most 8000 characters"),
    "61 scenes": Bad(
        film(prompt="a", scenes=61), "POST", "/api/v1/films", {"prompt": "a", "scenes": 61},
        "INVALID_ARGUMENT", 400, "FIELD_INVALID", "scenes", "60"),
    "an unknown aspect ratio": Bad(
        film(prompt="a", aspect_ratio="5:4"), "POST", "/api/v1/films", {"prompt": "a", "aspect_ratio": "5:4"},
        "INVALID_ARGUMENT", 400, "FIELD_INVALID", "aspect_ratio", "[16:9, 9:16, 1:1]"),
    "a bad page token": Bad(
        lambda client: client.jobs.ListJobs(jobs.ListJobsRequest(page_token="nonsense")),
        "GET", "/api/v1/jobs?page_token=nonsense", None,
        "INVALID_ARGUMENT", 400, "PAGE_TOKEN_INVALID", "page_token", "page_token"),
    "an unknown job": Bad(
        lambda client: client.jobs.GetJob(jobs.GetJobRequest(id="img_nobody")), "GET", "/api/v1/jobs/img_nobody", None,
        "NOT_FOUND", 404, "JOB_NOT_FOUND", "", "img_nobody"),
    "a part that is not offered yet": Bad(
        lambda client: client.story.MakeFromVoice(story.MakeFromVoiceRequest(audio={"asset": "ast_x"})),
        "POST", "/api/v1/films:from-voice", {"audio": {"asset": "ast_x"}},
        "UNIMPLEMENTED", 501, "NOT_OFFERED", "", "not offered"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_grpc_and_rest_refuse_alike(name: str, suite: RunningSuite, client: Client) -> None:
    """Code, message, reason, metadata and named fields are the same; the HTTP status fits."""
    bad = BAD[name]

    with pytest.raises(grpc.RpcError) as refused:
        bad.call(client)
    answer = httpx.request(bad.method, suite.url + bad.path, json=bad.body, timeout=30)

    status = rpc_status.from_call(refused.value)
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        detail.Unpack(info) if detail.Is(info.DESCRIPTOR) else detail.Unpack(fields)
    assert refused.value.code().name == bad.code
    assert info.reason == bad.reason
    assert info.metadata.get("field", "") == bad.field
    assert bad.says in status.message
    error = answer.json()["error"]
    assert answer.status_code == bad.status
    assert (error["code"], error["message"]) == (bad.code, status.message)
    by_type = {detail["@type"].rpartition(".")[2]: detail for detail in error["details"]}
    assert by_type["ErrorInfo"]["reason"] == info.reason
    assert by_type["ErrorInfo"]["metadata"] == dict(info.metadata)
    named = [violation["field"] for violation in by_type.get("BadRequest", {}).get("field_violations", [])]
    assert named == [violation.field for violation in fields.field_violations]
    assert error["request_id"] == answer.headers["x-request-id"]
