"""A suite with keys, as somebody uses it: nobody gets in without one, and one that is revoked ends at once."""

from __future__ import annotations

import json
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import httpx
import psutil
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from reelwright.jobs.v1 import jobs_service_pb2 as jobs
from reelwright.story.v1 import story_service_pb2 as story
from reelwright.story.v1 import story_service_pb2_grpc
from tests.e2e.suite import SMALL, Client, RunningSuite, running_suite

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

REVOKED_WITHIN_S = 5.0


@pytest.fixture(scope="module")
def keyed() -> Iterator[RunningSuite]:
    """A suite with keys and an empty data directory."""
    data = Path(tempfile.mkdtemp(prefix="rw-keys-"))
    with running_suite(data, REELWRIGHT_AUTH="keys") as running:
        yield running
    shutil.rmtree(data, ignore_errors=True)


def admin(suite: RunningSuite, *arguments: str) -> dict[str, Any]:
    """What the command answers to whoever can read the first key."""
    done = suite.cli(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.fixture(scope="module")
def maker(keyed: RunningSuite) -> dict[str, Any]:
    """A key of the tenant `makers` that may make films."""
    return admin(keyed, "keys", "create", "maker", "--tenant", "makers", "--scope", "story", "--budget", "5.00")


@pytest.fixture(scope="module")
def stranger(keyed: RunningSuite) -> dict[str, Any]:
    """A key of another tenant that may do everything else."""
    return admin(keyed, "keys", "create", "stranger", "--tenant", "strangers")


def rest(suite: RunningSuite, key: dict[str, Any] | None = None) -> httpx.Client:
    """A REST client that sends this key."""
    headers = {"authorization": f"Bearer {key['secret']}"} if key else {}
    return httpx.Client(base_url=suite.url, headers=headers, timeout=100, trust_env=False)


class _Sends(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    def __init__(self, secret: str) -> None:
        self._sent = ("authorization", f"Bearer {secret}")

    def _with_key(self, continuation: Any, details: Any, request: Any) -> Any:
        return continuation(details._replace(metadata=[*(details.metadata or ()), self._sent]), request)

    intercept_unary_unary = _with_key  # type: ignore[assignment]
    intercept_unary_stream = _with_key  # type: ignore[assignment]


def channel(suite: RunningSuite, key: dict[str, Any]) -> grpc.Channel:
    """A gRPC channel that sends this key."""
    return grpc.intercept_channel(suite.channel(), _Sends(key["secret"]))


def reason(answer: httpx.Response) -> tuple[int, str]:
    """The status and the reason of a refusal."""
    return answer.status_code, answer.json()["error"]["details"][0]["reason"]


def test_nobody_gets_in_without_a_key(keyed: RunningSuite) -> None:
    """REST, gRPC and the command refuse no key and a wrong one; health is open."""
    with rest(keyed) as nobody, rest(keyed, {"secret": "rw_wrong-0123456789-0123456789-0123456789"}) as wrong:
        for client in (nobody, wrong):
            assert reason(client.post("/api/v1/films", json={"prompt": "A fox"})) == (401, "KEY_INVALID")
            assert reason(client.get("/api/v1/jobs")) == (401, "KEY_INVALID")
            assert reason(client.get("/api/v1/jobs/sty_x/events")) == (401, "KEY_INVALID")
        # Just after the start a part may not have been reached yet; that is told to everybody too.
        assert nobody.get("/health").json()["parts"].keys() >= {"image", "database"}
    with keyed.channel() as open_channel:
        with pytest.raises(grpc.RpcError) as refused:
            story_service_pb2_grpc.StoryServiceStub(open_channel).MakeFilm(story.MakeFilmRequest(prompt="A fox"))
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
        check: Any = health_pb2_grpc.HealthStub(open_channel)
        assert check.Check(health_pb2.HealthCheckRequest(service="readiness")).status == 1
    said = keyed.cli("jobs", "list", REELWRIGHT_DATA_DIR="/nowhere")
    assert said.returncode == 1 and "Set REELWRIGHT_API_KEY" in said.stderr


def test_the_first_key_is_on_this_machine_and_in_no_process(keyed: RunningSuite) -> None:
    """It is for its owner alone, works for the commands, and is in no argument, and in no environment but services'."""
    file = keyed.data / "admin.key"
    secret = file.read_text().strip()

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [key["name"] for key in [admin(keyed, "keys", "list")]] == ["first key"]
    doctor = keyed.cli("doctor")
    assert doctor.returncode == 0 and "first key" in doctor.stdout and "(keys)" in doctor.stdout
    for child in psutil.Process(keyed.process.pid).children(recursive=True):
        assert secret not in " ".join(child.cmdline())
    for name in ("adapters", "envoy"):
        assert secret not in keyed.part(name).environ().values(), name


def test_a_key_makes_films_by_rest_and_by_grpc_that_its_tenant_alone_sees(
    keyed: RunningSuite, maker: dict[str, Any], stranger: dict[str, Any]
) -> None:
    """Each is ordered one way and followed the other way; the usage report has both under the key that ordered them."""
    with rest(keyed, maker) as makers, channel(keyed, maker) as line, rest(keyed, stranger) as strangers:
        client = Client(line)
        first = makers.post("/api/v1/films", json={"prompt": "A fox in the snow", **SMALL}).json()["id"]
        second = client.film("An owl in the rain").id
        assert [event.state for event in client.watch(first)][-1] == jobs.Job.STATE_SUCCEEDED
        ended = makers.get(f"/api/v1/jobs/{second}:wait", params={"timeout": "90s"}).json()
        assert ended["state"] == "STATE_SUCCEEDED" and ended["tenant"] == "makers"
        assert ended["key"] == maker["key"]["id"]

        for path in (f"/api/v1/jobs/{first}", f"/api/v1/jobs/{first}/events", f"/api/v1/jobs/{first}:watch"):
            assert reason(strangers.get(path)) == (404, "JOB_NOT_FOUND"), path
        film = ended["result"]["film"]["film"]["id"]
        assert reason(strangers.get(f"/api/v1/assets/{film}")) == (404, "ASSET_NOT_FOUND")
        assert strangers.get(f"/api/v1/assets/{film}/content").status_code == 404
        assert strangers.get("/api/v1/jobs").json()["jobs"] == []
        with pytest.raises(grpc.RpcError) as refused, channel(keyed, stranger) as other:
            Client(other).jobs.GetJob(jobs.GetJobRequest(id=first))
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND

    rows = admin(keyed, "usage", "--by", "key", "--by", "kind", "--tenant", "makers")["rows"]
    assert {row["group"]["key"] for row in rows} == {maker["key"]["id"]}
    assert sum(int(row["requests"]) for row in rows if row["group"]["kind"] == "image") == 2 * SMALL["scenes"]
    own = keyed.cli("usage", "--by", "kind", "--csv", REELWRIGHT_API_KEY=stranger["secret"])
    assert own.returncode == 0 and len(own.stdout.splitlines()) == 1


def test_a_key_may_do_what_its_scopes_say(keyed: RunningSuite, maker: dict[str, Any]) -> None:
    """The refusal names the scope, and the command says what to do; `models` says what it does not show."""
    with rest(keyed, maker) as makers:
        assert reason(makers.post("/api/v1/images", json={"prompt": "A fox"})) == (403, "SCOPE_MISSING")
        assert reason(makers.get("/api/v1/keys")) == (403, "SCOPE_MISSING")
    denied = keyed.cli("keys", "list", REELWRIGHT_API_KEY=maker["secret"])
    models = keyed.cli("models", REELWRIGHT_API_KEY=maker["secret"])
    balance = keyed.cli("balance", REELWRIGHT_API_KEY=maker["secret"])

    assert denied.returncode == 1 and "scope admin" in denied.stderr and "reelwright balance" in denied.stderr
    assert "your key lacks the scope image" in models.stdout
    assert "may spend      $5.00" in balance.stdout


def test_a_rotated_key_has_two_secrets_and_a_revoked_one_none(keyed: RunningSuite) -> None:
    """What the command changes holds at every service within seconds, without anything being started again."""
    old = admin(keyed, "keys", "create", "short-lived", "--scope", "image")
    key = old["key"]["id"]
    new = admin(keyed, "keys", "rotate", key, "--overlap", "1h")
    changed = admin(keyed, "keys", "update", key, "--budget", "0.10", "--period", "day", "--rpm", "600")
    assert changed["budget"]["limit_micros"] == "100000" and changed["requests_per_minute"] == 600
    assert admin(keyed, "keys", "update", key, "--period", "total")["budget"]["limit_micros"] == "100000"
    cleared = admin(keyed, "keys", "update", key, "--no-budget", "--expires", "never")
    assert "budget" not in cleared and cleared["requests_per_minute"] == 600

    with rest(keyed, old) as before, rest(keyed, new) as after:
        assert [one.get("/api/v1/jobs").status_code for one in (before, after)] == [200, 200]
        assert admin(keyed, "keys", "revoke", key)["revoke_time"]
        began = time.monotonic()
        for one in (before, after):
            while one.get("/api/v1/jobs").status_code != 401:
                assert time.monotonic() - began < REVOKED_WITHIN_S
    again = keyed.cli("keys", "update", key, "--rpm", "1")
    assert again.returncode == 1 and "revoked or expired" in again.stderr


def test_the_last_key_that_can_make_others_stays(keyed: RunningSuite) -> None:
    """Nobody can lock everybody out."""
    first = admin(keyed, "keys", "list", "--tenant", "default", "--active")["id"]
    refused = keyed.cli("keys", "revoke", first)

    assert refused.returncode == 1 and "last active one with the scope admin" in refused.stderr


def test_a_tenants_budget_is_set_shown_and_cleared(keyed: RunningSuite, stranger: dict[str, Any]) -> None:
    """Money that was typed is money that is shown; whose key it is sees what is left."""
    assert keyed.cli("tenants", "budget", "strangers", "12.345678", "--period", "week").returncode == 0
    assert "$12.345678" in keyed.cli("tenants", "show", "strangers").stdout
    assert "may spend      $12.345678" in keyed.cli("balance", REELWRIGHT_API_KEY=stranger["secret"]).stdout
    assert "strangers" in keyed.cli("tenants", "list").stdout
    assert "no limit" in keyed.cli("tenants", "budget", "strangers", "--none").stdout
    assert keyed.cli("tenants", "budget", "strangers").returncode == 2
