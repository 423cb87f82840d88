"""Jobs as tests admit them."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from typing import Any

import msgspec

from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import EventRecord, Json, NewJob

TENANT = "local"
APP = "mill"
QUEUE = "mill.work"
PATIENCE_S = 30.0


def new_job(request: Json | None = None, **changed: Any) -> NewJob:
    """A job with this request, whose digest follows from it."""
    body = request or {}
    fields: dict[str, Any] = {
        "prefix": "mil",
        "kind": "mill",
        "queue": QUEUE,
        "app": APP,
        "request": body,
        "digest": hashlib.sha256(msgspec.json.encode(body, order="deterministic")).digest(),
    }
    return NewJob(**(fields | changed))


async def seen(feed: JobFeed, job: str, after: int = 0) -> list[EventRecord]:
    """Every event of a job up to its end."""
    async with asyncio.timeout(PATIENCE_S), contextlib.aclosing(feed.watch(TENANT, job, after)) as events:
        return [event async for event in events]


async def until(feed: JobFeed, job: str, stage: str) -> EventRecord:
    """The first event of a job that has this stage."""
    async with asyncio.timeout(PATIENCE_S), contextlib.aclosing(feed.watch(TENANT, job)) as events:
        async for event in events:
            if event.body["stage"] == stage:
                return event
    raise AssertionError(f"{job} ended without coming to {stage}")
