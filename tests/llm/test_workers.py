"""The llm service as several processes on one port."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.carrying.calls import Streaming, Unary
from reelwright_kit.carrying.channel import Carried
from reelwright_kit.client import connect
from reelwright_kit.spreading import Spread
from reelwright_llm.settings import LlmSettings
from tests.processes import ServiceProcess
from tests.workers import callers, gone, leading, succeeded, workers

UNAVAILABLE = grpc.StatusCode.UNAVAILABLE
QUESTION = pb.ChatRequest(messages=[pb.Message(role="user", content="Hi")], max_output_tokens=3)


def environment(database_url: str, directory: Path, listen: str = "127.0.0.1:0") -> dict[str, str]:
    return {
        "REELWRIGHT_LISTEN": listen,
        "REELWRIGHT_DATABASE_URL": database_url,
        "REELWRIGHT_STORE_URL": directory.as_uri(),
        "REELWRIGHT_NOTICE_S": "0",
    }


@pytest.fixture
async def pair(database_url: str, tmp_path: Path) -> AsyncIterator[ServiceProcess]:
    """An llm service that is two processes."""
    async with leading("reelwright_llm", environment(database_url, tmp_path)) as process:
        yield process


async def reaching_both(process: ServiceProcess) -> tuple[list[grpc.aio.Channel], Any]:
    """Connections some of which end at each worker, and a channel that spreads calls over them."""
    address = await process.address()
    port = int(address.rpartition(":")[2])
    channels: list[grpc.aio.Channel] = []
    async with asyncio.timeout(60):
        while not channels or not all(callers(one, port) for one in workers(process)):
            channels.append(connect(address, "llm", own_connection=True))
            await channels[-1].channel_ready()
    return channels, rpc.LlmServiceStub(Spread(channels))  # type: ignore[arg-type]


async def test_calls_survive_a_worker(pair: ServiceProcess) -> None:
    """Both processes have callers; when one is killed, calls are answered by the other, and another takes its place."""
    channels, stub = await reaching_both(pair)
    lost, left = workers(pair)

    before = await asyncio.gather(*(stub.Chat(QUESTION) for _ in range(8)))
    os.kill(lost, signal.SIGKILL)
    await pair.said("worker_ended", worker=lost, code=-9)
    after = await asyncio.gather(*(stub.Chat(QUESTION, wait_for_ready=True, timeout=30) for _ in range(8)))
    heir = await succeeded(pair, lost)

    assert all(answer.choices[0].message.content for answer in (*before, *after))
    assert heir not in (lost, left)
    await asyncio.gather(*(one.close() for one in channels))


@pytest.mark.parametrize("count", ["1", "2"])
async def test_port_that_is_taken_is_named_in_one_line(
    pair: ServiceProcess, database_url: str, tmp_path: Path, count: str
) -> None:
    """That workers share a port lets nobody else on it, alone or several: each would get half of the other's calls."""
    address = await pair.address()
    told = environment(database_url, tmp_path, address)

    second = await ServiceProcess.start("reelwright_llm", told | {"REELWRIGHT_WORKERS": count})

    assert await second.ended() == 1
    said = f"reelwright-llm: REELWRIGHT_LISTEN: cannot listen on {address}; is the port taken?"
    # Alone it asks the library for gRPC, which has its own words for it too.
    assert [line for line in second.noise if line.startswith("reelwright-")] == [said]


async def test_signal_lets_a_call_end_and_killing_the_leader_ends_all(pair: ServiceProcess) -> None:
    """SIGTERM is the workers' too, whose calls in flight, carried ones too, are answered; nothing is left behind."""
    channels, plain = await reaching_both(pair)
    carrying = [Carried(one, "llm") for one in channels]
    for one in carrying:
        await one.channel_ready()
    stub: Any = rpc.LlmServiceStub(Spread(carrying))  # type: ignore[arg-type]
    known = workers(pair)
    long = pb.StreamChatRequest(
        messages=[pb.Message(role="user", content="Write a long story about the sea.")], max_output_tokens=2000
    )

    streams = [one.StreamChat(long) for one in (stub, stub, plain)]
    begun = [await anext(aiter(one)) for one in streams]
    pair.signal(signal.SIGTERM)
    rest = [[answer async for answer in one] for one in streams]

    assert all(begun) and all(answers[-1].chunks[-1].usage.output_tokens for answers in rest)
    assert [type(one) for one in streams[:2]] == [Streaming] * 2
    assert await pair.ended() == 0
    await gone(*known)
    await asyncio.gather(*(one.close() for one in carrying))
    await asyncio.gather(*(one.close() for one in channels))


async def test_carried_calls_end_with_a_killed_process_and_go_on_with_the_next(
    database_url: str, tmp_path: Path
) -> None:
    """Kill -9: those in flight fail with UNAVAILABLE, and calls to the process after it are carried again."""
    first = await ServiceProcess.start("reelwright_llm", environment(database_url, tmp_path))
    address = await first.address()
    asked = pb.StreamChatRequest(messages=QUESTION.messages)
    async with connect(address, "llm", own_connection=True) as plain:
        carrying = Carried(plain, "llm")
        stub: Any = rpc.LlmServiceStub(carrying)  # type: ignore[arg-type]
        assert (await stub.Chat(QUESTION)).choices
        await carrying.channel_ready()
        first.signal(signal.SIGSTOP)
        whole, streamed = stub.Chat(QUESTION), stub.StreamChat(asked)
        reading = asyncio.gather(whole, _rest(streamed), return_exceptions=True)

        first.signal(signal.SIGKILL)

        failed = await reading
        assert [one.code() for one in failed if isinstance(one, grpc.aio.AioRpcError)] == [UNAVAILABLE] * 2, failed
        assert (type(whole), type(streamed)) == (Unary, Streaming)
        await first.ended()
        second = await ServiceProcess.start("reelwright_llm", environment(database_url, tmp_path, address))
        async with asyncio.timeout(60):
            while not isinstance(stub.StreamChat(asked), Streaming):
                await asyncio.gather(stub.Chat(QUESTION, wait_for_ready=True), return_exceptions=True)
        assert (await stub.Chat(QUESTION)).choices
        await carrying.close()
        second.signal(signal.SIGTERM)
        assert await second.ended() == 0


async def _rest(answers: Any) -> list[Any]:
    return [answer async for answer in answers]


def test_workers_share_the_database_connections(tmp_path: Path) -> None:
    """A database has a hundred; so eight of one process are four of each of two, and never less than two."""
    told = environment("postgresql://x@y/z", tmp_path) | {"REELWRIGHT_POOL_SIZE": "8"}

    shares = {count: LlmSettings.load(told | {"REELWRIGHT_WORKERS": count}).connections for count in ("1", "2", "7")}

    assert shares == {"1": 8, "2": 4, "7": 2}


def test_socket_of_a_directory_has_one_process(tmp_path: Path) -> None:
    """Only ports can be shared."""
    told = environment("postgresql://x@y/z", tmp_path, f"unix:{tmp_path}/socket") | {"REELWRIGHT_WORKERS": "4"}

    assert LlmSettings.load(told).processes == 1
