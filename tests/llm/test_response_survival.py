"""Responses outlive the processes that make them, and have each picture drawn once, whoever goes on."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest
import pytest_asyncio

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_rpc
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright.llm.v1 import responses_service_pb2_grpc as rpc
from reelwright_fakes.testing import Fake
from tests.llm.conftest import settings
from tests.llm.responding import ENDED, all_of, create, each, kinds, said, spoken, stream
from tests.postgres import Postgres
from tests.processes import ServiceProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

SLOW = "Tell all. [fake:chunks=400] [fake:slow every_s=0.01]"
DRAW = {"image_tool": {"width": 256, "height": 256, "required": True}}
LOCAL = {"model": "local/text"}


@dataclass
class House:
    """An image service, and llm services on the same database."""

    fake: Fake
    environment: Mapping[str, str]
    image: str
    opened: contextlib.AsyncExitStack
    processes: dict[str, ServiceProcess] = field(default_factory=dict)

    async def start(self, name: str, **changed: str) -> rpc.ResponseServiceAsyncStub:
        """One more llm service."""
        own = {"REELWRIGHT_EXECUTOR_ID": name, "REELWRIGHT_IMAGE_ADDRESS": self.image}
        process = await ServiceProcess.start("reelwright_llm", {**self.environment, **own, **changed})
        self.opened.push_async_callback(process.kill)
        self.processes[name] = process
        return rpc.ResponseServiceStub(await self.opened.enter_async_context(process.channel()))

    async def pictures(self) -> list[jobs.Job]:
        """Every job of the image service."""
        async with grpc.aio.insecure_channel(self.image) as channel:
            stub = jobs_rpc.JobServiceStub(channel)
            return list((await stub.ListJobs(jobs.ListJobsRequest(kind="image"))).jobs)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def image(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory, fake: Fake) -> AsyncIterator[Any]:
    database, files = postgres.fresh(), tmp_path_factory.mktemp("house")
    environment = settings(fake, database, files)
    process = await ServiceProcess.start("reelwright_image", environment | {"REELWRIGHT_EXECUTOR_ID": "painter"})
    try:
        yield environment, await process.address()
    finally:
        await process.kill()


@pytest_asyncio.fixture(loop_scope="module")
async def house(image: Any, fake: Fake) -> AsyncIterator[House]:
    fake.control.reset()
    async with contextlib.AsyncExitStack() as opened:
        yield House(fake, image[0], image[1], opened)


async def began(responses: rpc.ResponseServiceAsyncStub, request: pb.StreamResponseRequest, kind: str) -> str:
    """Id of a response that goes on in the background, once something of this kind happened."""
    call, response = responses.StreamResponse(request), ""
    async for event in each(call):
        response = response or event.response.id
        if pb.ResponseEventKind.Name(event.kind).endswith(kind):
            call.cancel()
            return response
    raise AssertionError(f"it ended without {kind}")


async def followed(responses: rpc.ResponseServiceAsyncStub, response: str) -> list[pb.ResponseEvent]:
    return await all_of(responses.WatchResponse(pb.WatchResponseRequest(id=response)))


async def test_a_peer_goes_on_with_the_response_of_a_killed_process(house: House) -> None:
    """The log has no gap: what broke off is closed as such, and the answer is begun anew; it is there once."""
    first, second = await house.start("one"), await house.start("two")
    response = await began(first, stream(SLOW, background=True), "TEXT_DELTA")
    watching = asyncio.create_task(followed(second, response))
    await house.processes["one"].kill()

    events = await watching
    assert kinds(events).count("STARTED") == 2 and events[-1].kind == ENDED
    items = [event.item for event in events if event.kind == pb.RESPONSE_EVENT_KIND_ITEM_DONE]
    assert [item.status for item in items] == ["incomplete", "completed"]
    assert [event.item_index for event in events if event.kind == pb.RESPONSE_EVENT_KIND_ITEM_ADDED] == [0, 1]
    last = events[-1].response
    assert last.state == pb.RESPONSE_STATE_COMPLETED and list(last.output) == items[1:]
    assert spoken(events).endswith(said(last))


async def test_a_process_that_is_told_to_stop_hands_over_at_once(house: House) -> None:
    """Nobody waits for a lease to end."""
    first, second = await house.start("three"), await house.start("four")
    response = await began(first, stream(SLOW, background=True), "TEXT_DELTA")
    watching = asyncio.create_task(followed(second, response))
    process = house.processes["three"]
    process.signal(signal.SIGTERM)
    assert await process.ended() == 0
    await house.processes["four"].said("response_taken_over", response=response, attempt=2)
    assert (await watching)[-1].response.state == pb.RESPONSE_STATE_COMPLETED


async def test_a_picture_is_drawn_and_the_model_told(house: House) -> None:
    """By the image service, as a job; then the model answers in words, and next time it knows of the picture."""
    responses = await house.start("five")
    before = len(await house.pictures())
    events = await all_of(responses.StreamResponse(stream("Draw a fox.", **DRAW)))
    drawn = ["ITEM_ADDED", "PICTURE_STARTED", "PICTURE_DRAWING", "PICTURE_DONE", "ITEM_DONE"]
    assert kinds(events)[3:8] == drawn
    picture, message = events[-1].response.output
    assert (picture.kind, message.kind) == ("picture", "message")
    assert (picture.picture.asset.width, picture.picture.asset.height) == (256, 256)
    assert picture.picture.asset.media_type == "image/png" and picture.picture.prompt
    assert picture.picture.asset.id in said(events[-1].response)
    (job, *_) = await house.pictures()
    assert job.id == picture.picture.job and len(await house.pictures()) == before + 1


async def test_an_engine_without_tools_draws_what_the_caller_said(house: House) -> None:
    """So that pictures come without any key."""
    responses = await house.start("six")
    request = create("A lighthouse in a storm", chat=LOCAL, image_tool={"width": 128, "height": 128})
    made = (await responses.CreateResponse(request)).response
    (item,) = made.output
    assert made.state == pb.RESPONSE_STATE_COMPLETED
    assert item.picture.prompt == "A lighthouse in a storm" and item.picture.asset.id


async def test_a_picture_that_cannot_be_drawn_is_an_item_that_failed(house: House) -> None:
    """The response goes on, and the model is told."""
    responses = await house.start("seven")
    made = (await responses.CreateResponse(create("Draw.", image_tool={"model": "no/such", "required": True}))).response
    picture, message = made.output
    assert picture.status == "failed" and picture.picture.error.message
    assert message.kind == "message" and "no/such" in said(made)


async def test_no_picture_is_drawn_twice_when_a_process_is_killed(house: House) -> None:
    """Killed while the picture is drawn: a peer finds the job, and the model is not asked again for its prompt."""
    first, second = await house.start("eight"), await house.start("nine")
    before = len(await house.pictures())
    large = {"image_tool": {"width": 2048, "height": 2048, "required": True}}
    response = await began(first, stream("Draw a fox.", background=True, **large), "PICTURE_DRAWING")
    await house.processes["eight"].kill()

    last = (await followed(second, response))[-1].response
    assert last.state == pb.RESPONSE_STATE_COMPLETED
    assert [item.kind for item in last.output] == ["picture", "message"]
    assert len(await house.pictures()) == before + 1
    assert len(house.fake.control.ledger().submissions) == 2


async def test_cancelling_a_response_cancels_its_picture(house: House) -> None:
    """The job of the image service too."""
    responses = await house.start("ten")
    large = {"image_tool": {"width": 2048, "height": 2048, "required": True}}
    response = await began(responses, stream("Draw a fox.", background=True, **large), "PICTURE_DRAWING")
    await responses.CancelResponse(pb.CancelResponseRequest(id=response))
    (job, *_) = await house.pictures()
    async with grpc.aio.insecure_channel(house.image) as channel:
        stub = jobs_rpc.JobServiceStub(channel)
        ended = (await stub.WaitJob(jobs.WaitJobRequest(id=job.id, timeout={"seconds": 60}))).job
    assert ended.state == jobs.Job.STATE_CANCELLED
