"""Budgets and ceilings with a real service and providers that keep books of their own."""

from __future__ import annotations

import asyncio

import grpc

from reelwright.admin.v1 import admin_service_pb2 as admin
from reelwright.admin.v1 import admin_service_pb2_grpc as admin_rpc
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc as image_rpc
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_rpc
from tests.paid.studio import MODELS, Studio
from tests.services.answers import refusal

FIRST_KEY = "a-first-key-that-only-this-test-knows"
KEYS = {"REELWRIGHT_AUTH": "keys", "REELWRIGHT_ADMIN_KEY": FIRST_KEY}


def with_key(secret: str) -> tuple[tuple[str, str], ...]:
    """Metadata of a call with this key."""
    return (("authorization", f"Bearer {secret}"),)


def picture(prompt: str, **changed: int) -> image.CreateImageRequest:
    """A cheap picture from fal."""
    return image.CreateImageRequest(prompt=prompt, model=MODELS["fal"], **changed)


async def _price(channel: grpc.aio.Channel, secret: str) -> int:
    asked = image.EstimateCostRequest(request=picture("a fox"))
    answer = await image_rpc.ImageServiceStub(channel).EstimateCost(asked, metadata=with_key(secret))
    assert answer.known and answer.estimated_micros > 0
    return answer.estimated_micros


async def test_of_fifty_pictures_at_one_time_the_provider_is_asked_for_ten(studio: Studio) -> None:
    """A key with money for ten pictures gets ten, whoever else asks in the same moment, and pays for ten."""
    studio.settings = KEYS
    async with studio.service("one") as one, studio.service("two") as two:
        images = [image_rpc.ImageServiceStub(service.channel) for service in (one, two)]
        administration = admin_rpc.AdminServiceStub(one.channel)
        await one.process.address(), await two.process.address()
        price = await _price(one.channel, FIRST_KEY)
        budget = admin.Budget(limit_micros=10 * price + price - 1, period="day")
        made = await administration.CreateKey(
            admin.CreateKeyRequest(name="ten", scopes=["image"], budget=budget), metadata=with_key(FIRST_KEY)
        )
        mine = with_key(made.secret)

        async def ask(number: int) -> str:
            call = images[number % 2].CreateImage(picture(f"a fox {number}"), metadata=mine)
            (answer,) = await asyncio.gather(call, return_exceptions=True)
            if isinstance(answer, image.CreateImageResponse):
                return answer.job.id
            refused = await refusal(call)
            assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "BUDGET_EXHAUSTED"), refused
            return ""

        jobs = [job for job in await asyncio.gather(*(ask(number) for number in range(50))) if job]
        assert len(jobs) == 10
        for job in jobs:
            wait = pb.WaitJobRequest(id=job)
            ended = await jobs_rpc.JobServiceStub(one.channel).WaitJob(wait, metadata=mine)
            assert ended.job.state == pb.Job.STATE_SUCCEEDED and ended.job.key == made.key.id
        assert sum(sum(studio.accepted(job).values()) for job in jobs) == 10
        assert len(studio.fake.control.ledger().intents) == 10

        balance = await administration.GetBalance(admin.GetBalanceRequest(), metadata=mine)
        assert balance.key.budget.spent_micros == sum(studio.billed(job) for job in jobs) == 10 * price
        assert (balance.key.budget.reserved_micros, balance.remaining_micros) == (0, price - 1)
        usage = await administration.GetUsage(admin.GetUsageRequest(group_by=["key", "model"]), metadata=mine)
        (row,) = usage.rows
        assert (dict(row.group), row.images) == ({"key": made.key.id, "model": MODELS["fal"]}, 10)
        assert row.cost_micros == usage.total.cost_micros == 10 * price


async def test_a_picture_above_its_ceiling_is_not_asked_for(studio: Studio) -> None:
    """The refusal says what it needs and what it may cost; one micro-dollar more lets it through."""
    async with studio.service() as service:
        price = await _price(service.channel, "ignored")
        call = service.image.CreateImage(picture("a fox", max_cost_micros=price - 1))
        refused = await service.refusal(call)
        assert (refused.code, refused.reason) == ("FAILED_PRECONDITION", "COST_CEILING")
        assert refused.metadata["needed_micros"] == str(price)
        assert refused.metadata["max_cost_micros"] == str(price - 1)
        assert not studio.fake.control.ledger().intents
        checked = await service.image.CreateImage(picture("a fox", max_cost_micros=price, validate_only=True))
        assert (checked.job.id, checked.job.cost.estimated_micros) == ("", price)
        job = (await service.image.CreateImage(picture("a fox", max_cost_micros=price))).job
        assert (job.cost.max_micros, job.cost.reserved_micros) == (price, price)
        assert (await service.done(job.id)).cost.settled_micros == price
