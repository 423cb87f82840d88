"""Files named by an address are fetched, looked at and kept; what may not be fetched is refused by name."""

from __future__ import annotations

import base64
import io
import urllib.parse
from collections.abc import Sequence
from pathlib import Path

import pytest
from PIL import Image

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright_kit.addresses import AddressRules
from reelwright_kit.assets.index import AssetIndex
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import AssetFilter
from reelwright_kit.assets.references import MAX_INLINE_BYTES, settle
from reelwright_kit.assets.scratch import Scratch
from reelwright_kit.assets.store import open_store
from reelwright_kit.database import Pool
from reelwright_kit.errors import AppError, AssetTooLarge
from reelwright_kit.fetching import MAX_FETCH_BYTES, Fetcher
from tests.kit.orders import TENANT
from tests.kit.receivers import LOOPBACK, answers, receiving, status


def png() -> bytes:
    """A small picture."""
    file = io.BytesIO()
    Image.new("RGB", (4, 3), "red").save(file, "PNG")
    return file.getvalue()


def referred(uri: str) -> pb.MediaReference:
    return pb.MediaReference(uri=uri)


@pytest.fixture
def library(pool: Pool, tmp_path: Path) -> Library:
    """A library that may fetch from loopback."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    fetcher = Fetcher(AddressRules.parse(True, "", f"{LOOPBACK}/32"))
    return Library(AssetIndex(pool), open_store(f"file://{tmp_path}/store"), Scratch(str(scratch)), fetcher)


async def refused(library: Library, uri: str) -> tuple[str, str, str]:
    """Reason, field and cause of a reference that is refused."""
    with pytest.raises(AppError) as failed:
        await settle(library, referred(uri), "image", "image/")
    error = failed.value
    return error.reason, error.metadata.get("field", ""), error.metadata.get("cause", "")


async def test_a_fetched_file_is_kept_and_the_same_bytes_are_kept_once(library: Library) -> None:
    async with receiving(answers(status(302, "Location: /b.png"), status(200, body=png()))) as receiver:
        fetched = await settle(library, referred(receiver.url("/a.png")), "image", "image/")
        assert [one.target for one in receiver.heard] == ["/a.png", "/b.png"]
    inline = await settle(library, pb.MediaReference(content=png()), "image", "image/")
    encoded = base64.b64encode(png()).decode()
    data = [
        await settle(library, referred(uri), "image", "image/")
        for uri in (
            f"data:image/png;base64,{encoded}",
            f"DATA:;BASE64,{urllib.parse.quote(encoded)}",
            "data:image/png," + urllib.parse.quote(png()),
        )
    ]
    assert {fetched, inline, *data} == {fetched}
    (kept,) = await library.index.list(TENANT, AssetFilter(), 10)
    assert (kept.media_type, kept.width, kept.height) == ("image/png", 4, 3)


async def test_an_address_that_may_not_be_fetched_is_refused_naming_the_field(library: Library, tmp_path: Path) -> None:
    strict = Library(library.index, open_store(f"file://{tmp_path}"), None, Fetcher(AddressRules()))
    field = "image.uri"
    assert await refused(strict, "https://169.254.169.254/latest/meta-data") == (
        "URI_REFUSED", field, "the host has a private address",
    )  # fmt: skip
    assert await refused(strict, "http://out.example/a.png") == (
        "URI_REFUSED", field, "plain http is not allowed here, only https",
    )  # fmt: skip
    assert (await refused(strict, "file:///etc/passwd"))[:2] == ("URI_REFUSED", field)


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (status(404), ("URI_UNREACHABLE", "image.uri", "the answer was 404")),
        (status(200, body=b"no picture"), ("MEDIA_UNREADABLE", "image.uri", "")),
        (status(302, "Location: https://10.0.0.1/"), ("URI_REFUSED", "image.uri", "the host has a private address")),
        (f"HTTP/1.1 200 OK\r\nContent-Length: {MAX_FETCH_BYTES + 1}\r\n\r\n".encode(), ("ASSET_TOO_LARGE", "", "")),
    ],
)
async def test_what_is_no_picture_at_the_address_is_said(
    library: Library, raw: bytes, wanted: tuple[str, str, str]
) -> None:
    async with receiving(answers(raw)) as receiver:
        assert await refused(library, receiver.url("/a.png")) == wanted
    assert await library.index.list(TENANT, AssetFilter(), 10) == []


async def test_a_picture_where_a_sound_is_needed_is_refused(library: Library) -> None:
    async with receiving(answers(status(200, body=png()))) as receiver:
        with pytest.raises(AppError, match=r"audio/\*"):
            await settle(library, referred(receiver.url()), "voice", "audio/")


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("data:image/png;base64", "FIELD_INVALID"),
        ("data:image/png;base64,@@@@", "FIELD_INVALID"),
        ("data:image/png;base64,QUJ", "FIELD_INVALID"),
        ("data:,hello", "MEDIA_UNREADABLE"),
        ("data:image/png;base64,", "MEDIA_UNREADABLE"),
    ],
)
async def test_a_data_uri_that_holds_no_picture_is_refused(library: Library, uri: str, reason: str) -> None:
    assert (await refused(library, uri))[:2] == (reason, "image.uri")


async def test_a_data_uri_holds_at_most_three_mebibytes(library: Library) -> None:
    large = "data:," + "x" * (MAX_INLINE_BYTES + 1)
    with pytest.raises(AssetTooLarge):
        await settle(library, referred(large), "image", "image/")


async def test_a_host_that_nobody_knows_is_said(library: Library, tmp_path: Path) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return []

    lost = Library(library.index, open_store(f"file://{tmp_path}"), None, Fetcher(AddressRules(), resolve=resolve))
    assert await refused(lost, "https://nobody.example/") == ("URI_UNREACHABLE", "image.uri", "the host is not known")
