"""Prints the named packages' pins and hashes out of a requirements file: for a build step that needs few of them."""

import re
import sys
from pathlib import Path


def picked(requirements: str, names: set[str]) -> list[str]:
    """The blocks of `requirements` that pin `names`; raises SystemExit naming the missing ones."""
    found: dict[str, str] = {}
    for block in re.findall(r"^[A-Za-z0-9].*(?:\n\s+--hash.*)*", requirements, re.MULTILINE):
        name = re.split(r"[=\[; ]", block, maxsplit=1)[0]
        if name in names:
            found[name] = block
    if missing := sorted(names - found.keys()):
        raise SystemExit(f"not pinned: {', '.join(missing)}")
    return [found[name] for name in sorted(found)]


if __name__ == "__main__":
    print("\n".join(picked(Path(sys.argv[1]).read_text(), set(sys.argv[2:]))))
