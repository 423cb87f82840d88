"""The command starts on a free port, prints where it listens, and stops when asked."""

from __future__ import annotations

import signal
import subprocess
import sys

import httpx
import pytest

from reelwright_fakes.main import main
from reelwright_fakes.serving import NotLoopback, listen


def test_the_command_prints_its_addresses_and_ends_on_interrupt() -> None:
    command = [sys.executable, "-m", "reelwright_fakes", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        health = httpx.get(f"{address}/_control/health", trust_env=False).json()
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()
        ended = process.wait(timeout=10)

    assert ended == 0 and "Traceback" not in rest
    assert list(health["vendors"]) == ["openai", "azure", "fast", "anthropic", "gemini", "fal", "replicate"]
    assert f"{address}/openai/v1" in rest


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org"])
def test_other_than_loopback_needs_permission(host: str) -> None:
    with pytest.raises(NotLoopback):
        listen(host, 0)
    with pytest.raises(SystemExit, match="not a loopback address"):
        main(["--host", host, "--port", "0"])


def test_permission_opens_all_addresses() -> None:
    with listen("0.0.0.0", 0, allow_remote=True) as listening:
        assert listening.getsockname()[0] == "0.0.0.0"
