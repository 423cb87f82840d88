"""Stand-ins for the five services: the contracts over memory, on real gRPC servers, remembering who was asked what."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import grpc
from google.protobuf import duration_pb2, message_factory
from google.protobuf.descriptor import MethodDescriptor
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status

from reelwright.admin.v1 import admin_service_pb2 as admin_pb
from reelwright.assets.v1 import assets_service_pb2 as assets_pb
from reelwright.audio.v1 import audio_service_pb2 as audio_pb
from reelwright.image.v1 import image_service_pb2 as image_pb
from reelwright.jobs.v1 import jobs_service_pb2 as jobs_pb
from reelwright.llm.v1 import llm_service_pb2 as llm_pb
from reelwright.video.v1 import video_service_pb2 as video_pb
from reelwright_kit import contract

FINAL = (jobs_pb.Job.STATE_SUCCEEDED, jobs_pb.Job.STATE_FAILED, jobs_pb.Job.STATE_CANCELLED)
Event = jobs_pb.JobEvent


def contract_methods() -> list[MethodDescriptor]:
    """Every method of every contract."""
    return [method for service in contract.services().values() for method in service.methods]


@dataclass
class Log:
    """One job's events; watchers wait on `grown` and say when they leave."""

    job: str
    events: list[jobs_pb.JobEvent] = field(default_factory=list)
    grown: asyncio.Condition = field(default_factory=asyncio.Condition)
    watched: asyncio.Event = field(default_factory=asyncio.Event)
    left: asyncio.Event = field(default_factory=asyncio.Event)
    withdrawn: bool = False

    async def withdraw(self) -> None:
        """Has every watcher refused from now on, as when its key was revoked."""
        async with self.grown:
            self.withdrawn = True
            self.grown.notify_all()

    async def add(self, kind: Event.Type.ValueType = Event.TYPE_PROGRESS, **values: Any) -> None:
        """Appends an event."""
        async with self.grown:
            values.setdefault("state", jobs_pb.Job.STATE_RUNNING)
            self.events.append(Event(job=self.job, sequence=len(self.events) + 1, type=kind, **values))
            self.grown.notify_all()

    async def end(self, state: jobs_pb.Job.State.ValueType = jobs_pb.Job.STATE_SUCCEEDED) -> None:
        """Appends the terminal event."""
        await self.add(Event.TYPE_STATE, state=state, percent=100.0)

    async def beyond(self, position: int) -> None:
        """Waits for an event after `position`, or to be withdrawn."""
        async with self.grown:
            await self.grown.wait_for(lambda: len(self.events) > position or self.withdrawn)

    def ended(self) -> bool:
        """Whether the last event is a terminal one."""
        return bool(self.events) and self.events[-1].state in FINAL

    def record(self) -> jobs_pb.Job:
        """The job as it is now."""
        state = self.events[-1].state if self.events else jobs_pb.Job.STATE_QUEUED
        return jobs_pb.Job(id=self.job, kind="film", state=state, latest_sequence=len(self.events))


@dataclass(frozen=True)
class Refusal:
    """What a stand-in answers a call with instead of what was asked for."""

    code: grpc.StatusCode
    reason: str
    retry_after_s: float | None = None
    domain: str = "admin.reelwright"


@dataclass
class Memory:
    """What all stand-ins share, as the real services share the database."""

    logs: dict[str, Log] = field(default_factory=dict)
    assets: dict[str, tuple[assets_pb.Asset, bytes]] = field(default_factory=dict)
    uploads: list[assets_pb.UploadHeader] = field(default_factory=list)
    pieces: list[int] = field(default_factory=list)
    upload_left: asyncio.Event = field(default_factory=asyncio.Event)
    cut_downloads: int = 0
    limits: dict[str, str] = field(default_factory=dict)
    """Headers of answered calls."""
    models: dict[str, list[str]] = field(default_factory=dict)
    """Ids by service."""
    refusals: dict[str, list[Refusal]] = field(default_factory=dict)
    """With what the next calls for models are refused, by service."""
    usage: admin_pb.GetUsageResponse = field(default_factory=admin_pb.GetUsageResponse)
    usage_asked: list[admin_pb.GetUsageRequest] = field(default_factory=list)

    def job(self, name: str) -> Log:
        """A new job."""
        self.logs[name] = Log(name)
        return self.logs[name]

    def keep(
        self, name: str, content: bytes, filename: str = "a.bin", media_type: str = "image/png"
    ) -> assets_pb.Asset:
        """Stores a file."""
        digest = hashlib.sha256(content).hexdigest()
        asset = assets_pb.Asset(
            id=name, filename=filename, media_type=media_type, size_bytes=len(content), sha256=digest, tags=["kept"]
        )
        self.assets[name] = (asset, content)
        return asset


