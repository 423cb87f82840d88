"""Jobs with webhooks and what was told of them, as tests look at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from reelwright_kit.addresses import AddressRules
from reelwright_kit.fetching import Fetcher
from reelwright_kit.jobs.model import State
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.webhooks.courier import SCHEDULE_S, Courier
from reelwright_kit.webhooks.model import DeliveryFilter, DeliveryRecord
from reelwright_kit.webhooks.store import WebhookStore
from tests.kit.orders import TENANT, new_job
from tests.kit.receivers import LOOPBACK

LOCAL = Fetcher(AddressRules.parse(True, "", f"{LOOPBACK}/32"))
AT_ONCE = (0.0,) * len(SCHEDULE_S)
FAILED = {"code": 9, "reason": "PROVIDER_FAILED", "domain": "jobs.reelwright", "message": "No.", "metadata": {}}

Couriers = Callable[..., Courier]


async def admitted(jobs: JobStore, url: str, **changed: Any) -> str:
    """A job with a webhook."""
    return (await jobs.admit(TENANT, new_job(webhook=url, **changed))).id


async def ended(jobs: JobStore, url: str, state: State = State.SUCCEEDED) -> str:
    """A job with a webhook that has ended."""
    job = await admitted(jobs, url)
    await jobs.begin(TENANT, job)
    await jobs.finish(TENANT, job, state, {"image": {}} if state is State.SUCCEEDED else None, None)
    return job


async def of(store: WebhookStore, job: str = "") -> Sequence[DeliveryRecord]:
    """The deliveries of a job."""
    return await store.list(TENANT, DeliveryFilter(job), 200)


async def only(store: WebhookStore, job: str = "") -> DeliveryRecord:
    """The one delivery of a job."""
    (delivery,) = await of(store, job)
    return delivery
