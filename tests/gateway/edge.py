"""A whole gateway for the tests: five stand-in services, the adapters, and a real Envoy in front, all on free ports."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
import yaml
from tests.gateway.suite import Memory, Service, start_service

from reelwright_gateway.app import create_app
from reelwright_gateway.envoy import SERVICES, Jwt, prepare
from reelwright_gateway.server import server_for
from reelwright_gateway.settings import AdapterSettings
from reelwright_gateway.upstream import open_upstream


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Gateway:
    """A running gateway; `rest` speaks to Envoy, `direct` to the adapters behind it."""

    memory: Memory
    services: dict[str, Service]
    port: int
    rest: httpx.AsyncClient
    direct: httpx.AsyncClient
    channel: grpc.aio.Channel
    log: list[str]
    draining: asyncio.Event
    restart: Callable[[str], Awaitable[None]]


Opener = Callable[..., AbstractAsyncContextManager[Gateway]]


@contextlib.asynccontextmanager
async def adapters(services: dict[str, Service], draining: asyncio.Event, **changed: object) -> AsyncIterator[int]:
    port = free_port()
    addresses = {f"{name}_address": f"127.0.0.1:{service.port}" for name, service in services.items()}
    every = ",".join(f"127.0.0.1:{service.port}" for service in services.values())
    values = {"listen": f"127.0.0.1:{port}", "jobs_address": f"ipv4:{every}", "drain_s": 1.0, **addresses, **changed}
    settings = AdapterSettings(**values)  # type: ignore[arg-type]
    async with open_upstream(settings) as upstream:
        server = server_for(create_app(upstream, settings, draining), settings, draining)
        task = asyncio.create_task(server.serve())
        try:
            yield port
        finally:
            server.should_exit = True
            await task


@dataclass(frozen=True)
class Edge:
    """How Envoy is to differ from the committed files: whose tokens it looks at, and how much it lets in at once."""

    jwt: Jwt | None = None
    burst: int | None = None


COMMITTED = Edge()


@contextlib.asynccontextmanager
async def envoy(
    directory: Path, services: dict[str, Service], adapters_port: int, edge: Edge = COMMITTED
) -> AsyncIterator[tuple[int, list[str]]]:
    """A real Envoy; leaves when its process has ended. Yields its port and what it writes, line by line."""
    port, admin = free_port(), free_port()
    addresses = {name: ("127.0.0.1", service.port) for name, service in services.items()}
    addresses["adapters"] = ("127.0.0.1", adapters_port)
    listen = ("127.0.0.1", port)
    command = prepare(
        directory, listen=listen, admin=("127.0.0.1", admin), addresses=addresses, jwt=edge.jwt, log_level="info"
    )
    if edge.burst:
        lower_wall(directory / "envoy.yaml", edge.burst)
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, cwd=directory, stdout=pipe, stderr=asyncio.subprocess.STDOUT
    )
    lines: list[str] = []
    ready = asyncio.Event()

    async def read() -> None:
        assert process.stdout
        async for line in process.stdout:
            lines.append(line.decode())
            if "starting workers" in lines[-1]:
                ready.set()
        ready.set()

    reader = asyncio.create_task(read())
    try:
        await ready.wait()
        assert any("starting workers" in line for line in lines), "".join(lines)
        yield port, lines
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
        await reader


def lower_wall(config: Path, burst: int) -> None:
    """Lets `burst` calls in and then none for an hour."""
    content = yaml.safe_load(config.read_text())
    connections = content["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    [wall] = [one for one in connections["http_filters"] if one["name"] == "envoy.filters.http.local_ratelimit"]
    wall["typed_config"]["token_bucket"] = {"max_tokens": burst, "tokens_per_fill": 1, "fill_interval": "3600s"}
    config.write_text(yaml.safe_dump(content, sort_keys=False))


@contextlib.asynccontextmanager
async def open_gateway(directory: Path, edge: Edge = COMMITTED, **changed: object) -> AsyncIterator[Gateway]:
    """A gateway of its own; `changed` are settings of the adapters."""
    memory, draining = Memory(), asyncio.Event()
    services = {name: await start_service(name, memory) for name in SERVICES}

    async def restart(name: str) -> None:
        services[name] = await start_service(name, memory, services[name].port)

    async def stop(name: str) -> None:
        await services[name].server.stop(None)

    async with contextlib.AsyncExitStack() as stack:
        for name in SERVICES:
            stack.push_async_callback(stop, name)
        adapters_port = await stack.enter_async_context(adapters(services, draining, **changed))
        port, log = await stack.enter_async_context(envoy(directory, services, adapters_port, edge))
        rest = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=10))
        direct = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{adapters_port}", timeout=10)
        )
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(f"127.0.0.1:{port}"))
        yield Gateway(memory, services, port, rest, direct, channel, log, draining, restart)
