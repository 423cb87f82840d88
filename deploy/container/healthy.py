"""Exits 0 when the process in this container says that it can serve: the health check of Docker and compose."""

import os
import sys
from http.client import HTTPConnection, HTTPException
from typing import Any

import grpc  # noqa: TID251  this runs beside a service, not in one
from grpc_health.v1 import health_pb2, health_pb2_grpc

TIMEOUT_S = 4.0


def port(default: int) -> int:
    """The port the process was told to listen on."""
    return int(os.environ.get("REELWRIGHT_LISTEN", "").rpartition(":")[2] or default)


def http_serves(port: int) -> bool:
    """Whether the HTTP adapters answer `GET /health/live` with 200."""
    connection = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def grpc_serves(port: int) -> bool:
    """Whether the gRPC health service calls `readiness` SERVING."""
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(health_pb2.HealthCheckRequest(service="readiness"), timeout=TIMEOUT_S)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


if __name__ == "__main__":
    serves = http_serves(port(8081)) if os.environ["SERVICE"] == "gateway" else grpc_serves(port(50051))
    sys.exit(0 if serves else 1)
