"""A job's event log as server-sent events, resumable from any event."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass

import grpc
from starlette.requests import Request
from starlette.responses import Response

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_gateway import errors
from reelwright_gateway.rendering import line
from reelwright_gateway.streaming import Streamed
from reelwright_gateway.upstream import Metadata, Upstream, answer_headers, metadata
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.jobs.following import FINAL, follow

HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
MAX_SEQUENCE = 2**31 - 1


@dataclass(frozen=True)
class Progress:
    """Streams job events. `draining` is set when the process is about to stop."""

    upstream: Upstream
    heartbeat_s: float
    draining: asyncio.Event

    async def events(self, request: Request) -> Response:
        """`GET /api/v1/jobs/{id}/events`.

        Gives the events after `Last-Event-ID`, else after `after_sequence`, else all; 204 when no more will come.
        """
        job, after, told = request.path_params["id"], resume_point(request), metadata(request)
        call = self.upstream.jobs.GetJob(pb.GetJobRequest(id=job), metadata=told)
        current = (await call).job
        headers = HEADERS | await answer_headers(call)
        if current.state in FINAL and after >= current.latest_sequence:
            return Response(status_code=204, headers=headers)
        frames = self._frames(job, after, told, errors.request_id(request))
        return Streamed(frames, media_type="text/event-stream", headers=headers)

    async def _frames(self, job: str, after: int, told: Metadata, request_id: str) -> AsyncGenerator[bytes, None]:
        """The job's events; a refusal in the middle, because the key or the job is gone, is told as the last one."""
        yield b"retry: 1000\n\n"
        events = follow(self.upstream.jobs, job, after, told)
        try:
            async with contextlib.aclosing(paced(events, self.heartbeat_s, self.draining)) as beats:
                async for event in beats:
                    yield b": heartbeat\n\n" if event is None else frame(event)
        except grpc.aio.AioRpcError as error:
            yield refusal(errors.of_rpc_error(error), request_id)


def resume_point(request: Request) -> int:
    """Sequence number of the last event the client has; raises FieldInvalid naming the header or the parameter."""
    unknown = set(request.query_params) - {"after_sequence"}
    if unknown:
        raise FieldInvalid(min(unknown), "is not a parameter of this call")
    field, text = "after_sequence", request.query_params.get("after_sequence", "")
    if request.headers.get("last-event-id"):
        field, text = "Last-Event-ID", request.headers["last-event-id"]
    if text and not (text.isascii() and text.isdecimal() and int(text) <= MAX_SEQUENCE):
        raise FieldInvalid(field, "must be the sequence number of an event, 0 or more")
    return int(text or 0)


def frame(event: pb.JobEvent) -> bytes:
    """One event as the wire has it; types this release does not know keep their number."""
    known = pb.JobEvent.Type.values()
    name = (
        pb.JobEvent.Type.Name(event.type).removeprefix("TYPE_").lower() if event.type in known else f"type-{event.type}"
    )
    return f"id: {event.sequence}\nevent: {name}\ndata: {line(event)}\n\n".encode()


def refusal(failure: errors.Failure, request_id: str) -> bytes:
    """The event that ends a stream early; without an id, so that whoever comes back goes on after the last real one."""
    told = json.dumps(failure.body(request_id), ensure_ascii=False, separators=(",", ":"))
    return f"event: error\ndata: {told}\n\n".encode()


async def paced(
    events: AsyncGenerator[pb.JobEvent, None], heartbeat_s: float, draining: asyncio.Event
) -> AsyncGenerator[pb.JobEvent | None, None]:
    """The events, and None whenever none came for `heartbeat_s`; ends early when `draining` is set."""

    async def step() -> pb.JobEvent | None:
        return await anext(events, None)

    drained = asyncio.create_task(draining.wait())
    pending = asyncio.create_task(step())
    try:
        while True:
            await asyncio.wait({pending, drained}, timeout=heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
            if not pending.done():
                if drained.done():
                    return
                yield None
                continue
            event = pending.result()
            if event is None:
                return
            pending = asyncio.create_task(step())
            yield event
    finally:
        drained.cancel()
        pending.cancel()
        # In a task of its own: a client that goes away may cancel this one at every await, and the call must end too.
        await asyncio.shield(asyncio.create_task(_close(pending, events)))


async def _close(pending: asyncio.Task[pb.JobEvent | None], events: AsyncGenerator[pb.JobEvent, None]) -> None:
    await asyncio.wait({pending})
    await events.aclose()
