"""Files on their way in: a form or the bare bytes, passed on in pieces as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from email.message import Message
from typing import TYPE_CHECKING

import grpc
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright_gateway.endings import Ending
from reelwright_gateway.multipart import Form, boundary_of
from reelwright_gateway.rendering import plain
from reelwright_gateway.upstream import Upstream, answer_headers, metadata
from reelwright_kit.errors import AssetTooLarge, FieldInvalid

if TYPE_CHECKING:
    # Generic in the stubs only.
    UploadCall = grpc.aio.StreamUnaryCall[pb.UploadAssetRequest, pb.UploadAssetResponse]

PIECE_BYTES = 1024 * 1024
FIELDS = ("filename", "media_type", "title", "tags", "album", "request_id")
# What clients send when they do not know: the service looks at the bytes.
UNDECLARED = ("application/octet-stream", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Uploads:
    """Takes files in, each of at most `limit_bytes`."""

    upstream: Upstream
    limit_bytes: int

    async def upload(self, request: Request) -> Response:
        """`POST /api/v1/assets`: one file, as the last part of a form or as the body itself; 201 with its record."""
        declared = request.headers.get("content-length", "0")
        # A form has a little more than its file.
        if declared.isdecimal() and int(declared) > self.limit_bytes + PIECE_BYTES:
            raise AssetTooLarge(self.limit_bytes)
        source = _form(request) if _media_type(request) == "multipart/form-data" else _bare(request)
        call = self.upstream.assets.UploadAsset(metadata=metadata(request))
        asset = await self._send(source, call)
        headers = {"location": f"/api/v1/assets/{asset.id}"} | await answer_headers(call)
        return JSONResponse(plain(asset), 201, headers)

    async def _send(self, source: AsyncGenerator[pb.UploadHeader | bytes, None], call: UploadCall) -> pb.Asset:
        taken, ending = 0, Ending(call)
        try:
            async for item in source:
                if isinstance(item, pb.UploadHeader):
                    await call.write(pb.UploadAssetRequest(header=item))
                    continue
                taken += len(item)
                if taken > self.limit_bytes:
                    raise AssetTooLarge(self.limit_bytes)
                await call.write(pb.UploadAssetRequest(data=item))
            await call.done_writing()
        except (asyncio.InvalidStateError, grpc.aio.AioRpcError):
            # The service answered before it had everything; its answer says why.
            refused: pb.UploadAssetResponse = await ending.answer()
            return refused.asset
        except BaseException:
            # Half a file must not be taken for a whole one.
            call.cancel()
            raise
        finally:
            await source.aclose()
        return (await call).asset


async def _bare(request: Request) -> AsyncGenerator[pb.UploadHeader | bytes, None]:
    fields = [(name, value) for name, value in request.query_params.multi_items()]
    kind = _media_type(request)
    yield _header(request, fields, _filename(request), "" if kind in UNDECLARED else kind)
    async for piece in _even(request.stream()):
        yield piece


async def _form(request: Request) -> AsyncGenerator[pb.UploadHeader | bytes, None]:
    form = Form(request.stream(), boundary_of(request.headers["content-type"]))
    fields: list[tuple[str, str]] = []
    sent = False
    async for part in form.parts():
        if sent:
            raise FieldInvalid(part.name, "must come before the file, which is the last part of the form")
        if part.filename is None and part.name != "file":
            fields.append((part.name, await form.text(part)))
            continue
        sent = True
        yield _header(request, fields, part.filename or "", "" if part.media_type in UNDECLARED else part.media_type)
        async for piece in _even(form.body()):
            yield piece
    if not sent:
        raise FieldInvalid("file", "is missing from the form")


def _header(request: Request, fields: list[tuple[str, str]], filename: str, media_type: str) -> pb.UploadHeader:
    given = {"filename": filename, "media_type": media_type, "request_id": request.headers.get("idempotency-key", "")}
    for name, value in fields:
        if name not in FIELDS:
            raise FieldInvalid(name, f"is not a field of an upload; those are {', '.join(FIELDS)} and file")
        given[name] = value
    tags = [value for name, value in fields if name == "tags"]
    given.pop("tags", None)
    return pb.UploadHeader(**given, tags=tags)


async def _even(chunks: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    """The same bytes in pieces of 1 MiB and a rest."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        while len(gathered) >= PIECE_BYTES:
            yield bytes(gathered[:PIECE_BYTES])
            del gathered[:PIECE_BYTES]
    if gathered:
        yield bytes(gathered)


def _media_type(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _filename(request: Request) -> str:
    message = Message()
    message["content-disposition"] = request.headers.get("content-disposition", "")
    return message.get_filename() or ""
