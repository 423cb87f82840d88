"""The whole suite by compose, for real: it becomes healthy, draws a picture through the edge, and stops cleanly."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.deploy.database import free_port
from tests.deploy.engine import Engine, EngineFailed
from tests.deploy.images import postgres_image

pytestmark = [
    pytest.mark.docker,
    pytest.mark.timeout(1200),
    pytest.mark.skipif(not shutil.which("docker-compose"), reason="not installed: docker-compose"),
]


FIRST_KEY = "rw_of-the-test-0123456789-0123456789-0123456789"


@pytest.fixture(scope="module")
def ready(docker: Engine, images: dict[str, str]) -> None:
    postgres_image(docker, "postgres:wheel")


@pytest.fixture(scope="module")
def variables() -> dict[str, str]:
    return {
        "REELWRIGHT_POSTGRES_IMAGE": "postgres:wheel",
        "REELWRIGHT_DATABASE_PASSWORD": "unused",
        "REELWRIGHT_ADMIN_KEY": FIRST_KEY,
        "REELWRIGHT_PORT": str(free_port()),
    }


@pytest.fixture(scope="module")
def suite(docker: Engine, ready: None, variables: dict[str, str], repository: Path) -> Iterator[str]:
    """The address of a running suite; compose returns when every condition of health is met."""
    file = repository / "deploy/compose.yaml"
    try:
        _start(docker, file, variables)
        yield f"http://127.0.0.1:{variables['REELWRIGHT_PORT']}"
    finally:
        docker.compose(file, variables, "down", "--volumes", "--timeout", "10")


def _start(docker: Engine, file: Path, variables: dict[str, str]) -> None:
    health = 'until [ "$(edge ready && echo yes)" ]; do sleep 0.2; done'
    try:
        docker.compose(file, variables, "up", "--detach", "--no-build")
        docker.run("exec", "rw_envoy_1", "/bin/bash", "-c", health)
    except EngineFailed as failure:
        logs = docker.compose(file, variables, "logs", "--no-color", "--tail=30")
        raise AssertionError(f"{failure}\n{logs}") from failure


def answer(address: str, body: dict[str, Any] | None = None, key: str = FIRST_KEY) -> dict[str, Any]:
    headers = {"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {})
    request = urllib.request.Request(address, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=60) as response:
        parsed: dict[str, Any] = json.load(response)
    return parsed


def test_every_part_serves_and_says_so_without_a_key(suite: str) -> None:
    health = answer(f"{suite}/health", key="")

    assert health["status"] == "ok"
    assert {health["parts"][name] for name in ("llm", "image", "video", "audio", "story")} == {"SERVING"}


def test_a_picture_is_made_through_the_edge_and_kept_in_the_store(suite: str) -> None:
    job = answer(f"{suite}/api/v1/images", {"prompt": "a red barn at dusk", "wait": "60s"})

    assert job["state"] == "STATE_SUCCEEDED"
    assert job["result"]["image"]["images"][0]["media_type"] == "image/png"


@pytest.mark.parametrize("key", ["", "rw_of-somebody-else-0123456789-0123456789-0123"])
def test_nobody_gets_in_without_a_key(suite: str, key: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as refusal:
        answer(f"{suite}/api/v1/images", {"prompt": "a red barn at dusk"}, key)
    with refusal.value as refused:
        assert refused.status == 401
        assert json.load(refused)["error"]["details"][0]["reason"] == "KEY_INVALID"


def test_one_name_stands_for_the_jobs_of_all_services(docker: Engine, suite: str) -> None:
    program = "import socket; print(len({found[4][0] for found in socket.getaddrinfo('jobs', 50051)}))"

    assert docker.run("exec", "rw_adapters_1", "/opt/reelwright/bin/python", "-c", program).strip() == "5"


# The last of this file, since it leaves the suite stopped: starting it again would take as long as all tests before.
def test_every_container_ends_with_zero_when_stopped(
    docker: Engine, suite: str, variables: dict[str, str], repository: Path
) -> None:
    docker.compose(repository / "deploy/compose.yaml", variables, "stop")

    names = docker.run("ps", "--all", "--filter=name=rw_", "--format={{.Names}}").split()
    assert {name: docker.state(name, "ExitCode") for name in names} == dict.fromkeys(names, "0")
    assert len(names) == 8
