"""Files that callers refer to: stored ones are checked, inline ones are kept, so that jobs only ever hold asset ids."""

from __future__ import annotations

import hashlib

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright_kit import caller
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import AssetRecord
from reelwright_kit.errors import FieldInvalid, MediaUnreadable, NotOffered


async def settle(library: Library, reference: pb.MediaReference, field: str, family: str) -> str:
    """The asset id behind `reference`, which must be of the media family `family`, for example `image/`."""
    source = reference.WhichOneof("source")
    if source == "uri":
        raise NotOffered(
            f"{field}.uri: fetching addresses is not offered by this release; upload the file.", field=field
        )
    if source == "content":
        record = await _keep_inline(library, reference.content, field)
    else:
        found = await library.index.find(caller.current().tenant, reference.asset)
        if found is None:
            raise FieldInvalid(f"{field}.asset", f"there is no asset {reference.asset}", asset=reference.asset)
        record = found
    if not record.media_type.startswith(family):
        raise MediaUnreadable(field, f"is {record.media_type}; {family}* is needed")
    return record.id


async def _keep_inline(library: Library, content: bytes, field: str) -> AssetRecord:
    with library.scratch() as directory:
        path = directory / "inline"
        path.write_bytes(content)
        try:
            slot = f"inline {hashlib.sha256(content).hexdigest()}"
            return await library.keep(caller.current().tenant, path, slot=slot)
        except MediaUnreadable as error:
            raise MediaUnreadable(f"{field}.content", error.violations[0].message) from None
