"""How a failure is told on the wire: as google.rpc.Status with exactly one ErrorInfo."""

from __future__ import annotations

from google.protobuf import duration_pb2
from google.rpc import error_details_pb2, status_pb2

from reelwright_kit.errors import AppError

RETRY_AFTER = "retry-after"
"""Whole seconds after which to try again, as HTTP has it."""

CHALLENGE = ("www-authenticate", "Bearer")
"""What HTTP wants to be told with 401."""


def status_of(error: AppError) -> status_pb2.Status:
    """The status of a failure: its ErrorInfo, the fields it names, and when to try again."""
    status = status_pb2.Status(code=int(error.code), message=error.message)
    status.details.add().Pack(
        error_details_pb2.ErrorInfo(reason=error.reason, domain=error.domain, metadata=error.metadata)
    )
    if error.violations:
        bad = error_details_pb2.BadRequest()
        for violation in error.violations:
            bad.field_violations.add(field=violation.field, description=violation.message, reason=violation.rule)
        status.details.add().Pack(bad)
    if error.retry_after_s is not None:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(error.retry_after_s * 1000))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
    return status
