"""The reasons of the contract and the failures of the code are the same."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import pytest
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import EnumDescriptor

from reelwright_kit.errors import AppError, Code

DOMAINS = ("admin", "assets", "audio", "image", "jobs", "llm", "story", "video")
PACKAGES = ("kit", "llm", "image", "video", "audio", "story", "gateway")

PASSED_ON = {
    "reelwright_kit.jobs.work.RecordedFailure",
    "reelwright_story.errors.FilmStopped",
    "reelwright_kit.errors.ServiceRefused",
}
"""Failures that carry the reason of another one."""

LATER = {
    "story": {"SHOT_NOT_FOUND": "ReviseShot is not offered in this release"},
}
"""Reasons that no code of this release gives, and why."""


def reasons(domain: str) -> dict[str, int]:
    importlib.import_module(f"reelwright.{domain}.v1.error_reason_pb2")
    found: EnumDescriptor = descriptor_pool.Default().FindEnumTypeByName(f"reelwright.{domain}.v1.ErrorReason")
    return {value.name.removeprefix("ERROR_REASON_"): value.number for value in found.values if value.number}


def modules(package: ModuleType) -> Iterator[str]:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if "__main__" not in found.name and ".local" not in found.name:
            yield found.name


@pytest.fixture(scope="module")
def failures() -> list[type[AppError]]:
    """Every class of failure in the kit, the services and the gateway."""
    for package in PACKAGES:
        for name in modules(importlib.import_module(f"reelwright_{package}")):
            importlib.import_module(name)
    found: list[type[AppError]] = []
    waiting = [AppError]
    while waiting:
        fresh = [kind for kind in waiting.pop().__subclasses__() if kind.__module__.startswith("reelwright_")]
        found.extend(fresh)
        waiting.extend(fresh)
    return [kind for kind in found if named(kind) not in PASSED_ON]


def named(kind: type[AppError]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_reason_has_a_failure_and_every_failure_a_reason(failures: list[type[AppError]], domain: str) -> None:
    given = {kind.reason for kind in failures if kind.domain == f"{domain}.reelwright"}
    later = set(LATER.get(domain, {}))
    assert given | later == set(reasons(domain))
    assert not given & later


def test_no_failure_is_of_a_domain_that_does_not_exist(failures: list[type[AppError]]) -> None:
    assert {kind.domain for kind in failures} <= {f"{domain}.reelwright" for domain in DOMAINS}


def test_a_reason_always_comes_with_the_same_code(failures: list[type[AppError]]) -> None:
    codes: dict[tuple[str, str], set[Code]] = {}
    for kind in failures:
        codes.setdefault((kind.domain, kind.reason), set()).add(kind.code)
    assert {key: found for key, found in codes.items() if len(found) > 1} == {}
