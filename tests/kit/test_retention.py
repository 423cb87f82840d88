"""What is too old goes: whole trees with their files, keys and texts, and nothing that anybody still needs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from reelwright_kit.assets.index import KEY_LOCK
from reelwright_kit.assets.library import Library
from reelwright_kit.assets.model import AssetRecord, Provenance
from reelwright_kit.database import Pool
from reelwright_kit.errors import AssetNotFound, JobNotFound, JobStateConflict
from reelwright_kit.jobs import retention
from reelwright_kit.jobs.model import State
from reelwright_kit.jobs.retention import RETENTION_LOCK, Ages, Retention
from reelwright_kit.jobs.store import JobStore
from tests.kit.orders import PATIENCE_S, TENANT, new_job

DAY_S = 86_400.0
TABLES = ("jobs", "job_events", "request_ids", "keyless_calls", "submissions", "assets", "answers")


@pytest.fixture
def keeper(pool: Pool, library: Library) -> Retention:
    """Retention of a day."""
    return Retention(pool, library, Ages(DAY_S, DAY_S, 120.0))


async def run(pool: Pool, statement: str, *values: Any) -> list[dict[str, Any]]:
    async with pool.connection() as connection:
        cursor = await connection.execute(statement.encode(), values)
        return await cursor.fetchall() if cursor.description else []


async def ended(jobs: JobStore, state: State = State.SUCCEEDED, **changed: Any) -> str:
    """A job that has just ended."""
    job = (await jobs.admit(TENANT, new_job(**changed))).id
    await jobs.finish(TENANT, job, state, result={"image": {}})
    return job


async def aged(pool: Pool, hours: float, *ids: str) -> None:
    """Moves jobs, their keys and their calls back in time."""
    by = f"make_interval(secs => {hours * 3600})"
    moved = f"create_time = create_time - {by}, end_time = end_time - {by}"
    await run(pool, f"update reelwright.jobs set {moved} where id = any(%s)", list(ids))
    for table in ("request_ids", "keyless_calls"):
        await run(
            pool, f"update reelwright.{table} set create_time = create_time - {by} where subject = any(%s)", [*ids]
        )


async def left(pool: Pool) -> dict[str, int]:
    return {table: (await run(pool, f"select count(*) as n from reelwright.{table}"))[0]["n"] for table in TABLES}


async def made_by(library: Library, tmp_path: Path, job: str, name: str) -> AssetRecord:
    """A file of a job."""
    path = tmp_path / name
    path.write_text(name)
    return await library.keep(TENANT, path, media_type="text/plain", slot=name, provenance=Provenance(job=job))


def stored(tmp_path: Path) -> list[str]:
    return sorted(path.read_text() for path in (tmp_path / "store").rglob("*") if path.is_file())


async def test_an_old_tree_goes_with_its_events_keys_submissions_and_unkept_files(
    jobs: JobStore, pool: Pool, library: Library, keeper: Retention, tmp_path: Path
) -> None:
    top = (await jobs.admit(TENANT, new_job(request_id="top"))).id
    child = await ended(jobs, parent=top, request_id="child")
    grandchild = await ended(jobs, State.FAILED, parent=top)
    await jobs.finish(TENANT, top, State.SUCCEEDED, result={"image": {}})
    await run(
        pool,
        "insert into reelwright.submissions (job, intent, tenant, provider, model, state)"
        " values (%s, 'picture', %s, 'mill', 'm', 'SETTLED')",
        child,
        TENANT,
    )
    kept = await made_by(library, tmp_path, child, "kept")
    unkept = await made_by(library, tmp_path, top, "unkept")
    await library.index.update(TENANT, kept.id, {"keep": True})
    await aged(pool, 25, top, child, grandchild)

    removed = await keeper.sweep()

    assert removed["jobs"] == 3
    assert await left(pool) == dict.fromkeys(TABLES, 0) | {"assets": 1}
    after = await library.index.get(TENANT, kept.id)
    assert after.job == "" and after.provenance == kept.provenance
    assert stored(tmp_path) == ["kept"]
    with pytest.raises(AssetNotFound):
        await library.index.get(TENANT, unkept.id)


async def test_a_tree_stays_until_its_root_has_ended_long_ago(jobs: JobStore, pool: Pool, keeper: Retention) -> None:
    young, running = await ended(jobs), (await jobs.admit(TENANT, new_job())).id
    child = await ended(jobs, parent=running)
    going_on = (await jobs.admit(TENANT, new_job())).id
    going_on_child = (await jobs.admit(TENANT, new_job(parent=going_on))).id
    middle = (await jobs.admit(TENANT, new_job(parent=going_on_child))).id
    await jobs.finish(TENANT, going_on_child, State.SUCCEEDED, result={})
    await jobs.finish(TENANT, going_on, State.SUCCEEDED, result={})
    await aged(pool, 23, young)
    await aged(pool, 99, running, child, going_on, going_on_child, middle)

    assert (await keeper.sweep())["jobs"] == 0
    assert (await left(pool))["jobs"] == 6


async def test_a_tree_with_a_submission_in_doubt_stays_until_the_doubt_is_gone(
    jobs: JobStore, pool: Pool, keeper: Retention
) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    child = await ended(jobs, State.FAILED, parent=top)
    await jobs.finish(TENANT, top, State.FAILED, error={})
    await run(
        pool,
        "insert into reelwright.submissions (job, intent, tenant, provider, model, state)"
        " values (%s, 'picture', %s, 'mill', 'm', 'AMBIGUOUS')",
        child,
        TENANT,
    )
    await aged(pool, 999, top, child)
    assert (await keeper.sweep())["jobs"] == 0

    await run(pool, "update reelwright.submissions set state = 'SETTLED'")
    assert (await keeper.sweep())["jobs"] == 2


@pytest.mark.parametrize("outcome", ["DELIVERED", "FAILED"])
async def test_a_tree_with_a_webhook_to_be_told_stays_until_it_was_told_or_given_up(
    jobs: JobStore, pool: Pool, keeper: Retention, outcome: str
) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    child = await ended(jobs, parent=top, webhook="https://hooks.example/told")
    await jobs.finish(TENANT, top, State.SUCCEEDED, result={})
    plain = await ended(jobs)
    await aged(pool, 999, top, child, plain)
    assert (await keeper.sweep())["jobs"] == 1
    assert (await jobs.get(TENANT, child)).parent == top

    await run(pool, "update reelwright.webhook_deliveries set state = %s", outcome)
    assert (await keeper.sweep())["jobs"] == 2
    assert await run(pool, "select id from reelwright.webhook_deliveries") == []


async def test_a_file_that_somebody_keeps_again_at_this_moment_is_not_taken_away(
    jobs: JobStore, pool: Pool, library: Library, keeper: Retention, tmp_path: Path
) -> None:
    job = await ended(jobs)
    record = await made_by(library, tmp_path, job, "again")
    await aged(pool, 25, job)
    async with pool.connection() as holding, holding.transaction():
        # As whoever keeps a file holds its key: from before the object is put until its row is there.
        await holding.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", (KEY_LOCK, record.key))
        sweeping = asyncio.create_task(keeper.sweep())
        async with asyncio.timeout(PATIENCE_S):
            while await jobs.exists(TENANT, job):
                pass
        columns = "id, tenant, key, filename, media_type, size_bytes, sha256"
        await holding.execute(
            f"insert into reelwright.assets ({columns}) values (%s, %s, %s, 'a.txt', 'text/plain', 5, %s)".encode(),
            (record.id, TENANT, record.key, record.sha256),
        )
    await sweeping

    assert stored(tmp_path) == ["again"]


async def test_with_no_age_jobs_stay_for_ever_and_keys_do_not(jobs: JobStore, pool: Pool, library: Library) -> None:
    job = await ended(jobs, request_id="a")
    await aged(pool, 9999, job)
    for_ever = Retention(pool, library, Ages(0.0, DAY_S, 120.0))

    removed = await for_ever.sweep()

    assert (removed["jobs"], removed["request_ids"]) == (0, 1)
    assert (await jobs.get(TENANT, job)).id == job


async def test_a_thousand_old_jobs_go_in_bounded_batches(
    jobs: JobStore, pool: Pool, keeper: Retention, library: Library, tmp_path: Path
) -> None:
    first, last = await ended(jobs, request_id="a"), await ended(jobs)
    await aged(pool, 30, first)
    await run(
        pool,
        "insert into reelwright.jobs (id, tenant, kind, queue, state, request, end_time)"
        " select 'mil_' || n, %s, 'mill', 'mill.work', 'SUCCEEDED', '{}', clock_timestamp() - interval '25 hours'"
        " from generate_series(1, 999) n",
        TENANT,
    )
    await made_by(library, tmp_path, "mil_500", "one")
    removals: list[int] = []
    async with await psycopg.AsyncConnection.connect(pool.conninfo, autocommit=True) as listening:
        await listening.execute("listen removed")
        await run(
            pool,
            "create function tell() returns trigger language plpgsql as $$ begin"
            " perform pg_notify('removed', (select count(*) from gone)::text); return null; end $$",
        )
        await run(
            pool,
            "create trigger tell after delete on reelwright.jobs referencing old table as gone"
            " for each statement execute function tell()",
        )
        assert (await keeper.sweep())["jobs"] == 1000
        async for notice in listening.notifies(timeout=PATIENCE_S):
            removals.append(int(notice.payload))
            if sum(removals) == 1000:
                break

    # The last round finds nothing; what cascades from a statement is told apart by its size, and nothing cascades here.
    assert [n for n in removals if n] == [retention.ROOTS] * 10
    assert (await left(pool))["jobs"] == 1
    assert (await jobs.get(TENANT, last)).id == last
    assert stored(tmp_path) == []


async def test_only_one_process_removes_at_a_time(jobs: JobStore, pool: Pool, keeper: Retention) -> None:
    await aged(pool, 25, await ended(jobs))
    async with pool.connection() as other, other.transaction():
        await other.execute("select pg_advisory_xact_lock(%s)", (RETENTION_LOCK,))
        assert not any((await keeper.sweep()).values())
    assert (await keeper.sweep())["jobs"] == 1


async def test_a_tree_that_somebody_moves_at_this_moment_is_left_to_the_next_time(
    jobs: JobStore, pool: Pool, keeper: Retention
) -> None:
    top = (await jobs.admit(TENANT, new_job())).id
    child = await ended(jobs, parent=top)
    await jobs.finish(TENANT, top, State.SUCCEEDED, result={})
    other = await ended(jobs)
    await aged(pool, 25, top, child, other)
    async with pool.connection() as busy, busy.transaction():
        await busy.execute("select 1 from reelwright.jobs where id = %s for update", (child,))
        assert (await keeper.sweep())["jobs"] == 1
    assert (await keeper.sweep())["jobs"] == 2


@pytest.mark.parametrize("end", ["cancel", "delete"])
async def test_removals_that_race_with_cancellations_or_deletions_remove_everything_once(
    jobs: JobStore, pool: Pool, keeper: Retention, end: str
) -> None:
    tops = []
    for _ in range(12):
        top = (await jobs.admit(TENANT, new_job(prefix="zzz"))).id
        children = [(await jobs.admit(TENANT, new_job(parent=top))).id for _ in range(3)]
        await jobs.finish(TENANT, top, State.FAILED, error={})
        await aged(pool, 25, top, *children)
        tops.append(top)
    act: Callable[[str, str], Any] = jobs.cancel if end == "cancel" else jobs.delete

    async with asyncio.timeout(PATIENCE_S):
        answers = await asyncio.gather(
            keeper.sweep(), keeper.sweep(), *(act(TENANT, top) for top in tops), return_exceptions=True
        )
    await keeper.sweep()

    failures = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(failure, JobNotFound | JobStateConflict) for failure in failures), failures
    assert (await left(pool))["jobs"] == 0


async def test_a_request_id_is_free_after_its_time_but_not_while_its_job_runs(
    jobs: JobStore, pool: Pool, keeper: Retention
) -> None:
    done = await ended(jobs, request_id="done")
    running = (await jobs.admit(TENANT, new_job(request_id="running"))).id
    top = (await jobs.admit(TENANT, new_job())).id
    child = await ended(jobs, parent=top, request_id="child")
    fresh = await ended(jobs, request_id="fresh")
    # Only the keys grow old here; the jobs themselves ended just now.
    await run(
        pool,
        "update reelwright.request_ids set create_time = create_time - interval '25 hours' where subject = any(%s)",
        [done, running, child],
    )

    assert (await keeper.sweep())["request_ids"] == 1

    again = {name: (await jobs.admit(TENANT, new_job(request_id=name))).id for name in ("done", "running", "fresh")}
    assert (again["running"], again["fresh"]) == (running, fresh)
    assert again["done"] != done
    assert (await jobs.admit(TENANT, new_job(parent=top, request_id="child"))).id == child


async def test_keys_calls_and_texts_go_in_batches(jobs: JobStore, pool: Pool, keeper: Retention) -> None:
    job = await ended(jobs)
    old = "clock_timestamp() - interval '25 hours'"
    names = "select %s, 'mill', n::text, '', %s, " + old + " from generate_series(1, 1001) n"
    columns = "(tenant, scope, request_id, digest, subject, create_time)"
    await run(pool, f"insert into reelwright.request_ids {columns} {names}", TENANT, job)
    await run(
        pool,
        "insert into reelwright.keyless_calls (tenant, scope, digest, subject, create_time, open_until)"
        f" select %s, 'mill', n::text::bytea, %s, {old}, case n when 1 then 'infinity' else now() end::timestamptz"
        " from generate_series(1, 1002) n",
        TENANT,
        job,
    )
    await run(
        pool,
        "insert into reelwright.answers (tenant, request_id, digest, answer, create_time)"
        f" select %s, n::text, '', '', {old} from generate_series(1, 1003) n",
        TENANT,
    )

    removed = await keeper.sweep()

    assert (removed["request_ids"], removed["keyless_calls"], removed["answers"]) == (1001, 1001, 1003)
    assert await left(pool) == dict.fromkeys(TABLES, 0) | {"jobs": 1, "job_events": 2, "keyless_calls": 1}


async def test_finished_workflows_of_jobs_that_are_gone_go_with_all_that_hangs_on_them(
    jobs: JobStore, pool: Pool, keeper: Retention
) -> None:
    gone, waiting, there = [await ended(jobs) for _ in range(3)]
    again = f"{gone}.2"
    await run(
        pool,
        "insert into dbos.workflow_status (workflow_uuid, status, name) values (%s, 'ERROR', 'job')",
        again,
    )
    finished = [gone, again, there]
    await run(pool, "update dbos.workflow_status set status = 'SUCCESS' where workflow_uuid = any(%s)", finished)
    for table, column in (("workflow_output", "output"), ("workflow_events", "value")):
        key, value = (", key", ", 'k'") if table == "workflow_events" else ("", "")
        await run(
            pool,
            f"insert into dbos.{table} (workflow_uuid, {column}{key}) select id, 'x'{value} from unnest(%s::text[]) id",
            finished,
        )
    await run(
        pool,
        "insert into dbos.operation_outputs (workflow_uuid, function_id) select id, 1 from unnest(%s::text[]) id",
        finished,
    )
    for job in (gone, waiting):
        await jobs.delete(TENANT, job)

    assert (await keeper.sweep())["workflows"] == 2

    for table in ("workflow_output", "workflow_events", "operation_outputs"):
        assert [row["workflow_uuid"] for row in await run(pool, f"select workflow_uuid from dbos.{table}")] == [there]
    for table in ("workflow_status", "workflow_input"):
        names = {row["workflow_uuid"] for row in await run(pool, f"select workflow_uuid from dbos.{table}")}
        assert names == {waiting, there}


class Refusing:
    """A store that keeps everything."""

    async def put(self, key: str, path: Path) -> None:
        raise NotImplementedError

    async def read(self, key: str, offset: int, length: int) -> AsyncIterator[bytes]:
        raise NotImplementedError
        yield b""

    async def delete(self, key: str) -> None:
        raise PermissionError(key)


async def test_a_file_that_cannot_be_removed_loses_its_row_and_stops_nothing(
    jobs: JobStore, pool: Pool, library: Library, tmp_path: Path
) -> None:
    job = await ended(jobs)
    await made_by(library, tmp_path, job, "stuck")
    await aged(pool, 25, job)
    refusing = Library(library.index, Refusing())
    removed = await Retention(pool, refusing, Ages(DAY_S, DAY_S, 120.0)).sweep()
    assert removed["jobs"] == 1
    assert (await left(pool))["assets"] == 0
    assert stored(tmp_path) == ["stuck"]


async def test_it_goes_on_after_a_round_that_failed(jobs: JobStore, pool: Pool, library: Library) -> None:
    await run(pool, "alter table reelwright.answers rename to hidden")
    keeper = Retention(pool, library, Ages(DAY_S, DAY_S, 120.0), every_s=0.01)
    job = await ended(jobs)
    async with keeper.running():
        await aged(pool, 25, job)
        async with asyncio.timeout(PATIENCE_S):
            while await jobs.exists(TENANT, job):
                pass
        await run(pool, "alter table reelwright.hidden rename to answers")
        await run(
            pool,
            "insert into reelwright.answers (tenant, request_id, digest, create_time)"
            " values (%s, 'a', '', clock_timestamp() - interval '25 hours')",
            TENANT,
        )
        async with asyncio.timeout(PATIENCE_S):
            while (await left(pool))["answers"]:
                pass


async def test_a_tree_that_is_retried_while_it_is_removed_is_whole_or_gone(
    jobs: JobStore, pool: Pool, keeper: Retention
) -> None:
    tops = []
    for _ in range(12):
        top = (await jobs.admit(TENANT, new_job(prefix="zzz"))).id
        children = [(await jobs.admit(TENANT, new_job(parent=top))).id for _ in range(3)]
        await jobs.finish(TENANT, top, State.FAILED, error={})
        await aged(pool, 25, top, *children)
        tops.append(top)

    retries = (jobs.retry(TENANT, top, accept_possible_duplicate=False) for top in tops)
    async with asyncio.timeout(PATIENCE_S):
        answers = await asyncio.gather(keeper.sweep(), *retries, return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(answer, JobNotFound) for answer in refused), refused
    states = await run(pool, "select state from reelwright.jobs")
    assert [row["state"] for row in states] == ["QUEUED"] * 4 * (len(tops) - len(refused))
