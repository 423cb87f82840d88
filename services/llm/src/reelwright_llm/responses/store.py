"""Responses in the database: accepted once per request id, written by one worker at a time, read by everybody."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reelwright.llm.v1 import llm_service_pb2 as llm
from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit.database import Connection, Pool
from reelwright_llm.responses.errors import ResponseNotFound
from reelwright_llm.responses.task import OPEN, Order, Task, state_name
from reelwright_llm.responses.telling import Teller

CHANNEL = "reelwright_responses"
"""Whatever is new of a logged response is announced here as `<id> <state>`; a deleted one has the state DELETED."""

LEASE_S = 10.0
"""A response is taken over when its worker has not been heard of for so long."""
MOST_ATTEMPTS = 5
"""One whose worker died so often while it was made is given up: it is probably what kills them."""

_COLUMNS = "tenant, id, key, call_id, digest, request_id, logged, request, history"
_ALL = f"{_COLUMNS}, attempt, response, produced"
_ADD = f"""
insert into reelwright.responses ({_COLUMNS}, stored, state, produced, response, last_sequence, attempt, holder,
  open_until, end_time)
values (%(tenant)s, %(id)s, %(key)s, %(call_id)s, %(digest)s, %(request_id)s, %(logged)s, %(request)s, %(history)s,
  %(stored)s, %(state)s, %(produced)s, %(response)s, %(last_sequence)s, 1, %(holder)s,
  clock_timestamp() + make_interval(secs => %(lease_s)s), case when %(open)s then null else clock_timestamp() end)
on conflict (tenant, request_id) where request_id <> '' do nothing
returning id
"""
_EVENTS = """
insert into reelwright.response_events (tenant, response, sequence, events)
values (%(tenant)s, %(id)s, %(first)s, %(events)s) on conflict do nothing
"""
_TOLD = """
with told as (select * from reelwright.response_events where tenant = %(tenant)s and response = %(id)s)
select events from told
where sequence >= (select coalesce(max(sequence), 0) from told where sequence <= %(after)s + 1)
order by sequence
"""
_WRITE = """
update reelwright.responses set state = %(state)s, produced = %(produced)s, response = %(response)s,
  last_sequence = %(last_sequence)s, end_time = case when %(open)s then null else clock_timestamp() end
where tenant = %(tenant)s and id = %(id)s and attempt = %(attempt)s and end_time is null
returning id
"""
_TAKE = f"""
update reelwright.responses set attempt = attempt + 1, holder = %(holder)s,
  open_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
where (tenant, id) in (
  select tenant, id from reelwright.responses
  where state in ('QUEUED', 'IN_PROGRESS') and open_until <= clock_timestamp()
  order by create_time limit %(room)s for update skip locked)
returning {_ALL}
"""
_RENEW = """
update reelwright.responses set open_until = clock_timestamp() + make_interval(secs => %(lease_s)s)
where id = any(%(running)s) and holder = %(holder)s and state in ('QUEUED', 'IN_PROGRESS') returning id, attempt
"""
_RELEASE = """
update reelwright.responses set open_until = '-infinity', holder = ''
where tenant = %(tenant)s and id = %(id)s and attempt = %(attempt)s and end_time is null
"""
_FIND = f"select {_ALL} from reelwright.responses where tenant = %(tenant)s and id = %(id)s and stored"
_KNOWN = """
select id, digest from reelwright.responses where tenant = %(tenant)s and request_id = %(request_id)s
"""
_RECENT = """
select id, digest from reelwright.responses
where tenant = %(tenant)s and key = %(key)s and digest = %(digest)s
  and request_id = '' and logged and state <> 'CANCELLED'
  and create_time > clock_timestamp() - make_interval(secs => %(window_s)s)
order by create_time desc limit 1
"""
_OLD = """
delete from reelwright.responses where (tenant, id) in (
  select tenant, id from reelwright.responses
  where end_time < clock_timestamp() - case when stored
      then nullif(make_interval(secs => %(age_s)s), interval '0') else make_interval(secs => %(key_age_s)s) end
  order by end_time limit 500 for update skip locked)
