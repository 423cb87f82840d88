"""The streams that carry calls: how full they are, how they break, and how a server leaves one."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from reelwright_kit.carrying import channel as channels
from reelwright_kit.carrying import landing as landings
from reelwright_kit.carrying.channel import Carried, carried
from reelwright_kit.carrying.frames import CALLS, METHOD, Begin, Cancel, End, Message, Welcome, packed, told
from reelwright_kit.client import connect
from reelwright_kit.spreading import Spread
from tests.gateway.edge import free_port
from tests.kit.carried import GET, Place, asked, ready, serving, stub_of, watched


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with serving() as one:
        yield one


@pytest.fixture
async def channel(place: Place) -> AsyncIterator[Carried]:
    async with ready(place) as opened:
        yield opened


@pytest.fixture
async def raw(place: Place) -> AsyncIterator[Any]:
    """A stream without the library."""
    async with grpc.aio.insecure_channel(place.address) as opened:
        call: Any = opened.stream_stream(METHOD)()
        assert [type(frame) for frame in told(await call.read())] == [Welcome]
        yield call


def begun(number: int, job: str) -> Begin:
    return Begin(number, GET, (), asked(job).SerializeToString())


async def test_what_is_pending_goes_out_together(place: Place, channel: Carried) -> None:
    """Calls at one time are few messages, of the callers and of the server."""
    stub = stub_of(channel)

    answers = await asyncio.gather(*(stub.GetJob(asked("a")) for _ in range(200)))

    assert len(answers) == 200 and all(place.servicer.carried)
    assert (place.counting.streams, place.counting.messages) == (1, 1)


async def test_answers_go_out_together(raw: Any) -> None:
    await raw.write(packed([begun(number, "a") for number in range(200)]))

    ended, messages = 0, 0
    while ended < 200:
        messages += 1
        ended += sum(isinstance(frame, End) for frame in told(await raw.read()))
    assert messages < 20


async def test_large_answer_holds_nobody_up(raw: Any) -> None:
    """What is small and comes later is answered before its end."""
    await raw.write(packed([begun(1, "size-40000000")]))
    frames = told(await raw.read())
    await raw.write(packed([begun(2, "a")]))
    while not any(isinstance(one, End) for one in frames):
        frames += told(await raw.read())

    assert [one.call for one in frames if isinstance(one, End)] == [2]


async def test_deadline_is_the_servers_too(place: Place, raw: Any) -> None:
    await raw.write(packed([Begin(1, GET, (), asked("never").SerializeToString(), 0.05)]))

    (end,) = told(await raw.read())
    assert end.code == grpc.StatusCode.DEADLINE_EXCEEDED.value[0] and place.servicer.gone.is_set()


async def test_one_call_too_many_is_refused(place: Place, raw: Any) -> None:
    """Until another has left."""
    await raw.write(packed([begun(number, "wait") for number in range(CALLS + 1)]))
    (refused,) = told(await raw.read())
    await raw.write(packed([Cancel(3), begun(CALLS + 2, "a")]))
    answer = [type(frame) for frame in told(await raw.read()) if frame.call == CALLS + 2]

    assert (refused.call, refused.code) == (CALLS, grpc.StatusCode.RESOURCE_EXHAUSTED.value[0])
    assert answer[-2:] == [Message, End]


async def test_calls_beyond_those_of_a_stream_are_plain(place: Place, channel: Carried) -> None:
    """Nobody is refused who would not be without a stream."""
    stub = stub_of(channel)
    calls = [stub.GetJob(asked("wait")) for _ in range(CALLS + 1)]
    async with asyncio.timeout(30):
        while place.servicer.running < CALLS + 1:
            place.servicer.begun.clear()
            await place.servicer.begun.wait()
    place.servicer.go.set()
    await asyncio.gather(*calls)

    assert (place.servicer.carried.count(True), place.servicer.carried.count(False)) == (CALLS, 1)


@pytest.mark.parametrize("nonsense", [b"\xff", packed([["what"]]), packed([begun(1, "wait"), begun(1, "a")])])
async def test_nonsense_ends_the_stream(raw: Any, nonsense: bytes) -> None:
    await raw.write(nonsense)

    assert await raw.code() is grpc.StatusCode.INVALID_ARGUMENT


async def test_who_leaves_a_stream_ends_all_that_it_carries(place: Place, raw: Any) -> None:
    await raw.write(packed([begun(1, "never")]))
    await place.servicer.begun.wait()

    raw.cancel()

    async with asyncio.timeout(10):
        await place.servicer.gone.wait()


async def test_who_sends_no_more_gets_what_is_to_come(place: Place, raw: Any) -> None:
    await raw.write(packed([begun(1, "wait")]))
    await place.servicer.begun.wait()
    await raw.done_writing()
    place.servicer.go.set()

    kinds: list[Any] = []
    while (message := await raw.read()) is not grpc.aio.EOF:
        kinds += [type(frame) for frame in told(message)]
    assert kinds[-2:] == [Message, End]


@pytest.mark.parametrize("shape", ["unary", "stream"])
async def test_server_that_dies_fails_its_calls_and_the_next_is_answered(shape: str) -> None:
    port = free_port()
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(serving(port=port))
        channel = await stack.enter_async_context(ready(first))
        stub = stub_of(channel)
        call = stub.GetJob(asked("never")) if shape == "unary" else stub.WatchJob(watched("wait"))
        waiting = asyncio.ensure_future(call if shape == "unary" else anext(call))
        if shape == "stream":
            await waiting
            waiting = asyncio.ensure_future(anext(call))
        await first.servicer.begun.wait()

        await first.server.stop(None)
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await waiting
        async with asyncio.timeout(10):
            await first.servicer.gone.wait()
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await stub.GetJob(asked("a"))
        second = await stack.enter_async_context(serving(port=port))
        async with asyncio.timeout(10):
            while not second.servicer.carried or not second.servicer.carried[-1]:
                await stub.GetJob(asked("a"), **({} if second.servicer.carried else {"wait_for_ready": True}))

    assert raised.value.code() is refused.value.code() is grpc.StatusCode.UNAVAILABLE
    assert first.servicer.carried == [True]


async def test_nobody_who_listens_is_told_at_once() -> None:
    async with carried(f"127.0.0.1:{free_port()}", "llm") as channel, asyncio.timeout(5):
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await stub_of(channel).GetJob(asked("a"))

    assert raised.value.code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.parametrize("api", ["jobs", "llm"])
async def test_calls_are_repeated_as_their_contract_says(place: Place, api: str) -> None:
    """GetJob is in that of jobs; of any other a call is made once."""
    async with ready(place, api) as channel:
        told_of = await asyncio.gather(stub_of(channel).GetJob(asked("away once")), return_exceptions=True)

    if api == "jobs":
        assert told_of[0].job.tenant == "local" and place.servicer.carried == [True, False]
    else:
        assert told_of[0].code() is grpc.StatusCode.UNAVAILABLE and place.servicer.carried == [True]


async def test_who_closes_the_channel_ends_what_would_be_repeated(place: Place) -> None:
    async with ready(place, "jobs") as channel:
        waiting = asyncio.ensure_future(stub_of(channel).GetJob(asked("away")))
        async with asyncio.timeout(10):
            while len(place.servicer.carried) < 2:
                place.servicer.heard.clear()
                await place.servicer.heard.wait()

    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_server_that_leaves_ends_its_calls_and_gets_no_more() -> None:
    """Two on one address: what runs on the old one runs to its end, all that comes is answered by the new one."""
    async with serving(shared=True) as old, connect(old.address, "llm") as connection:
        channel = Carried(connection, "llm")
        await channel.channel_ready()
        stub = stub_of(channel)
        assert old.landing
        lasting, watch = stub.GetJob(asked("wait")), stub.WatchJob(watched("wait"))
        first = await anext(watch)
        async with serving(port=old.port, shared=True) as new:
            old.landing.leave()
            stopping = asyncio.create_task(old.server.stop(30))
            async with asyncio.timeout(20):
                # As with plain calls, one that meets the end of the old connection may fail.
                await connection.wait_for_state_change(grpc.ChannelConnectivity.READY)
                await stub.GetJob(asked("a"), wait_for_ready=True)
                while not new.servicer.carried[-1]:
                    await stub.GetJob(asked("a"))
            old.servicer.go.set()
            answer, rest = await lasting, [one.event.sequence async for one in watch]
            async with asyncio.timeout(5):
                await stopping
            await asyncio.gather(*(stub.GetJob(asked("a")) for _ in range(20)))

            await channel.close()

    assert (answer.job.tenant, first.event.sequence, rest) == ("local", 1, [2, 3])
    assert old.servicer.carried[:2] == [True, True]


async def test_streams_are_renewed_and_calls_do_not_notice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sooner than connections reach their age; a call that lasts longer stays on the old one."""
    monkeypatch.setattr(landings, "STREAM_S", 0.05)
    async with serving() as place, ready(place) as channel, asyncio.timeout(20):
        stub = stub_of(channel)
        lasting = stub.GetJob(asked("wait"))
        while place.counting.streams < 4:
            await stub.GetJob(asked("a"))
        place.servicer.go.set()
        await lasting

    assert place.servicer.carried.count(True) > place.servicer.carried.count(False)


