"""Calls spread over several connections."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.carrying.channel import carried
from reelwright_kit.client import connect
from reelwright_kit.errors import Code
from reelwright_kit.spreading import Spread
from reelwright_kit.workers.listening import bound, port_of
from tests.conformance.scripted import Script, said, serving

QUESTION = pb.ChatRequest(messages=[pb.Message(role="user", content="Hi")])


async def test_calls_go_where_the_fewest_run() -> None:
    """Beside a call that lasts, all others go over the other connection; each end counts, also a failed or left one."""
    slow, quick, gate = Script(), Script(), asyncio.Event()
    slow.answer, quick.answer = gate, said()
    async with (
        serving(slow) as first,
        serving(quick) as second,
        connect(f"127.0.0.1:{first}", "llm") as one,
        connect(f"127.0.0.1:{second}", "llm") as two,
    ):
        stub: Any = rpc.LlmServiceStub(Spread([one, two]))  # type: ignore[arg-type]

        lasting = stub.Chat(QUESTION)
        await slow.begun.wait()
        for _ in range(3):
            await stub.Chat(QUESTION)
        quick.answer = ValueError("no")
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await stub.Chat(QUESTION)
        assert (slow.calls, quick.calls) == (1, 4)

        lasting.cancel()
        await slow.left.wait()
        slow.answer, quick.answer = said(), said()
        await stub.Chat(QUESTION)

    assert failed.value.code().name == Code.INTERNAL.name
    assert (slow.calls, quick.calls) == (2, 4)


async def test_a_call_goes_where_there_is_a_connection() -> None:
    """Also when fewer run where there is none; where nobody can be reached, the call is refused at once."""
    script = Script()
    script.answer = said()
    async with (
        _nowhere() as away,
        serving(script) as port,
        connect(away, "llm", own_connection=True) as one,
        carried(away, "llm") as two,
        connect(f"127.0.0.1:{port}", "llm") as three,
    ):
        for channel in (one, two):
            await _has_failed(channel)

        stub: Any = rpc.LlmServiceStub(Spread([one, two, three]))  # type: ignore[arg-type]
        await asyncio.gather(*(stub.Chat(QUESTION) for _ in range(3)))
        nobody: Any = rpc.LlmServiceStub(Spread([one, two]))  # type: ignore[arg-type]
        with pytest.raises(grpc.aio.AioRpcError) as failed:
            await nobody.Chat(QUESTION)

    assert script.calls == 3
    assert failed.value.code() is grpc.StatusCode.UNAVAILABLE


@contextlib.asynccontextmanager
async def _nowhere() -> AsyncIterator[str]:
    """An address where nobody listens, and nobody else will."""
    with bound("127.0.0.1:0") as sockets:
        yield f"127.0.0.1:{port_of(sockets)}"


async def _has_failed(channel: Any) -> None:
    """Returns when a call found nobody, and the connection is not tried again for a while."""
    stub: Any = rpc.LlmServiceStub(channel)
    async with asyncio.timeout(10):
        while channel.get_state() is not grpc.ChannelConnectivity.TRANSIENT_FAILURE:
            with contextlib.suppress(grpc.aio.AioRpcError):
                await stub.Chat(QUESTION)
