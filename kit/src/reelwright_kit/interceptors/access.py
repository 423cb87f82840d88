"""Lets a call in when its caller is known, within the limits of the key, and may make it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from reelwright_kit import caller, contract
from reelwright_kit.access.authentication import Metadata
from reelwright_kit.access.gate import Gate
from reelwright_kit.access.scopes import Rule, rule_of
from reelwright_kit.interceptors.wrapping import Context, Handler, OurInterceptor, metadata_of, wrap

_WAIT_JOB = "/reelwright.jobs.v1.JobService/WaitJob"
_WAIT = "wait"
"""Field of requests that may be answered when what they ask for is done."""


class AccessInterceptor(OurInterceptor):
    """Stands before everything that looks into a request, so that nobody learns anything without a key."""

    def __init__(self, gate: Gate) -> None:
        super().__init__()
        self._gate = gate

    def dress(self, handler: Handler, method: str) -> Handler:
        rule = rule_of(method)
        lasts = handler.request_streaming or handler.response_streaming or _waits(method)

        def around(context: Context) -> contextlib.AbstractAsyncContextManager[None]:
            return self._entered(rule, metadata_of(context), lasts=lasts)

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


def _waits(method: str) -> bool:
    """Whether a call may be answered late on purpose."""
    service, _, name = method.lstrip("/").partition("/")
    described = contract.services().get(service)
    call = described.methods_by_name.get(name) if described else None
    return method == _WAIT_JOB or (call is not None and _WAIT in call.input_type.fields_by_name)
