"""Whether the suite works, part by part."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import grpc
from grpc_health.v1 import health_pb2
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright_gateway.upstream import Upstream

TIMEOUT_S = 2.0
HEALTHY = {"SERVING", "UNKNOWN"}


@dataclass(frozen=True)
class Health:
    """Asks every part whether it is ready."""

    upstream: Upstream

    async def parts(self, _request: Request) -> Response:
        """`GET /health`: 200 when every part serves, else 503; the body names each."""
        services = [name for name in self.upstream.health if name != "jobs"]
        answers = await asyncio.gather(
            *(_ask(self.upstream.health[name], "readiness") for name in services),
            _ask(self.upstream.health["jobs"], "database"),
        )
        parts = dict(zip([*services, "database"], answers, strict=True))
        works = all(answer in HEALTHY for answer in answers)
        return JSONResponse({"status": "ok" if works else "degraded", "parts": parts}, 200 if works else 503)

    async def live(self, _request: Request) -> Response:
        """`GET /health/live`: 200 while this process turns, whatever the parts do."""
        return JSONResponse({"status": "ok"})


async def _ask(stub: Any, service: str) -> str:
    try:
        answer = await stub.Check(health_pb2.HealthCheckRequest(service=service), timeout=TIMEOUT_S)
    except grpc.aio.AioRpcError as error:
        # A part that nobody reports on is not known to be broken.
        return "UNKNOWN" if error.code() is grpc.StatusCode.NOT_FOUND else "UNREACHABLE"
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))
