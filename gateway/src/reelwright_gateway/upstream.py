"""The services as the adapters call them: channels, and what of a request travels on."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health_pb2_grpc
from starlette.requests import Request

from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from reelwright_gateway.settings import AdapterSettings
from reelwright_kit.caller import KEY_HEADER, REPLAYED_HEADER, RETRIES_HEADER, key_of
from reelwright_kit.client import connect

FORWARDED = ("x-request-id", "traceparent", "tracestate", "authorization", "x-api-key", RETRIES_HEADER)

Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Upstream:
    """Stubs of what the adapters call; `health` has one per service and `jobs` for any of them."""

    jobs: jobs_service_pb2_grpc.JobServiceAsyncStub
    assets: assets_service_pb2_grpc.AssetServiceAsyncStub
    # The published stubs do not know the methods of this one.
    health: Mapping[str, Any]


@contextlib.asynccontextmanager
async def open_upstream(settings: AdapterSettings) -> AsyncIterator[Upstream]:
    """Opens the channels and closes them at the end; nothing is connected before the first call."""
    async with contextlib.AsyncExitStack() as stack:

        async def channel(address: str, api: str) -> grpc.aio.Channel:
            return await stack.enter_async_context(connect(address, api))

        jobs = await channel(settings.jobs_address, "jobs")
        assets = await channel(settings.jobs_address, "assets")
        health = {name: await channel(address, name) for name, address in settings.services().items()}
        yield Upstream(
            jobs=jobs_service_pb2_grpc.JobServiceStub(jobs),
            assets=assets_service_pb2_grpc.AssetServiceStub(assets),
            health={name: health_pb2_grpc.HealthStub(one) for name, one in (health | {"jobs": jobs}).items()},
        )


def metadata(request: Request) -> Metadata:
    """What of the request's headers the services are told; raises FieldInvalid when the idempotency key is none."""
    named = {name: request.headers[name] for name in FORWARDED if name in request.headers}
    named["x-request-id"] = request.state.request_id
    if request.method == "POST" and (key := key_of(request.headers.getlist(KEY_HEADER))):
        named[KEY_HEADER] = key
    return tuple(named.items())


async def replay_headers(call: Any) -> dict[str, str]:
    """What is told about an answered `call` that made nothing new."""
    replayed = (await call.initial_metadata()).get(REPLAYED_HEADER)
    return {REPLAYED_HEADER: str(replayed)} if replayed else {}
