"""The closures in requirements/: what each distribution asks for and uses, at the versions that tests run with."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

FOLDERS = {
    "protos": "gen",
    "kit": "kit",
    "gateway": "gateway",
    **{name: f"services/{name}" for name in ("llm", "image", "video", "audio", "story")},
}
CLOSURES = sorted(FOLDERS.keys() - {"protos"})


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(file: Path) -> dict[str, str]:
    """Each pinned name of a requirements file with its whole block: version, marker and hashes."""
    blocks = re.findall(r"^[A-Za-z0-9].*(?:\n\s+--hash.*)*", file.read_text(), re.MULTILINE)
    return {canonical(re.split(r"[=\[; ]", block, maxsplit=1)[0]): block for block in blocks}


def named_by(repository: Path, name: str) -> set[str]:
    """The names which a distribution and the own ones below it ask for."""
    project = tomllib.loads((repository / FOLDERS[name] / "pyproject.toml").read_text())["project"]
    wanted = {canonical(re.split(r"[^A-Za-z0-9._-]", one, maxsplit=1)[0]) for one in project["dependencies"]}
    own = {one for one in wanted if one.startswith("reelwright-")}
    return (wanted - own).union(*(named_by(repository, one.removeprefix("reelwright-")) for one in own))


@cache
def distributions() -> dict[str, set[str]]:
    return {module: {canonical(one) for one in names} for module, names in packages_distributions().items()}


def imported(repository: Path, name: str) -> Iterator[str]:
    """The top-level modules that the source of a distribution imports, with the file."""
    for file in (repository / FOLDERS[name] / "src").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Import):
                yield from (alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield node.module.partition(".")[0]


@pytest.mark.parametrize("name", CLOSURES)
def test_a_closure_pins_every_dependency_that_the_projects_name(repository: Path, name: str) -> None:
    wanted = named_by(repository, name)

    assert wanted
    assert wanted - pins(repository / f"requirements/{name}.txt").keys() == set()


@pytest.mark.parametrize("name", CLOSURES)
def test_a_closure_has_the_versions_and_hashes_of_the_runtime(repository: Path, name: str) -> None:
    runtime = pins(repository / "requirements/runtime.txt")

    for package, block in pins(repository / f"requirements/{name}.txt").items():
        assert runtime.get(package) == block, f"{package}: run `make lock`"
        assert "--hash=sha256:" in block


@pytest.mark.parametrize("name", CLOSURES)
def test_a_closure_begins_with_that_of_the_kit_which_all_images_share(repository: Path, name: str) -> None:
    shared = pins(repository / "requirements/kit.txt")

    assert shared.items() <= pins(repository / f"requirements/{name}.txt").items()


@pytest.mark.parametrize("name", CLOSURES)
def test_what_a_distribution_imports_is_in_its_closure(repository: Path, name: str) -> None:
    held = pins(repository / f"requirements/{name}.txt").keys()
    modules = {one for one in imported(repository, name) if one not in sys.stdlib_module_names}
    known = distributions()
    optional = {"envoy"}  # the extra of the gateway, for one machine only

    for module in sorted(modules - optional):
        owners = {one for one in known.get(module, set()) if not one.startswith("reelwright")}
        own = module.startswith("reelwright") or module == "buf"
        assert own or owners & held, f"{module} is imported by reelwright-{name} but not in requirements/{name}.txt"


@pytest.mark.parametrize("name", [*CLOSURES, "build", "envoy"])
def test_a_file_names_no_index_and_none_of_our_own(repository: Path, name: str) -> None:
    text = (repository / f"requirements/{name}.txt").read_text()

    assert "://" not in text
    assert "reelwright" not in text


@pytest.mark.parametrize(("name", "whole"), [("build", "dev"), ("envoy", "runtime")])
def test_tools_have_the_versions_that_checks_use(repository: Path, name: str, whole: str) -> None:
    picked = pins(repository / f"requirements/{name}.txt")

    assert picked
    assert picked.items() <= pins(repository / f"requirements/{whole}.txt").items()
