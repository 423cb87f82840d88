"""Room for files in the making: gone when they are done, and cleared of what a killed process left behind."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

PREFIX = "reelwright-work-"
_OWNED = re.compile(rf"{PREFIX}(\d+)-.+")


class Scratch:
    """Directories below `parent`, or below the system's temporary directory when that is empty."""

    def __init__(self, parent: str = "") -> None:
        self._parent = Path(parent or tempfile.gettempdir())

    def sweep(self) -> None:
        """Removes the directories of processes that are no more; each carries its process id in its name."""
        for directory in self._parent.glob(f"{PREFIX}*"):
            owner = _OWNED.fullmatch(directory.name)
            if owner and not _lives(int(owner[1])):
                shutil.rmtree(directory, ignore_errors=True)

    @contextlib.contextmanager
    def directory(self) -> Iterator[Path]:
        """A directory that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-", dir=self._parent) as directory:
            yield Path(directory)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
