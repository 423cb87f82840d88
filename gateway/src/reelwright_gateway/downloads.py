"""Files on their way out: whole or in part, streamed as they come from the service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from urllib.parse import quote

import grpc
from starlette.requests import Request
from starlette.responses import Response

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright_gateway.ranges import Window, requested
from reelwright_gateway.streaming import Streamed
from reelwright_gateway.upstream import Metadata, Upstream, answer_headers, metadata

# What a browser may show in place; everything else, pages and drawings with scripts first of all, is saved.
SHOWN = ("image/", "video/", "audio/", "text/plain", "text/vtt", "application/json", "application/x-subrip")
TRIES = 3


@dataclass(frozen=True)
class Downloads:
    """Serves the bytes of files."""

    upstream: Upstream

    async def content(self, request: Request) -> Response:
        """`GET|HEAD /api/v1/assets/{id}/content`.

        Knows Range, If-Range and If-None-Match; the ETag is the SHA-256 of the bytes.
        """
        told = metadata(request)
        call = self.upstream.assets.GetAsset(pb.GetAssetRequest(id=request.path_params["id"]), metadata=told)
        asset = (await call).asset
        limits = await answer_headers(call)
        headers = describe(asset) | limits
        if _has(request.headers.get("if-none-match", ""), headers["etag"]):
            kept = {name: headers[name] for name in ("etag", "cache-control")}
            return Response(status_code=304, headers=kept | limits)
        if request.method == "HEAD":
            return Response(headers=headers | {"content-length": str(asset.size_bytes)})
        wanted = None
        if request.headers.get("if-range", headers["etag"]) == headers["etag"]:
            wanted = requested(request.headers.get("range", ""), asset.size_bytes)
        return await self._stream(asset, wanted, headers, told)

    async def _stream(
        self, asset: pb.Asset, wanted: Window | None, headers: dict[str, str], told: Metadata
    ) -> Response:
        window = wanted or Window(0, asset.size_bytes, asset.size_bytes)
        headers["content-length"] = str(window.length)
        if wanted:
            headers["content-range"] = window.content_range
        source = pieces(self.upstream, asset.id, window, told)
        # A failure is told by the status as long as nothing was sent.
        first = await anext(source, b"")
        return Streamed(_chain(first, source), 206 if wanted else 200, headers)


def describe(asset: pb.Asset) -> dict[str, str]:
    """The headers that tell what a file is."""
    shown = asset.media_type.startswith(SHOWN) and asset.media_type != "image/svg+xml"
    fallback = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in asset.filename)
    name = f"filename=\"{fallback}\"; filename*=UTF-8''{quote(asset.filename, safe='')}"
    return {
        "content-type": asset.media_type or "application/octet-stream",
        "content-disposition": f"{'inline' if shown else 'attachment'}; {name}",
        "accept-ranges": "bytes",
        "etag": f'"{asset.sha256}"',
        "cache-control": "private, max-age=3600",
        "x-content-type-options": "nosniff",
    }


def whole(upstream: Upstream, asset: pb.Asset, told: Metadata) -> AsyncGenerator[bytes, None]:
    """All bytes of a file."""
    return pieces(upstream, asset.id, Window(0, asset.size_bytes, asset.size_bytes), told)


async def pieces(upstream: Upstream, asset: str, window: Window, told: Metadata) -> AsyncGenerator[bytes, None]:
    """The bytes of the window as the service sends them; goes on where it stopped when the service breaks off."""
    position, end, tries = window.start, window.start + window.length, 0
    while position < end:
        wanted = pb.DownloadAssetRequest(id=asset, offset=position, length=end - position)
        call = upstream.assets.DownloadAsset(wanted, metadata=told)
        try:
            async for answer in call:
                tries = 0
                position += len(answer.data)
                yield answer.data
            if position < end:
                raise EOFError(f"the file ended {end - position} bytes early")
        except grpc.aio.AioRpcError as error:
            tries += 1
            if error.code() is not grpc.StatusCode.UNAVAILABLE or tries == TRIES:
                raise
        finally:
            call.cancel()
        if position < end:
            await asyncio.sleep(0.1 * 2**tries)


async def _chain(first: bytes, rest: AsyncGenerator[bytes, None]) -> AsyncGenerator[bytes, None]:
    try:
        yield first
        async for piece in rest:
            yield piece
    finally:
        await rest.aclose()


def _has(header: str, etag: str) -> bool:
    """Whether an If-None-Match header names the file."""
    return header.strip() == "*" or etag in (tag.strip().removeprefix("W/") for tag in header.split(","))
