"""Files on their way in, and the form reader."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from tests.gateway.edge import Gateway

from reelwright_gateway.multipart import Form, boundary_of
from reelwright_kit.errors import FieldInvalid

pytestmark = pytest.mark.asyncio(loop_scope="session")

CONTENT = random.Random(3).randbytes(2_500_000)


async def test_form_is_stored_with_its_fields(gateway: Gateway) -> None:
    fields = {"title": "Zwei Füchse", "album": "forest", "tags": ["a", "b"], "request_id": "up-1"}

    answer = await gateway.rest.post(
        "/api/v1/assets", data=fields, files={"file": ('füchse "2".png', CONTENT, "image/png")}
    )

    assert answer.status_code == 201
    asset, header = answer.json(), gateway.memory.uploads[-1]
    assert answer.headers["location"] == f"/api/v1/assets/{asset['id']}"
    assert gateway.memory.assets[asset["id"]][1] == CONTENT
    assert (header.filename, header.media_type, header.title) == ('füchse "2".png', "image/png", "Zwei Füchse")
    assert (header.album, list(header.tags), header.request_id) == ("forest", ["a", "b"], "up-1")


async def test_bare_bytes_are_stored_with_what_query_and_headers_say(gateway: Gateway) -> None:
    answer = await gateway.rest.post(
        "/api/v1/assets",
        params={"filename": "a b.png", "tags": ["x", "y"]},
        content=CONTENT,
        headers={"content-type": "image/png; q=1", "idempotency-key": "up-2"},
    )

    header = gateway.memory.uploads[-1]
    assert gateway.memory.assets[answer.json()["id"]][1] == CONTENT
    assert (header.filename, header.media_type, list(header.tags)) == ("a b.png", "image/png", ["x", "y"])
    assert header.request_id == "up-2"


async def test_file_is_passed_on_in_pieces_of_a_mebibyte(gateway: Gateway) -> None:
    gateway.memory.pieces.clear()

    await gateway.rest.post("/api/v1/assets", content=CONTENT)

    assert gateway.memory.pieces == [1_048_576, 1_048_576, 402_848]


@pytest.mark.parametrize("declared", [True, False])
async def test_file_above_the_limit_is_refused(gateway: Gateway, declared: bool) -> None:
    size = 5_000_000 if declared else 3_000_001
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    length = f"content-length: {size}" if declared else "transfer-encoding: chunked"
    writer.write(f"POST /api/v1/assets HTTP/1.1\r\nhost: x\r\ncontent-type: image/png\r\n{length}\r\n\r\n".encode())
    writer.write(b"" if declared else f"{size:x}\r\n".encode() + b"x" * size + b"\r\n0\r\n\r\n")

    answer = await reader.readuntil(b'"}}')

    writer.transport.abort()
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"ASSET_TOO_LARGE" in answer


async def test_refusal_of_the_service_is_told(gateway: Gateway) -> None:
    answer = await gateway.rest.post("/api/v1/assets", data={"title": "refused"}, files={"file": ("a", b"abc")})

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["reason"] == "MEDIA_UNREADABLE"


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ([("colour", (None, "red")), ("file", ("a.png", b"abc"))], "colour"),
        ([("file", ("a.png", b"abc")), ("title", (None, "late"))], "title"),
        ([("title", (None, "alone"))], "file"),
        ([("title", (None, b"\xff\xfe")), ("file", ("a.png", b"abc"))], "title"),
        ([("title", (None, "x" * 70_000)), ("file", ("a.png", b"abc"))], "title"),
    ],
)
async def test_form_that_is_not_one_of_ours_is_refused_naming_the_field(
    gateway: Gateway, form: object, field: str
) -> None:
    before = len(gateway.memory.uploads)

    answer = await gateway.rest.post("/api/v1/assets", files=form)  # type: ignore[arg-type]

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["metadata"]["field"] == field
    assert len(gateway.memory.uploads) == before


async def test_client_that_leaves_stores_nothing(gateway: Gateway) -> None:
    before = len(gateway.memory.uploads)
    gateway.memory.upload_left.clear()
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(b"POST /api/v1/assets HTTP/1.1\r\nhost: x\r\ncontent-length: 2000000\r\n\r\n" + b"x" * 1_500_000)
    await writer.drain()

    writer.transport.abort()

    await asyncio.wait_for(gateway.memory.upload_left.wait(), 5)
    assert len(gateway.memory.uploads) == before


FORM = (
    b'--XX\r\nContent-Disposition: form-data; name="title"\r\n\r\nfirst\r\n--X\r\n'
    b'\r\n--XX  \r\ncontent-disposition: form-data; name="file"; filename="a%22b.png"\r\n'
    b"content-type: image/png\r\n\r\n"
    b"\r\n--X\x00\r\n\r\n--XX--\r\n"
)


async def cut(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


async def everything(form: Form) -> list[tuple[str, str | None, str, bytes]]:
    return [
        (part.name, part.filename, part.media_type, b"".join([piece async for piece in form.body()]))
        async for part in form.parts()
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 64, 1000])
async def test_form_is_read_the_same_however_it_is_cut(size: int) -> None:
    read = await everything(Form(cut(FORM, size), b"XX"))

    assert read == [("title", None, "", b"first\r\n--X\r\n"), ("file", 'a"b.png', "image/png", b"\r\n--X\x00\r\n")]


@pytest.mark.parametrize("end", [20, 70, len(FORM) - 5])
async def test_form_that_breaks_off_is_refused(end: int) -> None:
    form = Form(cut(FORM[:end], 10), b"XX")

    with pytest.raises(FieldInvalid, match="ends before"):
        await everything(form)


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=", f"multipart/form-data; boundary={'x' * 71}"]
)
async def test_form_without_a_usable_boundary_is_refused(kind: str) -> None:
    with pytest.raises(FieldInvalid, match="boundary"):
        boundary_of(kind)


async def test_file_is_refused_in_the_words_of_the_service_however_early(gateway: Gateway) -> None:
    """A call that ends while a piece is being sent is reported by gRPC first as an error of its own."""
    content = b"x" * 2_500_000
    told = {"title": "refused", "filename": "a.bin"}

    answers = await asyncio.gather(
        *(gateway.direct.post("/api/v1/assets", params=told, content=content) for _ in range(40))
    )

    assert {answer.json()["error"]["message"] for answer in answers} == {"Unreadable."}