async def test_server_that_carries_nothing_gets_plain_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is asked once, and again a minute later, when it may be a new release."""
    port = free_port()
    async with carried(f"127.0.0.1:{port}", "llm") as channel:
        stub = stub_of(channel)
        async with serving(port=port, carries=False) as old:
            await channel.channel_ready()
            for _ in range(10):
                await stub.GetJob(asked("a"))
        monkeypatch.setattr(channels, "ASK_AGAIN_S", 0.0)
        channel._not_before = 0.0
        async with serving(port=port) as new, asyncio.timeout(20):
            await stub.GetJob(asked("a"), wait_for_ready=True)
            while not new.servicer.carried[-1]:
                await stub.GetJob(asked("a"))

    assert old.servicer.carried == [False] * 10
    assert old.counting.streams == 1


async def test_streams_that_end_leave_nothing_behind() -> None:
    """Refused or broken, they end what belongs to them."""
    async with (
        serving(carries=False) as old,
        serving() as new,
        connect(old.address, "llm") as first,
        connect(new.address, "llm") as second,
    ):
        before = asyncio.all_tasks()
        for one in (Carried(first, "llm"), Carried(second, "llm")):
            await one.channel_ready()
        call = stub_of(one).GetJob(asked("never"))
        await new.servicer.begun.wait()
        for place in (old, new):
            await place.server.stop(None)
        with pytest.raises(grpc.aio.AioRpcError):
            await call
        async with asyncio.timeout(10):
            await asyncio.gather(*(asyncio.all_tasks() - before), return_exceptions=True)

    assert new.servicer.carried == [True]


async def test_streams_are_spread_like_connections() -> None:
    """A call goes where the fewest run, and a call that ends counts."""
    async with serving() as one, serving() as two, ready(one) as first, ready(two) as second:
        stub = stub_of(Spread([first, second]))
        lasting = stub.GetJob(asked("wait"))
        await one.servicer.begun.wait()
        for _ in range(3):
            await stub.GetJob(asked("a"))
        one.servicer.go.set()
        await lasting
        await stub.GetJob(asked("a"))

    assert (one.servicer.carried, two.servicer.carried) == ([True] * 2, [True] * 3)
