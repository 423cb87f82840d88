"""A process of its own that plays the runners of many jobs: it records their events, each with the time it was made."""

from __future__ import annotations

import asyncio
import hashlib
import json
import sys
import time
from collections.abc import Awaitable, Callable

import psycopg

from reelwright_kit import database
from reelwright_kit.jobs.model import NewJob, State
from reelwright_kit.jobs.store import JobStore

TENANT = "local"
CHANNEL = "bench"
JOBS = 100
WORDS = 10
EVERY_S = 0.01
"""One event of some job every hundredth of a second: each job speaks once a second."""

TABLE = "create table if not exists bench_words (id bigserial primary key, word text not null)"
NOTIFY = f"select pg_notify('{CHANNEL}', %s)"
INSERT_AND_NOTIFY = f"""
with written as (insert into bench_words (word) values (%s) returning word)
select pg_notify('{CHANNEL}', word) from written
"""

Say = Callable[[int, str], Awaitable[object]]


async def main(url: str, what: str) -> None:
    """Speaks as `what` says: `jobs`, `notify` or `insert`; begins when it is told to by a line."""
    if what == "jobs":
        async with database.connect(url, 4) as pool:
            await _as_jobs(JobStore(pool))
        return
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(TABLE.encode())
        statement = (NOTIFY if what == "notify" else INSERT_AND_NOTIFY).encode()
        await _told_to([])
        await _speak(lambda _number, word: connection.execute(statement, (word,)))


async def _as_jobs(store: JobStore) -> None:
    jobs = [await _running(store, number) for number in range(JOBS)]
    await _told_to(jobs)
    await _speak(lambda number, word: store.append(TENANT, jobs[number], "PROGRESS", {"message": word}))
    for job in jobs:
        await store.finish(TENANT, job, State.SUCCEEDED, result={})


async def _running(store: JobStore, number: int) -> str:
    # Of an application that does not run, so that nobody else works on it.
    digest = hashlib.sha256(str(number).encode()).digest()
    new = NewJob(prefix="ben", kind="bench", queue="bench", app="nobody", request={}, digest=digest)
    job = (await store.admit(TENANT, new)).id
    await store.begin(TENANT, job)
    return job


async def _told_to(jobs: list[str]) -> None:
    print(json.dumps(jobs), flush=True)
    await asyncio.to_thread(sys.stdin.readline)


async def _speak(say: Say) -> None:
    began = time.monotonic()
    for number in range(JOBS * WORDS):
        await asyncio.sleep(began + number * EVERY_S - time.monotonic())
        # The clock of the machine, which the listening process reads too.
        await say(number % JOBS, str(time.monotonic_ns()))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
