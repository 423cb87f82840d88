"""Programs of other worlds that tests run, each in an environment of its own that is pinned by hashes."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

CLIENTS = Path(__file__).parent / "clients"
PATIENCE_S = 60.0


def python_with(requirements: str, directory: Path) -> Path:
    """The interpreter of a new environment with `clients/<requirements>`."""
    uv = (sys.executable, "-m", "uv")
    _do(*uv, "venv", "--quiet", "--python", sys.executable, directory)
    python = directory / "bin" / "python"
    _do(*uv, "pip", "install", "--quiet", "--python", python, "--require-hashes", "-r", CLIENTS / requirements)
    return python


def node_directory(directory: Path) -> Path:
    """A new directory with the Node SDK and the program that uses it."""
    shutil.copytree(CLIENTS / "node", directory)
    _do("npm", "ci", "--no-audit", "--no-fund", "--silent", cwd=directory)
    return directory


async def output_of(*command: object, cwd: Path | None = None) -> Any:
    """The JSON that a program prints in its last line; the services it calls may run in this process."""
    # No proxy: what is called is on this machine. No progress bars, no looking for newer releases.
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    process = await asyncio.create_subprocess_exec(
        *map(str, command), cwd=cwd, env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            printed, complaints = await process.communicate()
    except BaseException:
        process.kill()
        raise
    assert process.returncode == 0, complaints.decode()
    return json.loads(printed.splitlines()[-1])


def _do(*command: object, cwd: Path | None = None) -> None:
    done = subprocess.run([str(part) for part in command], cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
