"""Around every call: failures as google.rpc.Status, rules of the contract, an id for each call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import psycopg
import pytest
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from reelwright.image.v1 import image_service_pb2 as image
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.video.v1 import video_service_pb2 as video
from reelwright_kit import caller
from reelwright_kit.errors import FieldInvalid, JobNotFound, NotOffered
from reelwright_kit.interceptors import interceptors
from reelwright_kit.interceptors.validation import RequestInvalid, check
from tests.gates import open_to_everybody

SECRET = "a very private prompt"

Failing = Callable[[], Exception]

FAILURES: dict[str, Failing] = {
    "known": lambda: JobNotFound("mil_1"),
    "field": lambda: FieldInvalid("prompt", "is empty"),
    "not offered": lambda: NotOffered.call("GetJob"),
    "lost": lambda: psycopg.OperationalError(SECRET),
    "unknown": lambda: ValueError(SECRET),
    "not written": lambda: NotImplementedError(SECRET),
    "other service": lambda: grpc.aio.AioRpcError(grpc.StatusCode.NOT_FOUND, details=SECRET),
}


def _made(kind: str) -> Exception:
    return FAILURES[kind]()


class Scripted(rpc.JobServiceServicer):
    """Fails as the job id says, and answers with the caller's id otherwise."""

    async def GetJob(self, request: pb.GetJobRequest, context: Any) -> pb.GetJobResponse:
        if request.id in FAILURES:
            raise _made(request.id)
        return pb.GetJobResponse(job=pb.Job(id=caller.current().call_id, tenant=caller.current().tenant))

    async def WatchJob(self, request: pb.WatchJobRequest, context: Any) -> AsyncIterator[pb.WatchJobResponse]:
        yield pb.WatchJobResponse(event=pb.JobEvent(job=request.id))
        if request.id in FAILURES:
            raise _made(request.id)


@pytest.fixture
async def channel() -> AsyncIterator[grpc.aio.Channel]:
    """A connection to a server of this process."""
    server = grpc.aio.server(interceptors=interceptors(open_to_everybody()))
    rpc.add_JobServiceServicer_to_server(Scripted(), server)
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as opened:
        yield opened
    await server.stop(None)


async def failure(stub: rpc.JobServiceAsyncStub, kind: str, shape: str) -> grpc.aio.AioRpcError:
    if shape == "unary":
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await stub.GetJob(pb.GetJobRequest(id=kind))
        return raised.value
    watch = stub.WatchJob(pb.WatchJobRequest(id=kind))
    assert (await watch.read()).event.job == kind
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await watch.read()
    return raised.value


def details(error: grpc.aio.AioRpcError, kind: type[Message]) -> list[Any]:
    """The details of one type."""
    packed = dict(error.trailing_metadata() or ())["grpc-status-details-bin"]
    status = status_pb2.Status.FromString(bytes(packed))
    assert (status.code, status.message) == (error.code().value[0], error.details())
    found = []
    for detail in status.details:
        message = kind()
        if detail.Unpack(message):
            found.append(message)
    return found


@pytest.mark.parametrize("shape", ["unary", "stream"])
@pytest.mark.parametrize(
    ("kind", "code", "reason"),
    [
        ("known", "NOT_FOUND", "JOB_NOT_FOUND"),
        ("field", "INVALID_ARGUMENT", "FIELD_INVALID"),
        ("not offered", "UNIMPLEMENTED", "NOT_OFFERED"),
        ("lost", "UNAVAILABLE", "PART_UNAVAILABLE"),
        ("unknown", "INTERNAL", "INTERNAL"),
        ("not written", "INTERNAL", "INTERNAL"),
        ("other service", "INTERNAL", "INTERNAL"),
    ],
)
async def test_every_failure_is_a_status_with_one_error_info(
    channel: grpc.aio.Channel, kind: str, code: str, reason: str, shape: str
) -> None:
    error = await failure(rpc.JobServiceStub(channel), kind, shape)
    (info,) = details(error, error_details_pb2.ErrorInfo)
    assert (error.code().name, info.reason, info.domain) == (code, reason, "jobs.reelwright")
    assert SECRET not in f"{error.details()}{info}{error.debug_error_string()}"


async def test_a_refused_call_names_itself(channel: grpc.aio.Channel) -> None:
    error = await failure(rpc.JobServiceStub(channel), "not offered", "unary")
    (info,) = details(error, error_details_pb2.ErrorInfo)
    assert dict(info.metadata) == {"rpc": "GetJob"}