"""
_TELL = f"select pg_notify('{CHANNEL}', %(id)s || ' ' || %(state)s)"


@dataclass(frozen=True)
class Held:
    """A response that this process works on, as the `attempt`-th that did."""

    task: Task
    attempt: int


@dataclass(frozen=True)
class Record:
    """A response as it is kept."""

    response: pb.Response
    request: pb.CreateResponseRequest
    conversation: Sequence[llm.Message]
    """All of it, with what has been produced."""
    logged: bool

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self.response.state not in OPEN


class ResponseStore:
    """Keeps the responses of all tenants."""

    def __init__(self, pool: Pool, holder: str, lease_s: float = LEASE_S) -> None:
        self._pool = pool
        self._lease = {"holder": holder, "lease_s": lease_s}

    async def add(self, task: Task, events: Sequence[pb.ResponseEvent]) -> bool:
        """Keeps a new response with its first events, held by this process; False when its request id is taken."""
        order = task.order
        values = _values(task) | {
            "key": order.key,
            "call_id": order.call_id,
            "digest": order.digest,
            "request_id": order.request_id,
            "logged": order.logged,
            "stored": order.stored,
            "request": order.request.SerializeToString(),
            "history": _packed(order.history),
        }
        async with self._changing() as connection:
            row = await (await connection.execute(_ADD.encode(), values | self._lease)).fetchone()
            if row and events:
                await connection.execute(_EVENTS.encode(), values | _batch(events))
            return row is not None

    async def write(self, held: Held, events: Sequence[pb.ResponseEvent]) -> bool:
        """Writes down events, and what the response is after them; False when it is not this worker's any more."""
        values = _values(held.task) | {"attempt": held.attempt}
        async with self._changing() as connection:
            if not await (await connection.execute(_WRITE.encode(), values)).fetchone():
                return False
            if events:
                await connection.execute(_EVENTS.encode(), values | _batch(events))
            await connection.execute(_TELL.encode(), values)
            return True

    async def take(self, room: int) -> list[Held]:
        """Takes at most `room` responses that nobody works on, the oldest first."""
        async with self._changing() as connection:
            rows = await (await connection.execute(_TAKE.encode(), self._lease | {"room": room})).fetchall()
            return [await self._held(connection, row) for row in rows]

    async def renew(self, running: Sequence[str]) -> dict[str, int]:
        """Says that this process still works on these; those it has, with the number of its attempt.

        What it has and does not work on is left to be taken, by itself or another.
        """
        async with self._pool.connection() as connection:
            rows = await (
                await connection.execute(_RENEW.encode(), self._lease | {"running": list(running)})
            ).fetchall()
        return {row["id"]: row["attempt"] for row in rows}

    async def release(self, held: Held) -> None:
        """Leaves a response to whoever takes it next."""
        values = {"tenant": held.task.order.tenant, "id": held.task.order.id, "attempt": held.attempt}
        async with self._pool.connection() as connection:
            await connection.execute(_RELEASE.encode(), values)

    async def get(self, tenant: str, response: str) -> Record:
        """One response; raises ResponseNotFound."""
        async with self._pool.connection() as connection:
            return _record(await _row(connection, _FIND, {"tenant": tenant, "id": response}), response)

    async def response(self, tenant: str, response: str) -> pb.Response:
        """One response, also one that is not shown to who asks for it; raises ResponseNotFound."""
        named = {"tenant": tenant, "id": response}
        statement = "select response from reelwright.responses where tenant = %(tenant)s and id = %(id)s"
        async with self._pool.connection() as connection:
            row = await _row(connection, statement, named)
        if row is None:
            raise ResponseNotFound(response)
        return pb.Response.FromString(bytes(row["response"]))

    async def known(self, tenant: str, request_id: str) -> tuple[str, bytes] | None:
        """Id and digest of what was made under a request id."""
        return await self._known(_KNOWN, {"tenant": tenant, "request_id": request_id})

    async def recent(self, order: Order, window_s: float) -> tuple[str, bytes] | None:
        """Id and digest of an equal request of the same key, so many seconds ago at most."""
        named = {"tenant": order.tenant, "key": order.key, "digest": order.digest, "window_s": window_s}
        return await self._known(_RECENT, named)

    async def events(self, tenant: str, response: str, after: int) -> tuple[list[pb.ResponseEvent], bool]:
        """The events after number `after`, and whether those are all there will ever be; raises ResponseNotFound."""
        async with self._changing() as connection:
            named = {"tenant": tenant, "id": response}
            row = await _row(
                connection,
                "select end_time from reelwright.responses where tenant = %(tenant)s and id = %(id)s",
                named,
            )
            if row is None:
                raise ResponseNotFound(response)
            told = await _events(connection, tenant, response, after)
        return [event for event in told if event.sequence > after], row["end_time"] is not None

    async def cancel(self, tenant: str, response: str) -> Record:
        """Ends an open response as CANCELLED; the record after that. Raises ResponseNotFound."""
        named = {"tenant": tenant, "id": response}
        async with self._changing() as connection:
            row = await _row(connection, f"{_FIND} for update", named)
            record = _record(row, response)
            if row is None or record.ended or not record.logged:
                return record
            held = await self._held(connection, row)
            held.task.cancel()
            values = _values(held.task) | {"attempt": row["attempt"]}
            await connection.execute(_WRITE.encode(), values)
            await connection.execute(_EVENTS.encode(), values | _batch(held.task.teller.take()))
            await connection.execute(_TELL.encode(), values)
            return _record(await _row(connection, _FIND, named), response)

    async def delete(self, tenant: str, response: str) -> None:
        """Removes a response with its events; raises ResponseNotFound."""
        async with self._changing() as connection:
            gone = "delete from reelwright.responses where tenant = %(tenant)s and id = %(id)s and stored returning id"
            if not await _row(connection, gone, {"tenant": tenant, "id": response}):
                raise ResponseNotFound(response)
            await connection.execute(_TELL.encode(), {"id": response, "state": "DELETED"})

    async def remove_old(self, age_s: float, key_age_s: float) -> None:
        """Removes those that ended longer ago than `age_s` seconds (0: none), and unstored ones after `key_age_s`."""
        async with self._pool.connection() as connection:
            await connection.execute(_OLD.encode(), {"age_s": age_s, "key_age_s": key_age_s})

    async def _known(self, statement: str, named: Mapping[str, Any]) -> tuple[str, bytes] | None:
        async with self._pool.connection() as connection:
            row = await _row(connection, statement, named)
        return (row["id"], bytes(row["digest"])) if row else None

    async def _held(self, connection: Connection, row: Mapping[str, Any]) -> Held:
        order = Order(
            row["id"],
            row["tenant"],
            row["key"],
            row["call_id"],
            pb.CreateResponseRequest.FromString(bytes(row["request"])),
            bytes(row["digest"]),
            _unpacked(row["history"]),
            row["request_id"],
            row["logged"],
        )
        teller = Teller.after(await _events(connection, order.tenant, order.id))
        response = pb.Response.FromString(bytes(row["response"]))
        return Held(Task(order, response, teller, _unpacked(row["produced"])), row["attempt"])

    @contextlib.asynccontextmanager
    async def _changing(self) -> AsyncIterator[Connection]:
        async with self._pool.connection() as connection, connection.transaction():
            yield connection


