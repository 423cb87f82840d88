"""Passports: what one service shows another to act for the tenant, the key and the job of the caller it works for."""

from __future__ import annotations

import time

import jwt

from reelwright_kit import caller, telemetry
from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.model import DEFAULT_SCOPES, Identity
from reelwright_kit.database import Pool

HEADER = "x-reelwright-internal"

LIFETIME_S = 300
_ALGORITHM = "HS256"
_AUDIENCE = "reelwright-internal"
_LEEWAY_S = 5
"""How far the clocks of two machines may be apart."""


class Passport:
    """Writes and reads passports, signed with the secret that all services of an installation have."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    @classmethod
    async def of(cls, pool: Pool) -> Passport:
        """The passports of the installation whose database this is."""
        async with pool.connection() as connection:
            row = await (await connection.execute("select internal_secret from reelwright.installation")).fetchone()
        if row is None:
            raise RuntimeError("reelwright.installation has no row")
        return cls(bytes(row["internal_secret"]))

    def metadata(self) -> tuple[tuple[str, str], ...]:
        """Metadata of a call made on behalf of the current caller: its id, its trace and its passport."""
        known = caller.current()
        sent = {"x-request-id": known.call_id, HEADER: self.write(known)}
        return tuple(telemetry.outgoing(sent).items())

    def write(self, known: caller.Caller) -> str:
        """A passport for five minutes."""
        claims = {
            "aud": _AUDIENCE,
            "exp": int(time.time()) + LIFETIME_S,
            "tenant": known.tenant,
            "key": known.key,
            "job": known.job,
        }
        return jwt.encode(claims, self._secret, _ALGORITHM)

    def read(self, token: str) -> Identity:
        """Whom the bearer acts for; raises KeyInvalid for what this installation did not write lately."""
        try:
            claims = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                leeway=_LEEWAY_S,
                options={"require": ["exp", "aud"]},
            )
            return Identity(claims["tenant"], claims["key"], frozenset(DEFAULT_SCOPES), claims["job"])
        except (jwt.InvalidTokenError, KeyError):
            raise KeyInvalid from None
