"""Makes the virtual environment: hash-pinned requirements, then our own distributions. Standard library only."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

OLDEST = (3, 11)
REQUIREMENTS = Path("requirements")


def main() -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Reelwright needs Python {OLDEST[0]}.{OLDEST[1]} or newer; this is {sys.version.split()[0]}.")
    directory, members = Path(sys.argv[1]), sys.argv[2:]
    python = directory / "bin" / "python"
    if not python.exists():
        create(directory)
    run(python, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", REQUIREMENTS / "bootstrap.txt")
    uv = (python, "-m", "uv", "pip")
    run(*uv, "install", "--quiet", "--python", python, "--require-hashes", "-r", REQUIREMENTS / "dev.txt")
    own = [argument for member in members for argument in ("-e", f"./{member}")]
    run(*uv, "install", "--quiet", "--python", python, "--no-deps", "--no-build-isolation", *own)


def create(directory: Path) -> None:
    try:
        venv.create(directory, with_pip=True)
    except (subprocess.CalledProcessError, SystemExit):
        sys.exit("Cannot make a virtual environment: this Python comes without ensurepip; install its venv package.")


def run(*command: object) -> None:
    finished = subprocess.run([str(part) for part in command], check=False)
    if finished.returncode:
        sys.exit(finished.returncode)


if __name__ == "__main__":
    main()
