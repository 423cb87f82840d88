"""A job's events as server-sent events, through Envoy and the adapters."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx
import pytest
from tests.gateway.edge import Gateway, Opener
from tests.gateway.suite import Event, Log

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright_gateway.progress import frame

pytestmark = pytest.mark.asyncio(loop_scope="session")


@dataclass
class Frame:
    """One event as it came."""

    id: str
    event: str
    text: str

    @property
    def sequence(self) -> int:
        """Position in the log, as the data has it."""
        return int(json.loads(self.text)["sequence"])


async def blocks(answer: httpx.Response) -> AsyncIterator[str]:
    """What is between empty lines."""
    lines: list[str] = []
    async for line in answer.aiter_lines():
        if line:
            lines.append(line)
        else:
            yield "\n".join(lines)
            lines.clear()


async def frames(answer: httpx.Response) -> AsyncIterator[Frame]:
    """The events, without comments."""
    async for block in blocks(answer):
        fields = dict(line.split(": ", 1) for line in block.splitlines())
        if "id" in fields:
            yield Frame(fields["id"], fields["event"], fields["data"])


@contextlib.asynccontextmanager
async def watching(gateway: Gateway, log: Log, **headers: str) -> AsyncIterator[httpx.Response]:
    """An open event stream of a job."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    async with gateway.rest.stream("GET", f"/api/v1/jobs/{log.job}/events", headers=told) as answer:
        yield answer


async def whole(gateway: Gateway, log: Log, **headers: str) -> list[Frame]:
    """Every event until the stream ends."""
    async with watching(gateway, log, **headers) as answer:
        return [one async for one in frames(answer)]


async def film(gateway: Gateway, name: str) -> Log:
    """A job with one event of each type, ended."""
    log = gateway.memory.job(name)
    for kind in (Event.TYPE_QUEUE, Event.TYPE_PROGRESS, Event.TYPE_PART, Event.TYPE_PREVIEW, Event.TYPE_COST):
        await log.add(kind, message="schön\nzwei")
    await log.end()
    return log


async def test_events_come_in_order_named_and_numbered_to_the_terminal_one(gateway: Gateway) -> None:
    log = await film(gateway, "sty_order")

    async with watching(gateway, log) as answer:
        text = [block async for block in blocks(answer)]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert (answer.headers["cache-control"], answer.headers["x-accel-buffering"]) == ("no-store", "no")
    assert text[0] == "retry: 1000"
    seen = await whole(gateway, log)
    assert [one.event for one in seen] == ["queue", "progress", "part", "preview", "cost", "state"]
    assert [one.id for one in seen] == ["1", "2", "3", "4", "5", "6"]
    assert json.loads(seen[-1].text)["state"] == "STATE_SUCCEEDED"


async def test_events_are_those_of_the_transcoded_watch(gateway: Gateway) -> None:
    log = await film(gateway, "sty_same")

    lines = (await gateway.rest.get(f"/api/v1/jobs/{log.job}:watch")).text.splitlines()

    assert [json.loads(one.text) for one in await whole(gateway, log)] == [json.loads(line)["event"] for line in lines]


@pytest.mark.parametrize(("header", "query", "first"), [("2", "", 3), ("", "4", 5), ("5", "1", 6), ("0", "3", 1)])
async def test_stream_resumes_after_the_event_named_by_header_before_query(
    gateway: Gateway, header: str, query: str, first: int
) -> None:
    log = await film(gateway, "sty_resume")
    path = f"/api/v1/jobs/{log.job}/events" + (f"?after_sequence={query}" if query else "")

    answer = await gateway.rest.get(path, headers={"last-event-id": header} if header else {})

    ids = [line for line in answer.text.splitlines() if line.startswith("id: ")]
    assert ids == [f"id: {number}" for number in range(first, 7)]


async def test_reconnect_after_the_terminal_event_is_told_to_stop(gateway: Gateway) -> None:
    log = await film(gateway, "sty_stop")

    answer = await gateway.rest.get(f"/api/v1/jobs/{log.job}/events", headers={"last-event-id": "6"})

    assert (answer.status_code, answer.content) == (204, b"")


@pytest.mark.parametrize("wrong", ["x", "-1", "1.5", "99999999999", "٣"])
async def test_bad_last_event_id_is_refused_by_name(gateway: Gateway, wrong: str) -> None:
    log = await film(gateway, "sty_wrong")

    answer = await gateway.rest.get(f"/api/v1/jobs/{log.job}/events", headers=[(b"last-event-id", wrong.encode())])

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["metadata"]["field"] == "Last-Event-ID"


@pytest.mark.parametrize("query", ["after_sequence=x", "after=3"])
async def test_bad_or_unknown_parameter_is_refused_by_name(gateway: Gateway, query: str) -> None:
    answer = await gateway.rest.get(f"/api/v1/jobs/any/events?{query}")

    assert answer.status_code == 400
    assert answer.json()["error"]["details"][0]["metadata"]["field"] == query.partition("=")[0]


