"""Many streams at once over the whole chain: Envoy, adapters and llm service as several processes, and a vendor."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import psycopg

from reelwright_fakes.control import Control
from reelwright_fakes.scenarios import Match, Scenario
from reelwright_gateway.envoy import SERVICES
from reelwright_kit.client import IN_PROCESS
from tests.gateway.edge import envoy
from tests.processes import PATIENCE_S, ServiceProcess
from tests.workers import leading, workers

STREAMS = 500
LEAVING = STREAMS // 3
PIECES = 40
"""Words of each answer, each a chunk."""
HALF = PIECES // 2
"""Chunks that have come when the vendor stops until the test goes on."""
AT_THE_DOOR = 50
"""Calls that wait for their first word at a time; each needs the database, which has a few connections."""
WORKERS = 2
HOUR_S = 3600.0

BODY = json.dumps(
    {"model": "openai/gpt-4.1-mini", "stream": True, "messages": [{"role": "user", "content": "Tell me of the sea."}]}
)
REQUEST = (
    "POST /v1/chat/completions HTTP/1.1\r\nHost: here\r\nConnection: close\r\n"
    f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n{BODY}"
).encode()


@dataclass(frozen=True)
class House:
    """The chain; `processes` are those that must not grow."""

    port: int
    vendor: Control
    database_url: str
    processes: dict[str, psutil.Process]

    def resident_mib(self) -> dict[str, float]:
        """What each process holds of the machine's memory."""
        return {name: one.memory_info().rss / 2**20 for name, one in self.processes.items()}


@dataclass
class Crowd:
    """The callers of one round: all come half-way, some leave, and the others read on."""

    port: int
    halfway: int = 0
    all_halfway: asyncio.Event = field(default_factory=asyncio.Event)
    leave: asyncio.Event = field(default_factory=asyncio.Event)
    door: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_THE_DOOR))

    async def caller(self, leaves: bool) -> bytes:
        """What one of them has read."""
        async with self.door:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(REQUEST)
            read = await reader.readuntil(b"data: ")
        try:
            while read.count(b"data: ") < HALF:
                more = await reader.read(1 << 16)
                assert more, read
                read += more
            self._arrive()
            if leaves:
                await self.leave.wait()
                return read
            return read + await reader.read()
        finally:
            writer.close()

    def _arrive(self) -> None:
        self.halfway += 1
        if self.halfway == STREAMS:
            self.all_halfway.set()


async def one_round(house: House) -> None:
    """500 streams, of which 166 are left in the middle; raises AssertionError where something is not as it must be."""
    await asyncio.to_thread(prepare, house.vendor)
    before = await booked(house)
    crowd = Crowd(house.port)
    callers = [asyncio.create_task(crowd.caller(number % 3 == 2)) for number in range(STREAMS)]
    try:
        await first(callers, crowd.all_halfway)
        assert await asyncio.to_thread(standing, house.vendor) == {"running": STREAMS}
        crowd.leave.set()
        await asyncio.to_thread(house.vendor.wait_for, event="closed", count=LEAVING, timeout_s=PATIENCE_S)
        assert await asyncio.to_thread(standing, house.vendor) == {"cancelled": LEAVING, "running": STREAMS - LEAVING}
        await asyncio.to_thread(house.vendor.advance, HOUR_S)
        texts = await asyncio.gather(*callers)
    finally:
        for one in callers:
            one.cancel()
        await asyncio.gather(*callers, return_exceptions=True)
    whole = [text for text in texts if b"data: [DONE]\n\n" in text]
    assert len(whole) == STREAMS - LEAVING
    assert all(text.count(b"data: ") > PIECES for text in whole)
    assert await asyncio.to_thread(standing, house.vendor) == {"cancelled": LEAVING, "succeeded": STREAMS - LEAVING}
    await settled(house, (before[0], before[1] + STREAMS))


