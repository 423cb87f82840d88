"""Carried calls: to who makes them, and to who serves them, they are calls of gRPC."""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from psycopg_pool import AsyncConnectionPool

from reelwright_kit import caller
from reelwright_kit.access.authentication import Authenticator, Metadata
from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.gate import Gate
from reelwright_kit.access.limits import RateLimits
from reelwright_kit.access.model import Identity
from reelwright_kit.access.passport import HEADER, Passport
from reelwright_kit.access.sessions import Sessions
from reelwright_kit.carrying.channel import Carried
from reelwright_kit.client import connect
from reelwright_kit.errors import Code
from tests.kit.carried import FAILURES, GET, Place, asked, ready, serving, stub_of, watched

WITH_ID = (("x-request-id", "call-1"),)
RAW: dict[str, tuple[str, bytes]] = {
    "no such method": (f"{GET}s", b""),
    "no message": (GET, b"\xff\xff"),
    "too large": (GET, b"x" * (9 * 1024 * 1024)),
    "too large an answer": (GET, asked("size-5000000").SerializeToString()),
}


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    async with serving() as one:
        yield one


@pytest.fixture
async def channel(place: Place) -> AsyncIterator[Carried]:
    async with ready(place) as opened:
        yield opened


async def failure_of(channel: Any, job: str, shape: str) -> Any:
    """How many messages came before the failure, and all that the caller is told of it."""
    came = 0
    try:
        if shape == "unary":
            await stub_of(channel).GetJob(asked(job), metadata=WITH_ID)
        async for _ in stub_of(channel).WatchJob(watched(job), metadata=WITH_ID):
            came += 1
    except grpc.aio.AioRpcError as error:
        return came, error.code(), error.details(), dict(error.initial_metadata()), dict(error.trailing_metadata())
    raise AssertionError("nothing failed")


@pytest.mark.parametrize("shape", ["unary", "stream"])
@pytest.mark.parametrize("job", [*FAILURES, "x" * 500])
async def test_failures_are_those_of_plain_calls(place: Place, channel: Carried, job: str, shape: str) -> None:
    """Code, words, headers and details to the byte."""
    async with connect(place.address, "llm") as plain:
        assert await failure_of(channel, job, shape) == await failure_of(plain, job, shape)

    assert place.servicer.carried in ([True, False], [])


@pytest.mark.parametrize("what", RAW)
async def test_what_grpc_refuses_is_refused_in_its_words(place: Place, channel: Carried, what: str) -> None:
    """And for that call alone: its neighbour on the stream is answered."""
    method, body = RAW[what]

    def raw(of: Any) -> Any:
        return of.unary_unary(method, request_serializer=bytes, response_deserializer=bytes)(body, metadata=WITH_ID)

    neighbour = stub_of(channel).GetJob(asked("wait"))
    await place.servicer.begun.wait()
    async with connect(place.address, "llm") as plain:
        told = []
        for one in (channel, plain):
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await raw(one)
            told.append((raised.value.code(), raised.value.details()))
    place.servicer.go.set()

    # A plain call that is too large ends in the middle of its answer, of which gRPC says one word more.
    assert told[0][0] is told[1][0] and (told[0][1] or "") in (told[1][1] or "")
    assert (await neighbour).job.tenant == "local"
    assert place.counting.streams == 1


async def test_large_messages_travel(place: Place, channel: Carried) -> None:
    """An answer in several parts, and a request that is too large for a stream and not for the service."""
    answer = await stub_of(channel).GetJob(asked("size-3000000"))
    request = asked("a")
    request.MergeFromString(b"\x7a\x80\x80\x80\x01" + b"x" * (2 * 1024 * 1024))
    await stub_of(channel).GetJob(request)

    assert len(answer.job.stage) == 3_000_000
    assert place.servicer.carried == [True, False]


async def test_calls_do_not_mix_with_their_caller(channel: Carried) -> None:
    """Metadata of each call makes who it is, there; who calls within a call of its own stays who it is."""
    me = caller.Caller("somebody", "mine")
    caller.become(me)

    told = [(("x-request-id", f"call-{number}"),) for number in range(20)]
    answers = await asyncio.gather(*(stub_of(channel).GetJob(asked("a"), metadata=one) for one in told))

    assert [answer.job.id for answer in answers] == [f"call-{number}" for number in range(20)]
    assert caller.current() == me


async def test_metadata_travels_both_ways(place: Place, channel: Carried) -> None:
    """Bytes too; headers come with the answer, of a stream before its end."""
    call = stub_of(channel).GetJob(asked("a"), metadata=(("x-a", "1"), ("x-b-bin", b"\x00\xff")))
    await call
    watch = stub_of(channel).WatchJob(watched("wait"))
    await anext(aiter(watch))

    for one in (call, watch):
        assert dict(await one.initial_metadata())["x-ratelimit-limit-requests"] == "7"
    assert place.servicer.carried == [True, True]
    watch.cancel()
    await stub_of(channel).GetJob(asked("a"), metadata=(("x-a", "1"), ("x-b-bin", b"\x00\xff")))
    assert {"x-a": "1", "x-b-bin": b"\x00\xff"}.items() <= place.servicer.metadata.items()


