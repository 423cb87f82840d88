"""Compiles requirements/*.in to *.txt: every distribution pinned with hashes, no index named."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parent.parent / "requirements"
OPTIONS = ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"]


def main() -> None:
    # The runtime first: the others are constrained by it.
    for name in ("bootstrap", "runtime", "dev"):
        source, target = REQUIREMENTS / f"{name}.in", REQUIREMENTS / f"{name}.txt"
        command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
        subprocess.run([*command, *OPTIONS, source.name, "-o", target.name], cwd=REQUIREMENTS, check=True)


if __name__ == "__main__":
    main()