def prepare(vendor: Control) -> None:
    """The vendor as if just started; its answers stop in the middle until its clock is moved."""
    vendor.reset()
    vendor.script(Scenario(match=Match(vendor="openai"), chunks=PIECES, after_s=HOUR_S / 2))


def standing(vendor: Control) -> dict[str, int]:
    """How many calls there are at the vendor, by their state."""
    states: dict[str, int] = {}
    for entry in vendor.ledger().submissions:
        state = "running" if entry.state == "queued" else entry.state
        states[state] = states.get(state, 0) + 1
    return states


async def first(callers: list[asyncio.Task[bytes]], event: asyncio.Event) -> None:
    """Waits for the event, or raises what a caller failed with before."""
    waiting = asyncio.create_task(event.wait())
    async with asyncio.timeout(PATIENCE_S):
        done, _ = await asyncio.wait([waiting, *callers], return_when=asyncio.FIRST_COMPLETED)
    for one in done:
        one.result()
    assert event.is_set()


async def booked(house: House) -> tuple[int, int]:
    """Sums that are held for calls, and calls in the usage report."""
    async with await psycopg.AsyncConnection.connect(house.database_url, autocommit=True) as connection:
        query = "select (select count(*) from reelwright.text_holds), (select count(*) from reelwright.usage)"
        row = await (await connection.execute(query)).fetchone()
    assert row
    return row[0], row[1]


async def settled(house: House, wanted: tuple[int, int]) -> None:
    """Returns when the books are so; a call that was left is settled after its caller has gone."""
    async with asyncio.timeout(PATIENCE_S):
        while (found := await booked(house)) != wanted:
            assert found[1] <= wanted[1], f"{found[1]} calls in the report, {wanted[1]} were made"


@contextlib.asynccontextmanager
async def open_house(directory: Path, database_url: str, *, within: bool) -> AsyncIterator[House]:
    """The chain with the llm service in its own processes, or within those of the adapters."""
    async with contextlib.AsyncExitStack() as stack:
        played = await stack.enter_async_context(vendors())
        environment = {
            "REELWRIGHT_LISTEN": "127.0.0.1:0",
            "REELWRIGHT_DATABASE_URL": database_url,
            "REELWRIGHT_STORE_URL": f"file://{directory}/files",
            "REELWRIGHT_NOTICE_S": "0",
            "REELWRIGHT_DRAIN_S": "1",
            "OPENAI_API_KEY": "any",
            "OPENAI_BASE_URL": f"{played}/openai/v1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        llm = "127.0.0.1:1"
        crew: dict[str, psutil.Process] = {}
        if not within:
            service = await stack.enter_async_context(leading("reelwright_llm", environment, WORKERS))
            llm = await service.address()
            crew |= {f"llm {number}": psutil.Process(pid) for number, pid in enumerate(workers(service), 1)}
        told = {f"REELWRIGHT_{name.upper()}_ADDRESS": llm for name in (*SERVICES, "jobs")}
        told |= {"REELWRIGHT_LLM_ADDRESS": IN_PROCESS if within else llm}
        adapters = await stack.enter_async_context(leading("reelwright_gateway", environment | told, WORKERS))
        crew |= {f"adapters {number}": psutil.Process(pid) for number, pid in enumerate(workers(adapters), 1)}
        behind = int((await adapters.address()).rpartition(":")[2])
        # Nobody asks the others anything.
        services: dict[str, Any] = {name: SimpleNamespace(port=int(llm.rpartition(":")[2])) for name in SERVICES}
        front, _ = await stack.enter_async_context(envoy(directory / "envoy", services, behind))
        control = stack.enter_context(Control(played))
        yield House(front, control, database_url, crew)


@contextlib.asynccontextmanager
async def vendors() -> AsyncIterator[str]:
    """The address of a server that plays vendors, in a process of its own."""
    process = await ServiceProcess.start("reelwright_fakes", {}, "--port", "0")
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not process.noise:
                await process.news()
        yield process.noise[0].rpartition(" ")[2]
    finally:
        await process.kill()
