"""Calls per minute: exact over all processes, few questions to the database, honest about when to come back."""

from __future__ import annotations

import asyncio

import grpc
import pytest

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright_kit import caller
from reelwright_kit.access.errors import RateLimited
from reelwright_kit.access.limits import RateLimits, Window
from reelwright_kit.access.model import Identity
from reelwright_kit.caller import Caller
from reelwright_kit.database import Pool, connect
from tests.access.house import House, bearer


def key(limit: int, name: str = "key_1") -> Identity:
    return Identity("t", name, frozenset(), requests_per_minute=limit)


async def admitted(limits: RateLimits, who: Identity) -> tuple[bool, dict[str, str]]:
    """Whether a call passes, and what its answer is told."""
    caller.become(Caller("t", "call"))
    try:
        await limits.admit(who)
    except RateLimited:
        return False, dict(caller.told())
    return True, dict(caller.told())


async def steady_minute(pool: Pool) -> None:
    """Waits out the last seconds of a minute, in which a count would begin anew."""
    async with pool.connection() as connection:
        query = "select pg_sleep(case when s > 54 then 60 - s else 0 end) from extract(second from clock_timestamp()) s"
        await connection.execute(query)


async def rewind(pool: Pool, minutes: int) -> None:
    """Makes everything that was counted so much older."""
    async with pool.connection() as connection:
        await connection.execute(
            "update reelwright.key_minutes set minute = minute - make_interval(mins => %s)", (minutes,)
        )


async def test_a_limit_is_exact_over_processes(database_url: str, pool: Pool) -> None:
    """Of 200 calls made at once through two processes' limits, exactly as many pass as the key may make."""
    await steady_minute(pool)
    async with connect(database_url, 4) as other:
        both = RateLimits(pool), RateLimits(other)
        passed = await asyncio.gather(*(admitted(both[n % 2], key(60)) for n in range(200)))
    assert sum(ok for ok, _ in passed) == 60


async def test_a_limit_is_exact_over_two_services(house: House) -> None:
    """Of 90 calls made at once at two services' processes, exactly as many pass as the key may make."""
    _, secret = await house.key(requests_per_minute=20)
    await steady_minute(house.pool)

    async def passes(service: str) -> bool:
        try:
            await house.jobs(service).ListJobs(jobs.ListJobsRequest(), metadata=bearer(secret))
        except grpc.aio.AioRpcError as error:
            assert error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED  # noqa: PT017  the others are counted
            return False
        return True

    passed = await asyncio.gather(*(passes(("image", "audio")[n % 2]) for n in range(90)))
    assert sum(passed) == 20


async def test_a_key_without_a_limit_asks_nobody(pool: Pool) -> None:
    """Such a key passes without a trace in the database."""
    ok, told = await admitted(RateLimits(pool), key(0))
    async with pool.connection() as connection:
        rows = await (await connection.execute("select 1 from reelwright.key_minutes")).fetchall()
    assert ok and not told and not rows


async def test_answers_tell_what_is_left(pool: Pool) -> None:
    """Limit, rest and reset are told with calls that pass and with those that do not."""
    await steady_minute(pool)
    limits = RateLimits(pool)
    rests = [(await admitted(limits, key(3)))[1] for _ in range(4)]
    assert [told["x-ratelimit-remaining-requests"] for told in rests] == ["2", "1", "0", "0"]
    assert {told["x-ratelimit-limit-requests"] for told in rests} == {"3"}
    assert all(60 <= float(told["x-ratelimit-reset-requests"].removesuffix("s")) <= 120 for told in rests)


async def test_high_limits_are_taken_in_shares(pool: Pool) -> None:
    """A key of 6,000 calls a minute costs one question to the database for every ten calls."""
    await steady_minute(pool)
    limits, who = RateLimits(pool), key(6000)
    assert all([(await admitted(limits, who))[0] for _ in range(25)])
    async with pool.connection() as connection:
        row = await (await connection.execute("select used from reelwright.key_minutes")).fetchone()
    assert row == {"used": 30}


async def test_what_a_minute_before_was_used_fades(pool: Pool) -> None:
    """A minute after a full one, part of it still counts; two minutes after, nothing does."""
    await steady_minute(pool)
    limits = RateLimits(pool)
    assert all([(await admitted(limits, key(10)))[0] for _ in range(10)])
    assert not (await admitted(RateLimits(pool), key(10)))[0]
    await rewind(pool, 1)
    passed = [(await admitted(RateLimits(pool), key(10)))[0] for _ in range(10)]
    assert 0 <= sum(passed) < 10
    await rewind(pool, 2)
    assert all([(await admitted(RateLimits(pool), key(10)))[0] for _ in range(10)])


async def test_a_changed_limit_holds_at_once(pool: Pool) -> None:
    """Who was refused passes as soon as the key may make more calls."""
    await steady_minute(pool)
    limits = RateLimits(pool)
    assert [(await admitted(limits, key(1)))[0] for _ in range(2)] == [True, False]
    assert [(await admitted(limits, key(2)))[0] for _ in range(2)] == [True, False]


async def test_a_crash_of_the_counter_forgives(pool: Pool) -> None:
    """A table that was emptied, as a crashed server leaves it, begins to count again."""
    limits = RateLimits(pool)
    await admitted(limits, key(5))
    async with pool.connection() as connection:
        await connection.execute("truncate reelwright.key_minutes")
    assert (await admitted(limits, key(5)))[0]


@pytest.mark.parametrize(
    ("used", "before", "elapsed", "remaining", "wait"),
    [
        (0, 0, 10.0, 60, 0.0),
        (60, 0, 10.0, 0, 51.0),
        (0, 60, 0.0, 0, 1.0),
        (0, 60, 30.0, 30, 0.0),
        (30, 60, 30.0, 0, 1.0),
        (59, 60, 59.5, 0, 0.5),
        (0, 120, 30.0, 0, 0.5),
    ],
)
def test_the_window_says_when_there_is_room(
    used: int, before: int, elapsed: float, remaining: int, wait: float
) -> None:
    """After the told wait, and not before, the window has room for a call."""
    window = Window(60, used, before, elapsed)
    assert (window.remaining, round(window.retry_after_s, 3)) == (remaining, wait)
    for at, room in ((elapsed + wait + 0.001, True), (elapsed + wait - 0.1, not wait)):
        later = Window(60, used, before, at) if at < 60 else Window(60, 0, used, at - 60)
        assert (later.remaining > 0) is room
