"""Asset records as contract messages, and as the JSON that job results and events carry."""

from __future__ import annotations

from google.protobuf import json_format

from reelwright.assets.v1 import assets_service_pb2 as pb
from reelwright_kit.assets.model import AssetRecord
from reelwright_kit.jobs.model import Json


def asset_message(record: AssetRecord) -> pb.Asset:
    """A file as the contract shows it."""
    message = pb.Asset(
        id=record.id,
        filename=record.filename,
        media_type=record.media_type,
        size_bytes=record.size_bytes,
        sha256=record.sha256,
        width=record.width,
        height=record.height,
        title=record.title,
        tags=record.tags,
        album=record.album,
        keep=record.keep,
        content_path=f"/api/v1/assets/{record.id}/content",
        provenance=json_format.ParseDict(record.provenance, pb.Provenance(), ignore_unknown_fields=True),
    )
    message.create_time.FromDatetime(record.create_time)
    if record.duration_s is not None:
        message.duration.FromMilliseconds(round(record.duration_s * 1000))
    return message


def asset_json(record: AssetRecord) -> Json:
    """A file as job results and events keep it: without its prompt, which events are not to carry about."""
    message = asset_message(record)
    message.provenance.ClearField("prompt")
    shown: Json = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return shown