async def test_a_field_at_fault_is_named(channel: grpc.aio.Channel) -> None:
    error = await failure(rpc.JobServiceStub(channel), "field", "unary")
    (bad,) = details(error, error_details_pb2.BadRequest)
    assert [(v.field, v.description) for v in bad.field_violations] == [("prompt", "is empty")]


async def test_what_passes_says_when_to_try_again(channel: grpc.aio.Channel) -> None:
    error = await failure(rpc.JobServiceStub(channel), "lost", "unary")
    (retry,) = details(error, error_details_pb2.RetryInfo)
    assert retry.retry_delay.ToMilliseconds() == 1000


async def test_a_request_that_breaks_a_rule_never_reaches_the_service(channel: grpc.aio.Channel) -> None:
    for call in ("GetJob", "WatchJob"):
        answer = getattr(rpc.JobServiceStub(channel), call)(getattr(pb, f"{call}Request")(id=""))
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await (answer if call == "GetJob" else anext(aiter(answer)))
        (bad,) = details(raised.value, error_details_pb2.BadRequest)
        assert [v.field for v in bad.field_violations] == ["id"]


async def test_the_callers_request_id_is_kept_when_it_is_sane(channel: grpc.aio.Channel) -> None:
    stub = rpc.JobServiceStub(channel)
    kept = await stub.GetJob(pb.GetJobRequest(id="x"), metadata=(("x-request-id", "abc-123"),))
    assert (kept.job.id, kept.job.tenant) == ("abc-123", "local")
    for odd in ("", "with space", "x" * 200):
        made = await stub.GetJob(pb.GetJobRequest(id="x"), metadata=(("x-request-id", odd),))
        assert len(made.job.id) == 32


async def test_a_crash_names_the_request_that_the_log_is_searched_for(channel: grpc.aio.Channel) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await rpc.JobServiceStub(channel).GetJob(
            pb.GetJobRequest(id="unknown"), metadata=(("x-request-id", "abc-123"),)
        )
    (info,) = details(raised.value, error_details_pb2.ErrorInfo)
    assert info.metadata["request_id"] == "abc-123"


async def test_health_can_be_watched_through_the_interceptors(channel: grpc.aio.Channel) -> None:
    stub = health_pb2_grpc.HealthStub(channel)
    watch = stub.Watch(health_pb2.HealthCheckRequest(service="nobody"))
    assert (await watch.read()).status == health_pb2.HealthCheckResponse.SERVICE_UNKNOWN
    watch.cancel()


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        (image.CreateImageRequest(), ["prompt"]),
        (image.CreateImageRequest(prompt="x", count=11, width=3), ["count", "width"]),
        (image.CreateImageRequest(prompt="x", labels={"": "y"}), ["labels['']"]),
        (image.CreateImageRequest(prompt="x", labels={"a": "y" * 300}), ["labels['a']"]),
        (image.CreateImageRequest(prompt="a\0b", labels={"k\0": "v"}), ["prompt", "labels['k\\x00']"]),
        (
            llm.ChatRequest(messages=[llm.Message(role="user", content="x"), llm.Message(role="nobody", content="x")]),
            ["messages[1].role"],
        ),
        # A rule of the whole message has no field below it.
        (llm.ChatRequest(messages=[llm.Message(role="user")]), ["messages[0]"]),
        (video.ComposeFilmRequest(clips=[video.FilmClip()]), ["clips[0].video"]),
        (video.ComposeFilmRequest(clips=[video.FilmClip(narration="\0")]), ["clips[0].video", "clips[0].narration"]),
    ],
)
def test_every_field_that_breaks_a_rule_is_named_by_its_path(message: Message, fields: list[str]) -> None:
    with pytest.raises(RequestInvalid) as refused:
        check(message)
    assert [violation.field for violation in refused.value.violations] == fields
    assert refused.value.metadata["field"] == fields[0]
    assert all(violation.message and violation.rule for violation in refused.value.violations)


def test_texts_inside_free_form_values_are_checked_too() -> None:
    request = llm.ChatRequest(messages=[llm.Message(role="user", content="x")])
    request.response_format.type = "json_schema"
    request.response_format.json_schema.name = "n"
    request.response_format.json_schema.schema.update({"title": ["a\0"]})
    with pytest.raises(RequestInvalid) as refused:
        check(request)
    assert refused.value.violations[0].field.startswith("response_format.json_schema.schema.fields['title']")


def test_a_request_that_keeps_the_rules_passes() -> None:
    check(image.CreateImageRequest(prompt="x", labels={"a": "b"}))