async def _row(connection: Connection, statement: str, values: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return await (await connection.execute(statement.encode(), values)).fetchone()


async def _events(connection: Connection, tenant: str, response: str, after: int = -1) -> list[pb.ResponseEvent]:
    """The events from the row on that has the one after number `after`."""
    rows = await connection.execute(_TOLD.encode(), {"tenant": tenant, "id": response, "after": after})
    batches = [pb.WatchResponseResponse.FromString(bytes(row["events"])) for row in await rows.fetchall()]
    return [event for batch in batches for event in batch.events]


def _record(row: Mapping[str, Any] | None, response: str) -> Record:
    if row is None:
        raise ResponseNotFound(response)
    request = pb.CreateResponseRequest.FromString(bytes(row["request"]))
    said = [*_unpacked(row["history"]), *request.chat.messages, *_unpacked(row["produced"])]
    return Record(pb.Response.FromString(bytes(row["response"])), request, said, row["logged"])


def _values(task: Task) -> dict[str, Any]:
    return {
        "tenant": task.order.tenant,
        "id": task.order.id,
        "state": state_name(task.response),
        "open": task.response.state in OPEN,
        "produced": _packed(task.produced),
        "response": task.response.SerializeToString(),
        "last_sequence": task.teller.sequence - 1,
    }


def _batch(events: Sequence[pb.ResponseEvent]) -> dict[str, Any]:
    return {"first": events[0].sequence, "events": pb.WatchResponseResponse(events=events).SerializeToString()}


def _packed(messages: Sequence[llm.Message]) -> bytes:
    return llm.ChatRequest(messages=messages).SerializeToString()


def _unpacked(data: bytes) -> Sequence[llm.Message]:
    return llm.ChatRequest.FromString(bytes(data)).messages
