"""Files on their way out."""

from __future__ import annotations

import random

import pytest
from tests.gateway.edge import Gateway

from reelwright_gateway.ranges import requested

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTENT = random.Random(7).randbytes(300_000)
PATH = "/api/v1/assets/ast_range/content"


@pytest.fixture
def etag(gateway: Gateway) -> str:
    asset = gateway.memory.keep("ast_range", CONTENT, 'Füchse "am" See.png')
    return f'"{asset.sha256}"'


async def test_whole_file_comes_with_what_it_is(gateway: Gateway, etag: str) -> None:
    answer = await gateway.rest.get(PATH)

    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-length"] == "300000"
    assert (answer.headers["etag"], answer.headers["accept-ranges"]) == (etag, "bytes")
    assert answer.headers["content-disposition"] == (
        "inline; filename=\"F_chse _am_ See.png\"; filename*=UTF-8''F%C3%BCchse%20%22am%22%20See.png"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-65535", 0, 65536),
        ("bytes=65536-", 65536, 300_000),
        ("bytes=-5", 299_995, 300_000),
        ("bytes=-999999", 0, 300_000),
        ("bytes=299999-299999", 299_999, 300_000),
        ("bytes=100000-9999999", 100_000, 300_000),
    ],
)
async def test_range_gives_those_bytes(gateway: Gateway, etag: str, asked: str, start: int, end: int) -> None:
    answer = await gateway.rest.get(PATH, headers={"range": asked, "if-range": etag})

    assert answer.status_code == 206
    assert answer.content == CONTENT[start:end]
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/300000"
    assert answer.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=300000-", "bytes=-0", "bytes=999999-1000000"])
@pytest.mark.usefixtures("etag")
async def test_range_without_a_byte_is_refused_with_the_size(gateway: Gateway, asked: str) -> None:
    answer = await gateway.rest.get(PATH, headers={"range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */300000"
    assert answer.json()["error"]["details"][0]["reason"] == "RANGE_NOT_SATISFIABLE"


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "lines=1-2", "bytes=5-3", "bytes=-", "bytes=a-b", "0-5"])
@pytest.mark.usefixtures("etag")
async def test_range_that_is_not_one_of_bytes_gives_the_whole(gateway: Gateway, asked: str) -> None:
    assert (await gateway.rest.get(PATH, headers={"range": asked})).status_code == 200


@pytest.mark.usefixtures("etag")
async def test_range_of_another_version_gives_the_whole(gateway: Gateway) -> None:
    answer = await gateway.rest.get(PATH, headers={"range": "bytes=0-1", "if-range": '"other"'})

    assert (answer.status_code, len(answer.content)) == (200, 300_000)


async def test_file_the_client_has_is_not_sent_again(gateway: Gateway, etag: str) -> None:
    answer = await gateway.rest.get(PATH, headers={"if-none-match": f'"other", W/{etag}'})

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", etag)


async def test_head_tells_the_same_without_bytes(gateway: Gateway, etag: str) -> None:
    answer = await gateway.rest.head(PATH)

    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, b"", etag)
    assert answer.headers["content-length"] == "300000"


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/javascript", ""])
async def test_what_could_run_as_a_page_is_saved_instead(gateway: Gateway, media_type: str) -> None:
    gateway.memory.keep("ast_page", b"<script>", "page", media_type)

    answer = await gateway.rest.get("/api/v1/assets/ast_page/content")

    assert answer.headers["content-disposition"].startswith("attachment")


async def test_json_file_is_not_compressed_on_its_way(gateway: Gateway) -> None:
    gateway.memory.keep("ast_json", b"[" + b"1," * 2000 + b"1]", "plan.json", "application/json")

    answer = await gateway.rest.get("/api/v1/assets/ast_json/content", headers={"range": "bytes=0-1999"})

    assert (answer.status_code, len(answer.content)) == (206, 2000)
    assert "content-encoding" not in answer.headers


async def test_empty_file_is_empty(gateway: Gateway) -> None:
    gateway.memory.keep("ast_empty", b"")

    answer = await gateway.rest.get("/api/v1/assets/ast_empty/content")

    assert (answer.status_code, answer.content) == (200, b"")


@pytest.mark.usefixtures("etag")
async def test_download_goes_on_where_a_service_broke_off(gateway: Gateway) -> None:
    gateway.memory.cut_downloads = 2

    answer = await gateway.rest.get(PATH, headers={"range": "bytes=1000-250000"})

    assert answer.content == CONTENT[1000:250001]


async def test_unknown_file_is_not_found(gateway: Gateway) -> None:
    answer = await gateway.rest.get("/api/v1/assets/ast_none/content")

    assert answer.status_code == 404
    assert answer.json()["error"]["details"][0]["reason"] == "ASSET_NOT_FOUND"


async def test_no_range_header_asks_for_the_whole() -> None:
    assert requested("", 10) is None
