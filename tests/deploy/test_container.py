"""The container recipe for real: an engine of our own builds the images, runs one against PostgreSQL, and stops it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from tests.deploy.database import database, free_port
from tests.deploy.engine import Engine
from tests.deploy.mount import as_kubelet

pytestmark = [pytest.mark.docker, pytest.mark.timeout(1200)]

PYTHON = "/opt/reelwright/bin/python"
HARDENED = ("--read-only", "--tmpfs=/tmp", "--cap-drop=ALL", "--security-opt=no-new-privileges")
READY_S = 60.0


def inside(docker: Engine, image: str, program: str) -> str:
    return docker.run(
        "run", "--rm", "--network=none", *HARDENED, f"--entrypoint={PYTHON}", image, "-c", program
    ).strip()


def test_the_image_holds_its_own_distribution_and_no_other(docker: Engine, image: str) -> None:
    program = (
        "import json, importlib.metadata as m; "
        "print(json.dumps(sorted(d.name for d in m.distributions() if d.name.startswith('reelwright'))))"
    )

    assert json.loads(inside(docker, image, program)) == ["reelwright-image", "reelwright-kit", "reelwright-protos"]


def test_the_image_runs_without_root_and_without_build_tools(docker: Engine, image: str) -> None:
    program = "import os, importlib.util as u; print(os.getuid(), u.find_spec('pip'), u.find_spec('hatchling'))"

    assert inside(docker, image, program) == "10001 None None"


def test_nothing_of_the_build_base_is_in_the_image(docker: Engine, image: str) -> None:
    assert inside(docker, image, "import os; print(os.path.exists('/etc/pip.conf'))") == "False"
    assert "PIP_" not in docker.run("history", "--no-trunc", image)


def test_the_service_becomes_ready_and_drains_on_sigterm(docker: Engine, image: str) -> None:
    port = free_port()
    with database() as url:
        settings = {
            "REELWRIGHT_LISTEN": f"127.0.0.1:{port}",
            "REELWRIGHT_DATABASE_URL": url,
            "REELWRIGHT_STORE_URL": "file:///data/files",
            "REELWRIGHT_EXECUTOR_ID": "image-in-a-container",
            "REELWRIGHT_NOTICE_S": "0.2",
        }
        given = [f"--env={name}={value}" for name, value in settings.items()]
        with docker.container(*HARDENED, "--volume=/data", *given, image) as container:
            assert _readiness(docker, container, port) == health_pb2.HealthCheckResponse.SERVING
            docker.run("exec", container, PYTHON, "/opt/reelwright/share/healthy.py")

            docker.run("stop", "--time=40", container)

            assert docker.state(container, "ExitCode") == "0"


def _readiness(docker: Engine, container: str, port: int) -> int:
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        request = health_pb2.HealthCheckRequest(service="readiness")
        stub: Any = health_pb2_grpc.HealthStub(channel)
        try:
            answer = stub.Check(request, timeout=READY_S, wait_for_ready=True)
        except grpc.RpcError as error:
            raise AssertionError(f"{error.code()}; the container printed:\n{docker.run('logs', container)}") from error
    return int(answer.status)


def test_a_service_that_knows_nobody_refuses_to_listen_for_everybody(docker: Engine, image: str) -> None:
    settings = {
        "REELWRIGHT_LISTEN": "0.0.0.0:50051",
        "REELWRIGHT_AUTH": "off",
        "REELWRIGHT_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "REELWRIGHT_STORE_URL": "file:///data/files",
    }
    given = [f"--env={name}={value}" for name, value in settings.items()]
    start = f"{PYTHON} /opt/reelwright/share/start.py 2>&1"
    with docker.container(*HARDENED, *given, "--entrypoint=/bin/sh", image, "-c", start) as container:
        assert docker.run("wait", container).strip() == "1"
        assert "REELWRIGHT_AUTH: off is for loopback only" in docker.run("logs", container)


def test_a_service_without_its_settings_says_which_one_and_fails(docker: Engine, image: str) -> None:
    with docker.container(*HARDENED, image) as container:
        assert docker.run("wait", container).strip() == "1"


def test_the_edge_image_holds_the_committed_configuration_and_envoy_accepts_it(
    docker: Engine, envoy: str, repository: Path
) -> None:
    run = ("run", "--rm", "--network=none", *HARDENED)
    docker.run(*run, envoy, "--mode", "validate")

    for name in ("envoy.yaml", "clusters.yaml", "auth.yaml"):
        held = docker.run(*run, "--entrypoint=/bin/cat", envoy, f"/etc/reelwright/envoy/{name}")
        assert held == (repository / "gateway/envoy" / name).read_text()


def test_the_edge_takes_a_mounted_configuration_says_ready_and_drains(
    docker: Engine, envoy: str, repository: Path, tmp_path: Path
) -> None:
    listener, admin = free_port(), free_port()
    config = (repository / "gateway/envoy/envoy.yaml").read_text()
    moved = config.replace("port_value: 8080", f"port_value: {listener}").replace(
        "port_value: 9901", f"port_value: {admin}"
    )
    others = {name: (repository / "gateway/envoy" / name).read_text() for name in ("clusters.yaml", "auth.yaml")}
    mounted = as_kubelet(tmp_path, {"envoy.yaml": moved, **others})
    mount = f"--volume={mounted}:/etc/reelwright/envoy:ro"
    with docker.container(*HARDENED, mount, f"--env=ENVOY_ADMIN_PORT={admin}", envoy) as container:
        with grpc.insecure_channel(f"127.0.0.1:{listener}") as channel:
            grpc.channel_ready_future(channel).result(timeout=READY_S)
        docker.run("exec", container, "edge", "ready")
        docker.run("exec", container, "edge", "drain", "0")
        docker.run("stop", container)

        assert docker.state(container, "ExitCode") == "0"
