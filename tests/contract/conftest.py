"""The compiled contract, with comments."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

REPOSITORY = Path(__file__).resolve().parents[2]

Files = list[descriptor_pb2.FileDescriptorProto]


@pytest.fixture(scope="session")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The descriptor image that buf reads."""
    path = tmp_path_factory.mktemp("contract") / "image.binpb"
    subprocess.run([sys.executable, REPOSITORY / "scripts/gen_protos.py", "--image", path], check=True)
    return path


@pytest.fixture(scope="session")
def files(image: Path) -> Files:
    """Our own files of the contract."""
    # The options' extensions are known once these modules are imported.
    from google.api import annotations_pb2, field_behavior_pb2  # noqa: F401

    from buf.validate import validate_pb2  # noqa: F401

    whole = descriptor_pb2.FileDescriptorSet.FromString(image.read_bytes())
    return [file for file in whole.file if file.package.startswith("reelwright.")]


@pytest.fixture(scope="session")
def tracked() -> Callable[..., list[str]]:
    """Lines of tracked files that match a pattern."""

    def grep(*arguments: str) -> list[str]:
        command = ["git", "grep", "-nI", *arguments]
        return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False).stdout.splitlines()

    return grep
