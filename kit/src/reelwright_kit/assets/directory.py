"""A directory as object store: what is written stays written, and what was half written goes away."""

from __future__ import annotations

import contextlib
import os
from datetime import datetime
from pathlib import Path

from reelwright_kit.assets.layout import is_half_written


def secured(directory: Path, key: str) -> None:
    """Returns when the file of `key`, and every directory on the way to it, is on the disk."""
    path = directory / key
    _to_disk(path)
    for parent in path.parents:
        _to_disk(parent)
        if parent == directory:
            return


def leftovers(directory: Path, before: datetime) -> int:
    """Removes the files that were being written when their writers died; returns how many."""
    removed = 0
    for folder, _, names in os.walk(directory):
        for path in (Path(folder) / name for name in names):
            if is_half_written(path.relative_to(directory).as_posix()) and _is_older(path, before):
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
                    removed += 1
    return removed


def _to_disk(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        # Somebody has deleted it already.
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:
        return False
