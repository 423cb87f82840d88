"""WebhookService as a service process mounts it, and the desk that looks at addresses before it takes a job."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from openai import OpenAI

from reelwright.jobs.v1 import jobs_service_pb2 as jobs_pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_rpc
from reelwright.jobs.v1 import webhooks_service_pb2 as pb
from reelwright.jobs.v1 import webhooks_service_pb2_grpc as rpc
from reelwright_kit.addresses import AddressRules
from reelwright_kit.fetching import Fetcher
from reelwright_kit.jobs.desk import JobDesk
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import JobFilter
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.settings import ServiceSettings, SettingsInvalid
from reelwright_kit.webhooks.errors import WebhookUrlRefused
from tests.kit.orders import APP, QUEUE, TENANT, new_job, seen
from tests.kit.receivers import OK, answers, receiving, status
from tests.kit.yard import Yard, open_yard

LOCAL = {"REELWRIGHT_FETCH_HTTP": "true", "REELWRIGHT_FETCH_ALLOW": "127.0.0.0/8"}


@pytest.fixture
async def yard(database_url: str, tmp_path: Path) -> AsyncIterator[Yard]:
    """A place for mills."""
    async with open_yard(database_url, tmp_path) as opened:
        yield opened


async def refusal(call: grpc.aio.UnaryUnaryCall[Any, Any]) -> tuple[str, str, dict[str, str]]:
    """Code, reason and metadata of a refused call."""
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await call
    found = rpc_status.from_call(refused.value)  # type: ignore[arg-type]
    info = error_details_pb2.ErrorInfo()
    assert found is not None and found.details[0].Unpack(info)
    return refused.value.code().name, info.reason, dict(info.metadata)


async def told(yard: Yard, url: str) -> str:
    """A job of the mill that has ended and has a webhook."""
    job = (await yard.jobs.admit(TENANT, new_job({"steps": [("one", "note")]}, webhook=url))).id
    await seen(yard.feed, job)
    return job


async def test_a_service_tells_the_end_of_its_jobs_and_shows_lists_and_repeats_what_it_told(yard: Yard) -> None:
    async with receiving(answers(OK)) as receiver, yard.mill(**LOCAL) as mill, mill.channel() as channel:
        stub: rpc.WebhookServiceAsyncStub = rpc.WebhookServiceStub(channel)
        secret = (await stub.GetWebhookSecret(pb.GetWebhookSecretRequest())).secret
        made = [await told(yard, receiver.url(f"/{number}")) for number in range(3)]
        heard = await receiver.count(3)
        client = OpenAI(api_key="none", webhook_secret=secret.secret)
        events: list[Any] = [client.webhooks.unwrap(one.body, one.headers) for one in heard]
        assert {event.data.id for event in events} == set(made)
        await mill.said("webhook_tried", job=made[2])

        (listed,) = (await stub.ListWebhookDeliveries(pb.ListWebhookDeliveriesRequest(job=made[2]))).deliveries
        shown = (await stub.GetWebhookDelivery(pb.GetWebhookDeliveryRequest(id=listed.id))).delivery
        assert (shown.state, shown.type, shown.job) == (pb.WebhookDelivery.STATE_DELIVERED, "job.succeeded", made[2])
        assert (shown.url, shown.tries, json.loads(shown.body)["id"]) == (receiver.url("/2"), 1, shown.id)
        (attempt,) = shown.attempts
        assert (attempt.number, attempt.status, attempt.answer, attempt.error) == (1, 200, "ok", "")
        assert not listed.attempts and not shown.HasField("next_try_time")

        again = (await stub.RedeliverWebhook(pb.RedeliverWebhookRequest(id=shown.id))).delivery
        assert again.state == pb.WebhookDelivery.STATE_PENDING and again.HasField("next_try_time")
        assert (await receiver.count(4))[3].headers["webhook-id"] == shown.id

        await jobs_rpc.JobServiceStub(channel).DeleteJob(jobs_pb.DeleteJobRequest(id=made[2]))
        gone = await refusal(stub.GetWebhookDelivery(pb.GetWebhookDeliveryRequest(id=shown.id)))
        assert gone == ("NOT_FOUND", "WEBHOOK_DELIVERY_NOT_FOUND", {"delivery": shown.id})


async def test_pages_of_deliveries_join_up_and_filters_hold(yard: Yard) -> None:
    async with receiving(answers(status(410), OK)) as receiver, yard.mill(**LOCAL) as mill, mill.channel() as channel:
        stub: rpc.WebhookServiceAsyncStub = rpc.WebhookServiceStub(channel)
        made: list[str] = []
        for number in range(3):
            made.append(await told(yard, receiver.url(f"/{number}")))
            await mill.said("webhook_tried", job=made[-1])
        found: list[str] = []
        token = ""
        for _ in range(3):
            page = await stub.ListWebhookDeliveries(pb.ListWebhookDeliveriesRequest(page_size=1, page_token=token))
            found.extend(delivery.job for delivery in page.deliveries)
            token = page.next_page_token
        assert found == made[::-1] and not token
        given_up = pb.ListWebhookDeliveriesRequest(state=pb.WebhookDelivery.STATE_FAILED)
        assert [one.job for one in (await stub.ListWebhookDeliveries(given_up)).deliveries] == made[:1]
        missing = pb.RedeliverWebhookRequest(id="evt_nothing")
        assert (await refusal(stub.RedeliverWebhook(missing)))[:2] == ("NOT_FOUND", "WEBHOOK_DELIVERY_NOT_FOUND")


async def test_a_test_event_is_sent_at_once_signed_and_its_answer_shown(yard: Yard) -> None:
    said = answers(status(418, body=b"teapot"))
    async with receiving(said) as receiver, yard.mill(**LOCAL) as mill, mill.channel() as channel:
        stub: rpc.WebhookServiceAsyncStub = rpc.WebhookServiceStub(channel)
        rotated = (await stub.RotateWebhookSecret(pb.RotateWebhookSecretRequest())).secret
        attempt = (await stub.TestWebhook(pb.TestWebhookRequest(url=receiver.url("/t")))).attempt
        assert (attempt.number, attempt.status, attempt.answer) == (1, 418, "teapot")
        (heard,) = receiver.heard
        event = OpenAI(api_key="none", webhook_secret=rotated.secret).webhooks.unwrap(heard.body, heard.headers)
        assert event.type == "webhook.test"  # type: ignore[comparison-overlap]
        assert not (await stub.ListWebhookDeliveries(pb.ListWebhookDeliveriesRequest())).deliveries


async def test_a_test_of_a_private_address_is_refused_by_a_service_that_is_not_told_otherwise(yard: Yard) -> None:
    async with receiving(answers(OK)) as receiver, yard.mill() as mill, mill.channel() as channel:
        stub: rpc.WebhookServiceAsyncStub = rpc.WebhookServiceStub(channel)
        for url in (receiver.url(), f"https://127.0.0.1:{receiver.port}/", "https://169.254.169.254/latest"):
            code, reason, metadata = await refusal(stub.TestWebhook(pb.TestWebhookRequest(url=url)))
            assert (code, reason, metadata["field"]) == ("INVALID_ARGUMENT", "WEBHOOK_URL_REFUSED", "url")
        assert receiver.heard == []


@pytest.mark.parametrize("validate_only", [False, True])
@pytest.mark.parametrize(
    ("url", "found", "cause"),
    [
        ("https://inside.example/", ["10.0.0.7"], "the host has a private address"),
        ("https://127.0.0.1/", [], "the host has a private address"),
        ("http://out.example/", ["93.184.216.34"], "plain http is not allowed here, only https"),
        ("https://nobody.example/", [], "the host is not known"),
    ],
)
async def test_a_job_whose_webhook_may_not_be_told_is_refused_naming_the_field(
    jobs: JobStore, feed: JobFeed, url: str, found: Sequence[str], cause: str, validate_only: bool
) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    desk = JobDesk(APP, "mil", jobs, feed, fetcher=Fetcher(AddressRules(), resolve=resolve))
    with pytest.raises(WebhookUrlRefused) as refused:
        await desk.accept("mill", QUEUE, {}, Admission(b"x", webhook=url, validate_only=validate_only))
    assert refused.value.metadata == {"field": "webhook", "cause": cause}
    assert [violation.field for violation in refused.value.violations] == ["webhook"]
    assert "10.0.0.7" not in refused.value.message
    assert await jobs.list(TENANT, JobFilter(), 10) == []


async def test_a_job_whose_webhook_may_be_told_is_taken(jobs: JobStore, feed: JobFeed) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34"]

    desk = JobDesk(APP, "mil", jobs, feed, fetcher=Fetcher(AddressRules(), resolve=resolve))
    record = await desk.accept("mill", QUEUE, {}, Admission(b"x", webhook="https://out.example/hook"))
    assert record.webhook == "https://out.example/hook"


@pytest.mark.parametrize(
    ("name", "value"), [("REELWRIGHT_FETCH_PORTS", "none"), ("REELWRIGHT_FETCH_ALLOW", "10.0.0.1/8")]
)
def test_rules_in_the_environment_that_cannot_be_read_are_named(name: str, value: str) -> None:
    needed = {"REELWRIGHT_DATABASE_URL": "postgresql://x", "REELWRIGHT_STORE_URL": "file:///x"}
    with pytest.raises(SettingsInvalid, match=name):
        ServiceSettings.load(needed | {name: value})
