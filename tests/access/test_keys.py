"""Keys at rest: what is kept of them, how they change, and that somebody can always make another."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from reelwright_kit.access.errors import KeyInactive, KeyNotFound, LastAdminKey
from reelwright_kit.access.keys import FIRST_NAME, KeyStore
from reelwright_kit.access.model import KeyFilter, NewKey, hash_of
from reelwright_kit.caller import SCOPES
from reelwright_kit.database import Pool, connect
from reelwright_kit.ids import new_id

ADMIN = NewKey("admin", scopes=SCOPES)
SOON = datetime(2999, 1, 1, tzinfo=UTC)
PAST = datetime(2001, 1, 1, tzinfo=UTC)


async def opened_by(pool: Pool, secret: str) -> list[str]:
    """Keys that have this secret at rest."""
    async with pool.connection() as connection:
        query = (
            "select key from reelwright.key_secrets"
            " where hash = %s and (expire_time is null or expire_time > clock_timestamp())"
        )
        return [row["key"] for row in await (await connection.execute(query, (hash_of(secret),))).fetchall()]


async def test_a_secret_is_kept_as_a_hash_only(pool: Pool) -> None:
    """Whoever reads the database cannot call with what is in it: the secret is in no row of it."""
    record, secret = await KeyStore(pool).create(NewKey("k", labels={"a": "b"}))
    assert (len(secret), secret[:3], record.prefix) == (46, "rw_", secret[:8])
    assert await opened_by(pool, secret) == [record.id]
    async with pool.connection() as connection:
        for table in ("keys", "key_secrets"):
            rows = await (await connection.execute(f"select one::text from reelwright.{table} one".encode())).fetchall()
            assert rows and all(secret[8:] not in row["one"] for row in rows)


async def test_a_key_is_as_it_was_asked_for(pool: Pool) -> None:
    """Everything that a key may be given comes back; the defaults are those of the contract."""
    store = KeyStore(pool)
    plain, _ = await store.create(NewKey("plain"))
    assert (plain.tenant, set(plain.scopes), plain.active) == ("default", set(SCOPES) - {"admin"}, True)
    full = NewKey("full", "acme", ("image",), 5, "day", 60, 4, SOON, {"team": "a"})
    record = await store.get((await store.create(full))[0].id)
    assert (record.tenant, record.scopes, record.labels) == ("acme", ["image"], {"team": "a"})
    assert (record.budget_micros, record.budget_period, record.expire_time) == (5, "day", SOON)
    assert (record.requests_per_minute, record.concurrent_jobs) == (60, 4)


async def test_lists_go_from_the_newest_page_by_page(pool: Pool) -> None:
    """Pages join without a gap or a repetition while keys are added, and filters hold."""
    store = KeyStore(pool)
    made = [(await store.create(NewKey(str(n), tenant="a" if n % 2 else "b")))[0].id for n in range(7)]
    made.sort(key=lambda key: key[4:], reverse=True)
    first = [key.id for key in await store.list(KeyFilter(), 3)]
    await store.create(NewKey("late"))
    rest = [key.id for key in await store.list(KeyFilter(), 10, first[-1])]
    assert first + rest == made
    assert {key.tenant for key in await store.list(KeyFilter("a"), 10)} == {"a"}
    await store.revoke(made[0])
    await store.update(made[1], {"expire_time": PAST})
    active = [key.id for key in await store.list(KeyFilter(active_only=True), 10)]
    assert made[0] not in active and made[1] not in active and len(active) == 6


async def test_a_key_that_ended_cannot_be_changed(pool: Pool) -> None:
    """A revoked key stays as it was; revoking it again returns it with its first time of revocation."""
    store = KeyStore(pool)
    key, _ = await store.create(NewKey("k"))
    revoked = await store.revoke(key.id)
    assert revoked.revoke_time and not revoked.active
    assert await store.revoke(key.id) == revoked
    for change in (store.update(key.id, {"name": "x"}), store.rotate(key.id, timedelta())):
        with pytest.raises(KeyInactive):
            await change
    expired, _ = await store.create(NewKey("k"))
    await store.update(expired.id, {"expire_time": PAST})
    with pytest.raises(KeyInactive):
        await store.update(expired.id, {"expire_time": None})
    for change in (
        store.get("key_x"),
        store.update("key_x", {}),
        store.revoke("key_x"),
        store.rotate("key_x", SOON - SOON),
    ):
        with pytest.raises(KeyNotFound):
            await change


async def test_a_rotated_key_has_both_secrets_for_a_while(pool: Pool) -> None:
    """The old secret works on for the overlap at most, a shorter one of before is not prolonged, none ends at once."""
    store = KeyStore(pool)
    key, first = await store.create(NewKey("k"))
    rotated, second = await store.rotate(key.id, timedelta(hours=1))
    assert rotated.prefix == second[:8] and rotated.id == key.id
    assert await opened_by(pool, first) == await opened_by(pool, second) == [key.id]
    ends = rotated.previous_secret_expire_time
    assert ends and timedelta(minutes=59) < ends - datetime.now(UTC) <= timedelta(hours=1)
    longer, third = await store.rotate(key.id, timedelta(hours=5))
    async with pool.connection() as connection:
        query = "select expire_time from reelwright.key_secrets where hash = %s"
        row = await (await connection.execute(query, (hash_of(first),))).fetchone()
    assert row and row["expire_time"] == ends
    assert longer.previous_secret_expire_time and longer.previous_secret_expire_time > ends
    last, fourth = await store.rotate(key.id, timedelta())
    assert last.previous_secret_expire_time is None
    assert [await opened_by(pool, secret) for secret in (first, second, third, fourth)] == [[], [], [], [key.id]]


async def test_the_last_admin_key_stays(pool: Pool) -> None:
    """Neither revoking, nor taking the scope, nor an expiry in the past removes the last key that administers."""
    store = KeyStore(pool)
    key, _ = await store.create(ADMIN)
    await store.create(NewKey("other"))
    before = await store.get(key.id)
    for change in (
        store.revoke(key.id),
        store.update(key.id, {"scopes": ["image"]}),
        store.update(key.id, {"expire_time": PAST}),
    ):
        with pytest.raises(LastAdminKey):
            await change
    assert await store.get(key.id) == before
    second, _ = await store.create(ADMIN)
    await store.revoke(key.id)
    with pytest.raises(LastAdminKey):
        await store.revoke(second.id)


async def test_two_admins_cannot_end_each_other_at_once(pool: Pool) -> None:
    """Of many who revoke each other at the same time, one key is left, every time."""
    store = KeyStore(pool)
    for _ in range(10):
        keys = [(await store.create(ADMIN))[0].id for _ in range(4)]
        ended = await asyncio.gather(*(store.revoke(key) for key in keys), return_exceptions=True)
        left = await store.list(KeyFilter(active_only=True), 10)
        assert [key.id for key in left if "admin" in key.scopes] == [
            key for key, how in zip(keys, ended, strict=True) if isinstance(how, LastAdminKey)
        ]
        async with pool.connection() as connection:
            await connection.execute("delete from reelwright.keys")


async def test_the_first_key_is_made_once(database_url: str, pool: Pool) -> None:
    """However many services start at one time, and however often, there is one first key; revoked it stays revoked."""
    secret = "s" * 32

    async def starts() -> None:
        async with connect(database_url, 1) as own:
            await KeyStore(own).ensure_admin(secret)

    await asyncio.gather(*(starts() for _ in range(12)))
    (first,) = await KeyStore(pool).list(KeyFilter(), 10)
    assert (first.name, first.tenant, set(first.scopes)) == (FIRST_NAME, "default", set(SCOPES))
    await KeyStore(pool).create(ADMIN)
    await KeyStore(pool).revoke(first.id)
    await starts()
    assert not (await KeyStore(pool).get(first.id)).active
    assert first.id.startswith("key_") and len(first.id) == len(new_id("key"))
