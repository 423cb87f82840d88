"""What the container recipe, compose and the unit file must hold, without an engine."""

from __future__ import annotations

import configparser
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from tests.deploy.stopping import longest_stop_s

SERVICES = {"llm", "image", "video", "audio", "story"}


def script(repository: Path, name: str) -> ModuleType:
    specification = importlib.util.spec_from_file_location(name, repository / f"deploy/container/{name}.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def compose(repository: Path) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((repository / "deploy/compose.yaml").read_text())
    return document


def test_compose_has_every_part_and_no_name_of_its_own(compose: dict[str, Any]) -> None:
    assert compose["services"].keys() == {*SERVICES, "postgres", "adapters", "envoy"}
    assert "name" not in compose


def test_compose_starts_each_part_after_what_it_needs_is_healthy(compose: dict[str, Any]) -> None:
    needs = {name: set(part.get("depends_on", {})) for name, part in compose["services"].items()}
    conditions = {
        entry["condition"] for part in compose["services"].values() for entry in part.get("depends_on", {}).values()
    }

    assert all(needs[name] == {"postgres"} for name in SERVICES)
    assert needs["adapters"] == SERVICES
    assert needs["envoy"] == {"adapters"}
    assert conditions == {"service_healthy"}


def test_compose_takes_images_and_base_from_variables_and_the_password_from_nowhere_else(
    compose: dict[str, Any],
) -> None:
    for part in compose["services"].values():
        assert re.fullmatch(r"\$\{REELWRIGHT_[A-Z_]+_IMAGE:-[a-z0-9-]+:(?!latest)[a-z0-9.]+\}", part["image"])
        assert part["restart"] == "unless-stopped"
    assert compose["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"].startswith(
        "${REELWRIGHT_DATABASE_PASSWORD:?"
    )


def test_compose_opens_one_port_on_loopback(compose: dict[str, Any]) -> None:
    opened = {name: part["ports"] for name, part in compose["services"].items() if "ports" in part}

    assert opened == {"envoy": ["${REELWRIGHT_BIND:-127.0.0.1}:${REELWRIGHT_PORT:-8080}:8080"]}


def test_compose_gives_services_more_time_to_stop_than_they_take(compose: dict[str, Any]) -> None:
    for name in ("llm", "image", "video", "audio", "story"):
        given = int(compose["services"][name]["stop_grace_period"].removesuffix("s"))
        assert given >= longest_stop_s() + 10, name


def test_compose_hands_on_what_a_store_needs_and_how_long_jobs_are_kept(compose: dict[str, Any]) -> None:
    for name in ("llm", "image", "video", "audio", "story"):
        given = compose["services"][name]["environment"]
        assert given["TASK_RETENTION_HOURS"] == "${TASK_RETENTION_HOURS:-24}"
        assert {
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_ENDPOINT_URL_S3",
        } <= given.keys()
    assert {"OPENAI_API_KEY", "FAL_KEY", "REPLICATE_API_TOKEN"} <= compose["services"]["image"]["environment"].keys()


def test_compose_gives_story_no_vendor_credentials(compose: dict[str, Any]) -> None:
    assert not [
        name
        for name in compose["services"]["story"]["environment"]
        if "_KEY" in name and not name.startswith(("AWS", "REELWRIGHT"))
    ]


def test_every_container_knows_its_callers_unless_somebody_says_otherwise(
    compose: dict[str, Any], repository: Path
) -> None:
    """Keys are the default of the image, of compose and of the unit, and no first key is written anywhere."""
    for name in (*SERVICES, "adapters"):
        assert compose["services"][name]["environment"]["REELWRIGHT_AUTH"] == "${REELWRIGHT_AUTH:-keys}", name
    for name in SERVICES:
        given = compose["services"][name]["environment"]["REELWRIGHT_ADMIN_KEY"]
        assert given.startswith("${REELWRIGHT_ADMIN_KEY?") and given.endswith("}"), name
    for name in ("adapters", "envoy", "postgres"):
        assert "REELWRIGHT_ADMIN_KEY" not in compose["services"][name].get("environment", {}), name
    assert re.search(r"^ENV .*REELWRIGHT_AUTH=keys", (repository / "deploy/Dockerfile").read_text(), re.MULTILINE)
    assert "\nREELWRIGHT_AUTH=keys\n" in (repository / "deploy/systemd/reelwright.env").read_text()
    assert "\nEnvironment=REELWRIGHT_AUTH=keys\n" in (repository / "deploy/systemd/reelwright.service").read_text()


def test_compose_accepts_its_own_file(repository: Path) -> None:
    if not shutil.which("docker-compose"):
        pytest.skip("docker-compose is not installed, so the file is only checked as YAML")
    command = ["docker-compose", "-f", str(repository / "deploy/compose.yaml"), "config", "--quiet"]
    environment = {**os.environ, "REELWRIGHT_DATABASE_PASSWORD": "chosen"}
    environment.pop("REELWRIGHT_ADMIN_KEY", None)
    without = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
    environment["REELWRIGHT_ADMIN_KEY"] = "rw_chosen"
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)

    assert done.returncode == 0, done.stderr
    assert without.returncode and "choose the secret of the first key" in without.stderr


