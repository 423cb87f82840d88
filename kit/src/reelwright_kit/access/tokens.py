"""Tokens of an identity provider: JSON Web Tokens verified here with its public keys."""

from __future__ import annotations

import asyncio
import hashlib
import re
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import jwt
import msgspec

from reelwright_kit import logs
from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.model import Identity
from reelwright_kit.caller import SCOPES
from reelwright_kit.errors import CannotStart, PartUnavailable

log = logs.logger(__name__)

READ_EVERY_S = 30.0
"""Public keys are read at most so often, however many tokens name one that is not known."""
FRESH_S = 600.0
"""After so long they are read again with the next token, so that a key that was withdrawn is known no more."""
FETCH_TIMEOUT_S = 5.0
MAX_BYTES = 1 << 20
LEEWAY_S = 5
"""How far the clocks of two machines may be apart."""

FAMILIES = {
    "RSA": ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    "EC": ("ES256", "ES384", "ES512"),
    "OKP": ("EdDSA",),
}
"""Algorithms by the type of key. Only those whose verifier cannot sign: a shared secret is no public key."""

TENANT = re.compile(r"[a-z0-9_-]{1,64}")
SUBJECT = re.compile(r"[^\x00-\x1f\x7f]{1,255}")


class JwksUnreadable(CannotStart):
    """The file of public keys is not there or is none."""


class PublicKeys:
    """The identity provider's public keys by their ids, from a file or an https address."""

    def __init__(self, source: str, tls: ssl.SSLContext | None = None) -> None:
        self._source = source
        self._tls = tls
        self._keys: dict[str, tuple[jwt.PyJWK, tuple[str, ...]]] = {}
        self._read = self._tried = float("-inf")
        self._reading = asyncio.Lock()
        if not source.startswith("https://"):
            self._adopt(_of_file(source))

    async def get(self, kid: str) -> tuple[jwt.PyJWK, tuple[str, ...]]:
        """The key and the algorithms it may be used with; raises KeyInvalid, and PartUnavailable when none is known."""
        now = time.monotonic()
        if (kid not in self._keys or now - self._read > FRESH_S) and now - self._tried > READ_EVERY_S:
            await self._refresh(now)
        if not self._keys:
            raise PartUnavailable("identity provider")
        if kid not in self._keys:
            raise KeyInvalid
        return self._keys[kid]

    async def _refresh(self, now: float) -> None:
        async with self._reading:
            if self._tried >= now:
                return
            self._tried = time.monotonic()
            try:
                self._adopt(await self._document())
            except (JwksUnreadable, httpx2.HTTPError) as error:
                # What was known before goes on being known.
                log.warning("jwks_unreadable", error=type(error).__name__)

    async def _document(self) -> bytes:
        if not self._source.startswith("https://"):
            return await asyncio.to_thread(_of_file, self._source)
        async with (
            httpx2.AsyncClient(timeout=FETCH_TIMEOUT_S, verify=self._tls or True) as client,
            client.stream("GET", self._source) as answer,
        ):
            answer.raise_for_status()
            document = b""
            async for piece in answer.aiter_bytes():
                document += piece
                if len(document) > MAX_BYTES:
                    raise JwksUnreadable("the set of public keys is too large")
        return document

    def _adopt(self, document: bytes) -> None:
        self._keys = _parse(document)
        self._read = time.monotonic()


def _of_file(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise JwksUnreadable(f"REELWRIGHT_JWT_JWKS: cannot be read: {error.strerror}") from None


def _parse(document: bytes) -> dict[str, tuple[jwt.PyJWK, tuple[str, ...]]]:
    try:
        described = msgspec.json.decode(document, type=dict[str, list[dict[str, Any]]], strict=False)["keys"]
    except (msgspec.MsgspecError, KeyError):
        raise JwksUnreadable("REELWRIGHT_JWT_JWKS: is no JSON Web Key Set") from None
    keys = {}
    for one in described:
        usable = tuple(name for name in FAMILIES.get(one.get("kty", ""), ()) if one.get("alg", name) == name)
        if usable and one.get("use", "sig") == "sig":
            try:
                keys[str(one.get("kid", ""))] = (jwt.PyJWK(one, algorithm=usable[0]), usable)
            except jwt.PyJWTError as error:
                log.warning("jwk_unreadable", error=type(error).__name__)
    if not keys:
        raise JwksUnreadable("REELWRIGHT_JWT_JWKS: has no public key that signs tokens")
    return keys


class Tokens:
    """Knows callers by the tokens of an identity provider."""

    def __init__(self, keys: PublicKeys, issuer: str, audience: str, tenant_claim: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience
        self._tenant_claim = tenant_claim

    async def identify(self, token: str) -> Identity:
        """Whom the token stands for; raises KeyInvalid, and PartUnavailable where nobody can tell."""
        try:
            kid = str(jwt.get_unverified_header(token).get("kid", ""))
            key, algorithms = await self._keys.get(kid)
            claims = jwt.decode(
                token,
                key.key,
                algorithms=list(algorithms),
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_S,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError):
            raise KeyInvalid from None
        return self._identity(token, claims)

    def _identity(self, token: str, claims: Mapping[str, Any]) -> Identity:
        tenant, subject = claims.get(self._tenant_claim), claims["sub"]
        if not isinstance(tenant, str) or not TENANT.fullmatch(tenant) or not SUBJECT.fullmatch(subject):
            raise KeyInvalid
        ends_in_s = claims["exp"] + LEEWAY_S - time.time()
        return Identity(
            tenant,
            f"jwt:{subject}",
            _scopes(claims),
            credential=hashlib.sha256(token.encode()).digest(),
            ends=asyncio.get_running_loop().time() + ends_in_s,
        )


def _scopes(claims: Mapping[str, Any]) -> frozenset[str]:
    """Those of `scope`, separated by spaces, or of the list `scp`, that have a name we know."""
    given = claims.get("scope", claims.get("scp", ()))
    names = given.split() if isinstance(given, str) else given if isinstance(given, list) else ()
    return frozenset(name for name in names if name in SCOPES)
