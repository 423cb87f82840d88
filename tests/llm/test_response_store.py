"""Responses at rest: what nobody works on is taken by somebody, and a log is read from where its reader is."""

from __future__ import annotations

from reelwright.llm.v1 import responses_service_pb2 as pb
from reelwright_kit import database
from reelwright_llm.responses.store import Held, ResponseStore
from reelwright_llm.responses.task import Order, Task
from tests.llm.responding import create
from tests.postgres import Postgres

TENANT = "local"


def accepted(response: str) -> Task:
    """A response that is to be kept with its events."""
    task = Task.new(Order(response, TENANT, "", "call", create(), b"digest", logged=True))
    task.queue()
    return task


async def test_what_a_living_process_does_not_work_on_is_taken(postgres: Postgres) -> None:
    """Left for want of room, or because the work on it crashed: its holder lives on, and does not keep it."""
    url = postgres.fresh()
    await database.migrate(url)
    async with database.connect(url, 2) as pool:
        full, free = ResponseStore(pool, "full"), ResponseStore(pool, "free")
        crashing, peer = ResponseStore(pool, "crashing", lease_s=0.0), ResponseStore(pool, "peer")
        left, crashed, kept = accepted("resp_left"), accepted("resp_crashed"), accepted("resp_kept")
        assert await full.add(left, left.teller.take()) and await full.add(kept, kept.teller.take())
        assert await crashing.add(crashed, crashed.teller.take())
        await full.release(Held(left, 1))
        assert await full.renew(["resp_kept", "resp_left"]) == {"resp_kept": 1}
        assert await ResponseStore(pool, "crashing").renew([]) == {}
        taken = [*await free.take(1), *await peer.take(9)]
    assert {held.task.order.id: held.attempt for held in taken} == {"resp_left": 2, "resp_crashed": 2}


async def test_a_log_is_read_from_any_event(postgres: Postgres) -> None:
    """Also from the middle of those that were written down together."""
    url = postgres.fresh()
    await database.migrate(url)
    async with database.connect(url, 2) as pool:
        store, task = ResponseStore(pool, "one"), accepted("resp_read")
        await store.add(task, task.teller.take())
        for _ in range(3):
            task.start()
            task.start()
            assert await store.write(Held(task, 1), task.teller.take())
        whole, ended = await store.events(TENANT, "resp_read", -1)
        assert [event.sequence for event in whole] == list(range(8)) and not ended
        assert whole[2].kind == pb.RESPONSE_EVENT_KIND_STARTED
        for after in range(8):
            assert (await store.events(TENANT, "resp_read", after))[0] == whole[after + 1 :]
