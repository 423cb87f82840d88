"""Asks a server whether it is ready."""

from __future__ import annotations

from typing import Any

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc


async def readiness(target: str, timeout_s: float) -> str:
    """`SERVING`, another status of grpc.health.v1, or the code of the failure to ask."""
    async with grpc.aio.insecure_channel(target) as channel:
        # Typed for blocking channels only.
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(service="readiness"), timeout=timeout_s)
        except grpc.aio.AioRpcError as error:
            return error.code().name
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
