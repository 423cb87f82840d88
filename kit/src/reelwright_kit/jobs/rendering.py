"""Job records and events as contract messages, and what every Create request has in common as plain values."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from google.protobuf import duration_pb2, json_format, timestamp_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_kit.jobs.model import EventRecord, JobRecord, Json, State

Created = TypeVar("Created", bound=Message)

NOT_PART_OF_BODY = ("request_id", "wait", "validate_only")
"""Fields two requests may differ in and still be the same request."""


class CreateRequest(Protocol):
    """The fields that every Create request of the contract has."""

    @property
    def request_id(self) -> str: ...
    @property
    def webhook(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def validate_only(self) -> bool: ...
    @property
    def max_cost_micros(self) -> int: ...
    @property
    def labels(self) -> Mapping[str, str]: ...
    @property
    def wait(self) -> duration_pb2.Duration: ...


@dataclass(frozen=True)
class Admission:
    """How a caller wants a job to be admitted."""

    digest: bytes
    request_id: str = ""
    parent: str = ""
    webhook: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    max_cost_micros: int | None = None
    wait_s: float = 0.0
    validate_only: bool = False


def admission_of(request: Any) -> Admission:
    """What `request`, any Create request, says about its admission."""
    create: CreateRequest = request
    return Admission(
        digest=digest_of(request),
        request_id=create.request_id,
        parent=create.parent,
        webhook=create.webhook,
        labels=dict(create.labels),
        max_cost_micros=create.max_cost_micros if request.HasField("max_cost_micros") else None,
        wait_s=create.wait.ToTimedelta().total_seconds(),
        validate_only=create.validate_only,
    )


def digest_of(request: Message) -> bytes:
    """Hash of a request's body: equal for requests that ask for the same thing."""
    body = type(request)()
    body.CopyFrom(request)
    for name in NOT_PART_OF_BODY:
        if name in body.DESCRIPTOR.fields_by_name:
            body.ClearField(name)
    named = body.DESCRIPTOR.full_name.encode() + b"\0" + body.SerializeToString(deterministic=True)
    return hashlib.sha256(named).digest()


def job_message(record: JobRecord, ahead: int | None = None) -> pb.Job:
    """A job as the contract shows it; `ahead` is how many wait before it."""
    message = pb.Job(
        id=record.id,
        kind=record.kind,
        tenant=record.tenant,
        state=pb.Job.State.Value(f"STATE_{record.state.value}"),
        percent=record.percent,
        stage=record.stage,
        cost=pb.Cost(
            estimated_micros=record.estimated_micros,
            reserved_micros=record.reserved_micros,
            settled_micros=record.settled_micros,
            max_micros=record.max_cost_micros,
        ),
        parent=record.parent or "",
        labels=record.labels,
        create_time=timestamp(record.create_time),
        start_time=timestamp(record.start_time),
        end_time=timestamp(record.end_time),
        latest_sequence=record.latest_sequence,
        model=record.model,
        request_id=record.request_id,
        key=record.key,
        error=status_message(record.error),
    )
    if record.result:
        json_format.ParseDict(record.result, message.result, ignore_unknown_fields=True)
    if ahead is not None:
        message.queue_position = ahead
    if record.eta_time is not None and record.state is State.RUNNING:
        message.eta.FromTimedelta(max(record.eta_time - datetime.now(UTC), timedelta()))
    return message


def event_message(event: EventRecord) -> pb.JobEvent:
    """An event as the contract shows it."""
    fields = {name: value for name, value in event.body.items() if name != "failure"}
    message = json_format.ParseDict(fields, pb.JobEvent(), ignore_unknown_fields=True)
    message.job = event.job
    message.sequence = event.sequence
    message.type = pb.JobEvent.Type.Value(f"TYPE_{event.type}")
    message.time.FromDatetime(event.time)
    if failure := status_message(event.body.get("failure")):
        message.error.CopyFrom(failure)
    return message


def status_message(failure: Json | None) -> status_pb2.Status | None:
    """A recorded failure as google.rpc.Status with its ErrorInfo; None when there is none."""
    if not failure:
        return None
    status = status_pb2.Status(code=failure["code"], message=failure["message"])
    info = error_details_pb2.ErrorInfo(
        reason=failure["reason"], domain=failure["domain"], metadata=failure.get("metadata", {})
    )
    status.details.add().Pack(info)
    return status


def timestamp(time: datetime | None) -> timestamp_pb2.Timestamp | None:
    """A time as the contract shows it; None stays unset."""
    if time is None:
        return None
    message = timestamp_pb2.Timestamp()
    message.FromDatetime(time)
    return message