def test_the_recipe_names_every_file_it_copies(repository: Path) -> None:
    recipe = (repository / "deploy/Dockerfile").read_text().replace("\\\n", " ")
    for arguments in re.findall(r"^COPY (?!--from)(.+)$", recipe, re.MULTILINE):
        for source in arguments.split()[:-1]:
            assert (repository / source).exists(), source


def test_the_context_holds_what_the_recipe_copies_and_little_else(repository: Path) -> None:
    lines = (repository / ".dockerignore").read_text().split()
    let_through = {line[1:] for line in lines if line.startswith("!")}
    recipe = (repository / "deploy/Dockerfile").read_text().replace("\\\n", " ")
    copied = [arguments.split()[:-1] for arguments in re.findall(r"^COPY (?!--from)(.+)$", recipe, re.MULTILINE)]

    assert lines[0] == "*"
    assert let_through == {"deploy/container", "gateway", "gen", "kit", "requirements", "services"}
    for source in [one for sources in copied for one in sources]:
        assert any(source == folder or source.startswith(f"{folder}/") for folder in let_through), source
    # BuildKit would prefer a file beside the recipe, and the two could differ.
    assert not (repository / "deploy/Dockerfile.dockerignore").exists()


def test_the_recipe_asks_no_index_by_name_and_runs_as_nobody(repository: Path) -> None:
    recipe = (repository / "deploy/Dockerfile").read_text()

    assert "http" not in recipe
    assert recipe.count("USER 10001:10001") == 2
    assert "latest" not in recipe


def test_the_start_is_the_command_of_the_distribution(repository: Path) -> None:
    assert script(repository, "start").command("video") == [sys.executable, "-m", "reelwright_video"]


def test_the_health_check_fails_while_nobody_listens(repository: Path) -> None:
    command = [sys.executable, str(repository / "deploy/container/healthy.py")]
    for service in ("image", "gateway"):
        # Port 1 of loopback: nobody listens there.
        environment = {**os.environ, "SERVICE": service, "REELWRIGHT_LISTEN": "127.0.0.1:1"}
        assert subprocess.run(command, env=environment, capture_output=True, timeout=30, check=False).returncode == 1


def test_the_unit_runs_as_its_own_user_and_drains(repository: Path) -> None:
    unit = configparser.RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]
    unit.read_string((repository / "deploy/systemd/reelwright.service").read_text())
    service = unit["Service"]

    assert service["User"] == "reelwright"
    assert service["ExecStart"] == "/opt/reelwright/bin/reelwright up"
    assert service["KillMode"] == "mixed"
    assert int(service["TimeoutStopSec"]) >= longest_stop_s() + 10
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"


def test_systemd_accepts_the_unit(repository: Path, tmp_path: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not installed, so the unit is not checked by systemd itself")
    unit = tmp_path / "reelwright.service"
    text = (repository / "deploy/systemd/reelwright.service").read_text()
    # The check wants the program to exist.
    unit.write_text(text.replace("/opt/reelwright/bin/reelwright", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )

    assert done.returncode == 0, done.stderr
    assert "Unknown key" not in done.stderr
