"""Checks the contracts: formatted, by buf's rules, generated code up to date, and no break against the last commit."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUF = Path(sys.executable).parent / "buf"
GENERATE = ROOT / "scripts" / "gen_protos.py"
COMMITTED = "HEAD:gen/src/reelwright/reelwright.binpb"
# The image also holds files of other makers, which have rules of their own.
OURS = ("--path", "reelwright")


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        image, before = Path(scratch) / "image.binpb", Path(scratch) / "before.binpb"
        checks: list[tuple[str, list[object]]] = [
            ("format", [BUF, "format", "--diff", "--exit-code", "protos"]),
            ("image", [sys.executable, GENERATE, "--image", image]),
            ("lint", [BUF, "lint", image, "--config", "buf.yaml", *OURS]),
            ("generated code", [sys.executable, GENERATE, "--check"]),
        ]
        if committed(before):
            checks.append(("breaking", [BUF, "breaking", image, "--against", before, "--config", "buf.yaml", *OURS]))
        failed = [name for name, command in checks if not passes(command)]
    sys.exit(f"contracts: {', '.join(failed)} failed" if failed else 0)


def passes(command: list[object]) -> bool:
    """Runs one check, which says itself what it found."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, check=False).returncode == 0


def committed(path: Path) -> bool:
    """Writes the contract of the last commit to `path`; False where there is none."""
    shown = subprocess.run(["git", "show", COMMITTED], cwd=ROOT, capture_output=True, check=False)
    path.write_bytes(shown.stdout)
    return shown.returncode == 0


if __name__ == "__main__":
    main()
