"""What the processes of a suite are told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reelwright_cli.settings import SuiteSettings
from reelwright_cli.suite.parts import lay_out

DATABASE = "postgresql://x@y/z"


def told(directory: Path, **environment: str) -> dict[str, dict[str, str]]:
    """The environment of each part by its name."""
    settings = SuiteSettings.load({"REELWRIGHT_DATA_DIR": str(directory), **environment})
    return {part.name: part.environment for part in lay_out(settings, directory, DATABASE)}


def test_llm_service_is_within_the_adapters_alone(tmp_path: Path) -> None:
    """Others still reach it at its port, where it also serves gRPC."""
    parts = told(tmp_path, REELWRIGHT_LLM_ADDRESS="in-process")

    port = parts["llm"]["REELWRIGHT_LISTEN"]
    assert parts["adapters"]["REELWRIGHT_LLM_ADDRESS"] == "in-process"
    assert parts["story"]["REELWRIGHT_LLM_ADDRESS"] == f"ipv4:{port}"


@pytest.mark.parametrize("address", ["", "dns:///llm:50051"])
def test_addresses_are_the_commands_own(tmp_path: Path, address: str) -> None:
    """What else an environment says of the llm service is of another suite."""
    parts = told(tmp_path, REELWRIGHT_LLM_ADDRESS=address)

    assert parts["adapters"]["REELWRIGHT_LLM_ADDRESS"] == f"ipv4:{parts['llm']['REELWRIGHT_LISTEN']}"


def test_suite_takes_the_cores_there_are(tmp_path: Path) -> None:
    """But no more than four of each, on a machine that has other things to do; or as many as it is told."""
    cores = len(os.sched_getaffinity(0))

    assert 1 <= int(told(tmp_path)["adapters"]["REELWRIGHT_WORKERS"]) <= min(cores, 4)
    assert told(tmp_path, REELWRIGHT_WORKERS="7")["llm"]["REELWRIGHT_WORKERS"] == "7"
