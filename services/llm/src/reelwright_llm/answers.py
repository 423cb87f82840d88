"""Finished answers by request id: the same question asked again under the same id is answered from here."""

from __future__ import annotations

import msgspec

from reelwright_kit.database import Pool
from reelwright_kit.errors import RequestIdReused
from reelwright_llm.providers.interface import Answer


class Answers:
    """Keeps answers for tenants."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, tenant: str, request_id: str, digest: bytes) -> Answer | None:
        """The answer given under this id; raises RequestIdReused when the question was another one."""
        async with self._pool.connection() as connection:
            cursor = await connection.execute(
                "select digest, answer from reelwright.answers where tenant = %s and request_id = %s",
                (tenant, request_id),
            )
            row = await cursor.fetchone()
        if row is None:
            return None
        kept = msgspec.json.decode(bytes(row["answer"]), type=Answer)
        if bytes(row["digest"]) != digest:
            raise RequestIdReused(request_id, "answer", kept.id)
        return kept

    async def keep(self, tenant: str, request_id: str, digest: bytes, answer: Answer) -> Answer:
        """Keeps the answer; returns the one that was kept first when two were given at once."""
        async with self._pool.connection() as connection:
            await connection.execute(
                "insert into reelwright.answers (tenant, request_id, digest, answer) values (%s, %s, %s, %s)"
                " on conflict do nothing",
                (tenant, request_id, digest, msgspec.json.encode(answer)),
            )
        return await self.find(tenant, request_id, digest) or answer
