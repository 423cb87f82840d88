"""What tests see of a process that leads workers, and of the workers themselves."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping

import psutil

from tests.processes import PATIENCE_S, ServiceProcess


@contextlib.asynccontextmanager
async def leading(module: str, environment: Mapping[str, str], count: int = 2) -> AsyncIterator[ServiceProcess]:
    """A process that leads so many workers and serves."""
    process = await ServiceProcess.start(module, {**environment, "REELWRIGHT_WORKERS": str(count)})
    try:
        await process.said("serving")
        yield process
    finally:
        await process.kill()


def workers(process: ServiceProcess) -> list[int]:
    """Process ids of those that have said that they serve, in that order."""
    return [line["worker"] for line in process.lines if line.get("event") == "worker_serving"]


async def succeeded(process: ServiceProcess, ended: int) -> int:
    """Process id of the worker that took the place of one that ended; waits until it serves."""
    await process.said("worker_ended", worker=ended)
    async with asyncio.timeout(PATIENCE_S):
        while True:
            number = process.lines.index(await process.said("worker_ended", worker=ended))
            later = [line for line in process.lines[number:] if line.get("event") == "worker_serving"]
            if later:
                return int(later[0]["worker"])
            await process.news()


def callers(worker: int, port: int) -> set[int]:
    """Ports of those that are connected to `worker` on `port`."""
    connections = psutil.Process(worker).net_connections("tcp")
    return {
        one.raddr.port
        for one in connections
        if one.status == psutil.CONN_ESTABLISHED and one.raddr and one.laddr.port == port
    }


async def gone(*pids: int) -> None:
    """Returns when none of these processes is left."""
    processes = [psutil.Process(pid) for pid in pids if psutil.pid_exists(pid)]
    await asyncio.to_thread(psutil.wait_procs, processes, PATIENCE_S)
    assert not [one for one in processes if one.is_running()]
