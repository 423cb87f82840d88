"""Reads request bodies, JSON and multipart alike, into fields and files."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from reelwright_fakes.problems import Problem

MAX_PARTS = 64


@dataclass(frozen=True)
class Upload:
    """One file of a multipart body; `part` is the name of its form field."""

    part: str
    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Body:
    """What a request carried. Form fields stay strings; `fingerprint` does not depend on multipart boundaries."""

    fields: dict[str, Any]
    files: tuple[Upload, ...]
    raw: bytes
    fingerprint: str


async def read_body(request: Request) -> Body:
    """The body of a request; raises Problem 400 for what is neither JSON, multipart nor nothing."""
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return await _multipart(request)
    raw = await request.body()
    if not raw:
        return Body({}, (), raw, _digest({}, ()))
    try:
        fields = json.loads(raw)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise Problem(400, "invalid_json", "The body of the request is not a JSON object.")
    return Body(fields, (), raw, _digest(fields, ()))


async def _multipart(request: Request) -> Body:
    fields: dict[str, Any] = {}
    files: list[Upload] = []
    async with request.form(max_files=MAX_PARTS, max_fields=MAX_PARTS, max_part_size=1 << 20) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                media_type = value.content_type or "application/octet-stream"
                files.append(Upload(name, value.filename or "upload", media_type, await value.read()))
            else:
                fields[name] = value
    return Body(fields, tuple(files), b"", _digest(fields, tuple(files)))


def _digest(fields: dict[str, Any], files: tuple[Upload, ...]) -> str:
    digest = hashlib.sha256(json.dumps(fields, sort_keys=True, default=str).encode())
    for file in files:
        digest.update(f"|{file.part}|".encode() + hashlib.sha256(file.content).digest())
    return digest.hexdigest()
