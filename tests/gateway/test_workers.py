"""The adapters as several processes on one port: who answers, what a lost one costs, and how they end."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import psutil
import pytest
from tests.conformance.scripted import MODEL, Script, chunk, last, serving
from tests.gateway.edge import free_port
from tests.processes import ServiceProcess
from tests.workers import callers, gone, leading, succeeded, workers

AT_ONCE = 32


@pytest.fixture
async def pair() -> AsyncIterator[ServiceProcess]:
    """Adapters that are two processes."""
    async with leading("reelwright_gateway", {"REELWRIGHT_LISTEN": "127.0.0.1:0"}) as process:
        yield process


class Kept:
    """A connection that stays open, as Envoy's do."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.port: int = writer.get_extra_info("sockname")[1]

    async def ask(self) -> bool:
        """Whether a request on it is answered with 200."""
        self._writer.write(b"GET /health/live HTTP/1.1\r\nHost: here\r\n\r\n")
        head = await self._reader.readuntil(b"\r\n\r\n")
        await self._reader.readexactly(len(b'{"status":"ok"}'))
        return head.startswith(b"HTTP/1.1 200 ")

    def close(self) -> None:
        """Ends it."""
        self._writer.close()


async def connected(process: ServiceProcess, count: int) -> list[Kept]:
    port = (await process.said("serving"))["port"]
    opened = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(count)))
    return [Kept(*one) for one in opened]


async def spread(process: ServiceProcess) -> list[Kept]:
    """Connections that are answered, some by each worker."""
    port = (await process.said("serving"))["port"]
    kept: list[Kept] = []
    async with asyncio.timeout(30):
        while not kept or not all(callers(one, port) for one in workers(process)):
            more = await connected(process, AT_ONCE)
            assert all(await asyncio.gather(*(one.ask() for one in more)))
            kept += more
    return kept


async def test_each_worker_answers(pair: ServiceProcess) -> None:
    """Connections made at once go to both processes, and neither is left with a few: a core would stand idle."""
    port = (await pair.said("serving"))["port"]
    first, second = workers(pair)

    kept = await spread(pair)

    shares = [len(callers(one, port)) for one in (first, second)]
    assert pair.pid not in (first, second)
    assert sum(shares) == len(kept)
    assert min(shares) >= len(kept) // 16
    for one in kept:
        one.close()


async def test_lost_worker_costs_only_what_it_was_doing(pair: ServiceProcess) -> None:
    """While one is dead the other answers its own callers and every new one, and another takes its place."""
    port = (await pair.said("serving"))["port"]
    kept = await spread(pair)
    lost, left = workers(pair)
    theirs = callers(left, port)

    os.kill(lost, signal.SIGKILL)
    await pair.said("worker_ended", worker=lost, code=-9)
    new = await connected(pair, AT_ONCE)

    assert all(await asyncio.gather(*(one.ask() for one in kept if one.port in theirs)))
    assert all(await asyncio.gather(*(one.ask() for one in new)))
    heir = await succeeded(pair, lost)
    assert heir not in (lost, left)
    for one in (*kept, *new):
        one.close()


async def test_signal_lets_a_stream_end() -> None:
    """After SIGTERM a stream in flight is carried to its end, nobody new is let in, and the exit code is 0."""
    script, gate = Script(), asyncio.Event()
    script.steps = [[chunk(content="one")], gate, [chunk(finish_reason="stop"), last()]]
    body = {"model": MODEL, "messages": [{"role": "user", "content": "Hi"}], "stream": True}
    async with serving(script) as llm:
        told = {"REELWRIGHT_LISTEN": "127.0.0.1:0", "REELWRIGHT_LLM_ADDRESS": f"127.0.0.1:{llm}"}
        async with leading("reelwright_gateway", told) as process, httpx.AsyncClient(timeout=30) as client:
            base = f"http://{await process.address()}"
            async with client.stream("POST", f"{base}/v1/chat/completions", json=body) as answer:
                pieces = answer.aiter_text()
                first = await anext(pieces)
                process.signal(signal.SIGTERM)
                await process.said("Shutting down")
                await refused(base)
                gate.set()
                rest = "".join([piece async for piece in pieces])
            code = await process.ended()

    assert '"one"' in first
    assert rest.endswith("data: [DONE]\n\n")
    assert code == 0


async def refused(base: str) -> None:
    """Returns when nobody is let in any more: the workers stop one after the other, and drop who is silent."""
    async with asyncio.timeout(30):
        while True:
            try:
                async with httpx.AsyncClient() as client:
                    await client.get(f"{base}/health/live")
            except httpx.ConnectError:
                return
            except httpx.RemoteProtocolError:
                pass


async def test_workers_do_not_outlive_their_leader(pair: ServiceProcess) -> None:
    """Killed without a word, the leader takes its workers along, and the port is free."""
    port = (await pair.said("serving"))["port"]
    left = workers(pair)

    pair.signal(signal.SIGKILL)
    await gone(pair.pid, *left)

    async with leading("reelwright_gateway", {"REELWRIGHT_LISTEN": f"127.0.0.1:{port}"}) as again:
        assert (await again.said("serving"))["port"] == port


@pytest.mark.parametrize("count", ["1", "2"])
async def test_port_that_is_taken_is_named_in_one_line(pair: ServiceProcess, count: str) -> None:
    """Nobody joins on a port by accident, with however many processes."""
    address = await pair.address()

    second = await ServiceProcess.start(
        "reelwright_gateway", {"REELWRIGHT_LISTEN": address, "REELWRIGHT_WORKERS": count}
    )

    assert await second.ended() == 1
    assert second.noise == [f"reelwright-adapters: REELWRIGHT_LISTEN: cannot listen on {address}; is the port taken?"]
    assert all(psutil.pid_exists(one) for one in workers(pair))


async def test_what_keeps_workers_from_starting_is_said_once(tmp_path: Path) -> None:
    """Two processes without the database's address are one line and the exit code 1, not two, nor new tries."""
    environment = {
        "REELWRIGHT_LISTEN": f"127.0.0.1:{free_port()}",
        "REELWRIGHT_LLM_ADDRESS": "in-process",
        "REELWRIGHT_STORE_URL": tmp_path.as_uri(),
        "REELWRIGHT_WORKERS": "2",
    }
    process = await ServiceProcess.start("reelwright_gateway", environment)

    assert await process.ended() == 1
    assert process.noise == ["reelwright-adapters: Not set: REELWRIGHT_DATABASE_URL"]
    assert not [line for line in process.lines if line["event"] == "worker_ended"]
