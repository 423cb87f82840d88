"""Becomes the process of the one distribution this image carries, without a shell in between."""

import os
import sys


def command(service: str) -> list[str]:
    """The command of `service`: the same as by hand."""
    return [sys.executable, "-m", f"reelwright_{service}"]


if __name__ == "__main__":
    # exec keeps process id 1, so SIGTERM reaches the service itself.
    os.execv(sys.executable, [*command(os.environ["SERVICE"]), *sys.argv[1:]])
