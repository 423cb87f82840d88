"""A worker that does nothing, for tests of who leads it: it serves unless the file `trouble` says why it cannot."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from reelwright_kit import logs
from reelwright_kit.errors import CannotStart
from reelwright_kit.workers.crew import Trade, lead
from reelwright_kit.workers.starting import explained
from reelwright_kit.workers.tether import announce, is_worker, take

COUNT = 2
PORT = 7


def main() -> None:
    """Leads two of its kind, or is one."""
    take(sys.argv)
    logs.configure("hand", "info")
    with explained("hand"):
        if not is_worker():
            lead(Trade("hand", "tests.kit.hand"), COUNT, PORT)
        trouble = Path(os.environ["TROUBLE"])
        if trouble.exists():
            raise CannotStart(trouble.read_text())
        announce("hand", PORT)
        signal.pause()


if __name__ == "__main__":
    main()
