"""Admission that cannot be doubled, asked of two processes of one service over gRPC."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from typing import Any

import grpc
import psycopg
import pytest
import pytest_asyncio

from reelwright.assets.v1 import assets_service_pb2 as assets
from reelwright.assets.v1 import assets_service_pb2_grpc
from reelwright.image.v1 import image_service_pb2 as image
from reelwright.image.v1 import image_service_pb2_grpc
from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc
from tests.postgres import Postgres
from tests.processes import ServiceProcess
from tests.services.answers import refusal

pytestmark = pytest.mark.asyncio(loop_scope="module")

Replicas = list[grpc.aio.Channel]

SEEDS = itertools.count(1)


@pytest.fixture(scope="module")
def url(postgres: Postgres) -> str:
    """The database of both processes."""
    return postgres.fresh()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def replicas(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Replicas]:
    """Connections to two processes of the image service."""
    environment = {
        "REELWRIGHT_LISTEN": "127.0.0.1:0",
        "REELWRIGHT_DATABASE_URL": url,
        "REELWRIGHT_STORE_URL": f"file://{tmp_path_factory.mktemp('store')}",
        "REELWRIGHT_NOTICE_S": "0",
        "REELWRIGHT_DRAIN_S": "1",
    }
    async with contextlib.AsyncExitStack() as stack:
        processes = []
        for name in ("one", "two"):
            process = await ServiceProcess.start("reelwright_image", environment | {"REELWRIGHT_EXECUTOR_ID": name})
            stack.push_async_callback(process.kill)
            processes.append(process)
        yield [await stack.enter_async_context(process.channel()) for process in processes]


def picture(**changed: Any) -> dict[str, Any]:
    """A body that no other test has."""
    return {"prompt": "a red boat", "width": 64, "height": 64, "seed": next(SEEDS)} | changed


async def created(channel: grpc.aio.Channel, body: dict[str, Any], **headers: str) -> tuple[str, bool]:
    """The job of a call, and whether its headers say that nothing new was made."""
    metadata = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    stub = image_service_pb2_grpc.ImageServiceStub(channel)
    call = stub.CreateImage(image.CreateImageRequest(**body), metadata=metadata)
    job = (await call).job
    return job.id, dict(await call.initial_metadata()).get("idempotent-replayed") == "true"


async def test_two_hundred_creates_at_one_time_make_one_job_and_equal_answers(replicas: Replicas) -> None:
    body = picture(labels={"of": "200"})
    by_field, by_header = {**body, "request_id": "same"}, {"idempotency_key": "same"}

    calls = [created(replicas[n % 2], by_field) for n in range(100)]
    calls += [created(replicas[n % 2], body, **by_header) for n in range(100)]
    answers = await asyncio.gather(*calls)

    assert len({job for job, _ in answers}) == 1
    assert [replayed for _, replayed in answers].count(False) == 1
    listed = await jobs_service_pb2_grpc.JobServiceStub(replicas[0]).ListJobs(pb.ListJobsRequest(label="of=200"))
    assert [(job.id, job.request_id) for job in listed.jobs] == [(answers[0][0], "same")]


async def test_a_key_of_another_body_is_refused_naming_the_job(replicas: Replicas) -> None:
    body = picture()
    job, _ = await created(replicas[0], body, idempotency_key="k")
    refused = await refusal(created(replicas[1], picture(), idempotency_key="k"))
    assert (refused.code, refused.reason, refused.metadata["job"]) == ("ALREADY_EXISTS", "REQUEST_ID_REUSED", job)


@pytest.mark.parametrize("key", ["", "a b", "x" * 256])
async def test_what_is_no_key_is_refused_naming_the_header(replicas: Replicas, key: str) -> None:
    refused = await refusal(created(replicas[0], picture(), idempotency_key=key))
    assert (refused.code, refused.fields) == ("INVALID_ARGUMENT", ["Idempotency-Key"])


async def test_a_key_and_a_request_id_must_agree(replicas: Replicas) -> None:
    refused = await refusal(created(replicas[0], picture(request_id="this"), idempotency_key="that"))
    assert (refused.code, refused.fields) == ("INVALID_ARGUMENT", ["Idempotency-Key"])


async def test_fifty_retries_of_an_sdk_make_one_job(replicas: Replicas) -> None:
    body = picture()
    calls = (created(replicas[n % 2], body, x_stainless_retry_count="1") for n in range(50))
    assert len({job for job, _ in await asyncio.gather(*calls)}) == 1


async def test_equal_calls_one_after_the_other_make_two_jobs(replicas: Replicas) -> None:
    body = picture()
    made = [await created(replicas[n % 2], body) for n in range(4)]
    assert len({job for job, _ in made}) == 4


def upload(content: bytes) -> Iterator[assets.UploadAssetRequest]:
    yield assets.UploadAssetRequest(header=assets.UploadHeader(media_type="text/plain"))
    yield assets.UploadAssetRequest(data=content)


async def test_an_upload_with_a_key_is_kept_once_a_day(replicas: Replicas, url: str) -> None:
    async def sent(channel: grpc.aio.Channel, content: bytes) -> tuple[str, bool]:
        stub = assets_service_pb2_grpc.AssetServiceStub(channel)
        call = stub.UploadAsset(upload(content), metadata=(("idempotency-key", "file"),))
        asset = (await call).asset
        return asset.id, dict(await call.initial_metadata()).get("idempotent-replayed") == "true"

    first, replayed = await sent(replicas[0], b"hello")
    assert not replayed
    assert await sent(replicas[1], b"hello") == (first, True)
    refused = await refusal(sent(replicas[1], b"other"))
    assert (refused.code, refused.metadata["asset"]) == ("ALREADY_EXISTS", first)

    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute("update reelwright.assets set create_time = create_time - interval '25 hours'")
    second, replayed = await sent(replicas[0], b"other")
    assert second != first and not replayed
    assert await sent(replicas[1], b"other") == (second, True)
