"""Starts the HTTP adapters from their environment."""

from __future__ import annotations

import os
import sys

import uvloop

from reelwright_gateway.app import run
from reelwright_gateway.settings import AdapterSettings
from reelwright_kit import logs
from reelwright_kit.errors import CannotStart


def main() -> None:
    """Runs until a signal; what is wrong with the environment is said in one line, with exit code 1."""
    try:
        settings = AdapterSettings.load(os.environ)
        logs.configure("adapters", settings.log_level)
        uvloop.run(run(settings))
    except CannotStart as error:
        sys.exit(f"reelwright-adapters: {error}")


if __name__ == "__main__":
    main()
