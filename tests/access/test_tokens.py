"""Tokens of an identity provider: only those that it signed, for us, lately, with a public key."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from reelwright_kit.access.errors import KeyInvalid
from reelwright_kit.access.tokens import JwksUnreadable, PublicKeys, Tokens
from reelwright_kit.errors import PartUnavailable
from tests.kit.certificates import self_signed

ISSUER, AUDIENCE = "https://id.example.com/", "reelwright"
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass
class Provider:
    """An identity provider with a file of public keys."""

    path: Path
    keys: dict[str, tuple[Key, str]] = field(default_factory=dict)
    extra: list[dict[str, Any]] = field(default_factory=list)

    def adds(self, kid: str, algorithm: str = "RS256") -> None:
        """Begins to sign with a new key."""
        if algorithm == "EdDSA":
            key: Key = ed25519.Ed25519PrivateKey.generate()
        elif algorithm == "ES256":
            key = ec.generate_private_key(ec.SECP256R1())
        else:
            key = rsa.generate_private_key(65537, 2048)
        self.keys[kid] = (key, algorithm)
        self.path.write_text(self.document())

    def document(self) -> str:
        """Its JSON Web Key Set."""
        return json.dumps({"keys": [self._public(kid) for kid in self.keys] + self.extra})

    def _public(self, kid: str) -> dict[str, Any]:
        key, algorithm = self.keys[kid]
        made = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
        return dict(made) | {"kid": kid, "use": "sig"}

    def token(self, kid: str = "a", *, by: str = "", **changed: Any) -> str:
        """A token that names the key `kid` and is signed by the key `by`."""
        claims: dict[str, Any] = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "exp": time.time() + 60}
        claims |= {"tenant": "acme", "scope": "image story openid"}
        key, algorithm = self.keys[by or kid]
        kept = {name: value for name, value in (claims | changed).items() if value is not None}
        return jwt.encode(kept, key, algorithm, headers={"kid": kid})

    def tokens(self) -> Tokens:
        """What checks its tokens."""
        return Tokens(PublicKeys(str(self.path)), ISSUER, AUDIENCE, "tenant")


@pytest.fixture
def provider(tmp_path: Path) -> Provider:
    """A provider with one key in use and one that is not published."""
    made = Provider(tmp_path / "jwks.json")
    made.adds("secret")
    made.adds("a")
    made.path.write_text(json.dumps({"keys": [made._public("a")]}))
    return made


@pytest_asyncio.fixture(loop_scope="session")
async def tokens(provider: Provider) -> AsyncIterator[Tokens]:
    """What checks the provider's tokens."""
    yield provider.tokens()


async def test_a_good_token_is_its_subject_with_the_scopes_we_know(provider: Provider, tokens: Tokens) -> None:
    """Tenant, subject and those scopes that have a name here are taken; `scp` may be a list."""
    known = await tokens.identify(provider.token())
    assert (known.tenant, known.key, known.scopes) == ("acme", "jwt:ada", {"image", "story"})
    assert known.ends and 50 < known.ends - asyncio.get_running_loop().time() < 70
    listed = await tokens.identify(provider.token(scope=None, scp=["video", "admin", 7]))
    assert listed.scopes == {"video", "admin"}
    assert (await tokens.identify(provider.token(scope=None))).scopes == frozenset()


def _confused(provider: Provider) -> str:
    """A token whose HMAC is made with the bytes of the public key: what a careless reader takes for signed."""
    public = provider.keys["a"][0].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(provider.token(), options={"verify_signature": False})
    # PyJWT refuses to make it, so it is made by hand.
    head = jwt.utils.base64url_encode(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "a"}).encode())
    body = head + b"." + jwt.utils.base64url_encode(json.dumps(claims).encode())
    made = jwt.get_algorithm_by_name("HS256").sign(body, pem)
    return (body + b"." + jwt.utils.base64url_encode(made)).decode()


