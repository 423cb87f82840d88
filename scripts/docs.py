"""Writes the reference tables into the Markdown files, between `generated` and `end` comments; `--check` only looks."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from reference.source import ROOT
from reference.tables import TABLES

PAGES = ("*.md", "docs/**/*.md", "*/README.md", "services/*/README.md")
SECTION = re.compile(r"(<!-- generated: (?P<kind>[a-z-]+)(?: (?P<subject>[a-z]+))? -->\n).*?(<!-- end -->)", re.DOTALL)


def pages() -> list[Path]:
    """Every page that may have generated sections."""
    return sorted({path for pattern in PAGES for path in ROOT.glob(pattern)})


def fresh(text: str) -> str:
    """A page with its sections as the sources say they are now."""
    return SECTION.sub(_section, text)


def _section(found: re.Match[str]) -> str:
    if found["kind"] not in TABLES:
        raise SystemExit(f"there is no table {found['kind']}; those are {', '.join(sorted(TABLES))}")
    return f"{found[1]}{TABLES[found['kind']](found['subject'] or '')}\n{found[4]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    arguments = parser.parse_args()
    stale = [(path, text) for path in pages() if (text := fresh(path.read_text())) != path.read_text()]
    if arguments.check and stale:
        names = ", ".join(str(path.relative_to(ROOT)) for path, _ in stale)
        sys.exit(f"run `python scripts/docs.py`; stale: {names}")
    for path, text in stale:
        path.write_text(text)


if __name__ == "__main__":
    main()
