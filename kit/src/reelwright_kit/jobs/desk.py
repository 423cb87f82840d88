"""The desk where use-cases hand in jobs: admission for the caller's tenant, answered at once or after a wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from reelwright_kit import caller, logs, telemetry
from reelwright_kit.addresses import AddressRules
from reelwright_kit.database import LOST
from reelwright_kit.errors import PriceUnknown
from reelwright_kit.fetching import Fetcher
from reelwright_kit.jobs import costs
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import JobRecord, NewJob, State
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.request_ids import Keyless
from reelwright_kit.jobs.store import JobStore
from reelwright_kit.webhooks.sending import require_reachable

DEFAULT_JOIN_WINDOW_S = 120.0
"""A call that says it is a retry joins a job that is at most so old."""

log = logs.logger(__name__)


class JobDesk:
    """Takes jobs for one service."""

    def __init__(
        self,
        app: str,
        prefix: str,
        store: JobStore,
        feed: JobFeed,
        join_window_s: float = DEFAULT_JOIN_WINDOW_S,
        fetcher: Fetcher | None = None,
        *,
        allow_unknown_price: bool = False,
    ) -> None:
        self._app = app
        self._prefix = prefix
        self._store = store
        self._feed = feed
        self._window_s = join_window_s
        self._fetcher = fetcher or Fetcher(AddressRules())
        self._allow_unknown_price = allow_unknown_price

    async def accept(
        self,
        kind: str,
        queue: str,
        request: Any,
        admission: Admission,
        *,
        model: str = "",
        estimated_micros: int | None = 0,
        in_parts: bool = False,
    ) -> JobRecord:
        """Admits a job that is to do `request`, a frozen dataclass, and answers at once or after the wished wait.

        `estimated_micros` is None when the price is not known. A job that is made `in_parts`, by jobs of its own, may
        begin under a ceiling below its estimate.
        """
        if admission.webhook:
            await require_reachable(self._fetcher, admission.webhook, "webhook")
        if estimated_micros is None and not self._allow_unknown_price:
            raise PriceUnknown(model)
        tenant = caller.current().tenant
        new = NewJob(
            prefix=self._prefix,
            kind=kind,
            queue=queue,
            app=self._app,
            request=msgspec.to_builtins(request),
            digest=admission.digest,
            model=model,
            request_id=admission.request_id,
            parent=admission.parent,
            labels=admission.labels,
            webhook=admission.webhook,
            max_cost_micros=admission.max_cost_micros,
            estimated_micros=estimated_micros or 0,
            in_parts=in_parts,
            key=caller.current().key,
            trace=telemetry.current_trace(),
        )
        if admission.validate_only:
            costs.within_ceiling(new)
            return _as_if_admitted(tenant, new)
        return await self._admit(tenant, new, admission.wait_s)

    async def known(self, admission: Admission) -> bool:
        """Whether the request id names a job already, which `accept` answers with: nothing need be found out first."""
        if not admission.request_id:
            return False
        tenant = caller.current().tenant
        job = await self._store.known(tenant, self._app, admission.request_id, admission.digest)
        return job is not None

    async def _admit(self, tenant: str, new: NewJob, wait_s: float) -> JobRecord:
        retried = caller.current().retries > 0
        keyless = None if new.request_id or new.parent else Keyless(retried, self._window_s, wait_s)
        admitted = await self._store.admit_or_join(tenant, new, keyless)
        record = admitted.record
        if admitted.joined:
            caller.mark_replayed()
        if wait_s and not record.state.final:
            record = await self._feed.wait(tenant, record.id, wait_s)
        if keyless and not admitted.joined:
            await self._close(tenant, new, record.id)
        return record

    async def _close(self, tenant: str, new: NewJob, job: str) -> None:
        """Lets equal calls from now on make jobs of their own; one that was broken off leaves that to the clock."""
        try:
            await self._store.answered(tenant, new, job)
        except LOST as error:
            # The caller gets its answer all the same: the job is there.
            log.warning("database_unreachable", error=type(error).__name__)


def _as_if_admitted(tenant: str, new: NewJob) -> JobRecord:
    return JobRecord(
        "",
        tenant,
        new.kind,
        new.queue,
        State.QUEUED,
        new.request,
        datetime.now(UTC),
        model=new.model,
        estimated_micros=new.estimated_micros,
        max_cost_micros=new.max_cost_micros,
    )
