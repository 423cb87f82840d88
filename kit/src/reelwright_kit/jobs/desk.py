"""The desk where use-cases hand in jobs: admission for the caller's tenant, answered at once or after a wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from reelwright_kit import caller, telemetry
from reelwright_kit.errors import NotOffered
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import JobRecord, NewJob, State
from reelwright_kit.jobs.rendering import Admission
from reelwright_kit.jobs.store import JobStore


class JobDesk:
    """Takes jobs for one service."""

    def __init__(self, app: str, prefix: str, store: JobStore, feed: JobFeed) -> None:
        self._app = app
        self._prefix = prefix
        self._store = store
        self._feed = feed

    async def accept(self, kind: str, queue: str, request: Any, admission: Admission, *, model: str = "") -> JobRecord:
        """Admits a job that is to do `request`, a frozen dataclass, and answers at once or after the wished wait."""
        if admission.webhook:
            # Refused rather than forgotten: somebody would wait for a call that never comes.
            raise NotOffered("webhook: calling back is not offered by this release; watch the job.", field="webhook")
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
            trace=telemetry.current_trace(),
        )
        if admission.validate_only:
            return JobRecord("", tenant, kind, queue, State.QUEUED, new.request, datetime.now(UTC), model=model)
        record = await self._store.admit(tenant, new)
        if admission.wait_s and not record.state.final:
            return await self._feed.wait(tenant, record.id, admission.wait_s)
        return record
