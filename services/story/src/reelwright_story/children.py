"""Child jobs: follows them through the shared event log and hands over what they made."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable

from reelwright_kit.database import outlasting
from reelwright_kit.errors import ChildFailed, Code, ServiceRefused
from reelwright_kit.jobs.feed import JobFeed
from reelwright_kit.jobs.model import EventRecord, Json, State
from reelwright_kit.jobs.store import JobStore
from reelwright_story.recipes.stopping import MONEY

Listener = Callable[[EventRecord], Awaitable[None]]


class Children:
    """Follows the children of one tenant's jobs; the log is in the database, so a child's process may come and go."""

    def __init__(self, jobs: JobStore, feed: JobFeed) -> None:
        self._jobs = jobs
        self._feed = feed

    async def follow(self, tenant: str, job: str, listener: Listener) -> Json:
        """The result of `job`, every event of which is given to `listener`.

        Raises ServiceRefused when there is none for want of money, ChildFailed when there is none for another reason.
        """
        async with contextlib.aclosing(self._feed.watch(tenant, job)) as events:
            async for event in events:
                await listener(event)
        record = await outlasting(lambda: self._jobs.get(tenant, job))
        if record.state is not State.SUCCEEDED or record.result is None:
            if record.error and record.error["reason"] in MONEY:
                raise _refusal(record.error)
            error = record.error or {"reason": record.state.value, "message": "It has no result."}
            message = f"The {record.kind} job {job} of this film did not succeed: {error['message']}"
            raise ChildFailed(message, job=job, reason=error["reason"])
        return record.result


def _refusal(error: Json) -> ServiceRefused:
    return ServiceRefused(Code(error["code"]), error["reason"], error["domain"], error["message"], error["metadata"])
