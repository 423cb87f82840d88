"""Compiles requirements/: *.in and the closures of the distributions to *.txt, pinned with hashes, no index named."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = ROOT / "requirements"
# Each needs the ones before it: dev is constrained by runtime, build by dev.
SOURCES = ("bootstrap", "runtime", "dev", "build", "envoy")
SERVICES = ("llm", "image", "video", "audio", "story")
FOLDERS = {"protos": "gen", "kit": "kit", **{name: f"services/{name}" for name in SERVICES}, "gateway": "gateway"}
# What images carry: `kit` is the layer they share, each other one is complete by itself.
CLOSURES = ("kit", *SERVICES, "gateway")
OPTIONS = ["--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate"]
OWN = "reelwright-"


def closure(name: str) -> set[str]:
    """What `reelwright-<name>` and the own distributions below it ask for, without those themselves."""
    project = tomllib.loads((ROOT / FOLDERS[name] / "pyproject.toml").read_text())["project"]
    wanted = set(project["dependencies"])
    own = {one for one in wanted if one.startswith(OWN)}
    below = [closure(re.split(r"[^A-Za-z0-9-]", one, maxsplit=1)[0].removeprefix(OWN)) for one in own]
    return (wanted - own).union(*below)


def compile_to(target: str, source: str, *options: str, requirements: str | None = None) -> None:
    command = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    arguments = [*command, *OPTIONS, *options, source, "-o", target]
    subprocess.run(arguments, cwd=REQUIREMENTS, input=requirements, text=True, check=True)


def take_from_runtime(target: str) -> None:
    """Writes the pins of `target` as the runtime has them: a part alone asks for some on fewer platforms."""
    whole = pins("runtime.txt")
    (REQUIREMENTS / target).write_text("".join(whole[name] for name in pins(target)))


def pins(source: str) -> dict[str, str]:
    """The lines of each pinned distribution, by its name."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", (REQUIREMENTS / source).read_text(), flags=re.MULTILINE)
    return {re.split(r"[=\[ ;]", block, maxsplit=1)[0]: block for block in blocks if block.strip()}


def main() -> None:
    for name in SOURCES:
        compile_to(f"{name}.txt", f"{name}.in")
    for name in CLOSURES:
        compile_to(f"{name}.txt", "-", "--constraints", "runtime.txt", requirements="\n".join(sorted(closure(name))))
        take_from_runtime(f"{name}.txt")


if __name__ == "__main__":
    main()