async def test_unknown_job_is_not_found_before_any_event(gateway: Gateway) -> None:
    answer = await gateway.rest.get("/api/v1/jobs/none/events")

    assert answer.status_code == 404
    assert answer.json()["error"]["details"][0]["reason"] == "JOB_NOT_FOUND"


async def test_silence_is_filled_with_heartbeats(gateway: Gateway) -> None:
    log = gateway.memory.job("sty_silent")

    async with watching(gateway, log) as answer:
        source = blocks(answer)
        beats = [await anext(source) for _ in range(3)]
        await log.end()
        rest = [block async for block in source]

    assert beats == ["retry: 1000", ": heartbeat", ": heartbeat"]
    assert rest[-1].startswith("id: 1\nevent: state\n")


async def test_two_watchers_see_the_same(gateway: Gateway) -> None:
    log = gateway.memory.job("sty_two")
    await log.add(message="early")
    watchers = [asyncio.create_task(whole(gateway, log)) for _ in range(2)]
    await asyncio.wait_for(log.watched.wait(), 5)
    for number in range(20):
        await log.add(percent=float(number))
    await log.end()

    first, second = await asyncio.gather(*watchers)

    assert first == second
    assert [one.sequence for one in first] == list(range(1, 23))


async def test_client_that_leaves_ends_the_call_at_the_service_at_once(gateway: Gateway) -> None:
    log = gateway.memory.job("sty_leave")
    await log.add()

    async with watching(gateway, log) as answer:
        await anext(frames(answer))
        assert not log.left.is_set()

    await asyncio.wait_for(log.left.wait(), 2)


async def test_stream_survives_services_that_die_without_gap_or_double(own_gateway: Opener) -> None:
    async with own_gateway(heartbeat_s=0.05) as gateway:
        log = gateway.memory.job("sty_break")
        await log.add()
        seen = []
        async with watching(gateway, log) as answer:
            source = frames(answer)
            seen.append(await anext(source))
            for _ in range(2):
                calls = {name: one.heard.calls for name, one in gateway.services.items()}
                watched = next(name for name in calls if "/reelwright.jobs.v1.JobService/WatchJob" in calls[name])
                log.left.clear()
                await gateway.services[watched].server.stop(None)
                await gateway.restart(watched)
                await log.add()
                seen.append(await anext(source))
            await log.end()
            seen += [one async for one in source]

    assert [one.sequence for one in seen] == [1, 2, 3, 4]


async def test_job_that_was_run_again_is_followed_beyond_its_first_end(gateway: Gateway) -> None:
    log = gateway.memory.job("sty_again")
    await log.end(pb.Job.STATE_FAILED)
    await log.add(Event.TYPE_STATE, state=pb.Job.STATE_QUEUED)
    await log.end()

    assert [one.sequence for one in await whole(gateway, log)] == [1, 2, 3]


async def test_streams_end_when_the_adapters_are_about_to_stop(own_gateway: Opener) -> None:
    async with own_gateway() as gateway:
        log = gateway.memory.job("sty_drain")
        await log.add()
        async with watching(gateway, log) as answer:
            source = frames(answer)
            await anext(source)
            gateway.draining.set()
            rest = [one async for one in source]

    assert rest == []


async def test_stream_of_a_key_that_is_revoked_says_so_and_ends(gateway: Gateway) -> None:
    log = gateway.memory.job("sty_revoked")
    await log.add()
    async with watching(gateway, log, x_request_id="revoked-1") as answer:
        source = blocks(answer)
        seen = [await anext(source), await anext(source)]
        await asyncio.wait_for(log.watched.wait(), 5)
        await log.withdraw()
        rest = [block async for block in source if block != ": heartbeat"]

    assert [block.splitlines()[0] for block in seen] == ["retry: 1000", "id: 1"]
    [last] = rest
    name, data = last.splitlines()
    told = json.loads(data.removeprefix("data: "))["error"]
    # Without an id: who comes back goes on after the last real event.
    assert name == "event: error"
    assert (told["code"], told["request_id"]) == ("UNAUTHENTICATED", "revoked-1")
    assert told["details"][0]["reason"] == "KEY_INVALID"
    watches = [one.heard.calls.count("/reelwright.jobs.v1.JobService/WatchJob") for one in gateway.services.values()]
    await gateway.rest.get("/health")
    again = [one.heard.calls.count("/reelwright.jobs.v1.JobService/WatchJob") for one in gateway.services.values()]
    assert again == watches


async def test_event_of_a_type_that_is_not_known_yet_keeps_its_number() -> None:
    event = pb.JobEvent(sequence=1)
    event.MergeFromString(b"\x20\x63")

    assert b"event: type-99\n" in frame(event)
