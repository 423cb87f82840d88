"""What the deployment tests share: the rendered overlays, and an engine with a base image."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.deploy.engine import Engine, engine, missing
from tests.deploy.images import base_image, build_base, built

REPOSITORY = Path(__file__).resolve().parents[2]
OVERLAYS = ("dev", "prod")
OTHERS = ("envoy", "llm", "video", "audio", "story", "gateway")

Document = dict[str, Any]


@pytest.fixture(scope="session")
def repository() -> Path:
    return REPOSITORY


@pytest.fixture(scope="session", params=OVERLAYS)
def overlay(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def documents(overlay: str) -> list[Document]:
    """Every document of the overlay, as `kubectl apply -k` would send it."""
    if not shutil.which("kubectl"):
        pytest.skip("kubectl is not installed, so the manifests cannot be rendered")
    command = ["kubectl", "kustomize", str(REPOSITORY / "deploy/k8s/overlays" / overlay)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if done.returncode and "unknown field" in done.stderr:
        pytest.skip(f"this kubectl is too old for kustomize components: {done.stderr.strip()[:300]}")
    assert done.returncode == 0, done.stderr
    return [document for document in yaml.safe_load_all(done.stdout) if document]


@pytest.fixture(scope="session")
def docker() -> Iterator[Engine]:
    """An engine with the images `base` and `build-base`."""
    if reason := missing():
        pytest.skip(reason)
    with engine() as started:
        base_image(started, "base")
        build_base(started, "build-base", "base")
        yield started


@pytest.fixture(scope="session")
def image(docker: Engine) -> str:
    """The image of the image service: the first, so that the others find the layers which they share."""
    return built(docker, REPOSITORY, "image")


@pytest.fixture(scope="session")
def images(docker: Engine, image: str) -> dict[str, str]:
    """Every image of the suite by the name of its part."""
    # Two at a time: that is what the smallest machine that runs these tests has cores for.
    with ThreadPoolExecutor(max_workers=2) as pool:
        tags = pool.map(lambda part: built(docker, REPOSITORY, part), OTHERS)
        return {"image": image, **dict(zip(OTHERS, tags, strict=True))}


@pytest.fixture(scope="session")
def envoy(docker: Engine, image: str) -> str:
    """The image of the edge, with Envoy from its wheel."""
    return built(docker, REPOSITORY, "envoy")