BAD: dict[str, Callable[[Provider], str]] = {
    "expired": lambda p: p.token(exp=time.time() - 60),
    "endless": lambda p: p.token(exp=None),
    "not yet": lambda p: p.token(nbf=time.time() + 60),
    "other issuer": lambda p: p.token(iss="https://other.example.com/"),
    "no issuer": lambda p: p.token(iss=None),
    "other audience": lambda p: p.token(aud="somebody"),
    "no audience": lambda p: p.token(aud=None),
    "other key": lambda p: p.token("a", by="secret"),
    "unknown key": lambda p: p.token("secret"),
    "no tenant": lambda p: p.token(tenant=None),
    "odd tenant": lambda p: p.token(tenant="Acme!"),
    "tenant of two lines": lambda p: p.token(tenant="acme\n"),
    "tenant that is no text": lambda p: p.token(tenant=["acme"]),
    "no subject": lambda p: p.token(sub=None),
    "subject with NUL": lambda p: p.token(sub="a\0b"),
    "unsigned": lambda p: jwt.encode(jwt.decode(p.token(), options={"verify_signature": False}), "", "none"),
    "signed with the public key": _confused,
    "no token": lambda p: "rw_" + "x" * 43,
    "not ascii": lambda p: "é.é.é",
}


@pytest.mark.parametrize("kind", list(BAD))
async def test_a_bad_token_opens_nothing(provider: Provider, tokens: Tokens, kind: str) -> None:
    """Each of these is refused by the same error, which says no more."""
    with pytest.raises(KeyInvalid):
        await tokens.identify(BAD[kind](provider))


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_every_kind_of_public_key_is_read(provider: Provider, algorithm: str) -> None:
    """Keys of the usual kinds verify what they signed; a shared secret in the set is no public key."""
    provider.extra.append({"kty": "oct", "k": "c2VjcmV0", "kid": "shared", "alg": "HS256"})
    provider.adds("b", algorithm)
    tokens = provider.tokens()
    assert (await tokens.identify(provider.token("b"))).key == "jwt:ada"
    shared = jwt.encode({"sub": "ada"}, "secret" * 8, "HS256", headers={"kid": "shared"})
    with pytest.raises(KeyInvalid):
        await tokens.identify(shared)


async def test_a_new_key_is_read_when_it_shows_up_but_not_for_every_guess(provider: Provider, tokens: Tokens) -> None:
    """The first unknown key has the set read again; another one soon after does not."""
    provider.adds("b")
    assert (await tokens.identify(provider.token("b"))).tenant == "acme"
    provider.adds("c")
    with pytest.raises(KeyInvalid):
        await tokens.identify(provider.token("c"))


@pytest.mark.parametrize("document", [None, "", "[]", '{"keys": []}', '{"keys": [{"kty": "oct", "k": "eA"}]}'])
def test_a_file_that_is_no_set_of_keys_stops_the_start(tmp_path: Path, document: str | None) -> None:
    """The operator is told by the variable's name, not later by callers that nobody is let in."""
    path = tmp_path / "jwks.json"
    if document is not None:
        path.write_text(document)
    with pytest.raises(JwksUnreadable, match="REELWRIGHT_JWT_JWKS"):
        PublicKeys(str(path))


async def test_a_set_is_fetched_over_https(provider: Provider, tmp_path: Path) -> None:
    """An address is asked when the first token comes; where it gives nothing, the provider is what is missing."""
    server_tls, client_tls = self_signed("localhost", tmp_path)
    body = provider.document().encode()
    asked = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=server_tls) as server:
        port = server.sockets[0].getsockname()[1]
        tokens = Tokens(PublicKeys(f"https://localhost:{port}/keys", client_tls), ISSUER, AUDIENCE, "tenant")
        for _ in range(3):
            assert (await tokens.identify(provider.token())).tenant == "acme"
        assert asked == [b"GET /keys HTTP/1.1"]
    nobody = Tokens(PublicKeys(f"https://localhost:{port}/keys", client_tls), ISSUER, AUDIENCE, "tenant")
    with pytest.raises(PartUnavailable):
        await nobody.identify(provider.token())
