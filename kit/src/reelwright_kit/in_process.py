"""A service in the process of its caller: the stubs, interceptors, messages and errors of gRPC without a network.

What a channel promises holds: a call runs in a context and a task of its own, and a caller that leaves cancels it.
Messages are handed over, not copied: nobody may change one that it has sent.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, cast

from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from reelwright_kit.access.gate import Gate
from reelwright_kit.direct_service import Service
from reelwright_kit.server import ALIVE, Probe, probing


@contextlib.asynccontextmanager
async def serving(gate: Gate, register: Callable[[Any], None], probes: Mapping[str, Probe]) -> AsyncIterator[Any]:
    """A channel to what `register` adds, and to its health, which answers for `probes` too, as a server's does."""
    service = Service(gate)
    checks = health.aio.HealthServicer()
    register(service)
    health_pb2_grpc.add_HealthServicer_to_server(checks, cast(Any, service))
    for name in ("", ALIVE, "readiness"):
        await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
    try:
        async with probing(checks, probes):
            yield service
    finally:
        await service.close()
