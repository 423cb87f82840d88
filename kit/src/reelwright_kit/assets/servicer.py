"""AssetService: proto in, library, proto out; mounted by every service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import grpc

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright.assets.v1 import assets_service_pb2_grpc as rpc
from reelwright_kit import caller, pages
from reelwright_kit.assets.library import MAX_BYTES, Library, sha256_of
from reelwright_kit.assets.model import AssetFilter
from reelwright_kit.assets.rendering import asset_message
from reelwright_kit.errors import AssetTooLarge, FieldInvalid, PageTokenInvalid, RequestIdReused

Context = grpc.aio.ServicerContext[Any, Any]

CHANGEABLE = ("title", "tags", "album", "keep")


class AssetServicer(rpc.AssetServiceServicer):
    """Stores, finds and hands out the caller's files."""

    def __init__(
        self, library: Library, public_url: str, url_lifetime_s: float, request_id_lifetime: timedelta
    ) -> None:
        self._library = library
        self._url_lifetime_s = url_lifetime_s
        self._request_id_lifetime = request_id_lifetime
        self._public_url = public_url.rstrip("/")

    async def UploadAsset(
        self, request_iterator: AsyncIterator[pb.UploadAssetRequest], context: Context
    ) -> pb.UploadAssetResponse:
        with self._library.scratch() as directory:
            path = directory / "upload"
            header = await _received(request_iterator, path)
            tenant = caller.current().tenant
            slot = await self._slot(tenant, header.request_id) if header.request_id else ""
            record = await self._library.keep(
                tenant,
                path,
                media_type=header.media_type,
                filename=header.filename,
                title=header.title,
                tags=header.tags,
                album=header.album,
                slot=slot,
            )
            if header.request_id and record.sha256 != await asyncio.to_thread(sha256_of, path):
                raise RequestIdReused(header.request_id, "asset", record.id)
        return pb.UploadAssetResponse(asset=asset_message(record))

    async def _slot(self, tenant: str, request_id: str) -> str:
        """The slot of the file that a request id stands for, or of the next one when its time is over."""
        slot = f"upload {request_id}"
        while known := await self._library.made(tenant, "", slot):
            if datetime.now(UTC) - known.create_time < self._request_id_lifetime:
                caller.mark_replayed()
                break
            slot = f"upload {request_id} after {known.id}"
        return slot

    async def DownloadAsset(
        self, request: pb.DownloadAssetRequest, context: Context
    ) -> AsyncIterator[pb.DownloadAssetResponse]:
        record = await self._library.index.get(caller.current().tenant, request.id)
        async for piece in self._library.read(record, request.offset, request.length):
            yield pb.DownloadAssetResponse(data=piece)

    async def GetAsset(self, request: pb.GetAssetRequest, context: Context) -> pb.GetAssetResponse:
        record = await self._library.index.get(caller.current().tenant, request.id)
        return pb.GetAssetResponse(asset=asset_message(record))

    async def ListAssets(self, request: pb.ListAssetsRequest, context: Context) -> pb.ListAssetsResponse:
        chosen = AssetFilter(request.media_type, request.job, request.album, request.tag)
        size, before = pages.page_size(request.page_size), _place(pages.read_token(request.page_token, chosen))
        found = await self._library.index.list(caller.current().tenant, chosen, size + 1, before)
        token = ""
        if len(found) > size:
            last = found[size - 1]
            token = pages.write_token(f"{last.create_time.isoformat()} {last.id}", chosen)
        return pb.ListAssetsResponse(assets=[asset_message(r) for r in found[:size]], next_page_token=token)

    async def UpdateAsset(self, request: pb.UpdateAssetRequest, context: Context) -> pb.UpdateAssetResponse:
        wanted = list(request.update_mask.paths) or [n for n in CHANGEABLE if _is_set(request.asset, n)]
        for name in wanted:
            if name not in CHANGEABLE:
                raise FieldInvalid("update_mask", f"{name} cannot be changed; {', '.join(CHANGEABLE)} can")
        values = {n: list(request.asset.tags) if n == "tags" else getattr(request.asset, n) for n in wanted}
        record = await self._library.index.update(caller.current().tenant, request.asset.id, values)
        return pb.UpdateAssetResponse(asset=asset_message(record))

    async def DeleteAsset(self, request: pb.DeleteAssetRequest, context: Context) -> pb.DeleteAssetResponse:
        await self._library.delete(caller.current().tenant, request.id)
        return pb.DeleteAssetResponse()

    async def GetAssetUrl(self, request: pb.GetAssetUrlRequest, context: Context) -> pb.GetAssetUrlResponse:
        record = await self._library.index.get(caller.current().tenant, request.id)
        wanted_s = request.expires_in.ToNanoseconds() / 1e9 or self._url_lifetime_s
        presigned = await self._library.address(record, wanted_s)
        if presigned is None:
            return pb.GetAssetUrlResponse(url=f"{self._public_url}/api/v1/assets/{record.id}/content")
        url, expire_time = presigned
        response = pb.GetAssetUrlResponse(url=url)
        response.expire_time.FromDatetime(expire_time)
        return response


async def _received(messages: AsyncIterator[pb.UploadAssetRequest], path: Path) -> pb.UploadHeader:
    """Writes the data of an upload to `path` and returns its header."""
    header: pb.UploadHeader | None = None
    with path.open("wb") as file:
        async for message in messages:
            if header is None:
                header = _header(message)
            elif message.WhichOneof("part") != "data":
                raise FieldInvalid("part", "only the first message carries a header")
            elif file.tell() + len(message.data) > MAX_BYTES:
                raise AssetTooLarge(MAX_BYTES)
            else:
                file.write(message.data)
    if header is None:
        raise FieldInvalid("header", "the first message must carry it")
    return header


def _place(last: str) -> tuple[datetime, str] | None:
    if not last:
        return None
    time, _, asset = last.partition(" ")
    try:
        return datetime.fromisoformat(time), asset
    except ValueError:
        raise PageTokenInvalid from None


def _header(message: pb.UploadAssetRequest) -> pb.UploadHeader:
    if message.WhichOneof("part") != "header":
        raise FieldInvalid("header", "the first message must carry it")
    return message.header


def _is_set(asset: pb.Asset, name: str) -> bool:
    return asset.HasField("keep") if name == "keep" else bool(getattr(asset, name))
