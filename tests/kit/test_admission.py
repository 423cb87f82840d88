"""Admission that cannot be doubled: keys, retries without keys, equal calls at one time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_kit import caller, database
from reelwright_kit.caller import Caller
from reelwright_kit.database import Pool
from reelwright_kit.errors import FieldInvalid, RequestIdReused
from reelwright_kit.interceptors.request_ids import adopt
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import JobFilter, JobRecord, State
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import APP, PATIENCE_S, QUEUE, TENANT

BODY = Admission(digest=b"body")


@pytest.fixture
def desk(jobs: JobStore, feed: JobFeed) -> JobDesk:
    """The desk of one process."""
    return JobDesk(APP, "mil", jobs, feed)


@pytest.fixture
async def other_desk(database_url: str) -> AsyncIterator[JobDesk]:
    """The desk of another process of the same service."""
    async with database.connect(database_url, 8) as pool:
        store = JobStore(pool)
        feed = JobFeed(database_url, store)
        async with feed.running():
            yield JobDesk(APP, "mil", store, feed)


async def handed_in(
    desk: JobDesk, admission: Admission = BODY, *, retries: int = 0, tenant: str = TENANT
) -> tuple[JobRecord, bool]:
    """The job of one call, and whether its answer says that nothing new was made."""
    caller.become(Caller(tenant, "call", retries=retries))
    record = await desk.accept("mill", QUEUE, {}, admission)
    return record, caller.replayed()


async def at_once(number: int, *desks: JobDesk, retries: int = 0, admission: Admission = BODY) -> set[str]:
    """The jobs of this many equal calls at one time."""
    calls = (handed_in(desks[n % len(desks)], admission, retries=retries) for n in range(number))
    return {record.id for record, _ in await asyncio.gather(*calls)}


async def older(pool: Pool, seconds: float) -> None:
    async with pool.connection() as connection:
        await connection.execute(
            "update reelwright.keyless_calls set create_time = create_time - make_interval(secs => %s),"
            " open_until = open_until - make_interval(secs => %s)",
            (seconds, seconds),
        )


def with_keys(*values: str) -> None:
    caller.become(Caller(TENANT, "call", values))


@pytest.mark.parametrize("key", ["k", "!~", "x" * 255])
def test_a_key_stands_for_the_request_id(key: str) -> None:
    with_keys(key)
    request, upload = image.CreateImageRequest(), assets.UploadAssetRequest(header=assets.UploadHeader())
    adopt(request)
    adopt(upload)
    assert (request.request_id, upload.header.request_id) == (key, key)


@pytest.mark.parametrize("keys", [("",), ("x" * 256,), ("a b",), (" ",), ("é",), ("a\tb",), ("a", "a")])
def test_what_is_no_key_is_refused_naming_the_header(keys: tuple[str, ...]) -> None:
    with_keys(*keys)
    with pytest.raises(FieldInvalid) as raised:
        adopt(image.CreateImageRequest())
    assert [violation.field for violation in raised.value.violations] == ["Idempotency-Key"]


def test_a_key_and_a_request_id_must_agree() -> None:
    with_keys("a")
    adopt(image.CreateImageRequest(request_id="a"))
    with pytest.raises(FieldInvalid, match="Idempotency-Key"):
        adopt(image.CreateImageRequest(request_id="b"))


def test_a_key_means_nothing_to_messages_without_a_request_id() -> None:
    with_keys("no key at all")
    read, piece = pb.GetJobRequest(id="a"), assets.UploadAssetRequest(data=b"a")
    adopt(read)
    adopt(piece)
    assert (read, piece) == (pb.GetJobRequest(id="a"), assets.UploadAssetRequest(data=b"a"))


async def test_an_equal_call_with_the_same_request_id_says_that_it_made_nothing(desk: JobDesk) -> None:
    keyed = replace(BODY, request_id="a")
    first, first_replayed = await handed_in(desk, keyed)
    second, second_replayed = await handed_in(desk, keyed)
    assert first.id == second.id
    assert (first_replayed, second_replayed) == (False, True)
    with pytest.raises(RequestIdReused):
        await handed_in(desk, replace(keyed, digest=b"other"))


async def test_equal_calls_one_after_the_other_make_two_jobs(desk: JobDesk, other_desk: JobDesk) -> None:
    made = [await handed_in(one) for one in (desk, other_desk, desk, other_desk)]
    assert len({record.id for record, _ in made}) == 4
    assert not any(replayed for _, replayed in made)


async def test_equal_calls_at_one_time_make_one_job(desk: JobDesk, other_desk: JobDesk) -> None:
    assert len(await at_once(40, desk, other_desk)) == 1


async def test_a_retry_joins_the_newest_job_of_its_body(desk: JobDesk, other_desk: JobDesk) -> None:
    await handed_in(desk)
    newest, _ = await handed_in(desk)
    await handed_in(desk, Admission(digest=b"other"))
    again, replayed = await handed_in(other_desk, retries=1)
    assert (again.id, replayed) == (newest.id, True)


async def test_a_retry_joins_nothing_that_is_too_old_or_of_another_tenant_or_that_had_a_key(
    desk: JobDesk, pool: Pool
) -> None:
    keyed, _ = await handed_in(desk, replace(BODY, request_id="a"))
    foreign, _ = await handed_in(desk, tenant="other")
    first, replayed = await handed_in(desk, retries=1)
    assert first.id not in (keyed.id, foreign.id) and not replayed
    await older(pool, 119)
    assert (await handed_in(desk, retries=2))[0].id == first.id
    await older(pool, 2)
    late, replayed = await handed_in(desk, retries=3)
    assert late.id != first.id and not replayed


async def test_fifty_retries_at_one_time_make_one_job(desk: JobDesk, other_desk: JobDesk) -> None:
    (made,) = await at_once(50, desk, other_desk, retries=1)
    assert await at_once(50, desk, other_desk, retries=2) == {made}


async def test_an_equal_call_joins_the_one_that_still_waits_wherever_it_came(
    desk: JobDesk, other_desk: JobDesk, jobs: JobStore
) -> None:
    waiting = asyncio.create_task(handed_in(desk, replace(BODY, wait_s=PATIENCE_S)))
    first = await admitted(jobs)

    joined, replayed = await handed_in(other_desk)
    assert (joined.id, replayed) == (first, True)

    await jobs.finish(TENANT, first, State.SUCCEEDED, result={"image": {}})
    answered, _ = await waiting
    assert (answered.id, answered.state) == (first, State.SUCCEEDED)
    after, replayed = await handed_in(other_desk)
    assert after.id != first and not replayed


async def test_a_call_that_was_broken_off_is_joined_until_it_would_have_been_answered(
    desk: JobDesk, jobs: JobStore, pool: Pool
) -> None:
    broken = asyncio.create_task(handed_in(desk, replace(BODY, wait_s=PATIENCE_S)))
    first = await admitted(jobs)
    broken.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await broken

    assert (await handed_in(desk))[0].id == first
    await older(pool, PATIENCE_S + 11)
    assert (await handed_in(desk))[0].id != first


async def test_a_joined_job_that_is_deleted_frees_its_body(desk: JobDesk, jobs: JobStore) -> None:
    first, _ = await handed_in(desk)
    await jobs.cancel(TENANT, first.id)
    await jobs.delete(TENANT, first.id)
    assert (await handed_in(desk, retries=1))[0].id != first.id


async def test_children_without_request_ids_are_never_joined(desk: JobDesk) -> None:
    parent, _ = await handed_in(desk, Admission(digest=b"parent"))
    child = replace(BODY, parent=parent.id)
    assert len(await at_once(4, desk, admission=child, retries=1)) == 4


async def test_asking_only_whether_a_request_is_valid_claims_nothing(desk: JobDesk) -> None:
    asked, _ = await handed_in(desk, replace(BODY, request_id="a", validate_only=True))
    made, replayed = await handed_in(desk, replace(BODY, request_id="a"))
    assert asked.id == "" and made.id and not replayed


async def admitted(jobs: JobStore) -> str:
    """The first job, as soon as there is one."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await jobs.list(TENANT, JobFilter(), 1)):
            pass
    return found[0].id
