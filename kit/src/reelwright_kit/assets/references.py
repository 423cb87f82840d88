"""Files that callers refer to: stored ones are checked, others are kept, so that jobs only ever hold asset ids."""

from __future__ import annotations

import asyncio
import base64
import binascii
import urllib.parse
from collections.abc import Awaitable, Callable
from pathlib import Path

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright_kit import caller
from reelwright_kit.addresses import AddressRefused
from reelwright_kit.assets.library import Library, sha256_of
from reelwright_kit.assets.model import AssetRecord
from reelwright_kit.errors import AssetTooLarge, FieldInvalid, MediaUnreadable, UriRefused, UriUnreachable
from reelwright_kit.fetching import FetchFailed, TooLarge

MAX_INLINE_BYTES = 3 * 1024 * 1024

Write = Callable[[Path], Awaitable[None]]


async def settle(library: Library, reference: pb.MediaReference, field: str, family: str) -> str:
    """The asset id behind `reference`, which must be of the media family `family`, for example `image/`."""
    match reference.WhichOneof("source"):
        case "asset":
            record = await _stored(library, reference.asset, f"{field}.asset")
        case "content":
            record = await _inline(library, reference.content, f"{field}.content")
        case _:
            record = await _addressed(library, reference.uri, f"{field}.uri")
    if not record.media_type.startswith(family):
        raise MediaUnreadable(field, f"is {record.media_type}; {family}* is needed")
    return record.id


async def _stored(library: Library, asset: str, field: str) -> AssetRecord:
    found = await library.index.find(caller.current().tenant, asset)
    if found is None:
        raise FieldInvalid(field, f"there is no asset {asset}", asset=asset)
    return found


async def _inline(library: Library, content: bytes, field: str) -> AssetRecord:
    async def write(path: Path) -> None:
        await asyncio.to_thread(path.write_bytes, content)

    return await _keep(library, write, field)


async def _addressed(library: Library, uri: str, field: str) -> AssetRecord:
    if uri[:5].lower() == "data:":
        return await _inline(library, _decoded(uri, field), field)

    async def write(path: Path) -> None:
        await fetch(library, uri, path, field)

    return await _keep(library, write, field)


async def fetch(library: Library, uri: str, path: Path, field: str) -> None:
    """Writes what is at an address to `path`; raises UriRefused, UriUnreachable or AssetTooLarge."""
    try:
        await library.fetcher.fetch(uri, path)
    except AddressRefused as error:
        raise UriRefused(field, error.cause) from None
    except TooLarge as error:
        raise AssetTooLarge(error.limit_bytes) from None
    except FetchFailed as error:
        raise UriUnreachable(field, error.cause) from None


async def _keep(library: Library, write: Write, field: str) -> AssetRecord:
    """What `write` writes, as a file of the library; the same bytes are the same file."""
    with library.scratch() as directory:
        path = directory / "inline"
        await write(path)
        slot = f"inline {await asyncio.to_thread(sha256_of, path)}"
        try:
            return await library.keep(caller.current().tenant, path, slot=slot)
        except MediaUnreadable as error:
            raise MediaUnreadable(field, error.violations[0].message) from None


def _decoded(uri: str, field: str) -> bytes:
    """The bytes that a `data:` URI holds."""
    head, comma, text = uri[5:].partition(",")
    if not comma:
        raise FieldInvalid(field, "is no proper data: URI: there is no comma in it")
    content = urllib.parse.unquote_to_bytes(text)
    if head.lower().endswith(";base64"):
        try:
            content = base64.b64decode(content, validate=True)
        except binascii.Error:
            raise FieldInvalid(field, "is no proper data: URI: its base64 is broken") from None
    if len(content) > MAX_INLINE_BYTES:
        raise AssetTooLarge(MAX_INLINE_BYTES)
    return content
