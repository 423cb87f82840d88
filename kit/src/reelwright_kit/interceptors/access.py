"""Lets a call in when its caller is known, within the limits of the key, and may make it."""

from __future__ import annotations

import contextlib
from typing import Any

from reelwright_kit import caller, contract
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
            return _Entered(self._gate, rule, context, lasts=lasts)

        def check(message: Any) -> None:
            rule.check(caller.current(), message)

        return wrap(handler, around, check)


class _Entered:
    """Around one call that was let in."""

    def __init__(self, gate: Gate, rule: Rule, context: Context, *, lasts: bool) -> None:
        self._gate = gate
        self._rule = rule
        self._context = context
        self._lasts = lasts
        self._lasting: contextlib.AbstractContextManager[None] | None = None

    async def __aenter__(self) -> None:
        identity = await self._gate.authenticator.identify(metadata_of(self._context))
        caller.settle(identity.tenant, identity.key, identity.scopes, identity.job)
        await self._gate.limits.admit(identity)
        self._rule.admit(caller.current())
        if self._lasts:
            self._lasting = self._gate.sessions.lasting(identity)
            self._lasting.__enter__()

    async def __aexit__(self, *raised: Any) -> None:
        if self._lasting:
            self._lasting.__exit__(*raised)


def _waits(method: str) -> bool:
    """Whether a call may be answered late on purpose."""
    service, _, name = method.lstrip("/").partition("/")
    described = contract.services().get(service)
    call = described.methods_by_name.get(name) if described else None
    return method == _WAIT_JOB or (call is not None and _WAIT in call.input_type.fields_by_name)