async def refuse(
    context: Any, code: grpc.StatusCode, reason: str, message: str, domain: str = "jobs.reelwright"
) -> Any:
    """Ends the call with a google.rpc.Status as the services do."""
    detail = error_details_pb2.ErrorInfo(reason=reason, domain=domain, metadata={"said": "so"})
    status = status_pb2.Status(code=code.value[0], message=message)
    status.details.add().Pack(detail)
    violation = error_details_pb2.BadRequest.FieldViolation(field="id", description='a "quoted" one')
    status.details.add().Pack(error_details_pb2.BadRequest(field_violations=[violation]))
    if code is grpc.StatusCode.NOT_FOUND:
        # Headers of its own make the error come in trailers, the harder way for a transcoder.
        await context.send_initial_metadata((("x-stand-in", "yes"),))
    await context.abort_with_status(rpc_status.to_status(status))


async def refuse_with(context: Any, memory: Memory, refusal: Refusal) -> None:
    """Ends the call as the services do for keys: when to come back, and what is left, are headers of the end."""
    status = status_pb2.Status(code=refusal.code.value[0], message=f"This is {refusal.reason}.")
    status.details.add().Pack(error_details_pb2.ErrorInfo(reason=refusal.reason, domain=refusal.domain))
    headers = tuple(memory.limits.items())
    if refusal.retry_after_s is not None:
        delay = duration_pb2.Duration()
        delay.FromMilliseconds(round(refusal.retry_after_s * 1000))
        status.details.add().Pack(error_details_pb2.RetryInfo(retry_delay=delay))
        headers += (("retry-after", str(math.ceil(refusal.retry_after_s))),)
    told = rpc_status.to_status(status)
    await context.abort(told.code, told.details, (*told.trailing_metadata, *headers))


async def tell(context: Any, memory: Memory) -> None:
    """Sends the headers of an answer."""
    await context.send_initial_metadata(tuple(memory.limits.items()))


REVOKED = Refusal(grpc.StatusCode.UNAUTHENTICATED, "KEY_INVALID")


class Jobs:
    """JobService over memory."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def _log(self, name: str, context: Any) -> Log:
        if name.startswith("code-"):
            await refuse(context, grpc.StatusCode[name[5:]], "JOB_STATE", f"This is {name}.")
        if name not in self.memory.logs:
            await refuse(context, grpc.StatusCode.NOT_FOUND, "JOB_NOT_FOUND", f"There is no job {name}.")
        return self.memory.logs[name]

    async def GetJob(self, request: jobs_pb.GetJobRequest, context: Any) -> jobs_pb.GetJobResponse:
        log = await self._log(request.id, context)
        await tell(context, self.memory)
        return jobs_pb.GetJobResponse(job=log.record())

    async def CancelJob(self, request: jobs_pb.CancelJobRequest, context: Any) -> jobs_pb.CancelJobResponse:
        log = await self._log(request.id, context)
        return jobs_pb.CancelJobResponse(job=log.record())

    async def WatchJob(self, request: jobs_pb.WatchJobRequest, context: Any) -> AsyncIterator[jobs_pb.WatchJobResponse]:
        log = await self._log(request.id, context)
        position = request.after_sequence
        try:
            while True:
                if log.withdrawn:
                    await refuse_with(context, self.memory, REVOKED)
                for event in log.events[position:]:
                    position = event.sequence
                    yield jobs_pb.WatchJobResponse(event=event)
                if log.ended() and position == len(log.events):
                    return
                log.watched.set()
                await log.beyond(position)
        except asyncio.CancelledError:
            log.left.set()
            raise


class Assets:
    """AssetService over memory."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def GetAsset(self, request: assets_pb.GetAssetRequest, context: Any) -> assets_pb.GetAssetResponse:
        if request.id not in self.memory.assets:
            await refuse(
                context, grpc.StatusCode.NOT_FOUND, "ASSET_NOT_FOUND", "There is no such asset.", "assets.reelwright"
            )
        await tell(context, self.memory)
        return assets_pb.GetAssetResponse(asset=self.memory.assets[request.id][0])

    async def DownloadAsset(
        self, request: assets_pb.DownloadAssetRequest, context: Any
    ) -> AsyncIterator[assets_pb.DownloadAssetResponse]:
        content = self.memory.assets[request.id][1]
        end = request.offset + request.length if request.length else len(content)
        for start in range(request.offset, min(end, len(content)), 65536):
            yield assets_pb.DownloadAssetResponse(data=content[start : min(start + 65536, end)])
            if self.memory.cut_downloads:
                self.memory.cut_downloads -= 1
                await context.abort(grpc.StatusCode.UNAVAILABLE, "cut")

    async def UploadAsset(
        self, requests: AsyncIterator[assets_pb.UploadAssetRequest], context: Any
    ) -> assets_pb.UploadAssetResponse:
        header, content = assets_pb.UploadHeader(), bytearray()
        try:
            async for request in requests:
                if request.WhichOneof("part") == "header":
                    header = request.header
                    if header.title == "refused":
                        await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "MEDIA_UNREADABLE", "Unreadable.")
                else:
                    content += request.data
                    self.memory.pieces.append(len(request.data))
            for _ in range(20):
                # A cancelled call ends the messages as a finished one does; the cancellation follows some turns later.
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.memory.upload_left.set()
            raise
        self.memory.uploads.append(header)
        media_type = header.media_type or "application/octet-stream"
        name = f"ast_{len(self.memory.uploads)}"
        await tell(context, self.memory)
        return assets_pb.UploadAssetResponse(asset=self.memory.keep(name, bytes(content), header.filename, media_type))


