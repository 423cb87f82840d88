"""Tokens of an identity provider, looked at by a real Envoy before any service is asked."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import grpc
import jwt
import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.asymmetric import ec
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tests.gateway.edge import Edge, Gateway, open_gateway

from reelwright.jobs.v1 import jobs_service_pb2 as pb
from reelwright.jobs.v1 import jobs_service_pb2_grpc as jobs_grpc
from reelwright_gateway.envoy import Jwt

pytestmark = pytest.mark.asyncio(loop_scope="session")

ISSUER, AUDIENCE = "https://id.example", "reelwright"
OURS, THEIRS = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
GET_JOB = "/reelwright.jobs.v1.JobService/GetJob"


def token(key: ec.EllipticCurvePrivateKey = OURS, **changed: Any) -> str:
    """A good token, but for what is changed; a claim that is None is left out."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "ada", "tenant": "acme", "exp": time.time() + 60} | changed
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(kept, key, "ES256", headers={"kid": "one"})


def bearer(value: str) -> dict[str, str]:
    return {"authorization": f"Bearer {value}"}


WRONG = {
    "missing": {},
    "no token": bearer("rw_secret"),
    "signed by another": bearer(token(THEIRS)),
    "expired": bearer(token(exp=time.time() - 60)),
    "without an end": bearer(token(exp=None)),
    "of another issuer": bearer(token(iss="https://other.example")),
    "not signed": bearer(jwt.encode({"iss": ISSUER, "aud": AUDIENCE, "exp": time.time() + 60}, None, "none")),
}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Gateway]:
    """A gateway that wants tokens."""
    directory = tmp_path_factory.mktemp("guarded")
    public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(OURS.public_key()))
    (directory / "keys.json").write_text(json.dumps({"keys": [public | {"kid": "one", "alg": "ES256"}]}))
    async with open_gateway(directory, Edge(jwt=Jwt(ISSUER, directory / "keys.json"))) as opened:
        opened.memory.job("img_there")
        yield opened


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("path", ["/api/v1/jobs/img_there", "/api/v1/jobs/img_there/events", "/"])
async def test_rest_without_a_good_token_is_refused_before_any_service(guarded: Gateway, wrong: str, path: str) -> None:
    for service in guarded.services.values():
        service.heard.calls.clear()

    answer = await guarded.rest.get(path, headers=WRONG[wrong] | {"x-request-id": "token-1"})

    told = answer.json()["error"]
    assert (answer.status_code, told["code"], told["request_id"]) == (401, "UNAUTHENTICATED", "token-1")
    assert [(one["reason"], one["domain"], one["metadata"]) for one in told["details"]] == [
        ("KEY_INVALID", "admin.reelwright", {})
    ]
    assert not any(GET_JOB in service.heard.calls for service in guarded.services.values())


@pytest.mark.parametrize("wrong", WRONG)
async def test_openai_dialect_without_a_good_token_is_refused_in_its_shape(guarded: Gateway, wrong: str) -> None:
    answer = await guarded.rest.get("/v1/models", headers=WRONG[wrong])

    assert answer.status_code == 401
    error = answer.json()["error"]
    assert (error["type"], error["param"], error["code"]) == ("invalid_request_error", None, "invalid_api_key")


@pytest.mark.parametrize("wrong", WRONG)
async def test_grpc_without_a_good_token_is_unauthenticated(guarded: Gateway, wrong: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await jobs_grpc.JobServiceStub(guarded.channel).GetJob(
            pb.GetJobRequest(id="img_there"), metadata=tuple(WRONG[wrong].items())
        )

    assert raised.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_good_token_goes_through_and_is_passed_on(guarded: Gateway) -> None:
    sent = bearer(token())

    answer = await guarded.rest.get("/api/v1/jobs/img_there", headers=sent)
    job = await jobs_grpc.JobServiceStub(guarded.channel).GetJob(
        pb.GetJobRequest(id="img_there"), metadata=tuple(sent.items())
    )

    assert (answer.status_code, answer.json()["id"], job.job.id) == (200, "img_there", "img_there")
    seen = [one.heard.seen[GET_JOB] for one in guarded.services.values() if GET_JOB in one.heard.seen]
    assert {one["authorization"] for one in seen} == {sent["authorization"]}


async def test_token_in_the_address_is_none(guarded: Gateway) -> None:
    """Addresses are logged, kept and shown."""
    answer = await guarded.rest.get("/api/v1/jobs/img_there", params={"access_token": token()})

    assert answer.status_code == 401


async def test_probes_and_questions_of_browsers_need_no_token(guarded: Gateway) -> None:
    asked = {"origin": "http://localhost:5173", "access-control-request-method": "POST"}

    health = await guarded.rest.get("/health")
    preflight = await guarded.rest.options("/api/v1/jobs", headers=asked)
    checked = await health_pb2_grpc.HealthStub(guarded.channel).Check(health_pb2.HealthCheckRequest())

    assert (health.status_code, preflight.status_code) == (200, 200)
    assert "authorization" in preflight.headers["access-control-allow-headers"]
    assert checked.status == health_pb2.HealthCheckResponse.SERVING


async def test_refusal_may_be_read_by_pages_of_this_machine(guarded: Gateway) -> None:
    answer = await guarded.rest.get("/api/v1/jobs", headers={"origin": "http://localhost:5173"})

    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (401, "http://localhost:5173")
