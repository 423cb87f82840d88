"""What the deployment tests share: the rendered overlays."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

REPOSITORY = Path(__file__).resolve().parents[2]
OVERLAYS = ("dev", "prod")

Document = dict[str, Any]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "docker: needs a Docker engine, which the test starts itself; takes minutes")


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