class Models:
    """The list of models that a service has, of any of their APIs."""

    def __init__(self, memory: Memory, service: str, answer: Any) -> None:
        self.memory = memory
        self.service = service
        self.answer = answer

    async def ListModels(self, request: Any, context: Any) -> Any:
        if refusals := self.memory.refusals.get(self.service):
            await refuse_with(context, self.memory, refusals.pop(0))
        await tell(context, self.memory)
        names = self.memory.models.get(self.service, []) if request.configured_only else []
        return self.answer(models=[{"id": name, "provider": name.partition("/")[0]} for name in names])


class Admin:
    """The part of AdminService that tells what was used."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory

    async def GetUsage(self, request: admin_pb.GetUsageRequest, context: Any) -> admin_pb.GetUsageResponse:
        self.memory.usage_asked.append(request)
        await tell(context, self.memory)
        return self.memory.usage


class Llm(Models):
    """The streaming part of LlmService, and its models."""

    async def StreamChat(
        self, request: llm_pb.StreamChatRequest, context: Any
    ) -> AsyncIterator[llm_pb.StreamChatResponse]:
        if not request.messages:
            await refuse(context, grpc.StatusCode.INVALID_ARGUMENT, "FIELD_INVALID", "messages: needs one")
        for _ in range(3):
            yield llm_pb.StreamChatResponse()


METHODS = {f"/{method.containing_service.full_name}/{method.name}": method for method in contract_methods()}
HANDLERS = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
}


class Contracts(grpc.GenericRpcHandler):
    """Answers every method: by the servicer that has it, else with an empty message."""

    def __init__(self, memory: Memory) -> None:
        self.servicers: dict[str, Any] = {
            "reelwright.jobs.v1.JobService": Jobs(memory),
            "reelwright.assets.v1.AssetService": Assets(memory),
            "reelwright.admin.v1.AdminService": Admin(memory),
            "reelwright.llm.v1.LlmService": Llm(memory, "llm", llm_pb.ListModelsResponse),
            "reelwright.image.v1.ImageService": Models(memory, "image", image_pb.ListModelsResponse),
            "reelwright.video.v1.VideoService": Models(memory, "video", video_pb.ListModelsResponse),
            "reelwright.audio.v1.AudioService": Models(memory, "audio", audio_pb.ListModelsResponse),
        }

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The handler of one call."""
        method = METHODS.get(details.method)
        if method is None:
            return None
        request = message_factory.GetMessageClass(method.input_type)
        answer = message_factory.GetMessageClass(method.output_type)

        async def empty(_request: Any, _context: Any) -> Any:
            return answer()

        servicer = self.servicers.get(method.containing_service.full_name)
        behaviour = getattr(servicer, method.name, empty)
        make = HANDLERS[method.client_streaming, method.server_streaming]
        return make(behaviour, request.FromString, answer.SerializeToString)


class Recorder(grpc.aio.ServerInterceptor):
    """Notes what was called with which metadata, and when Envoy or anybody else asked for health."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.seen: dict[str, dict[str, str]] = {}
        self.checked = asyncio.Event()

    async def intercept_service(self, continuation: Any, details: grpc.HandlerCallDetails) -> Any:
        self.calls.append(details.method)
        self.seen[details.method] = {k: v for k, v in details.invocation_metadata if isinstance(v, str)}
        if details.method == "/grpc.health.v1.Health/Check":
            self.checked.set()
        return await continuation(details)


@dataclass
class Service:
    """One running stand-in."""

    name: str
    port: int
    server: grpc.aio.Server
    health: health.aio.HealthServicer
    heard: Recorder


async def start_service(name: str, memory: Memory, port: int = 0) -> Service:
    """Starts a stand-in that is ready, on a free port unless one is given."""
    heard = Recorder()
    server = grpc.aio.server(interceptors=[heard], options=[("grpc.so_reuseport", 0)])
    server.add_generic_rpc_handlers((Contracts(memory),))
    checks = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    for checked in ("", "readiness", "database"):
        await checks.set(checked, health_pb2.HealthCheckResponse.SERVING)
    reflection.enable_server_reflection(["reelwright.jobs.v1.JobService", reflection.SERVICE_NAME], server)
    bound = server.add_insecure_port(f"127.0.0.1:{port}")
    await server.start()
    return Service(name, bound, server, checks, heard)
