"""The gate that every call passes: who calls, within which limits, and for how long."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

from reelwright_kit.access.authentication import Authenticator, ByKey, ByToken, Everybody, Knower
from reelwright_kit.access.limits import RateLimits
from reelwright_kit.access.passport import Passport
from reelwright_kit.access.ring import KeyRing
from reelwright_kit.access.sessions import Sessions
from reelwright_kit.access.tokens import PublicKeys, Tokens
from reelwright_kit.database import Pool
from reelwright_kit.settings import ServiceSettings


@dataclass(frozen=True)
class Gate:
    """What stands between callers and a service."""

    authenticator: Authenticator
    limits: RateLimits
    sessions: Sessions


@contextlib.asynccontextmanager
async def open_gate(settings: ServiceSettings, pool: Pool, passport: Passport) -> AsyncIterator[Gate]:
    """The gate as `settings` have it, kept up to date while the block runs."""
    sessions = Sessions()
    async with contextlib.AsyncExitStack() as stack:
        knower: Knower = Everybody()
        if settings.auth == "keys":
            ring = KeyRing(settings.database_url, pool, sessions)
            await stack.enter_async_context(ring.running())
            knower = ByKey(ring)
        elif settings.auth == "jwt":
            keys = PublicKeys(settings.jwt_jwks)
            knower = ByToken(Tokens(keys, settings.jwt_issuer, settings.jwt_audience, settings.jwt_tenant_claim))
        yield Gate(Authenticator(knower, passport), RateLimits(pool), sessions)
