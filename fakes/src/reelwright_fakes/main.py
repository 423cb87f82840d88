"""The reelwright-fakes command."""

from __future__ import annotations

import argparse
import contextlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

from reelwright_fakes.serving import NotLoopback, Server, address_of, listen
from reelwright_fakes.vendors import VENDORS
from reelwright_fakes.world import World

DEFAULT_PORT = 8099


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves until interrupted."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING)
    try:
        listening = listen(options.host, options.port, allow_remote=options.allow_remote)
    except (NotLoopback, OSError) as error:
        sys.exit(f"reelwright-fakes: {error}")
    address = address_of(listening, scheme="https" if options.certificate else "http")
    print(_greeting(address), flush=True)
    # Uvicorn raises the interrupt again after it has stopped; that is how this command is meant to end.
    with contextlib.suppress(KeyboardInterrupt):
        Server(World(), certificate=options.certificate, private_key=options.private_key).run([listening])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="reelwright-fakes", description="Plays vendors of text and pictures, with faults on demand."
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument(
        "--port", type=int, default=DEFAULT_PORT, help="port; 0 takes a free one (default: %(default)s)"
    )
    parser.add_argument("--allow-remote", action="store_true", help="allow addresses that others can reach")
    parser.add_argument("--certificate", type=Path, help="PEM file: serve https instead of http")
    parser.add_argument("--private-key", type=Path, help="PEM file of the certificate's key")
    return parser


def _greeting(address: str) -> str:
    lines = [f"reelwright-fakes listens on {address}"]
    lines += [
        f"  {vendor.name:<10} {name} = {address}{path}" for vendor in VENDORS for name, path in vendor.bases.items()
    ]
    return "\n".join([*lines, f"  {'control':<10} {address}/_control"])
