"""Webhooks are told again until the receiver answers, by whichever process is alive, and never in private."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from reelwright_kit.addresses import AddressRules
from reelwright_kit.database import Pool
from reelwright_kit.fetching import Fetcher
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.webhooks.courier import SCHEDULE_S, Courier
from reelwright_kit.webhooks.model import DeliveryState
from reelwright_kit.webhooks.sending import Sender
from reelwright_kit.webhooks.store import WebhookStore
from tests.kit.mailroom import AT_ONCE, LOCAL, Couriers, ended, of, only
from tests.kit.orders import TENANT
from tests.kit.receivers import LOOPBACK, OK, Heard, Receiver, answers, receiving, status
from tests.processes import ServiceProcess


@pytest.fixture
def store(pool: Pool) -> WebhookStore:
    """The store of webhooks."""
    return WebhookStore(pool)


@pytest.fixture
def courier(database_url: str, store: WebhookStore) -> Couriers:
    """Makes couriers that try again at once."""

    def make(fetcher: Fetcher = LOCAL, **changed: Any) -> Courier:
        return Courier(database_url, store, Sender(store, fetcher), **{"schedule_s": AT_ONCE, **changed})

    return make


async def test_a_receiver_that_fails_ten_times_is_given_up_and_the_history_is_kept(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    said = status(500, body=b"no room " * 100)
    async with receiving(answers(said)) as receiver, courier().running():
        job = await ended(jobs, receiver.url())
        heard = await receiver.count(10)
    assert len(heard) == 10
    assert len({(one.headers["webhook-id"], one.body) for one in heard}) == 1
    delivery, attempts = await store.get(TENANT, (await only(store, job)).id)
    assert (delivery.state, delivery.tries) == (DeliveryState.FAILED, 10)
    assert delivery.end_time is not None
    assert [attempt.number for attempt in attempts] == list(range(1, 11))
    assert {(attempt.status, attempt.answer, attempt.error) for attempt in attempts} == {
        (500, ("no room " * 100)[:500], "")
    }
    assert [attempt.time for attempt in attempts] == sorted(attempt.time for attempt in attempts)


async def test_a_receiver_that_comes_back_is_told_with_the_same_id_and_bytes(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    async with receiving(answers(status(503), b"", status(302, "Location: /x"), OK)) as receiver, courier().running():
        job = await ended(jobs, receiver.url())
        heard = await receiver.count(4)
    assert len({(one.headers["webhook-id"], one.body, one.target) for one in heard}) == 1
    delivery, attempts = await store.get(TENANT, (await only(store, job)).id)
    assert (delivery.state, delivery.tries) == (DeliveryState.DELIVERED, 4)
    assert [attempt.status for attempt in attempts] == [503, 0, 302, 200]
    assert attempts[1].error == "the answer is not proper HTTP"


async def test_a_receiver_that_is_gone_is_not_asked_again(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    async with receiving(answers(status(410))) as receiver, courier().running():
        job = await ended(jobs, receiver.url())
        await receiver.count(1)
    assert len(receiver.heard) == 1
    assert (await only(store, job)).state is DeliveryState.FAILED


@pytest.mark.parametrize(
    ("said", "least_s", "most_s"),
    [
        ((), 5, 6),
        (("Retry-After: 1",), 5, 6),
        (("Retry-After: 120",), 120, 120),
        (("Retry-After: 999999999999",), 3600, 3600),
        (("Retry-After: Fri, 31 Dec 2100 23:59:59 GMT",), 3600, 3600),
        (("Retry-After: Fri, 31 Dec 1999 23:59:59 GMT",), 5, 6),
        (("Retry-After: soon",), 5, 6),
    ],
)
async def test_the_next_try_follows_the_schedule_or_the_receivers_wish_up_to_an_hour(
    jobs: JobStore, store: WebhookStore, courier: Couriers, said: tuple[str, ...], least_s: float, most_s: float
) -> None:
    async with receiving(answers(status(429, *said))) as receiver, courier(schedule_s=SCHEDULE_S).running():
        job = await ended(jobs, receiver.url())
        await receiver.count(1)
    delivery, (attempt,) = await store.get(TENANT, (await only(store, job)).id)
    assert delivery.state is DeliveryState.PENDING
    pause_s = (delivery.due_time - attempt.time).total_seconds()
    assert least_s <= pause_s <= most_s + 2


def test_the_schedule_is_ten_tries_in_about_sixteen_hours() -> None:
    assert len(SCHEDULE_S) == 10 and SCHEDULE_S[0] == 0
    assert 15 <= sum(SCHEDULE_S) / 3600 <= 16


async def test_a_private_address_is_not_told_even_when_the_name_was_public_at_admission(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    asked = asyncio.Event()

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.set()
        return [LOOPBACK]

    async with receiving(answers(OK)) as receiver:
        strict = Fetcher(AddressRules(http=True, ports=frozenset({receiver.port})), resolve=resolve)
        async with courier(strict, schedule_s=(0,)).running():
            job = await ended(jobs, receiver.url("/", "moved.example"))
            await asyncio.wait_for(asked.wait(), 30)
        assert receiver.heard == []
    delivery, (attempt,) = await store.get(TENANT, (await only(store, job)).id)
    assert (delivery.state, attempt.status) == (DeliveryState.FAILED, 0)
    assert attempt.error == "the host has a private address"


async def test_a_delivery_is_sent_again_on_demand_with_the_same_id(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    async with receiving(answers(OK, status(500), OK)) as receiver:
        async with courier().running():
            job = await ended(jobs, receiver.url())
            await receiver.count(1)
        before = await only(store, job)
        assert before.state is DeliveryState.DELIVERED
        async with courier().running():
            again = await store.again(TENANT, before.id)
            assert (again.state, again.tries, again.end_time) == (DeliveryState.PENDING, 0, None)
            heard = await receiver.count(3)
    assert len({(one.headers["webhook-id"], one.body) for one in heard}) == 1
    after, attempts = await store.get(TENANT, before.id)
    assert (after.state, after.tries) == (DeliveryState.DELIVERED, 2)
    assert [attempt.status for attempt in attempts] == [200, 500, 200]


async def test_a_deleted_job_keeps_no_deliveries(
    jobs: JobStore, store: WebhookStore, courier: Couriers, pool: Pool
) -> None:
    async with receiving(answers(OK)) as receiver, courier().running():
        job = await ended(jobs, receiver.url())
        await receiver.count(1)
    await jobs.delete(TENANT, job)
    assert await of(store) == []
    async with pool.connection() as connection:
        left = await (await connection.execute("select count(*) as n from reelwright.webhook_attempts")).fetchone()
    assert left == {"n": 0}


async def test_a_job_deleted_while_it_is_told_leaves_nothing(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    async def say(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await jobs.delete(TENANT, json.loads(heard.body)["data"]["id"])
        writer.write(OK)

    async with receiving(say) as receiver, courier().running():
        await ended(jobs, receiver.url())
        await receiver.count(1)
    assert await of(store) == []


async def test_a_process_tries_only_so_many_at_a_time_and_goes_on_when_one_is_done(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    open_now, most, go = 0, 0, asyncio.Event()

    async def say(_: Heard, writer: asyncio.StreamWriter) -> None:
        nonlocal open_now, most
        open_now += 1
        most = max(most, open_now)
        await go.wait()
        open_now -= 1
        writer.write(OK)

    async with receiving(say) as receiver:
        for _ in range(7):
            await ended(jobs, receiver.url())
        async with courier(concurrency=2).running():
            await receiver.count(2)
            go.set()
            await receiver.count(7)
    assert most == 2
    assert {delivery.state for delivery in await of(store)} == {DeliveryState.DELIVERED}


@contextlib.asynccontextmanager
async def postman(database_url: str, lease_s: float) -> AsyncIterator[ServiceProcess]:
    """A courier in a process of its own."""
    environment = {"REELWRIGHT_DATABASE_URL": database_url, "POSTMAN_LEASE_S": str(lease_s)}
    process = await ServiceProcess.start("tests.kit.postman", environment)
    try:
        await process.said("on_the_way")
        yield process
    finally:
        await process.kill()


async def test_what_a_process_was_telling_when_it_was_killed_is_told_again_by_another_one_with_the_same_id(
    jobs: JobStore, store: WebhookStore, courier: Couriers, database_url: str
) -> None:
    killed: list[ServiceProcess] = []

    async def say(_: Heard, writer: asyncio.StreamWriter) -> None:
        if killed:
            process = killed.pop()
            process.signal(signal.SIGKILL)
            await process.ended()
        writer.write(OK)

    async with receiving(say) as receiver, postman(database_url, 1.0) as process:
        killed.append(process)
        job = await ended(jobs, receiver.url())
        await receiver.count(1)
        assert await process.ended() == -signal.SIGKILL
        before = await only(store, job)
        assert (before.state, before.tries) == (DeliveryState.PENDING, 0)
        async with courier().running():
            first, second = await receiver.count(2)
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    delivery, attempts = await store.get(TENANT, before.id)
    assert (delivery.state, delivery.tries, len(attempts)) == (DeliveryState.DELIVERED, 1, 1)


async def test_two_processes_tell_each_end_once(jobs: JobStore, store: WebhookStore, database_url: str) -> None:
    async with (
        receiving(answers(OK)) as receiver,
        postman(database_url, 60.0) as one,
        postman(database_url, 60.0) as other,
    ):
        made = [await ended(jobs, receiver.url()) for _ in range(40)]
        for job in made:
            await _said_by_either(one, other, job)
        tried = [line["delivery"] for process in (one, other) for line in process.lines if "delivery" in line]
    assert len(_ids(receiver)) == len(receiver.heard) == 40
    assert len(tried) == len(set(tried)) == 40
    assert {delivery.state for delivery in await of(store)} == {DeliveryState.DELIVERED}


async def _said_by_either(one: ServiceProcess, other: ServiceProcess, job: str) -> None:
    waiting = [asyncio.create_task(process.said("webhook_tried", job=job)) for process in (one, other)]
    done, rest = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for task in rest:
        task.cancel()
    await asyncio.gather(*done)


def _ids(receiver: Receiver) -> set[str]:
    return {one.headers["webhook-id"] for one in receiver.heard}


async def test_who_lost_its_lease_records_its_try_and_changes_nothing(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    job = await ended(jobs, "https://out.example/")
    (slow,) = await store.take(10, lease_s=0.0)
    (quick,) = await store.take(10, lease_s=60.0)
    assert await store.take(10, lease_s=60.0) == []
    sent = await Sender(store, LOCAL).send(TENANT, "https://127.0.0.1:1/", slow.id, slow.body)
    await store.settle(slow, sent.attempt, DeliveryState.FAILED)
    assert (await only(store, job)).state is DeliveryState.PENDING
    await store.settle(quick, sent.attempt, DeliveryState.DELIVERED)
    delivery, attempts = await store.get(TENANT, slow.id)
    assert (delivery.state, delivery.tries, len(attempts)) == (DeliveryState.DELIVERED, 1, 2)
