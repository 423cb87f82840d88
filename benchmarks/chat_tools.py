"""What the chat benchmark needs from outside, fetched into a directory of its own: the machine is left as it is."""

from __future__ import annotations

import asyncio
import os
import shutil
from pathlib import Path

HOME = Path(__file__).resolve().parents[1] / "out" / "bench-peers"
"""Everything that is fetched; kept, so that the next run need not fetch it again."""

DEBIAN = {"nginx": ("nginx",), "wrk": ("wrk", "libluajit-5.1-2")}
"""The packages that have a program, with the libraries that are missing on a plain system."""
DIRECTORIES = ("usr/sbin", "usr/bin")


class Missing(Exception):
    """Something cannot be had here; says why in one line."""


async def program(name: str) -> Path:
    """The program `name`: the one that is installed, else one unpacked from the packages of Debian."""
    if installed := shutil.which(name):
        return Path(installed)
    root = HOME / name
    found = unpacked(root, name)
    if found is None:
        root.mkdir(parents=True, exist_ok=True)
        await done("apt-get", "download", "-q", *DEBIAN[name], cwd=root)
        for archive in sorted(root.glob("*.deb")):
            await done("dpkg", "-x", archive.name, ".", cwd=root)
        found = unpacked(root, name)
    if found is None:
        raise Missing(f"{name} is in none of the packages {', '.join(DEBIAN[name])}")
    return found


def unpacked(root: Path, name: str) -> Path | None:
    """A program of ours in `root`."""
    places = [root / directory / name for directory in DIRECTORIES]
    return next((place for place in places if place.is_file()), None)


def surroundings(tool: Path) -> dict[str, str]:
    """The environment in which a program from `program` finds its libraries."""
    libraries = tool.parents[1] / "lib" / f"{os.uname().machine}-linux-gnu"
    return dict(os.environ) | ({"LD_LIBRARY_PATH": str(libraries)} if tool.is_relative_to(HOME) else {})


async def done(*command: str | Path, cwd: Path | None = None) -> str:
    """What a command printed; raises Missing with its last words when it fails."""
    try:
        process = await asyncio.create_subprocess_exec(
            *map(str, command), cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
        )
    except OSError as error:
        raise Missing(f"{command[0]}: {error.strerror}") from None
    printed = (await process.communicate())[0].decode(errors="replace").strip()
    if process.returncode:
        raise Missing(f"{Path(command[0]).name}: {printed.splitlines()[-1] if printed else process.returncode}")
    return printed
