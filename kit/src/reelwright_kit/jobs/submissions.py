"""The submission ledger: what was asked of a provider, written down before it is asked."""

from __future__ import annotations

from reelwright_kit.database import Pool
from reelwright_kit.jobs.model import JobRecord

_INTENT = """
insert into reelwright.submissions (job, intent, tenant, provider, model, state) values (%s, %s, %s, %s, %s, 'INTENT')
on conflict (job, intent) do update
  set attempts = reelwright.submissions.attempts + 1, update_time = clock_timestamp()
"""
_SETTLED = """
update reelwright.submissions set state = 'SETTLED', update_time = clock_timestamp()
where job = %s and intent = %s and tenant = %s
"""


class Submissions:
    """Ledger rows by job and intent."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def intend(self, job: JobRecord, intent: str, provider: str, model: str) -> None:
        """Records that `provider` is about to be asked; asking again for the same intent counts as another attempt."""
        async with self._pool.connection() as connection:
            await connection.execute(_INTENT, (job.id, intent, job.tenant, provider, model))

    async def settle(self, job: JobRecord, intent: str) -> None:
        """Records that the result is in the library."""
        async with self._pool.connection() as connection:
            await connection.execute(_SETTLED, (job.id, intent, job.tenant))
