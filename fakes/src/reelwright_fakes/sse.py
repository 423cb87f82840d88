"""Server-sent events, framed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

from starlette.responses import StreamingResponse


def frame(data: dict[str, Any], *, event: str | None = None) -> bytes:
    """One event."""
    named = f"event: {event}\n" if event else ""
    return f"{named}data: {json.dumps(data)}\n\n".encode()


def stream(frames: AsyncIterator[bytes]) -> StreamingResponse:
    """A response that sends frames as they come."""
    return StreamingResponse(frames, media_type="text/event-stream", headers={"cache-control": "no-cache"})


async def each(frames: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Frames that are there already, as a stream."""
    for ready in frames:
        yield ready
