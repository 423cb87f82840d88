"""Result files: kept for their lifetime, made when somebody downloads them, served with ranges."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from reelwright_fakes.ledger import Submission
from reelwright_fakes.pictures import Picture, render

_RANGE = re.compile(r"bytes=(\d*)-(\d*)$")
DENIED = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>%s</Message></Error>'


@dataclass(frozen=True)
class File:
    """A file under `/files/{token}/{name}`; `expires_at` is the fake's time, seconds."""

    token: str
    name: str
    media_type: str
    make: Callable[[], bytes]
    expires_at: float
    submission: Submission | None = None


class Files:
    """The files of the server since the last reset."""

    def __init__(self) -> None:
        self._by_token: dict[str, File] = {}

    def keep(
        self,
        content: Picture | bytes,
        *,
        name: str,
        media_type: str,
        expires_at: float,
        submission: Submission | None = None,
    ) -> str:
        """Keeps a picture (drawn when asked for) or bytes; answers the path of its address."""
        token = secrets.token_hex(12)
        make = (lambda: content) if isinstance(content, bytes) else (lambda: render(content))
        self._by_token[token] = File(token, name, media_type, make, expires_at, submission)
        return f"/files/{token}/{name}"

    def find(self, token: str, name: str) -> File | None:
        """The file of an address."""
        file = self._by_token.get(token)
        return file if file is not None and file.name == name else None

    def clear(self) -> None:
        """Forgets everything."""
        self._by_token.clear()


def denied(reason: str) -> Response:
    """What file hosts say to an address that is no longer good."""
    return Response(DENIED % reason.encode(), 403, media_type="application/xml")


def sent(request: Request, content: bytes, media_type: str) -> Response:
    """The whole file, or the part a Range header asks for (206), or 416."""
    headers = {"accept-ranges": "bytes", "etag": f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'}
    asked = _RANGE.match(request.headers.get("range", ""))
    if asked is None or asked.group() == "bytes=-":
        return Response(content, headers=headers, media_type=media_type)
    first, last = _bounds(asked.group(1), asked.group(2), len(content))
    if first > last:
        return Response(status_code=416, headers=headers | {"content-range": f"bytes */{len(content)}"})
    headers["content-range"] = f"bytes {first}-{last}/{len(content)}"
    return Response(content[first : last + 1], 206, headers=headers, media_type=media_type)


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1
