"""Keys and their secrets in PostgreSQL: made, changed, ended; only hashes of secrets are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from reelwright_kit import logs
from reelwright_kit.access.errors import KeyInactive, KeyNotFound, LastAdminKey
from reelwright_kit.access.model import PREFIX_LENGTH, KeyFilter, KeyRecord, NewKey, hash_of, new_secret
from reelwright_kit.access.statements import (
    ACTIVE,
    ADMINS,
    ANNOUNCE,
    END_SECRETS,
    FORGET_SECRETS,
    INSERT,
    INSERT_SECRET,
    REVOKE,
    SHOW,
)
from reelwright_kit.caller import SCOPES
from reelwright_kit.database import Connection, Pool
from reelwright_kit.ids import new_id

log = logs.logger(__name__)

CHANGES_LOCK = 0x72776B79
"""Advisory lock that lets one transaction at a time change keys, so that two admins cannot end each other."""

FIRST_NAME = "first key"

CHANGEABLE = (
    "name",
    "scopes",
    "budget_micros",
    "budget_period",
    "requests_per_minute",
    "concurrent_jobs",
    "expire_time",
    "labels",
)
"""Columns that `update` may set."""


class KeyStore:
    """Makes, shows, changes and ends the keys of all tenants."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def create(self, new: NewKey) -> tuple[KeyRecord, str]:
        """A new key and its secret, which nobody can show again."""
        key, secret = new_id("key"), new_secret()
        async with self._pool.connection() as connection, connection.transaction():
            await _insert(connection, key, new, secret)
            return await _one(connection, key), secret

    async def ensure_admin(self, secret: str) -> None:
        """Sees that the key with this secret exists, with every scope; one that was revoked stays revoked."""
        query = f"{SHOW} where id = (select key from reelwright.key_secrets where hash = %s)"
        async with self._pool.connection() as connection, connection.transaction():
            await _lock(connection)
            known = await (await connection.execute(query.encode(), (hash_of(secret),))).fetchone()
            if known is None:
                await _insert(connection, new_id("key"), NewKey(FIRST_NAME, scopes=SCOPES), secret)
            elif not known["active"]:
                log.warning("admin_key_inactive", key=known["id"])

    async def get(self, key: str) -> KeyRecord:
        """One key; raises KeyNotFound."""
        async with self._pool.connection() as connection:
            return await _one(connection, key)

    async def list(self, chosen: KeyFilter, limit: int, before: str = "") -> Sequence[KeyRecord]:
        """At most `limit` keys older than the id `before`, newest first."""
        conditions = ["true"]
        if before:
            conditions.append("substr(id, 5) < substr(%(before)s, 5)")
        if chosen.tenant:
            conditions.append("tenant = %(tenant)s")
        if chosen.active_only:
            conditions.append(ACTIVE)
        query = f"{SHOW} where {' and '.join(conditions)} order by substr(id, 5) desc limit %(limit)s"
        values = {"tenant": chosen.tenant, "before": before, "limit": limit}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(query.encode(), values)).fetchall()
        return [msgspec.convert(row, KeyRecord) for row in rows]

    async def update(self, key: str, changes: Mapping[str, Any]) -> KeyRecord:
        """Sets columns of CHANGEABLE; raises KeyNotFound, KeyInactive and LastAdminKey."""
        names = [name for name in CHANGEABLE if name in changes]
        values = {name: Jsonb(changes[name]) if name == "labels" else changes[name] for name in names} | {"id": key}
        setting = ", ".join(f"{name} = %({name})s" for name in names)
        async with self._pool.connection() as connection, connection.transaction():
            await _lock(connection)
            known = await _active(connection, key)
            if names:
                query = f"update reelwright.keys set {setting} where id = %(id)s"
                await connection.execute(query.encode(), values)
                await _keep_an_admin(connection, known)
                await connection.execute(ANNOUNCE, values)
            return await _one(connection, key)

    async def revoke(self, key: str) -> KeyRecord:
        """Ends a key for good; one that is revoked is returned unchanged. Raises KeyNotFound and LastAdminKey."""
        async with self._pool.connection() as connection, connection.transaction():
            await _lock(connection)
            known = await _one(connection, key)
            await connection.execute(REVOKE, {"id": key})
            await _keep_an_admin(connection, known)
            await connection.execute(ANNOUNCE, {"id": key})
            return await _one(connection, key)

    async def rotate(self, key: str, overlap: timedelta) -> tuple[KeyRecord, str]:
        """A key with a new secret; those it had work on for `overlap` at most. Raises KeyNotFound and KeyInactive."""
        secret = new_secret()
        values = {"id": key, "overlap": overlap, "hash": hash_of(secret), "prefix": secret[:PREFIX_LENGTH]}
        async with self._pool.connection() as connection, connection.transaction():
            await _lock(connection)
            await _active(connection, key)
            await connection.execute(END_SECRETS, values)
            await connection.execute(FORGET_SECRETS, values)
            await connection.execute(INSERT_SECRET, values)
            await connection.execute("update reelwright.keys set prefix = %(prefix)s where id = %(id)s", values)
            await connection.execute(ANNOUNCE, values)
            return await _one(connection, key), secret


async def _lock(connection: Connection) -> None:
    await connection.execute("select pg_advisory_xact_lock(%s)", (CHANGES_LOCK,))


async def _one(connection: Connection, key: str) -> KeyRecord:
    row = await (await connection.execute(f"{SHOW} where id = %s".encode(), (key,))).fetchone()
    if row is None:
        raise KeyNotFound(key)
    return msgspec.convert(row, KeyRecord)


async def _active(connection: Connection, key: str) -> KeyRecord:
    known = await _one(connection, key)
    if not known.active:
        raise KeyInactive(key)
    return known


async def _keep_an_admin(connection: Connection, known: KeyRecord) -> None:
    """Undoes the change of an active admin key after which there would be none."""
    if not known.active or "admin" not in known.scopes:
        return
    row = await (await connection.execute(ADMINS.encode())).fetchone()
    if not row or not row["n"]:
        raise LastAdminKey(known.id)


async def _insert(connection: Connection, key: str, new: NewKey, secret: str) -> None:
    values = {
        "id": key,
        "tenant": new.tenant,
        "name": new.name,
        "scopes": list(new.scopes),
        "prefix": secret[:PREFIX_LENGTH],
        "budget_micros": new.budget_micros,
        "budget_period": new.budget_period,
        "requests_per_minute": new.requests_per_minute,
        "concurrent_jobs": new.concurrent_jobs,
        "labels": Jsonb(dict(new.labels)),
        "expire_time": new.expire_time,
        "hash": hash_of(secret),
    }
    await connection.execute(INSERT, values)
    await connection.execute(INSERT_SECRET, values)
