"""The failures that callers can react to; interceptors turn them into google.rpc.Status with exactly one ErrorInfo."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reelwright_kit.money.amounts import dollars


class Code(enum.IntEnum):
    """The canonical codes of google.rpc.Code, so that use-cases need not import gRPC."""

    CANCELLED = 1
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    UNAUTHENTICATED = 16


@dataclass(frozen=True)
class Violation:
    """One field that breaks one rule."""

    field: str
    message: str
    rule: str = ""


class CannotStart(Exception):
    """What keeps a process from starting; the message is meant for the person who starts it."""


class AppError(Exception):
    """A failure with a code, a reason of the contract's enums and metadata with every dynamic part of the message."""

    code = Code.INTERNAL
    reason = "INTERNAL"
    domain = "jobs.reelwright"
    retry_after_s: float | None = None

    def __init__(self, message: str, violations: tuple[Violation, ...] = (), **metadata: object) -> None:
        super().__init__(message)
        self.message = message
        self.violations = violations
        self.metadata = {name: str(value) for name, value in metadata.items()}


class FieldInvalid(AppError):
    """A field of the request breaks its rule."""

    code = Code.INVALID_ARGUMENT
    reason = "FIELD_INVALID"

    def __init__(self, field: str, message: str, **metadata: object) -> None:
        super().__init__(f"{field}: {message}", (Violation(field, message),), field=field, **metadata)


class PageTokenInvalid(FieldInvalid):
    """The page token was not made by this service for this query."""

    reason = "PAGE_TOKEN_INVALID"

    def __init__(self) -> None:
        super().__init__("page_token", "is not a token of this list with these filters; start again without one")


class JobNotFound(AppError):
    """No job has this id, or it belongs to somebody else."""

    code = Code.NOT_FOUND
    reason = "JOB_NOT_FOUND"

    def __init__(self, job: str) -> None:
        super().__init__(f"There is no job {job}.", job=job)


class JobStateConflict(AppError):
    """The job's state does not allow what was asked."""

    code = Code.FAILED_PRECONDITION
    reason = "JOB_STATE"

    def __init__(self, job: str, state: str, verb: str) -> None:
        super().__init__(f"Job {job} is {state} and cannot be {verb}.", job=job, state=state)


class Unexpected(AppError):
    """Something nobody foresaw; the details are in the log, where `metadata` finds them."""

    def __init__(self, **metadata: object) -> None:
        (name,) = metadata
        named = {"job": "the job's id", "request_id": "the request id"}[name]
        super().__init__(f"Something unexpected went wrong; {named} finds it in the logs.", (), **metadata)


class JobCancelled(AppError):
    """The job was cancelled."""

    code = Code.CANCELLED
    reason = "JOB_CANCELLED"

    def __init__(self, job: str) -> None:
        super().__init__("The job was cancelled.", job=job)


class ChildFailed(AppError):
    """A job this one depends on failed."""

    code = Code.ABORTED
    reason = "CHILD_FAILED"


class RequestIdReused(AppError):
    """The request id was used before with another body, which made the `subject` of this `kind`."""

    code = Code.ALREADY_EXISTS
    reason = "REQUEST_ID_REUSED"

    def __init__(self, request_id: str, kind: str, subject: str) -> None:
        message = f"request_id: {request_id} was used for the {kind} {subject} with another body."
        super().__init__(message, (), field="request_id", request_id=request_id, **{kind: subject})


class ModelNotFound(AppError):
    """The model is unknown, or its provider is not configured."""

    code = Code.NOT_FOUND
    reason = "MODEL_NOT_FOUND"

    def __init__(self, model: str, cause: str = "is not known; ListModels names those that are") -> None:
        super().__init__(f"model: {model} {cause}.", field="model", model=model)


class CostCeiling(AppError):
    """The next paid step would pass the ceiling of this job, or of one it is part of."""

    code = Code.FAILED_PRECONDITION
    reason = "COST_CEILING"

    def __init__(self, job: str, ceiling: int, needed: int, settled: int = 0, held: int = 0) -> None:
        super().__init__(
            f"max_cost_micros: the next step needs {dollars(needed)}; of the {dollars(ceiling)} that may be spent, "
            f"{dollars(settled)} are spent and {dollars(held)} are held. Nothing was paid for it.",
            job=job,
            max_cost_micros=ceiling,
            needed_micros=needed,
            settled_micros=settled,
            held_micros=held,
        )


