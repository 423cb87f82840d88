"""A service whose files are on a real S3 server: the addresses that users open, and the variables that people know."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import httpx2
import pytest
from PIL import Image

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright.assets.v1 import assets_service_pb2_grpc as rpc
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import AssetRecord
from reelwright_kit.assets.servicer import AssetServicer
from reelwright_kit.assets.store import open_store
from reelwright_kit.database import Pool
from tests.kit.orders import TENANT
from tests.kit.yard import open_yard
from tests.s3 import S3Server

GATEWAY = "http://gateway.example"
SECOND = timedelta(seconds=1)


def picture(path: Path) -> Path:
    Image.new("RGB", (20, 10), "red").save(path, "PNG")
    return path


@pytest.fixture
def on_s3(s3_server: S3Server, pool: Pool) -> Library:
    """A library in a new bucket."""
    return Library(AssetIndex(pool), open_store(f"s3://{s3_server.new_bucket()}", s3_server.access()))


async def address(library: Library, record: AssetRecord, wanted: timedelta | None = None) -> pb.GetAssetUrlResponse:
    request = pb.GetAssetUrlRequest(id=record.id)
    if wanted:
        request.expires_in.FromTimedelta(wanted)
    return await AssetServicer(library, GATEWAY, 900, timedelta(days=1)).GetAssetUrl(request, cast(Any, None))


async def test_a_file_is_opened_at_the_store_with_its_type_and_name(on_s3: Library, tmp_path: Path) -> None:
    record = await on_s3.keep(TENANT, picture(tmp_path / "p"), filename="Füchse im Schnee.png")
    answer = await address(on_s3, record)
    async with httpx2.AsyncClient() as client:
        opened = await client.get(answer.url)
    assert opened.content == (tmp_path / "p").read_bytes()
    assert opened.headers["content-type"] == "image/png"
    assert opened.headers["content-disposition"] == (
        "inline; filename=\"F_chse im Schnee.png\"; filename*=UTF-8''F%C3%BCchse%20im%20Schnee.png"
    )


@pytest.mark.parametrize(
    ("wanted", "given"),
    [(None, timedelta(seconds=900)), (timedelta(seconds=5), 5 * SECOND), (timedelta(days=7), timedelta(days=7))],
)
async def test_an_address_works_as_long_as_the_call_or_the_setting_says(
    on_s3: Library, tmp_path: Path, wanted: timedelta | None, given: timedelta
) -> None:
    record = await on_s3.keep(TENANT, picture(tmp_path / "p"))
    before = datetime.now(UTC)
    answer = await address(on_s3, record, wanted)
    expires = answer.expire_time.ToDatetime(UTC)
    assert before + given - SECOND <= expires <= datetime.now(UTC) + given
    assert f"X-Amz-Expires={int(given.total_seconds())}&" in answer.url


async def test_a_directory_has_the_address_of_the_gateway_which_does_not_end(library: Library, tmp_path: Path) -> None:
    record = await library.keep(TENANT, picture(tmp_path / "p"))
    answer = await address(library, record, timedelta(seconds=5))
    assert answer.url == f"{GATEWAY}/api/v1/assets/{record.id}/content"
    assert not answer.HasField("expire_time")


async def test_a_service_finds_its_bucket_by_the_variables_people_know(
    s3_server: S3Server, database_url: str, tmp_path: Path
) -> None:
    bucket, raw = s3_server.new_bucket(), picture(tmp_path / "p").read_bytes()
    variables = {
        "REELWRIGHT_STORE_URL": f"s3://{bucket}/films",
        "REELWRIGHT_STORE_PUBLIC_URL": f"http://localhost:{s3_server.port}",
        "REELWRIGHT_URL_LIFETIME_S": "60",
        "AWS_ACCESS_KEY_ID": s3_server.access_key,
        "AWS_SECRET_ACCESS_KEY": s3_server.secret_key,
        "AWS_ENDPOINT_URL_S3": s3_server.endpoint,
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
        "AWS_REGION": "us-east-1",
    }

    async def parts() -> AsyncIterator[pb.UploadAssetRequest]:
        yield pb.UploadAssetRequest(header=pb.UploadHeader(filename="p.png"))
        yield pb.UploadAssetRequest(data=raw)

    async with open_yard(database_url, tmp_path) as yard, yard.mill(**variables) as mill, mill.channel() as channel:
        assets: rpc.AssetServiceAsyncStub = rpc.AssetServiceStub(channel)
        kept = (await assets.UploadAsset(parts())).asset
        (found,) = s3_server.client().list_objects(bucket, recursive=True)
        assert str(found.object_name).startswith("films/local/") and kept.id in str(found.object_name)
        pieces = [answer.data async for answer in assets.DownloadAsset(pb.DownloadAssetRequest(id=kept.id, offset=5))]
        assert b"".join(pieces) == raw[5:]
        url = (await assets.GetAssetUrl(pb.GetAssetUrlRequest(id=kept.id))).url
        assert url.startswith(variables["REELWRIGHT_STORE_PUBLIC_URL"]) and "X-Amz-Expires=60&" in url
        async with httpx2.AsyncClient() as client:
            assert (await client.get(url)).content == raw
        await assets.DeleteAsset(pb.DeleteAssetRequest(id=kept.id))
        assert not list(s3_server.client().list_objects(bucket, recursive=True))
