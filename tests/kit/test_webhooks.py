"""Webhooks are told the end of jobs, once for each end, signed so that the OpenAI SDK believes it and nothing else."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from typing import Any

import psycopg
import pytest
from openai import InvalidWebhookSignatureError, OpenAI

from reelwright_kit.database import Pool
from reelwright_kit.fetching import Fetcher
from reelwright_kit.jobs.model import State
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.webhooks.courier import Courier
from reelwright_kit.webhooks.model import DeliveryFilter, DeliveryState
from reelwright_kit.webhooks.sending import Sender
from reelwright_kit.webhooks.signing import new_secret, signed_headers
from reelwright_kit.webhooks.store import WebhookStore
from tests.kit.mailroom import AT_ONCE, FAILED, LOCAL, Couriers, admitted, ended, of
from tests.kit.orders import TENANT, new_job
from tests.kit.receivers import OK, answers, receiving


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


async def test_each_end_of_a_job_is_told_once_with_its_facts(
    jobs: JobStore, store: WebhookStore, courier: Couriers
) -> None:
    async with receiving(answers(OK)) as receiver, courier().running(), courier().running():
        done = await admitted(jobs, receiver.url("/done"), request_id="order-1", labels={"of": "this"})
        await jobs.finish(TENANT, done, State.SUCCEEDED, {"image": {}})
        broken = await admitted(jobs, receiver.url("/broken"))
        await jobs.finish(TENANT, broken, State.FAILED, error=FAILED)
        stopped = await admitted(jobs, receiver.url("/stopped"))
        await jobs.cancel(TENANT, stopped)
        told = {one.target: json.loads(one.body) for one in await receiver.count(3)}
    assert len(receiver.heard) == 3
    assert {path: event["type"] for path, event in told.items()} == {
        "/done": "job.succeeded",
        "/broken": "job.failed",
        "/stopped": "job.cancelled",
    }
    event = told["/done"]
    assert list(event) == ["id", "object", "type", "created_at", "data"]
    assert (event["object"], abs(event["created_at"] - time.time()) < 60) == ("event", True)
    assert event["data"] == {
        "id": done, "kind": "mill", "state": "SUCCEEDED", "request_id": "order-1", "labels": {"of": "this"},
    }  # fmt: skip
    reason = {"reason": "PROVIDER_FAILED", "domain": "jobs.reelwright", "message": "No."}
    assert told["/broken"]["data"]["error"] == reason
    assert told["/stopped"]["data"]["error"]["reason"] == "JOB_CANCELLED"
    assert {delivery.state for delivery in await of(store)} == {DeliveryState.DELIVERED}
    assert {delivery.id for delivery in await of(store)} == {event["id"] for event in told.values()}


async def test_only_jobs_with_a_webhook_are_told_and_only_when_they_end(jobs: JobStore, store: WebhookStore) -> None:
    parent = await admitted(jobs, "https://out.example/")
    child = await jobs.admit(TENANT, new_job({"n": 1}, parent=parent))
    await jobs.begin(TENANT, parent)
    await jobs.append(TENANT, parent, "PROGRESS", {}, percent=50.0, stage="half")
    assert await of(store) == []
    await jobs.cancel(TENANT, parent)
    await jobs.cancel(TENANT, parent)
    assert [delivery.job for delivery in await of(store)] == [parent]
    assert await of(store, child.id) == []


async def test_an_end_that_is_rolled_back_is_not_told(jobs: JobStore, store: WebhookStore, pool: Pool) -> None:
    job = await admitted(jobs, "https://out.example/")
    async with pool.connection() as connection:
        with contextlib.suppress(psycopg.Rollback):
            async with connection.transaction():
                await connection.execute("update reelwright.jobs set state = 'FAILED' where id = %s", (job,))
                raise psycopg.Rollback
    assert await of(store) == []


async def test_ids_of_events_have_the_form_of_all_ids_and_sort_by_age(jobs: JobStore, store: WebhookStore) -> None:
    for _ in range(3):
        await ended(jobs, "https://out.example/")
    found = await of(store)
    from reelwright_kit.ids import ALPHABET, new_id

    for delivery in found:
        assert len(delivery.id) == len(new_id("evt")) and set(delivery.id[4:]) <= set(ALPHABET)
        # Milliseconds are the first ten characters.
        assert abs(int.from_bytes(_number(delivery.id[4:14], ALPHABET)) / 1000 - time.time()) < 60
    assert [one.create_time for one in found] == sorted((one.create_time for one in found), reverse=True)


def _number(text: str, alphabet: str) -> bytes:
    number = 0
    for character in text:
        number = number * 32 + alphabet.index(character)
    return number.to_bytes(8)


async def test_the_openai_sdk_verifies_and_reads_events(jobs: JobStore, store: WebhookStore, courier: Couriers) -> None:
    secret = (await store.secret(TENANT)).secret
    async with receiving(answers(OK)) as receiver, courier().running():
        job = await ended(jobs, receiver.url())
        (heard,) = await receiver.count(1)
    client = OpenAI(api_key="none", webhook_secret=secret)
    event: Any = client.webhooks.unwrap(heard.body, heard.headers)
    read = event.model_dump()
    assert (read["type"], read["data"]["id"], read["id"]) == ("job.succeeded", job, heard.headers["webhook-id"])
    assert (event.type, event.data.id, event.object) == ("job.succeeded", job, "event")


async def test_forged_changed_and_old_bodies_are_not_verified() -> None:
    secret, body, now = new_secret(), b'{"id":"evt_1"}', int(time.time())
    client = OpenAI(api_key="none", webhook_secret=secret)
    client.webhooks.unwrap(body, dict(_lower(signed_headers("evt_1", now, body, (secret,)))))
    for forged in (
        signed_headers("evt_1", now, body, (new_secret(),)),
        signed_headers("evt_1", now, b'{"id":"evt_2"}', (secret,)),
        [*signed_headers("evt_1", now, body, (secret,)), ("webhook-id", "evt_2")],
        [*signed_headers("evt_1", now, body, (secret,)), ("webhook-timestamp", str(now + 1))],
        signed_headers("evt_1", now - 400, body, (secret,)),
    ):
        with pytest.raises(InvalidWebhookSignatureError):
            client.webhooks.unwrap(body, dict(_lower(forged)))


def _lower(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name.lower(), value) for name, value in headers]


async def test_after_a_rotation_both_secrets_verify_for_a_day(
    jobs: JobStore, store: WebhookStore, courier: Couriers, pool: Pool
) -> None:
    old = (await store.secret(TENANT)).secret
    assert (await store.secret(TENANT)).secret == old
    rotated = await store.rotate(TENANT)
    assert rotated.secret != old and rotated.previous == old and rotated.previous_expire_time is not None
    assert 86_000 < (rotated.previous_expire_time - rotated.create_time).total_seconds() < 86_500
    async with receiving(answers(OK)) as receiver, courier().running():
        await ended(jobs, receiver.url())
        await receiver.count(1)
        async with pool.connection() as connection:
            await connection.execute("update reelwright.webhook_secrets set previous_expire_time = clock_timestamp()")
        await ended(jobs, receiver.url())
        first, second = await receiver.count(2)
    assert len(first.headers["webhook-signature"].split(" ")) == 2
    for secret in (old, rotated.secret):
        OpenAI(api_key="none", webhook_secret=secret).webhooks.unwrap(first.body, first.headers)
    OpenAI(api_key="none", webhook_secret=rotated.secret).webhooks.unwrap(second.body, second.headers)
    with pytest.raises(InvalidWebhookSignatureError):
        OpenAI(api_key="none", webhook_secret=old).webhooks.unwrap(second.body, second.headers)


async def test_tenants_have_secrets_of_their_own_and_see_only_their_deliveries(
    jobs: JobStore, store: WebhookStore
) -> None:
    assert (await store.secret("one")).secret != (await store.secret("other")).secret
    secrets = await asyncio.gather(*(store.secret("many") for _ in range(8)))
    assert len({record.secret for record in secrets}) == 1
    await ended(jobs, "https://out.example/")
    assert await store.list("other", DeliveryFilter(), 200) == []
