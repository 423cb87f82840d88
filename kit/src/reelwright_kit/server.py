"""Runs a service: settings, logs, health, reflection, and a shutdown that lets calls in flight finish."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any, TypeVar, cast

import grpc
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from reelwright_kit import contract, logs, telemetry
from reelwright_kit.access.gate import Gate
from reelwright_kit.carrying.landing import STREAM_S, Landing
from reelwright_kit.interceptors import interceptors
from reelwright_kit.settings import ServiceSettings
from reelwright_kit.settling import settle
from reelwright_kit.workers.listening import CannotListen
from reelwright_kit.workers.starting import explained
from reelwright_kit.workers.tether import announce, is_worker

S = TypeVar("S", bound=ServiceSettings)
Register = Callable[[grpc.aio.Server], None]
Probe = Callable[[], Awaitable[bool]]

PROBE_EVERY_S = 2.0

log = logs.logger(__name__)

SERVER_OPTIONS = [
    ("grpc.max_receive_message_length", 8 * 1024 * 1024),
    # New replicas get traffic because old connections end after a while.
    ("grpc.max_connection_age_ms", 300_000),
    # A minute for calls in flight, after the seconds in which a stream may still bring new ones.
    ("grpc.max_connection_age_grace_ms", 60_000 + round(STREAM_S * 1000)),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
]


def options() -> list[tuple[str, int]]:
    """Options of this process's server. A port is for one process alone, unless several are one service on purpose."""
    return [*SERVER_OPTIONS, ("grpc.so_reuseport", int(is_worker()))]


ALIVE = "liveness"
"""Health name that stays SERVING to the end: a kubelet that sees liveness fail would cut the drain short."""


def main(name: str, settings_class: type[S], run: Callable[[S], Coroutine[Any, Any, None]]) -> None:
    """Starts the service `name`; what is wrong with its environment is said in one line, with exit code 1."""
    with explained(name):
        _main(name, settings_class.load(os.environ), run)


def _main(name: str, settings: S, run: Callable[[S], Coroutine[Any, Any, None]]) -> None:
    logs.configure(name, settings.log_level)
    provider = telemetry.configure(name, settings.otlp_endpoint)
    try:
        uvloop.run(run(settings))
    finally:
        provider.shutdown()


async def serve(
    name: str,
    settings: ServiceSettings,
    services: Sequence[str],
    register: Register,
    probes: Mapping[str, Probe],
    gate: Gate,
) -> None:
    """Serves until SIGTERM or SIGINT: then says not ready, waits for balancers to notice, and drains.

    A second signal ends the process at once. Each of `probes` is asked every two seconds; its answer is the health of
    its name, which says what this process sees of a part it needs. Calls pass `gate`, except health and reflection;
    what `register` adds is called over gRPC, or carried.
    """
    server = grpc.aio.server(interceptors=interceptors(gate), options=options())
    checks = health.aio.HealthServicer()
    landing = Landing(server, gate)
    register(cast(grpc.aio.Server, landing))
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    # The whole contract, because a client that asks through the gateway meets any one service.
    reflected = (*contract.services(), health.SERVICE_NAME, reflection.SERVICE_NAME)
    reflection.enable_server_reflection(reflected, server)
    port = _listen(server, settings.listen)
    await server.start()
    ready = ("", "readiness", *services)
    for checked in (ALIVE, *ready):
        await checks.set(checked, health_pb2.HealthCheckResponse.SERVING)
    settle()
    # Before anybody knows that it serves: who is told so may tell it to stop at once.
    stop = _on_signals()
    announce(name, port)
    async with probing(checks, probes):
        await stop.wait()
    log.info("draining", name=name)
    for checked in ready:
        await checks.set(checked, health_pb2.HealthCheckResponse.NOT_SERVING)
    await asyncio.sleep(settings.notice_s)
    landing.leave()
    await server.stop(settings.drain_s)
    await landing.close()


@contextlib.asynccontextmanager
async def probing(checks: health.aio.HealthServicer, probes: Mapping[str, Probe]) -> AsyncIterator[None]:
    """Keeps the health of each probe's name up to date while the block runs."""

    async def watch(name: str, probe: Probe) -> None:
        while True:
            status = health_pb2.HealthCheckResponse
            await checks.set(name, status.SERVING if await probe() else status.NOT_SERVING)
            await asyncio.sleep(PROBE_EVERY_S)

    tasks = [asyncio.create_task(watch(name, probe)) for name, probe in probes.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()


def _listen(server: grpc.aio.Server, address: str) -> int:
    try:
        port = server.add_insecure_port(address)
    except RuntimeError:
        port = 0
    if not port:
        raise CannotListen(address)
    return port


def _on_signals() -> asyncio.Event:
    """Set by the first signal; the second one ends the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, on_signal)
    return stop
