"""Request ids: which job a repeated call stands for, so that it joins that job instead of making another."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from reelwright_kit.database import Connection
from reelwright_kit.errors import RequestIdReused
from reelwright_kit.jobs.model import JobRecord, NewJob

ANSWER_MARGIN_S = 10.0
"""A call that was broken off counts as being answered for its wait and this long."""

_JOIN = """
insert into reelwright.keyless_calls as known (tenant, scope, digest, subject, open_until)
values (%(tenant)s, %(scope)s, %(digest)s, %(job)s, clock_timestamp() + make_interval(secs => %(open_s)s))
on conflict (tenant, scope, digest) do update set
  subject = excluded.subject, open_until = excluded.open_until, create_time = clock_timestamp()
where known.open_until <= statement_timestamp() - make_interval(secs => %(age_s)s)
  and not (%(retried)s and known.create_time > clock_timestamp() - make_interval(secs => %(window_s)s))
returning subject
"""


@dataclass(frozen=True)
class Keyless:
    """How a call without a request id may join the job of an equal call before it."""

    retried: bool
    """The caller says that it repeats a call."""
    window_s: float
    """How old that job may be, seconds."""
    wait_s: float = 0.0
    """How long the caller waits for the answer at most, seconds."""
    arrived: float = field(default_factory=time.monotonic)
    """When the call came, by this process's clock: what was not answered by then was in flight beside it."""


@dataclass(frozen=True)
class Admitted:
    """The job of a call; `joined` when an earlier call made it."""

    record: JobRecord
    joined: bool


async def claim(connection: Connection, tenant: str, new: NewJob, job: str) -> str | None:
    """Takes the request id for `job`; returns the job that has it already, for the same body."""
    while True:
        # Waits while another transaction claims the same id: its rollback leaves the id to this one.
        claimed = await connection.execute(
            "insert into reelwright.request_ids (tenant, scope, request_id, digest, subject)"
            " values (%s, %s, %s, %s, %s) on conflict (tenant, scope, request_id) do nothing returning subject",
            (tenant, new.app, new.request_id, new.digest, job),
        )
        if await claimed.fetchone():
            return None
        if known := await find(connection, tenant, new.app, new.request_id, new.digest):
            return known


async def find(connection: Connection, tenant: str, scope: str, request_id: str, digest: bytes) -> str | None:
    """The job that has the request id, for the same body; raises RequestIdReused when it was another one."""
    # Locked, so that the job it names cannot be deleted before it is read.
    known = await connection.execute(
        "select digest, subject from reelwright.request_ids"
        " where tenant = %s and scope = %s and request_id = %s for share",
        (tenant, scope, request_id),
    )
    row = await known.fetchone()
    if row is None:
        return None
    if bytes(row["digest"]) != digest:
        raise RequestIdReused(request_id, "job", row["subject"])
    return str(row["subject"])


async def join(connection: Connection, tenant: str, new: NewJob, job: str, keyless: Keyless) -> str | None:
    """Notes that `job` is made for this body; returns the job of an equal call that this one repeats instead."""
    values = _named(tenant, new, job) | {
        "retried": keyless.retried,
        "window_s": keyless.window_s,
        "open_s": keyless.wait_s + ANSWER_MARGIN_S,
    }
    while True:
        values["age_s"] = time.monotonic() - keyless.arrived
        # Waits while another transaction admits the same body.
        if await (await connection.execute(_JOIN, values)).fetchone():
            return None
        known = await connection.execute(
            "select subject from reelwright.keyless_calls"
            " where tenant = %(tenant)s and scope = %(scope)s and digest = %(digest)s for share",
            values,
        )
        if row := await known.fetchone():
            return str(row["subject"])


async def answered(connection: Connection, tenant: str, new: NewJob, job: str) -> None:
    """Notes that the call that made `job` has its answer: an equal one that comes now means another job."""
    await connection.execute(
        "update reelwright.keyless_calls set open_until = clock_timestamp()"
        " where tenant = %(tenant)s and scope = %(scope)s and digest = %(digest)s and subject = %(job)s",
        _named(tenant, new, job),
    )


def _named(tenant: str, new: NewJob, job: str) -> dict[str, Any]:
    # Two keys that ask for the same want it twice: each pays for its own.
    scope = f"{new.app}/{new.key}" if new.key else new.app
    return {"tenant": tenant, "scope": scope, "digest": new.digest, "job": job}
