"""Gates for servers that tests build themselves."""

from __future__ import annotations

from psycopg_pool import AsyncConnectionPool

from reelwright_kit.access.authentication import Authenticator, Everybody
from reelwright_kit.access.gate import Gate
from reelwright_kit.access.limits import RateLimits
from reelwright_kit.access.passport import Passport
from reelwright_kit.access.sessions import Sessions


def open_to_everybody() -> Gate:
    """The gate where authentication is off; nobody is limited there, so no database is asked."""
    return Gate(
        Authenticator(Everybody(), Passport(b"x" * 32)), RateLimits(AsyncConnectionPool(open=False)), Sessions()
    )
