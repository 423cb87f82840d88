"""Where the command begins: what must be set before gRPC is imported."""

import os


def main() -> None:
    """Runs the command."""
    # We never use gRPC in a forked child; without this it complains whenever the private database starts or stops.
    os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
    from reelwright_cli.main import app  # noqa: PLC0415

    app()
