"""Calls spread over several connections."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest

from reelwright.llm.v1 import llm_service_pb2 as pb
from reelwright.llm.v1 import llm_service_pb2_grpc as rpc
from reelwright_kit.client import connect
from reelwright_kit.errors import Code
from reelwright_kit.spreading import Spread
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
