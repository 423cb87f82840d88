"""Who calls: found out from what a call carries, by the one way this installation is set to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from reelwright_kit import caller
from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.model import Identity, hash_of
from reelwright_kit.access.passport import HEADER, Passport

Metadata = Sequence[tuple[str, str | bytes]]

LONGEST = 16 * 1024
"""Characters of a credential; what is longer is none."""

_AUTHORIZATION = "authorization"
_API_KEY = "x-api-key"
_BEARER = "bearer"


class Knower(Protocol):
    """One way of knowing callers."""

    async def identify(self, metadata: Metadata) -> Identity:
        """Who made the call; raises KeyInvalid, and PartUnavailable where nobody can tell."""


class _Digests(Protocol):
    async def identify(self, digest: bytes) -> Identity: ...


class _Tokens(Protocol):
    async def identify(self, token: str) -> Identity: ...


class Everybody:
    """Authentication is off: whoever calls is the tenant `local`, and whatever credential is sent is ignored."""

    _LOCAL = Identity(caller.LOCAL_TENANT, "", frozenset(caller.SCOPES))

    async def identify(self, metadata: Metadata) -> Identity:
        """The local tenant, with every scope."""
        return self._LOCAL


class ByKey:
    """Callers send the secret of a key, as `authorization: Bearer ...` or as `x-api-key`."""

    def __init__(self, ring: _Digests) -> None:
        self._ring = ring

    async def identify(self, metadata: Metadata) -> Identity:
        """The key's tenant."""
        return await self._ring.identify(hash_of(_the_one(_bearers(metadata) + _values(metadata, _API_KEY))))


class ByToken:
    """Callers send the token of an identity provider, as `authorization: Bearer ...`."""

    def __init__(self, tokens: _Tokens) -> None:
        self._tokens = tokens

    async def identify(self, metadata: Metadata) -> Identity:
        """The token's tenant."""
        return await self._tokens.identify(_the_one(_bearers(metadata)))


class Authenticator:
    """Knows callers from outside in one way, and the services of this installation by their passports in every way."""

    def __init__(self, knower: Knower, passport: Passport) -> None:
        self._knower = knower
        self._passport = passport

    async def identify(self, metadata: Metadata) -> Identity:
        """Who made the call; raises KeyInvalid, and PartUnavailable where nobody can tell."""
        passports = _values(metadata, HEADER)
        if passports:
            return self._passport.read(_the_one(passports))
        return await self._knower.identify(metadata)


def _values(metadata: Metadata, wanted: str) -> list[str]:
    return [value for name, value in metadata if name == wanted and isinstance(value, str)]


def _bearers(metadata: Metadata) -> list[str]:
    pairs = [value.partition(" ") for value in _values(metadata, _AUTHORIZATION)]
    return [secret.strip() for scheme, _, secret in pairs if scheme.lower() == _BEARER]


def _the_one(values: list[str]) -> str:
    """What was sent, once or several times alike; raises KeyInvalid when it is nothing, or several things."""
    different = set(values)
    if len(different) != 1 or not 0 < len(values[0]) <= LONGEST:
        raise KeyInvalid
    return values[0]
