"""A suite for the callers of an identity provider: the edge and every service look at their tokens."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from tests.e2e.suite import RunningSuite, running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

ISSUER, AUDIENCE = "https://id.example", "reelwright"
OURS, THEIRS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())


def token(key: ec.EllipticCurvePrivateKey = OURS, tenant: str = "acme") -> str:
    """A token of a member of `tenant` who may make pictures."""
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "ada",
        "tenant": tenant,
        "scope": "image",
        "exp": time.time() + 600,
    }
    return jwt.encode(claims, key, "ES256", headers={"kid": "one"})


@pytest.fixture(scope="module")
def suite() -> Iterator[RunningSuite]:
    """A suite that was given the provider's public keys as a file."""
    with tempfile.TemporaryDirectory(prefix="rw-jwt-", ignore_cleanup_errors=True) as data:
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(OURS.public_key()))
        keys = Path(data) / "keys.json"
        keys.write_text(json.dumps({"keys": [public | {"kid": "one", "alg": "ES256"}]}))
        with running_suite(
            Path(data) / "d",
            REELWRIGHT_AUTH="jwt",
            REELWRIGHT_JWT_JWKS=str(keys),
            REELWRIGHT_JWT_ISSUER=ISSUER,
            REELWRIGHT_JWT_AUDIENCE=AUDIENCE,
        ) as running:
            yield running


def test_a_member_makes_pictures_that_other_tenants_do_not_see(suite: RunningSuite) -> None:
    """The tenant is the one of the token; who has none, or one of somebody else, is refused."""
    with httpx.Client(base_url=suite.url, timeout=60, trust_env=False) as rest:

        def get(path: str, key: str | None) -> int:
            return rest.get(path, headers={"authorization": f"Bearer {key}"} if key else {}).status_code

        body = {"prompt": "A fox in the snow", "width": 64, "height": 64, "wait": "50s"}
        made = rest.post("/api/v1/images", json=body, headers={"authorization": f"Bearer {token()}"}).json()
        assert made["state"] == "STATE_SUCCEEDED" and made["tenant"] == "acme", made
        path = f"/api/v1/jobs/{made['id']}"
        assert [get(path, key) for key in (token(), token(tenant="other"), token(THEIRS), None)] == [200, 404, 401, 401]
        assert get("/health", None) == 200


def test_the_command_sends_a_token_as_it_sends_a_key(suite: RunningSuite) -> None:
    """`doctor` says whose it is, and there is no first key."""
    doctor = suite.cli("doctor", REELWRIGHT_API_KEY=token())

    assert "of tenant acme (jwt)" in doctor.stdout, doctor.stdout + doctor.stderr
    assert not (suite.data / "admin.key").exists()
    assert suite.cli("jobs", "list").returncode == 1
