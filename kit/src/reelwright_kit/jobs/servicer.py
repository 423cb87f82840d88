"""JobService: proto in, store and feed, proto out; mounted by every service."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as rpc
from reelwright_kit import caller, pages
from reelwright_kit.access.scopes import visible_prefixes
from reelwright_kit.assets.library import Library
from reelwright_kit.errors import FieldInvalid
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import JobFilter, JobRecord, State
from reelwright_kit.jobs.rendering import event_message, job_message
from reelwright_kit.jobs.store import JobStore

Context = grpc.aio.ServicerContext[Any, Any]

DEFAULT_WAIT_S = 60.0


class JobServicer(rpc.JobServiceServicer):
    """Follows and steers the caller's jobs."""

    def __init__(self, store: JobStore, feed: JobFeed, library: Library) -> None:
        self._store = store
        self._feed = feed
        self._library = library

    async def GetJob(self, request: pb.GetJobRequest, context: Context) -> pb.GetJobResponse:
        record = await self._store.get(caller.current().tenant, request.id)
        return pb.GetJobResponse(job=job_message(record, await self._ahead(record)))

    async def ListJobs(self, request: pb.ListJobsRequest, context: Context) -> pb.ListJobsResponse:
        chosen, size = _filter(request), pages.page_size(request.page_size)
        before = pages.read_token(request.page_token, chosen)
        found = await self._store.list(caller.current().tenant, chosen, size + 1, before)
        token = pages.write_token(found[size - 1].id, chosen) if len(found) > size else ""
        return pb.ListJobsResponse(jobs=[job_message(record) for record in found[:size]], next_page_token=token)

    async def WatchJob(self, request: pb.WatchJobRequest, context: Context) -> AsyncIterator[pb.WatchJobResponse]:
        tenant = caller.current().tenant
        record = await self._store.get(tenant, request.id)
        if record.state.final and request.after_sequence >= record.latest_sequence:
            return
        async with contextlib.aclosing(self._feed.watch(tenant, request.id, request.after_sequence)) as events:
            async for event in events:
                yield pb.WatchJobResponse(event=event_message(event))

    async def WaitJob(self, request: pb.WaitJobRequest, context: Context) -> pb.WaitJobResponse:
        tenant = caller.current().tenant
        timeout_s = request.timeout.ToTimedelta().total_seconds() if request.HasField("timeout") else DEFAULT_WAIT_S
        await self._store.get(tenant, request.id)
        return pb.WaitJobResponse(job=job_message(await self._feed.wait(tenant, request.id, timeout_s)))

    async def CancelJob(self, request: pb.CancelJobRequest, context: Context) -> pb.CancelJobResponse:
        tenant = caller.current().tenant
        await self._store.cancel(tenant, request.id)
        return pb.CancelJobResponse(job=job_message(await self._store.get(tenant, request.id)))

    async def RetryJob(self, request: pb.RetryJobRequest, context: Context) -> pb.RetryJobResponse:
        accepted = request.accept_possible_duplicate
        ceiling = request.max_cost_micros if request.HasField("max_cost_micros") else None
        record = await self._store.retry(
            caller.current().tenant, request.id, accept_possible_duplicate=accepted, max_cost_micros=ceiling
        )
        return pb.RetryJobResponse(job=job_message(record, await self._ahead(record)))

    async def DeleteJob(self, request: pb.DeleteJobRequest, context: Context) -> pb.DeleteJobResponse:
        tenant = caller.current().tenant
        await self._library.forget(tenant, await self._store.delete(tenant, request.id))
        return pb.DeleteJobResponse()

    async def _ahead(self, record: JobRecord) -> int | None:
        return await self._store.ahead(record) if record.state is State.QUEUED else None


def _filter(request: pb.ListJobsRequest) -> JobFilter:
    states = []
    for number in request.states:
        if number == pb.Job.STATE_UNSPECIFIED:
            raise FieldInvalid("states", "STATE_UNSPECIFIED is no state to look for")
        states.append(State(pb.Job.State.Name(number).removeprefix("STATE_")))
    seen = visible_prefixes(caller.current())
    return JobFilter(request.kind, tuple(states), request.parent, request.top_level, request.label, seen)