class PriceUnknown(AppError):
    """What the model charges is not known, and the operator's settings refuse such work."""

    code = Code.FAILED_PRECONDITION
    reason = "PRICE_UNKNOWN"

    def __init__(self, model: str) -> None:
        super().__init__(f"model: what {model} charges is not known.", field="model", model=model)


class PartUnavailable(AppError):
    """A part this call needs is not reachable at the moment."""

    code = Code.UNAVAILABLE
    reason = "PART_UNAVAILABLE"
    retry_after_s = 1.0

    def __init__(self, part: str) -> None:
        super().__init__(f"The {part} cannot be reached at the moment; try again.", part=part)


class NotOffered(AppError):
    """Part of the contract that this release does not offer."""

    code = Code.UNIMPLEMENTED
    reason = "NOT_OFFERED"

    @classmethod
    def call(cls, rpc: str) -> NotOffered:
        """The answer of a call that this release does not offer at all."""
        return cls(f"{rpc} is part of the contract and not offered by this release.", rpc=rpc)


class AssetNotFound(AppError):
    """No file has this id, or it belongs to somebody else."""

    code = Code.NOT_FOUND
    reason = "ASSET_NOT_FOUND"
    domain = "assets.reelwright"

    def __init__(self, asset: str) -> None:
        super().__init__(f"There is no asset {asset}.", asset=asset)


class AssetTooLarge(AppError):
    """The file is larger than the limit."""

    code = Code.RESOURCE_EXHAUSTED
    reason = "ASSET_TOO_LARGE"
    domain = "assets.reelwright"

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"The file is larger than {limit_bytes} bytes.", limit_bytes=limit_bytes)


class MediaUnreadable(AppError):
    """The bytes are not what they claim to be, or nothing that is known."""

    code = Code.INVALID_ARGUMENT
    reason = "MEDIA_UNREADABLE"
    domain = "assets.reelwright"

    def __init__(self, field: str, cause: str) -> None:
        super().__init__(f"{field}: {cause}", (Violation(field, cause),), field=field)


class UriRefused(AppError):
    """The address may not be fetched."""

    code = Code.INVALID_ARGUMENT
    reason = "URI_REFUSED"
    domain = "assets.reelwright"

    def __init__(self, field: str, cause: str) -> None:
        said = f"this address may not be fetched: {cause}"
        super().__init__(f"{field}: {said}.", (Violation(field, said),), field=field, cause=cause)


class UriUnreachable(AppError):
    """The address may be fetched and could not be."""

    code = Code.FAILED_PRECONDITION
    reason = "URI_UNREACHABLE"
    domain = "assets.reelwright"

    def __init__(self, field: str, cause: str) -> None:
        said = f"nothing could be fetched from this address: {cause}"
        super().__init__(f"{field}: {said}.", (Violation(field, said),), field=field, cause=cause)


class RangeNotSatisfiable(AppError):
    """The offset lies beyond the end of the file."""

    code = Code.OUT_OF_RANGE
    reason = "RANGE_NOT_SATISFIABLE"
    domain = "assets.reelwright"

    def __init__(self, size_bytes: int, offset: int) -> None:
        message = f"offset: {offset} lies beyond the end of the file, which has {size_bytes} bytes."
        super().__init__(message, field="offset", size_bytes=size_bytes, offset=offset)


class ServiceRefused(AppError):
    """Another service refused a call or a job; its code, reason and metadata are passed on."""

    def __init__(self, code: Code, reason: str, domain: str, message: str, metadata: Mapping[str, str]) -> None:
        super().__init__(message, (), **metadata)
        self.code = code
        self.reason = reason
        self.domain = domain


@dataclass(frozen=True)
class Failure:
    """A failure at rest: what a job that ended without a result keeps."""

    code: int
    reason: str
    domain: str
    message: str
    metadata: Mapping[str, str]

    @classmethod
    def of(cls, error: AppError) -> Failure:
        """The failure that `error` describes."""
        return cls(int(error.code), error.reason, error.domain, error.message, error.metadata)

    def kept(self) -> dict[str, Any]:
        """The failure as JSON."""
        return {**vars(self), "metadata": dict(self.metadata)}
