"""Lets a call in when its caller is known, within the limits of the key, and may make it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from reelwright_kit import caller
from reelwright_kit.access.authentication import Metadata
from reelwright_kit.access.gate import Gate
from reelwright_kit.access.scopes import Rule, rule_of
from reelwright_kit.interceptors.wrapping import Context, Details, Handler, OurInterceptor, wrap

WAIT_JOB = "/reelwright.jobs.v1.JobService/WaitJob"


class AccessInterceptor(OurInterceptor):
    """Stands before everything that looks into a request, so that nobody learns anything without a key."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate

    def dress(self, handler: Handler, details: Details) -> Handler:
        rule = rule_of(details.method)
        metadata: Metadata = details.invocation_metadata or ()
        lasts = handler.request_streaming or handler.response_streaming or details.method == WAIT_JOB

        def around(context: Context) -> contextlib.AbstractAsyncContextManager[None]:
            return self._entered(rule, metadata, lasts=lasts)

        def check(message: Any) -> None:
            rule.check(caller.current(), message)

        return wrap(handler, around, check)

    @contextlib.asynccontextmanager
    async def _entered(self, rule: Rule, metadata: Metadata, *, lasts: bool) -> AsyncIterator[None]:
        identity = await self._gate.authenticator.identify(metadata)
        caller.settle(identity.tenant, identity.key, identity.scopes, identity.job)
        await self._gate.limits.admit(identity)
        rule.admit(caller.current())
        if not lasts:
            yield
            return
        with self._gate.sessions.lasting(identity):
            yield
