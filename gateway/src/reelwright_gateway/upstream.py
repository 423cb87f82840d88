"""The services as the adapters call them: channels, and what of a request travels on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import grpc
from grpc_health.v1 import health_pb2_grpc
from starlette.requests import Request

from reelwright.admin.v1 import admin_service_pb2_grpc
from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.audio.v1 import audio_service_pb2 as audio_pb
from reelwright.audio.v1 import audio_service_pb2_grpc
from reelwright.image.v1 import image_service_pb2 as image_pb
from reelwright.image.v1 import image_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright.llm.v1 import llm_service_pb2 as llm_pb
from reelwright.llm.v1 import llm_service_pb2_grpc, responses_service_pb2_grpc
from reelwright.video.v1 import video_service_pb2 as video_pb
from reelwright.video.v1 import video_service_pb2_grpc
from reelwright_gateway.housing import housed
from reelwright_gateway.settings import AdapterSettings
from reelwright_kit.caller import KEY_HEADER, REPLAYED_HEADER, RETRIES_HEADER, key_of
from reelwright_kit.carrying.channel import carried
from reelwright_kit.client import IN_PROCESS, MAX_MESSAGE_BYTES, connect
from reelwright_kit.spreading import CONNECTIONS, Spread

FORWARDED = ("x-request-id", "traceparent", "tracestate", "authorization", "x-api-key", RETRIES_HEADER)
_FORWARDED = frozenset(name.encode() for name in FORWARDED)
_KEY = KEY_HEADER.encode()
LIMIT_PREFIX = "x-ratelimit-"
"""How the headers begin that tell what a key may still do."""

LARGEST = {"llm": 40 * 1024 * 1024}
"""Bytes of the largest answer of a service, where that is more than usual: 2,048 vectors of 4,096 numbers."""

CREWED = ("llm",)
"""Services that may be several processes on one address, and whose calls are carried."""

Metadata = tuple[tuple[str, str], ...]
ListModels = Callable[[Metadata], Any]
"""Begins a call that lists the models of a service that can be used now."""


@dataclass(frozen=True)
class Upstream:
    """Stubs of what the adapters call; `health` has one per service and `jobs` for any of them.

    `models` lists those of the services that have some; `llm` answers, and `responses` keeps its answers.
    """

    jobs: jobs_service_pb2_grpc.JobServiceAsyncStub
    assets: assets_service_pb2_grpc.AssetServiceAsyncStub
    admin: admin_service_pb2_grpc.AdminServiceAsyncStub
    llm: llm_service_pb2_grpc.LlmServiceAsyncStub
    responses: responses_service_pb2_grpc.ResponseServiceAsyncStub
    models: Mapping[str, ListModels]
    # The published stubs do not know the methods of this one.
    health: Mapping[str, Any]


@contextlib.asynccontextmanager
async def open_upstream(settings: AdapterSettings) -> AsyncIterator[Upstream]:
    """Opens the channels and closes them at the end; nothing is connected before the first call.

    A service whose address is `in-process` starts in this process, from its own environment.
    """
    async with contextlib.AsyncExitStack() as stack:

        async def channel(address: str, api: str) -> grpc.aio.Channel:
            if address == IN_PROCESS:
                return await stack.enter_async_context(housed(api))
            most = LARGEST.get(api, MAX_MESSAGE_BYTES)
            if api in CREWED:
                several = [await stack.enter_async_context(carried(address, api, most)) for _ in range(CONNECTIONS)]
                return cast(grpc.aio.Channel, Spread(several))
            return await stack.enter_async_context(connect(address, api, most))

        jobs = await channel(settings.jobs_address, "jobs")
        assets = await channel(settings.jobs_address, "assets")
        admin = await channel(settings.jobs_address, "admin")
        services = {name: await channel(address, name) for name, address in settings.services().items()}
        yield Upstream(
            jobs=jobs_service_pb2_grpc.JobServiceStub(jobs),
            assets=assets_service_pb2_grpc.AssetServiceStub(assets),
            admin=admin_service_pb2_grpc.AdminServiceStub(admin),
            llm=llm_service_pb2_grpc.LlmServiceStub(services["llm"]),
            responses=responses_service_pb2_grpc.ResponseServiceStub(services["llm"]),
            models=_models(services),
            health={name: health_pb2_grpc.HealthStub(one) for name, one in (services | {"jobs": jobs}).items()},
        )


def _models(channels: Mapping[str, grpc.aio.Channel]) -> dict[str, ListModels]:
    llm = llm_service_pb2_grpc.LlmServiceStub(channels["llm"])
    image = image_service_pb2_grpc.ImageServiceStub(channels["image"])
    video = video_service_pb2_grpc.VideoServiceStub(channels["video"])
    audio = audio_service_pb2_grpc.AudioServiceStub(channels["audio"])
    return {
        "llm": lambda told: llm.ListModels(llm_pb.ListModelsRequest(configured_only=True), metadata=told),
        "image": lambda told: image.ListModels(image_pb.ListModelsRequest(configured_only=True), metadata=told),
        "video": lambda told: video.ListModels(video_pb.ListModelsRequest(configured_only=True), metadata=told),
        "audio": lambda told: audio.ListModels(audio_pb.ListModelsRequest(configured_only=True), metadata=told),
    }


def metadata(request: Request) -> Metadata:
    """What of the request's headers the services are told; raises FieldInvalid when the idempotency key is none."""
    named: dict[str, str] = {}
    keys = []
    # Read as the server gives them, lower case and once: a look-up in the framework's headers is a walk through all.
    for name, value in request.scope["headers"]:
        if name in _FORWARDED:
            named.setdefault(name.decode("latin-1"), value.decode("latin-1"))
        elif name == _KEY:
            keys.append(value.decode("latin-1"))
    named["x-request-id"] = request.scope["state"]["request_id"]
    if keys and request.method == "POST":
        named[KEY_HEADER] = key_of(keys)
    return tuple(named.items())


async def answer_headers(call: Any) -> dict[str, str]:
    """What an answered `call` tells beside its message: that it made nothing new, and what the key may still do."""
    return passed_on(await call.initial_metadata())


def passed_on(told: Iterable[tuple[str, str | bytes]] | None) -> dict[str, str]:
    """Those of a service's headers that are for the caller."""
    return {
        name: value
        for name, value in told or ()
        if isinstance(value, str) and (name == REPLAYED_HEADER or name.startswith(LIMIT_PREFIX))
    }
