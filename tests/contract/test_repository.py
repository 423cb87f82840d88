"""What tracked files must not hold: addresses of registries, and paths of the machine they were written on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.contract.conftest import REPOSITORY

Grep = Callable[..., list[str]]

INDEX_OPTIONS = ("-i ", "--index-url", "--extra-index-url", "-f ", "--find-links", "--trusted-host")


def test_no_registry_is_named(tracked: Grep) -> None:
    # Written apart, so that this file names none either.
    named = (
        "py" + "pi",
        "python" + "hosted",
        "npm" + "js",
        "go" + "proxy",
        "proxy\\." + "golang",
        "artifactory",
        "nexus",
    )
    hosts = rf"https?://[^ ]*({'|'.join(named)})|(ghcr|quay|gcr)\.io/"
    assert tracked("-E", hosts, "--", ":!tests/contract") == []


def test_no_path_of_this_machine_is_named(tracked: Grep) -> None:
    assert tracked("-F", f"{REPOSITORY}/") == []
    assert tracked("-F", f"{Path.home()}/") == []


def test_requirements_name_no_index() -> None:
    files = sorted((REPOSITORY / "requirements").glob("*.*"))
    assert files
    lines = [line.strip() for file in files for line in file.read_text().splitlines()]
    assert [line for line in lines if line.startswith(INDEX_OPTIONS) or "://" in line] == []