@pytest.mark.parametrize("metadata", [(("x-a", "x" * 5_000),), (("x-a", "é"),)])
async def test_odd_metadata_is_left_to_grpc(place: Place, channel: Carried, metadata: Any) -> None:
    """It refuses what is too large, or no metadata; on a stream that would be everybody's failure."""
    with contextlib.suppress(Exception):
        await stub_of(channel).GetJob(asked("a"), metadata=metadata)
    await stub_of(channel).GetJob(asked("a"))

    assert place.servicer.carried in ([True], [False, True])
    assert place.counting.streams == 1


async def test_answer_that_cannot_be_sent_is_its_own_failure(place: Place, channel: Carried) -> None:
    """Words that are no Unicode end the call, and not the stream."""
    neighbour = stub_of(channel).GetJob(asked("wait"))
    await place.servicer.begun.wait()
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub_of(channel).GetJob(asked("no unicode"))
    place.servicer.go.set()

    assert raised.value.code() is grpc.StatusCode.UNKNOWN
    assert (await neighbour).job.tenant == "local"
    assert place.counting.streams == 1


async def test_streams_come_whole_and_wait_for_their_reader(place: Place, channel: Carried) -> None:
    """A slow reader has few messages in hand, and a neighbour on the stream does not notice."""
    came = []
    async for answer in stub_of(channel).WatchJob(watched("many")):
        came.append(answer.event.sequence)
        if len(came) % 100 == 0:
            await stub_of(channel).GetJob(asked("a"))
        assert place.servicer.made <= len(came) + 18

    assert came == list(range(1, 1_001))
    assert place.servicer.made == 1_000


@pytest.mark.parametrize("how", ["cancelled", "left", "dropped"])
async def test_who_leaves_ends_the_call(place: Place, channel: Carried, how: str) -> None:
    ended: list[Any] = []
    call = stub_of(channel).GetJob(asked("never"))
    call.add_done_callback(lambda _: ended.append(how))
    async with asyncio.timeout(10):
        await place.servicer.begun.wait()
        if how == "dropped":
            del call
            gc.collect()
        else:
            waiting = asyncio.ensure_future(call)
            await asyncio.sleep(0)
            assert call.cancel() if how == "cancelled" else waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            with pytest.raises(asyncio.CancelledError):
                await call
        await place.servicer.gone.wait()
    assert ended == [how]


@pytest.mark.parametrize("how", ["cancelled", "left"])
async def test_who_leaves_a_stream_ends_it(place: Place, channel: Carried, how: str) -> None:
    call = stub_of(channel).WatchJob(watched("wait"))
    assert (await anext(call)).event.sequence == 1
    waiting = asyncio.ensure_future(anext(call))
    await asyncio.sleep(0)
    async with asyncio.timeout(10):
        await place.servicer.begun.wait()
        assert call.cancel() if how == "cancelled" else waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await place.servicer.gone.wait()


async def test_who_closes_the_channel_ends_its_calls(place: Place) -> None:
    async with ready(place) as channel:
        waiting = asyncio.ensure_future(stub_of(channel).GetJob(asked("never")))
        await place.servicer.begun.wait()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with asyncio.timeout(10):
        await place.servicer.gone.wait()


async def test_deadlines_hold(place: Place, channel: Carried) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await stub_of(channel).GetJob(asked("never"), timeout=0.05)
    async with asyncio.timeout(10):
        await place.servicer.gone.wait()

    assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert place.servicer.carried == [True]


class Nobody:
    """Knows nobody from outside."""

    async def identify(self, metadata: Metadata) -> Identity:
        raise KeyInvalid


async def test_each_call_shows_who_makes_it() -> None:
    """On one stream, who shows nothing is refused, and who shows a passport is not."""
    passport = Passport(b"x" * 32)
    gate = Gate(Authenticator(Nobody(), passport), RateLimits(AsyncConnectionPool(open=False)), Sessions())
    shown = ((HEADER, passport.write(caller.Caller("acme", "call-1"))),)
    async with serving(gate) as place, ready(place) as channel:
        stub = stub_of(channel)
        answer, refused = await asyncio.gather(
            stub.GetJob(asked("a"), metadata=shown), stub.GetJob(asked("a")), return_exceptions=True
        )

    assert answer.job.tenant == "acme"
    assert refused.code().name == Code.UNAUTHENTICATED.name
    assert place.servicer.carried == [True]
