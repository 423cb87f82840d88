"""Calls to other services that must succeed in the end: those that are away are waited for, refusals are passed on."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
import msgspec
from google.rpc import error_details_pb2, status_pb2

from reelwright_kit import logs
from reelwright_kit.errors import Code, PartUnavailable, ServiceRefused

Answer = TypeVar("Answer")

log = logs.logger(__name__)

# What a service that is killed in the middle of a call leaves behind; safe to repeat, as each call has a request id.
AWAY = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
MAX_DELAY_S = 2.0

DETAILS = "grpc-status-details-bin"
"""Trailing metadata that carries google.rpc.Status."""


async def insist(part: str, patience_s: float, call: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of `call`, repeated while the service `part` is away, for `patience_s` seconds at most."""
    deadline, delay_s = time.monotonic() + patience_s, 0.1
    while True:
        try:
            return await call()
        except grpc.aio.AioRpcError as error:
            if error.code() not in AWAY:
                raise refusal_of(error) from error
            if time.monotonic() > deadline:
                raise PartUnavailable(f"{part} service") from error
            log.warning("service_away", part=part, code=error.code().name)
        await asyncio.sleep(delay_s)
        delay_s = min(delay_s * 2, MAX_DELAY_S)


def refusal_of(error: grpc.aio.AioRpcError) -> ServiceRefused:
    """The failure another service answered with."""
    packed = dict(error.trailing_metadata()).get(DETAILS, b"")
    status = status_pb2.Status.FromString(bytes(packed))
    status.code, status.message = error.code().value[0], error.details() or ""
    return refused(status)


def refused(status: status_pb2.Status) -> ServiceRefused:
    """A failure as another service, or a record, tells it."""
    info = error_details_pb2.ErrorInfo()
    for detail in status.details:
        if detail.Is(info.DESCRIPTOR):
            detail.Unpack(info)
    code = Code(status.code) if status.code in set(Code) else Code.INTERNAL
    reason, domain = info.reason or "INTERNAL", info.domain or "jobs.reelwright"
    return ServiceRefused(code, reason, domain, status.message, dict(info.metadata))


def request_key(job: str, what: str, *inputs: object) -> str:
    """The request id of a child: the same inputs name the same child, whoever asks and however often."""
    frozen = msgspec.json.encode(inputs, order="deterministic")
    return f"{job}.{what}.{hashlib.sha256(frozen).hexdigest()[:32]}"
